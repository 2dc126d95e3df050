#!/bin/sh
# SPDX-License-Identifier: MIT
# An exported model as WebAssembly, without a C library, run by Node. Needs clang, lld and nodejs.
#
#     examples/exported/wasm/run.sh build/release/cli/tigrillo
set -eu
tigrillo=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
for tool in clang wasm-ld node; do
    command -v "$tool" >/dev/null || {
        echo "SKIPPED: there is no $tool"
        exit 77
    }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
data=$here/../../iris.csv

"$tigrillo" train "$data" --hidden 16 --epochs 60 --learning-rate 0.01 --out iris.safetensors \
    >log 2>&1 || {
    cat log
    exit 1
}
"$tigrillo" export --c iris.safetensors "$data" -o iris.c --no-libm >log
clang --target=wasm32 -std=c11 -O3 -mbulk-memory -msimd128 -Wall -Wextra -Werror -ffreestanding \
    -nostdlib -Wl,--no-entry -DIRIS_SELF_TEST -I. "$here/wasm.c" iris.c -o iris.wasm
node "$here/run.js" iris.wasm >out
echo "$(wc -c <iris.wasm) bytes of WebAssembly say:"
cat out
grep -q 'virginica 0.[5-9]' out
