# SPDX-License-Identifier: MIT
# What export writes, prints and refuses.
# shellcheck shell=sh disable=SC1091,SC2154
. "$(dirname "$0")/support.sh"

pictures data 12
rows rows.csv 60
expect 0 "$tigrillo" train data --size 4 --hidden 8 --epochs 20 --batch 4 --learning-rate 0.02 \
    --out colours.safetensors
expect 0 "$tigrillo" train rows.csv --hidden 8 --epochs 2 --out rows.safetensors

# What it prints.
expect 0 "$tigrillo" export --c colours.safetensors -o colours.c
has out "parameters      419"
has out "constants       1676 bytes, 1.000 of float32"
has out "working memory  32 bytes"
has out "saved in colours.c"
check grep -q "int colours_predict(const float x\[COLOURS_INPUTS\], float y\[COLOURS_OUTPUTS\]);" \
    colours.h
expect 0 "$tigrillo" export --c colours.safetensors data --out paints.c --quantize int8 --name hue
has out "samples         36"
has out "accuracy        1.0000, of the model 1.0000"
has out "same class      1.0000"
check grep -Eq '^dense layers +[0-9]+[.][0-9]+ us a sample, [0-9]+[.][0-9]+ us as float32, ' out
check grep -q "hue_predict_pixels" paints.h
expect 0 "$tigrillo" export --c rows.safetensors -o rows.c --weights binary --quantize float16
check test "$(wc -c <rows.bin)" -eq $((2 * (2 * 8 + 8 * 2)))

# A program that uses them, where there is a compiler.
cat >use.c <<'END'
#include "colours.h"
#include "paints.h"
#include "rows.h"
#include <stdio.h>

int main(void) {
    unsigned char pixels[COLOURS_PIXELS];
    float y[COLOURS_OUTPUTS], values[ROWS_INPUTS] = {0.5f, 0.5f}, sides[ROWS_OUTPUTS];
    for (int i = 0; i < COLOURS_PIXELS; i++) pixels[i] = i % 3 == 1 ? 200 : 30;
    if (colours_predict_pixels(pixels, y) != 0 || !(y[1] > 0.5f)) return 1;
    if (hue_predict_pixels(pixels, y) != 0 || !(y[1] > 0.5f)) return 2;
    if (rows_predict_values(values, sides) != 0) return 3;
    puts(hue_class(1));
    return colours_self_test() + hue_self_test() + rows_self_test();
}
END
if command -v cc >/dev/null; then
    expect 0 cc -std=c99 -Wall -Wextra -Wpedantic -Wconversion -Werror -DCOLOURS_SELF_TEST \
        -DHUE_SELF_TEST -DROWS_SELF_TEST use.c colours.c paints.c rows.c -lm -o use
    expect 0 ./use
    has out "green"
    # A header of another export is noticed.
    cp colours.h own.h
    sed 's/0x\(.\)/0x1\1/' own.h >colours.h
    expect 1 cc -c colours.c
    has err "the header is of another export"
    cp own.h colours.h
else
    echo "SKIPPED: there is no compiler for what is exported"
fi

