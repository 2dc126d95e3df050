#!/bin/sh
# SPDX-License-Identifier: MIT
# An exported model on a Cortex-M without an operating system or a C library, run by QEMU: a small
# classifier is trained, exported and compiled, with a floating-point unit (M4) and without (M3 and
# int8). Needs gcc-arm-none-eabi and qemu-system-arm.
#
#     examples/exported/cortex_m/run.sh build/release/cli/tigrillo
set -eu
tigrillo=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
for tool in arm-none-eabi-gcc qemu-system-arm; do
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

# try CPU MACHINE TYPE
try() {
    "$tigrillo" export --c iris.safetensors "$data" -o iris.c --quantize "$3" --no-libm >log
    # shellcheck disable=SC2086 # the processor's options are several words
    arm-none-eabi-gcc $1 -mthumb -std=c11 -Os -Wall -Wextra -Werror -ffreestanding \
        -fno-tree-loop-distribute-patterns -DIRIS_SELF_TEST -I. "$here/start.c" "$here/main.c" iris.c \
        -nostdlib -T "$here/link.ld" -lgcc -o iris.elf
    # What the program prints comes on QEMU's standard error.
    answer=$(timeout 60 qemu-system-arm -M "$2" -nographic -monitor none -serial none \
        -semihosting-config enable=on,target=native -kernel iris.elf 2>&1) || {
        echo "$2, $3: failed: $answer"
        exit 1
    }
    size=$(arm-none-eabi-size iris.elf | awk 'NR == 2 { print $1 }')
    echo "$2, $3: $answer, $size bytes of code and constants"
}
try "-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16" mps2-an386 float32
try "-mcpu=cortex-m3" mps2-an385 float32
try "-mcpu=cortex-m3" mps2-an385 int8
