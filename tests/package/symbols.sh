#!/bin/sh
# SPDX-License-Identifier: MIT
# What the shared library exports must be what symbols.txt lists, and every global name of the static
# one must begin with tg_:
#
#     symbols.sh NM SHARED STATIC
#
# A line that goes is a break of the interface, one that comes is a promise: change the list by hand.
set -eu
nm=$1 shared=$2 static=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Sanitizers and coverage add names of their own.
"$nm" -D --defined-only "$shared" | awk '{ print $3 }' | LC_ALL=C sort -u |
    grep -v '^__\|^_fini$\|^_init$' >"$work/exported"
diff -u symbols.txt "$work/exported"
if "$nm" -g --defined-only "$static" 2>/dev/null | awk 'NF == 3 { print $3 }' |
    grep -v '^tg_\|^__'; then
    echo "these names of the static library do not begin with tg_"
    exit 1
fi
