#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether the book's numbers are what its programs print.

    chapters.py --path FOLDER [--path FOLDER ...] --origins FILE CHAPTER.md ... [--blocks PAGE.md ...]

A chapter says where its blocks come from, on the line before:

    <!-- output: COMMAND -->      the block is what COMMAND prints; a line "..." in it stands for lines
                                  that are left out. Lines of "$ " before it show what of the command a
                                  reader types
    <!-- alike: COMMAND -->       the same, but for what rounding decides, and so the processor: numbers
                                  like 1.5e-02 are compared to three digits, those below 1e-6 only
                                  in being below; on a line with another place, like [2,3], all are
                                  numbers of something else
    <!-- code: FILE -->           the block is a part of FILE, which is named from the root
    <!-- picture: COMMAND -->     the file of the picture below is what COMMAND prints
    <!-- run: COMMAND -->         no block: the text has numbers from COMMAND

A COMMAND is for the shell. It runs in a folder which the commands of a chapter share, where "examples"
is that of the repository, and finds the programs in the folders given by --path.

FILE says of each number in the rest of a chapter where it comes from, so that it is wrong when either
the text or the program changes:

    [chapter]                     the name of the chapter's file, and then its numbers, in order
    NUMBERS: LINE                 they are, possibly rounded, in a line with this part, of a command's
                                  output, of the source (examples/book) of a program that it runs, of
                                  the command or of a block of code
    NUMBERS: PATH: LINE           the same, in a file of the repository, named from the root
    NUMBERS = EXPRESSION          what Python computes, with its math module
    NUMBERS: text                 the text's own: an example, a year. No number with a decimal point is

