#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Packs the page, its script, the compiled module and some pictures into one HTML file.

    pack.py FOLDER VERSION MODULE.wasm PAGE.html PICTURE...
"""
import base64
import gzip
import pathlib
import sys

SCRIPTS = ["module", "draw", "scores", "network", "picture", "start"]


def encoded(data):
    return base64.b64encode(data).decode()


def sample(path):
    """A button with a picture, named by its class, which is the folder it lies in."""
    name = {"none": "something else"}.get(path.parent.name, path.parent.name)
    source = f"data:image/png;base64,{encoded(path.read_bytes())}"
    return f'<button type="button"><img alt="a drawing: {name}" src="{source}"></button>'


def main(folder, version, module, page, *pictures):
    folder = pathlib.Path(folder)
    parts = {
        "style": (folder / "style.css").read_text(),
        "script": "".join((folder / f"{name}.js").read_text() for name in SCRIPTS),
        "module": encoded(gzip.compress(pathlib.Path(module).read_bytes(), mtime=0)),
        "samples": "".join(sample(pathlib.Path(path)) for path in pictures),
        "version": version,
    }
    text = (folder / "index.html").read_text()
    for name, content in parts.items():
        if text.count(f"@{name}@") != 1:
            sys.exit(f"pack.py: @{name}@ is not in index.html once")
        text = text.replace(f"@{name}@", content)
    pathlib.Path(page).write_text(text)


main(*sys.argv[1:])
