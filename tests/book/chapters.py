#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether the book's numbers are what its programs print.

    chapters.py --path FOLDER [--path FOLDER ...] CHAPTER.md ... [--blocks PAGE.md ...]

A chapter says where its blocks come from, on the line before:

    <!-- output: COMMAND -->      the block is what COMMAND prints; a line "..." in it stands for lines
                                  that are left out
    <!-- alike: COMMAND -->       the same, but for what rounding decides, and so the processor: numbers
                                  like 1.5e-02 are compared to three digits, those below 1e-6 only
                                  in being below; on a line with another place, like [2,3], all are
                                  numbers of something else
    <!-- code: FILE -->           the block is a part of FILE, which is named from the root
    <!-- picture: COMMAND -->     the file of the picture below is what COMMAND prints
    <!-- run: COMMAND -->         no block: COMMAND's numbers may be used in the text

A COMMAND is for the shell. It runs in a folder which the commands of a chapter share, where "examples"
is that of the repository, and finds the programs in the folders given by --path.

Every number with a decimal point in the rest of a chapter must be an output of its commands, possibly
rounded to three digits or more, or an input: a number in a command or in the source (examples/book) of
a program that it runs. Of a PAGE only the blocks with such a comment are looked at.
"""
import argparse
import decimal
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+\.\d+(?:e[-+]?\d+)?(?![.]?\d)")
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
        if kind == "output":
            self.check_output(line, block, self.run(line, argument, folder))
        elif kind == "alike":
            output = self.run(line, argument, folder)
            lines = output.splitlines()
            self.check_output(
                line, [next((one for one in lines if alike(text, one)), text) for text in block], output)
        elif kind == "code":
            self.check_code(line, block, argument)
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

    def inputs(self):
        """The numbers in the commands and in the sources of the programs that they run."""
        texts = list(self.outputs)
        for word in set(re.findall(r"\w+", " ".join(self.outputs))):
            source = self.root / "examples" / "book" / f"{word}.c"
            if source.is_file():
                texts.append(source.read_text())
        return {decimal.Decimal(one) for text in texts for one in ANY_NUMBER.findall(text)}

    def check_numbers(self):
        inputs = self.inputs()
        outputs = {decimal.Decimal(one) for text in self.outputs.values()
                   for one in ANY_NUMBER.findall(text)}
        for line, text in self.prose:
            text = re.sub(r"\]\([^)]*\)", "]", text).replace("\u2212", "-")
            for one in NUMBER.findall(text):
                value = decimal.Decimal(one)
                if value not in inputs and not any(rounds_to(other, value) for other in outputs):
                    self.wrong(line, f"{one} is no output or input of a program of this chapter")

    def check(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "examples").symlink_to(self.root / "examples")
            self.read(folder)
        if not self.blocks_only:
            self.check_numbers()
        return self.errors


def rounds_to(exact, value):
    """Whether `value` is `exact`, or that rounded to three digits or more: with fewer, a wrong number
    would too often be near some other one."""
    place = value.as_tuple().exponent
    if exact == value:
        return exact.as_tuple().exponent <= place
    return (exact.as_tuple().exponent < place and len(value.as_tuple().digits) >= 3 and
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
    parser.add_argument("--blocks", nargs="+", default=[])
    parser.add_argument("chapters", nargs="+")
    options = parser.parse_args()
    errors = [error for chapter in options.chapters
              for error in Chapter(chapter, options.path).check()]
    errors += [error for page in options.blocks
               for error in Chapter(page, options.path, blocks_only=True).check()]
    print("\n".join(errors) or f"{len(options.chapters)} chapters are as their programs print")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