# What it refuses, without touching what is there.
expect 2 "$tigrillo" export rows.safetensors -o net.c
has err "one format, please"
expect 2 "$tigrillo" export --c rows.safetensors
has err "--out FILE is missing"
expect 2 "$tigrillo" export --c rows.safetensors -o net.h
has err "'net.h' does not end in .c"
expect 2 "$tigrillo" export --c rows.safetensors -o .c
has err "'.c' has no name before .c"
expect 2 "$tigrillo" export --c rows.safetensors -o nowhere/.c
has err "'nowhere/.c' has no name before .c"
expect 2 "$tigrillo" export --onnx rows.safetensors -o .onnx
has err "'.onnx' has no name before .onnx"
expect 2 "$tigrillo" export --c rows.safetensors -o ''
has err "'' does not end in .c"
expect 2 "$tigrillo" export --c rows.safetensors -o net.c --label label
has err "--label needs DATA"
expect 0 "$tigrillo" export --c rows.safetensors rows.csv -o labelled.c --label label
expect 1 "$tigrillo" export --c rows.safetensors rows.csv -o net.c --label colour
has err "colour"
expect 2 "$tigrillo" export --c rows.safetensors -o net.c --quantize int8
has err "needs DATA"
expect 2 "$tigrillo" export --c rows.safetensors -o net.c --quantize int4
has err "'int4' is none of float32, float16, int8"
expect 2 "$tigrillo" export --c -o net.c
expect 1 "$tigrillo" export --c rows.safetensors -o net.c --name "1st"
has err "the name \"1st\""
expect 1 "$tigrillo" export --c rows.safetensors -o my-net.c
has err "the name \"my-net\" is not 1 to 40 letters"
has err "can be given apart from the file's"
expect 0 "$tigrillo" export --c rows.safetensors -o my-net.c --name my_net
expect 1 "$tigrillo" export --c rows.safetensors -o math.c
has err "math.c: its header would be called as C's <math.h>"
expect 0 "$tigrillo" export --c rows.safetensors -o maths.c
expect 1 "$tigrillo" export --c missing.safetensors -o net.c
has err "missing.safetensors"
expect 1 "$tigrillo" export --c rows.csv -o net.c
has err "rows.csv"
expect 1 "$tigrillo" export --c rows.safetensors data -o net.c
has err "unknown class"
expect 1 "$tigrillo" export --c rows.safetensors -o nowhere/net.c
has err "nowhere/net.h: cannot create"
check test ! -e net.c
check test ! -e net.h
echo "int main(void) { return 0; }" >main.c
cp main.c before
expect 1 "$tigrillo" export --c rows.safetensors -o main.c
has err "main.c: is there and not an export"
check cmp main.c before
mkdir folder.c
expect 1 "$tigrillo" export --c rows.safetensors -o folder.c
cp before net.h
expect 1 "$tigrillo" export --c rows.safetensors -o net.c
has err "net.h: is there and not an export"
check cmp net.h before
rm net.h
cp before net.bin
expect 1 "$tigrillo" export --c rows.safetensors -o net.c --weights binary
has err "net.bin: is there"
expect 0 "$tigrillo" export --c rows.safetensors -o net.c
expect 0 "$tigrillo" export --c rows.safetensors -o net.c
expect 1 "$tigrillo" export --c rows.safetensors -o net.c --weights binary
has err "net.bin: is there"
check cmp net.bin before
rm net.bin
expect 0 "$tigrillo" export --c rows.safetensors -o net.c --weights binary
expect 0 "$tigrillo" export --c rows.safetensors -o net.c --weights binary

# ONNX, there and back.
expect 0 "$tigrillo" export --onnx colours.safetensors -o colours.onnx
has out "saved in colours.onnx"
expect 0 "$tigrillo" export --onnx colours.safetensors -o colours.onnx
expect 0 "$tigrillo" import colours.onnx --out back.safetensors
check cmp colours.safetensors back.safetensors
expect 2 "$tigrillo" export --c --onnx colours.safetensors -o net.onnx
has err "one format, please"
expect 2 "$tigrillo" export --onnx colours.safetensors -o net.c
has err "'net.c' does not end in .onnx"
expect 2 "$tigrillo" export --onnx colours.safetensors -o net.onnx --quantize float16
has err "nothing else"
expect 2 "$tigrillo" export --onnx colours.safetensors data -o net.onnx
has err "nothing else"
expect 1 "$tigrillo" export --onnx missing.safetensors -o net.onnx
has err "missing.safetensors"
check test ! -e net.onnx
cp before net.onnx
expect 1 "$tigrillo" export --onnx colours.safetensors -o net.onnx
has err "net.onnx: is there and not a model"
check cmp net.onnx before

finish
