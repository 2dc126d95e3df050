#!/bin/sh
# SPDX-License-Identifier: MIT
# Packs the build, unpacks it into a folder, and uses what lies there:
#
#     cpack.sh CPACK BUILD_FOLDER LIBRARY_FOLDER COMPILER FLAGS MODEL
set -eu
cpack=$1 build=$2 library=$3 compiler=$4 flags=$5 model=$6
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# use PREFIX: the program runs, programs can be built, and everything else is where it belongs.
use() {
    "$1/bin/tigrillo" inspect "$model" >"$work/out"
    grep -q "classes: cat, dog" "$work/out"
    ls "$1/share/man/man1/tigrillo.1" "$1/share/bash-completion/completions/tigrillo" \
        "$1/share/doc/tigrillo/LICENSE"
    sh "$(dirname "$0")/pkg_config.sh" "$1/$library" "$compiler" "$flags" "$model"
}

(cd "$build" && "$cpack" -B "$work" >"$work/log" 2>&1) || {
    cat "$work/log"
    exit 1
}
mkdir "$work/tar"
tar -xzf "$work"/*.tar.gz -C "$work/tar"
use "$work"/tar/tigrillo-*
if command -v dpkg-shlibdeps >/dev/null; then
    dpkg-deb -x "$work"/*.deb "$work/deb"
    use "$work/deb/usr"
    dpkg-deb -f "$work"/*.deb Depends | grep libjansson
fi
