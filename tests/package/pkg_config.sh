#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds and runs the consumer with what pkg-config says of an installed library:
#
#     pkg_config.sh LIBRARY_FOLDER COMPILER FLAGS MODEL
set -eu
library=$1 compiler=$2 flags=$3 model=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build_and_run LIBRARY_FOLDER OPTION...
build_and_run() {
    folder=$1
    shift
    PKG_CONFIG_PATH=$folder/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
    export PKG_CONFIG_PATH
    # shellcheck disable=SC2086,SC2046 # several words on purpose
    $compiler $flags -std=c11 -Wall -Wextra -Wpedantic -Werror consumer.c -o "$work/consumer" \
        -Wl,-rpath,"$folder" $(pkg-config "$@" --cflags --libs tigrillo)
    "$work/consumer" "$model" >"$work/out"
    grep -q '^cat 0.9671' "$work/out" || {
        cat "$work/out"
        exit 1
    }
}

uses_shared() {
    ldd "$work/consumer" | grep -q libtigrillo
}

build_and_run "$library"
uses_shared || { echo "not linked with the shared library"; exit 1; }

# A linker prefers the shared library: as on a machine where there is none.
mkdir "$work/prefix"
cp -R "$library/.." "$work/prefix/copy"
rm "$work/prefix/copy/$(basename "$library")"/libtigrillo.so*
build_and_run "$work/prefix/copy/$(basename "$library")" --static
if uses_shared; then
    echo "linked with the shared library"
    exit 1
fi
