#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes what MkDocs builds the site from.

    pages.py FOLDER

writes FOLDER/mkdocs.yml, and into FOLDER/pages the repository's Markdown files, in the same tree. What
they link to comes along, and what that links to: pictures as they are, source files and folders as pages
of their own, so that the site is whole without the repository. Where a link names a function, it leads to
the line that defines it.
"""
import json
import os
import pathlib
import re
import sys

import pygments
from pygments import formatters, lexers

ROOT = pathlib.Path(__file__).resolve().parents[2]

sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "book"))
import links  # pylint: disable=wrong-import-position

# What Pygments would not tell from a file's name.
LANGUAGES = {".inc": "c", ".cuh": "cuda"}


def page_of(path):
    """The page, from the root, that shows this file or folder."""
    name = path.relative_to(ROOT)
    if path.is_dir():
        return name / ("README.md" if (path / "README.md").exists() else "index.md")
    is_text = path.suffix != ".svg" and b"\0" not in path.read_bytes()
    return name.with_name(name.name + ".md") if is_text and path.suffix != ".md" else name


def source(path):
    """A source file as HTML, in which links may lead to lines."""
    try:
        lexer = lexers.get_lexer_by_name(LANGUAGES[path.suffix]) if path.suffix in LANGUAGES else \
            lexers.get_lexer_for_filename(path.name)
    except pygments.util.ClassNotFound:
        lexer = lexers.TextLexer()
    formatter = formatters.HtmlFormatter(cssclass="codehilite", lineanchors="line")
    return pygments.highlight(path.read_text(), lexer, formatter)


class Site:
    def __init__(self, folder):
        self.pages = folder / "pages"
        self.waiting, self.seen = [], set()

    def link(self, page, target):
        """From a page to a file or folder, which will have a page too."""
        if target not in self.seen:
            self.seen.add(target)
            self.waiting.append(target)
        return os.path.relpath(page_of(target), page.parent)

    def markdown(self, page, path):
        """The text of a Markdown file, with its links leading to pages."""
        def follow(link):
            text, target = link.groups()
            name, _, anchor = target.partition("#")
            file = (path.parent / name).resolve()
            if re.match(r"[a-z]+:", target) or not name or not file.is_relative_to(ROOT):
                return link.group()
            function = links.FUNCTION.match(text)
            if function and file.suffix in links.SOURCES:
                anchor = f"line-{links.line_of(file.read_text(), function.group(1))}"
            return f"[{text}]({self.link(page, file)}{'#' if anchor else ''}{anchor})"

        parts = re.split(r"(^```.*?^```$)", path.read_text(), flags=re.MULTILINE | re.DOTALL)
        return "".join(part if part.startswith("```") else links.LINK.sub(follow, part)
                       for part in parts)

    def folder(self, page, path):
        names = sorted(one for one in path.iterdir() if one.name != "__pycache__")
        return f"# {path.relative_to(ROOT)}\n\n" + "".join(
            f"- [{one.name}{'/' if one.is_dir() else ''}]({self.link(page, one)})\n" for one in names)

    def write(self, path):
        page = page_of(path)
        to = self.pages / page
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() and page.name == "index.md":
            to.write_text(self.folder(page, path))
        elif path.is_dir() or path.suffix == ".md":
            to.write_text(self.markdown(page, ROOT / page))
        elif page.suffix == ".md":
            to.write_text(f"# {path.relative_to(ROOT)}\n\n{source(path)}")
        else:
            to.write_bytes(path.read_bytes())

    def write_all(self):
        self.waiting = list(links.markdown_files(ROOT))
        self.seen = set(self.waiting)
        while self.waiting:
            self.write(self.waiting.pop())
        (self.pages / "reference.md").write_text(
            "# The library's functions\n\nThe [public headers](api/index.html).\n")


def title(page):
    return re.search(r"^# +(.*)", (ROOT / page).read_text(), re.MULTILINE).group(1)


def navigation():
    def entries(pattern):
        return [{title(page): str(page.relative_to(ROOT))} for page in sorted(ROOT.glob(pattern))]
    return [{"Tigrillo": "README.md"},
            {"The book": [{"Contents": "docs/book/README.md"}, *entries("docs/book/[0-9]*.md")]},
            {"Guides": entries("docs/*.md")},
            {"Functions": "reference.md"},
            {"Changes": "CHANGELOG.md"},
            {"Contributing": "CONTRIBUTING.md"}]


def configuration(folder):
    return {
        "site_name": "Tigrillo",
        "docs_dir": str(folder / "pages"),
        "site_dir": str(folder / "html"),
        "use_directory_urls": False,
        "theme": {"name": "readthedocs", "highlightjs": False},
        "extra_css": ["highlight.css"],
        "plugins": [],
        "nav": navigation(),
        "validation": {"omitted_files": "ignore", "not_found": "warn", "anchors": "warn"},
        "markdown_extensions": [
            "sane_lists",
            {"codehilite": {"guess_lang": False}},
        ],
    }


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    Site(folder).write_all()
    (folder / "mkdocs.yml").write_text(json.dumps(configuration(folder), indent=2))


if __name__ == "__main__":
    main()
