#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds the site into a folder, and follows each link of each page: to files, and to places in them.

    site_links.py FOLDER

Ends with 77, for skipped, where the tools of scripts/site.sh are missing."""
import html.parser
import pathlib
import subprocess
import sys
import urllib.parse

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "site.sh"


class Page(html.parser.HTMLParser):
    """The links of a page, and the places that links may lead to."""

    def __init__(self, path):
        super().__init__()
        self.links, self.places = set(), {""}
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in {"href", "src"} and value:
                self.links.add(value)
            elif name in {"id", "name"}:
                self.places.add(value)


def dead_links(folder):
    pages = {path: Page(path) for path in folder.rglob("*.html")}
    for path, page in pages.items():
        if path.name == "404.html":  # its links begin at the root of a server
            continue
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme in {"http", "https", "mailto"} or parts.netloc:
                continue
            target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
            if target not in pages and not target.is_file():
                yield f"{path}: there is no {link}"
            elif target in pages and urllib.parse.unquote(parts.fragment) not in pages[target].places:
                yield f"{path}: there is no place {link}"


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    code = subprocess.run([SCRIPT, folder], check=False).returncode
    if code:
        return code
    dead = sorted(dead_links(folder / "html"))
    print("\n".join(dead) or "every link leads somewhere")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