A number has two digits or more. Those of chapters and headings do not count. Of a PAGE only the blocks
with such a comment are looked at.
"""
import argparse
import decimal
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d+|\d{2,}|\d(?=e[-+\d]))(?:e[-+]?\d+)?(?![.]?\w)")
NO_NUMBERS = re.compile(r"\]\([^)]*\)|[Cc]hapter \d+|^#.*")
ANY_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
ROUNDING = re.compile(r" +(-?\d[.\d]*e[-+]\d+|\[\d+(?:,\d+)?\])(?= )")
MARK = re.compile(r"<!-- (output|alike|code|picture|run): (.*) -->$")
MISPLACED = re.compile(r"\s+```|.*<!-- *(output|alike|code|picture|run)\b")


class Chapter:
    """Reads one chapter; wrong things are collected in `errors`, as "path:line: reason"."""

    def __init__(self, path, folders, root=ROOT, blocks_only=False):
        self.path, self.root, self.blocks_only = pathlib.Path(path), root, blocks_only
        self.folders = [pathlib.Path(folder).resolve() for folder in folders]
        self.errors = []
        self.outputs = {}  # by command
        self.code = []     # texts of the blocks that are in files
        self.prose = []    # pairs of line number and text

    def wrong(self, line, reason):
        self.errors.append(f"{self.path}:{line}: {reason}")

    def run(self, line, command, folder):
        """What the command prints; an error if it fails."""
        if command not in self.outputs:
            path = os.pathsep.join([*map(str, self.folders), os.environ["PATH"]])
            done = subprocess.run(["sh", "-c", command], cwd=folder, text=True, check=False,
                                  capture_output=True, env={**os.environ, "PATH": path})
            if done.returncode:
                self.wrong(line, f"'{command}' ended with {done.returncode}: {done.stderr.strip()}")
            self.outputs[command] = done.stdout
        return self.outputs[command]

    def check_output(self, line, block, output):
        """Each line of the block, in order; what "..." stands for may be anything."""
        pattern = "".join(r"(?:.*\n)*?" if text == "..." else re.escape(text) + r"\n"
                          for text in block)
        if re.fullmatch(pattern, output):
            return
        lines = output.splitlines()
        for text in block:
            if text != "..." and text not in lines:
                self.wrong(line, f"the program does not print '{text}'; it prints:\n{output}")
                return
        self.wrong(line, f"lines are missing, or in another order than in:\n{output}")

    def check_code(self, line, block, name):
        file = self.root / name
        if not file.is_file():
            self.wrong(line, f"there is no file {name}")
        elif "\n" + "\n".join(block) + "\n" not in "\n" + file.read_text():
            self.wrong(line, f"the block is not a part of {name}")

    def check_picture(self, line, text, output):
        link = re.match(r"!\[[^\]]*\]\(([^)]+)\)$", text)
        file = self.path.parent / link.group(1) if link else None
        if not link:
            self.wrong(line, "there is no picture on the next line")
        elif not file.is_file() or file.read_text() != output:
            self.wrong(line, f"{file} is not what the program prints")

    def check_block(self, line, mark, language, block, folder):
        kind, argument = mark or (None, None)
        while kind in ("output", "alike") and block and block[0].startswith("$ "):
            typed = block.pop(0)[2:]
            if typed not in argument:
                self.wrong(line, f"'{typed}' is not what runs: {argument}")
        if kind == "output":
            self.check_output(line, block, self.run(line, argument, folder))
        elif kind == "alike":
            output = self.run(line, argument, folder)
            lines = output.splitlines()
            self.check_output(
                line, [next((one for one in lines if alike(text, one)), text) for text in block], output)
        elif kind == "code":
            self.check_code(line, block, argument)
            self.code.append("\n".join(block))
        elif language == "c" and not self.blocks_only:
            self.wrong(line, "a block of C without a comment that says where it comes from")
        else:
            self.prose += [(line + 1 + i, text) for i, text in enumerate(block)]

    def read(self, folder):
        """Checks the blocks and gathers the prose."""
        mark, fence, block = None, None, []
        for number, text in enumerate(self.path.read_text().splitlines(), 1):
            if fence:
                if text != "```":
                    block.append(text)
                    continue
                self.check_block(fence[0], mark, fence[1], block, folder)
                mark, fence, block = None, None, []
                continue
            if text.startswith("```"):
                fence = number, text[3:]
                continue
            if mark and mark[0] == "picture":
                self.check_picture(number, text, self.run(number, mark[1], folder))
            elif mark:
                self.wrong(number - 1, f"there is no block after '{mark[0]}: {mark[1]}'")
            found = MARK.match(text)
            mark = found.groups() if found else None
            if mark and mark[0] == "run":
                self.run(number, mark[1], folder)
                mark = None
            elif not mark:
                if MISPLACED.match(text):
                    self.wrong(number, "comments and blocks must stand alone and at the margin")
                self.prose.append((number, text))
        if fence or mark:
            self.wrong(number, "the chapter ends within a block, or before one")

    def lines(self):
        """Where numbers may come from."""
        texts = [*self.outputs, *self.outputs.values(), *self.code]
        for word in set(re.findall(r"\w+", " ".join(self.outputs))):
            source = self.root / "examples" / "book" / f"{word}.c"
            if source.is_file():
                texts.append(source.read_text())
        return [" ".join(line.split()) for text in texts for line in text.splitlines()]

    def place(self, origin, lines):
        """The part of a line that an origin names, and the lines in which it is."""
        named = re.match(r"([\w/.]+/[\w.]+): (.*)", origin)
        if not named or not (self.root / named.group(1)).is_file():
            return origin, lines
        text = (self.root / named.group(1)).read_text()
        return named.group(2), [" ".join(line.split()) for line in text.splitlines()]

    def check_numbers(self, origins):
        found = [(line, number) for line, text in self.prose
                 for number in NUMBER.findall(NO_NUMBERS.sub("", text.replace("\u2212", "-")))]
        end = self.prose[-1][0] if self.prose else 1
        lines = self.lines()
        for (line, number), (other, origin) in zip([*found, (end, None)], [*origins, (None, None)]):
            if number != other:
                self.wrong(line, f"there is {number}, where the list of origins has {other}")
                return
            if number and not comes_from(number, *self.place(origin, lines)):
                self.wrong(line, f"{number} does not come from '{origin}'")

    def check(self, origins=()):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "examples").symlink_to(self.root / "examples")
            self.read(folder)
        if not self.blocks_only:
            self.check_numbers(origins)
        return self.errors


def read_origins(path):
    """Pairs of number and origin, by chapter."""
    chapters, one = {}, []
    for text in pathlib.Path(path).read_text().splitlines():
        if text.startswith("["):
            one = chapters.setdefault(text.strip("[]"), [])
        elif text and not text.startswith("# "):
            numbers, kind, origin = re.fullmatch(r"(.*?)(:| =) (.*)", text).groups()
            one += [(number, origin if kind == ":" else "= " + origin) for number in numbers.split()]
    return chapters


def comes_from(number, origin, lines):
    value = decimal.Decimal(number)
    if origin == "text":
        return "." not in number
    if origin.startswith("= "):
        # pylint: disable-next=eval-used
        exact = eval(origin[2:], {"__builtins__": {}}, vars(math))
        return rounds_to(decimal.Decimal(str(exact)), value)
    part = " ".join(origin.split())
    return any(rounds_to(decimal.Decimal(exact), value)
               for line in lines if part in line for exact in ANY_NUMBER.findall(line))


def rounds_to(exact, value):
    """Whether `value` is `exact`, or that rounded."""
    place = value.as_tuple().exponent
    if exact == value:
        return exact.as_tuple().exponent <= place
    return (exact.as_tuple().exponent < place and
            abs(exact - value) * 2 <= decimal.Decimal(1).scaleb(place))


def alike(text, other):
    """Whether two lines differ in nothing but what rounding decides."""
    if ROUNDING.sub(" #", text) != ROUNDING.sub(" #", other):
        return False
    pairs = list(zip(ROUNDING.findall(text), ROUNDING.findall(other)))
    same_place = all(one == two for one, two in pairs if one.startswith("["))
    for one, two in pairs:
        if one.startswith("["):
            continue
        one, two = float(one), float(two)
        tiny = min(abs(one), abs(two)) < 1e-6
        if tiny and max(abs(one), abs(two)) >= 1e-6:
            return False
        if same_place and not tiny and abs(one - two) > 1e-3 * abs(two):
            return False
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--path", action="append", default=[])
    parser.add_argument("--origins", required=True)
    parser.add_argument("--blocks", nargs="+", default=[])
    parser.add_argument("chapters", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    origins = read_origins(options.origins)
    errors = [error for chapter in options.chapters
              for error in Chapter(chapter, options.path).check(origins.get(chapter.stem, []))]
    errors += [error for page in options.blocks
               for error in Chapter(page, options.path, blocks_only=True).check()]
    print("\n".join(errors) or f"{len(options.chapters)} chapters are as their programs print")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
