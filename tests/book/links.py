#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether the links in the Markdown files of a folder lead somewhere.

    links.py [FOLDER]

The file that a link names must exist, and the heading, if it names one. Where the text of a link to
source code is a function, as in [tg_argmax()](src/nn/labels.c), that file must define it. Links into
the web are not followed.
"""
import pathlib
import re
import sys

LINK = re.compile(r"\[((?:`[^`]*`|[^\]`])*)\]\(([^)\s]+)\)")
FUNCTION = re.compile(r"`?(\w+)\(\)`?$")
SOURCES = {".c", ".h", ".cu", ".cuh", ".inc", ".cpp"}


def markdown_files(folder):
    """All but those in what is built, fetched or hidden."""
    for path in sorted(folder.rglob("*.md")):
        top = path.relative_to(folder).parts[0]
        if not top.startswith(("build", ".")) and top not in {"data", "tmp", "shared"}:
            yield path


def prose(path):
    """The text with its fenced blocks emptied, line by line, and code that looks like a link."""
    lines, fenced = [], False
    for text in path.read_text().splitlines():
        fence = text.startswith("```")
        lines.append("" if fence or fenced else re.sub(r"`[^`]*\]\([^`]*`", "", text))
        fenced ^= fence
    return "\n".join(lines)


def anchors(path):
    """What can stand after # in a link to this file: as GitHub makes it of headings."""
    found = set()
    for heading in re.findall(r"^#+ +(.*)", prose(path), re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = sum(1 for one in found if re.fullmatch(re.escape(words) + r"(-\d+)?", one))
        found.add(f"{words}-{count}" if count else words)
    return found


def line_of(text, name):
    """The line on which C source defines the function, or the macro, at the margin; 0 if it does not."""
    function = rf"^[A-Za-z_][^\n;={{}}]*\b{name}\)?\([^;{{]*\)\s*\{{"
    found = re.search(rf"{function}|^#define {name}\(", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def check_link(path, text, target):
    """What is wrong with it, or None."""
    if re.match(r"[a-z]+:", target):
        return None
    name, _, anchor = target.partition("#")
    file = (path.parent / name) if name else path
    if not file.exists():
        return f"there is no {target}"
    if anchor and file.suffix == ".md" and anchor not in anchors(file):
        return f"there is no heading for {target}"
    function = FUNCTION.match(text)
    if function and file.suffix in SOURCES and not line_of(file.read_text(), function.group(1)):
        return f"{name} does not define {function.group(1)}()"
    return None


def check(folder):
    """The number of links, and what is wrong as "path:line: reason"."""
    count, errors = 0, []
    for path in markdown_files(folder):
        whole = prose(path)
        for link in LINK.finditer(whole):
            count += 1
            reason = check_link(path, *link.groups())
            if reason:
                line = whole.count("\n", 0, link.start()) + 1
                errors.append(f"{path}:{line}: {reason}")
    return count, errors


def main():
    count, errors = check(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve())
    print("\n".join(errors) or f"{count} links lead somewhere")
    return 1 if errors or not count else 0


if __name__ == "__main__":
    sys.exit(main())
