#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the book and the other pages as a site, with the reference of the public headers.
#
#     scripts/site.sh [FOLDER]      into FOLDER/html; FOLDER is build/site if it is not given
#
# Any warning fails. scripts/setup.sh --tests installs Doxygen, scripts/setup-python.sh MkDocs; ends with
# 77 where one of them is missing.
set -eu
folder=${1:-}
case $folder in '' | /*) ;; *) folder=$PWD/$folder ;; esac
cd "$(dirname "$0")/.."

python=build/site-python/bin/python
if ! command -v doxygen >/dev/null || [ ! -x $python ]; then
    echo "SKIPPED: Doxygen or $python is missing;" \
        "scripts/setup.sh --tests and scripts/setup-python.sh make them" >&2
    exit 77
fi

folder=${folder:-build/site}
mkdir -p "$folder"
if [ ! -e "$folder/mkdocs.yml" ] && [ -n "$(ls -A "$folder")" ]; then
    echo "site.sh: $folder is neither empty nor a site: nothing in it is replaced" >&2
    exit 1
fi
rm -rf "$folder/pages" "$folder/html"
mkdir "$folder/pages"
{
    cat scripts/site/Doxyfile
    echo "OUTPUT_DIRECTORY = \"$folder/pages\""
} | doxygen -
$python scripts/site/pages.py "$folder"
$python -m pygments -S default -f html -a .codehilite >"$folder/pages/highlight.css"
# Not --quiet: that makes --strict overlook warnings.
$python -m mkdocs build --strict --config-file "$folder/mkdocs.yml"
echo "$folder/html/index.html"
