#!/bin/sh
# SPDX-License-Identifier: MIT
# Which type an exported model is best in here: its size, speed and accuracy as float32, float16 and
# int8, compiled by $CC with $CFLAGS (cc -O3).
#
#     examples/exported/speed/run.sh build/release/cli/tigrillo MODEL DATA...
set -eu
tigrillo=$(realpath "$1")
model=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo "type        bytes  microseconds  accuracy"
for type in float32 float16 int8; do
    "$tigrillo" export --c "$model" "$@" --quantize $type -o "$folder/net.c" >"$folder/report"
    # shellcheck disable=SC2086
    ${CC:-cc} ${CFLAGS:--O3} -I"$folder" "$here/speed.c" "$folder/net.c" -o "$folder/speed" -lm
    printf '%-8s %8s  %12s  %8s\n' $type \
        "$(sed -n 's/^constants *\([0-9]*\) .*/\1/p' "$folder/report")" "$("$folder/speed")" \
        "$(sed -n 's/^accuracy *\([0-9.]*\),.*/\1/p' "$folder/report")"
done
