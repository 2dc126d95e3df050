# SPDX-License-Identifier: MIT
# What evaluate, predict and inspect say about models and data.
# shellcheck shell=sh disable=SC1091,SC2154
. "$(dirname "$0")/support.sh"

pictures data 12
pictures more 4
rows rows.csv 60
expect 0 "$tigrillo" train data --size 4 --hidden 8 --epochs 20 --batch 4 --learning-rate 0.02 \
    --out colours.safetensors
expect 0 "$tigrillo" train rows.csv --hidden 8 --epochs 2 --out rows.safetensors

# inspect
expect 0 "$tigrillo" inspect data
has out "samples  36 pictures of 32 x 32, colour"
has out "green       12"
expect 0 "$tigrillo" inspect data --json
json data kind
json 36 samples
json '[32,32,3]' shape
json 0 skipped
json red classes 2 name
json 12 classes 2 samples
expect 0 "$tigrillo" inspect rows.csv --json
json 2 columns
json null shape
awk -F, '{ print $3 "," $1 "," $2 }' rows.csv | sed 1s/label/kind/ >kinds.csv
expect 1 "$tigrillo" inspect kinds.csv
has err "kinds.csv: line 2"
for label in kind 0 -3; do
    expect 0 "$tigrillo" inspect kinds.csv --label "$label" --json
    json other classes 0 name
    expect 0 "$tigrillo" evaluate rows.safetensors kinds.csv --label "$label"
done
expect 2 "$tigrillo" inspect colours.safetensors --label x
has err "--label needs DATA, and colours.safetensors is a model"
expect 0 "$tigrillo" inspect colours.safetensors
has out "dense"
has out "input: pictures, 4 x 4, colour, standardised"
has out "classes: blue, green, red"
expect 0 "$tigrillo" inspect colours.safetensors --json
json model kind
json 48 inputs
json 3 outputs
json $((48 * 8 + 8 + 8 * 3 + 3)) parameters
json dense layers 0 kind
json 8 layers 0 units
json '{"kind":"relu"}' layers 1
json '{"kind":"softmax","temperature":1.0}' layers 3
json '["blue","green","red"]' classes
json '[4,4,3]' input shape
for layer in leaky_relu:slope:0.00999999978 gelu:none:; do
    expect 0 "$tigrillo" train data --size 4 --hidden 2 --epochs 1 --dropout 0.5 \
        --activation "${layer%%:*}" --out layers
    expect 0 "$tigrillo" inspect layers --json
    setting=${layer#*:}
    [ "$layer" = gelu:none: ] || json "${setting#*:}" layers 1 "${setting%:*}"
    json 0.5 layers 2 rate
done
json '{"kind":"gelu"}' layers 1
cp colours.safetensors nameless
expect 0 "$tigrillo" inspect nameless --json
json model kind
expect 0 "$tigrillo" inspect rows.safetensors
has out "input: rows of 2 numbers, standardised"

# evaluate
expect 0 "$tigrillo" evaluate colours.safetensors more
has out "samples            12"
has out "accuracy           1.0000"
has out "balanced accuracy  1.0000"
has out "confusion: "
expect 0 "$tigrillo" evaluate colours.safetensors more data --json
json 48 samples
json 1.0 accuracy
json 1.0 balanced_accuracy
json green classes 1 name
json 1.0 classes 1 precision
json 1.0 classes 1 recall
json 1.0 classes 1 f1
json '[[16,0,0],[0,16,0],[0,0,16]]' confusion
cp -r more mixed
cp more/red/0.bmp mixed/blue/wrong.bmp
expect 0 "$tigrillo" evaluate colours.safetensors mixed --json
json '[[4,0,1],[0,4,0],[0,0,4]]' confusion
json 0.8 classes 0 recall
json 0.8 classes 2 precision
json 5 classes 0 samples
expect 0 "$tigrillo" evaluate colours.safetensors mixed
has out "blue        4       0       1"
has out "red       0.8000  1.0000  0.8889        4"
expect 0 "$tigrillo" evaluate rows.safetensors rows.csv --json
json 60 samples
# A model whose weights are NaN.
not_numbers() {
    header=$(($(od -An -t u4 -N 4 "$1") + 8))
    head -c "$header" "$1"
    head -c "$(($(wc -c <"$1") - header))" /dev/zero | tr '\0' '\377'
}
not_numbers rows.safetensors >bad.safetensors
expect 1 "$tigrillo" evaluate bad.safetensors rows.csv
has out "loss               nan"
has err "bad.safetensors: no prediction (NaN) for 60 of 60 samples"
check test "$(cat out err | grep -c -e -nan)" -eq 0
expect 1 "$tigrillo" evaluate bad.safetensors rows.csv --json
json null loss
not_numbers colours.safetensors >bad.safetensors
expect 1 "$tigrillo" predict bad.safetensors more/red/1.bmp
has err "more/red/1.bmp: the model's output for it is not finite"
empty out

mkdir strange
cp -r more/blue more/red strange
cp -r more/green strange/yellow
expect 1 "$tigrillo" evaluate colours.safetensors strange
has err "yellow"
empty out
expect 1 "$tigrillo" evaluate rows.safetensors more
expect 1 "$tigrillo" evaluate rows.csv rows.safetensors
has err "rows.csv: not a safetensors file: "
expect 1 "$tigrillo" evaluate colours.safetensors rows.csv

# predict
expect 0 "$tigrillo" predict colours.safetensors more/red/1.bmp more/blue/2.bmp
has out "more/red/1.bmp: red "
has out "more/blue/2.bmp: blue "
expect 0 "$tigrillo" predict colours.safetensors more/red/1.bmp --top 1
check test "$(grep -c '(' out)" -eq 0
expect 0 "$tigrillo" predict colours.safetensors --top 9 --json more/green/0.bmp more/red/0.bmp
check test "$("$json_value" probabilities <out | head -n 1 | tr -cd : | wc -c)" -eq 3
check test "$("$json_value" class <out | tr '\n' ' ')" = "green red "
check "$json_value" probabilities blue <out >/dev/null
expect 0 "$tigrillo" predict colours.safetensors --top 1 --json more/green/0.bmp
check test "$("$json_value" probabilities <out | tr -cd : | wc -c)" -eq 1
# Six classes: four in text, all in JSON.
cp -r data six
for class in blue green red; do cp -r "data/$class" "six/$class 2"; done
expect 0 "$tigrillo" train six --size 4 --hidden none --epochs 1 --out six.safetensors
expect 0 "$tigrillo" predict six.safetensors more/red/1.bmp
check test "$(tr -cd % <out | wc -c)" -eq 4
expect 0 "$tigrillo" predict six.safetensors --json more/red/1.bmp
check test "$("$json_value" probabilities <out | tr -cd : | wc -c)" -eq 6
# Wherever it computes; and where that cannot be, it says so and does nothing.
cp out want
expect 0 "$tigrillo" predict six.safetensors --json --device auto more/red/1.bmp
check test "$("$json_value" class <out)" = "$("$json_value" class <want)"
if ! "$tigrillo" predict six.safetensors --json --device cuda more/red/1.bmp >out 2>err; then
    has err "cuda: "
    empty out
    expect 0 "$tigrillo" predict six.safetensors --json --device auto more/red/1.bmp
    has err "computing on the CPU: cuda: "
    check cmp -s out want
fi
cp more/red/1.bmp "$(printf 'not\377utf8.bmp')"
expect 0 "$tigrillo" predict colours.safetensors --json ./not*utf8.bmp
json './not?utf8.bmp' file
printf garbage >broken.png
expect 1 "$tigrillo" predict colours.safetensors broken.png missing.png more/red/1.bmp
has err "broken.png"
has err "missing.png"
has out "more/red/1.bmp: red "
expect 1 "$tigrillo" predict rows.safetensors more/red/1.bmp
has err "rows.safetensors: takes rows of numbers and not pictures"

# Skipped files, and files that are missing or wrong.
cp broken.png data/red/broken.png
expect 0 "$tigrillo" inspect data --json
has err "skipped: data/red/broken.png"
json 1 skipped
for command in "evaluate missing more" "predict missing more/red/1.bmp" "inspect missing" \
    "inspect missing.safetensors" "evaluate colours.safetensors missing" "inspect broken.png" \
    "evaluate broken.png more" "inspect a:b" "train missing --out m" \
    "train missing.csv --out m" "train more --validation missing --out m" \
    "train data missing --out m" "train missing: --out m"; do
    # shellcheck disable=SC2086
    expect 1 "$tigrillo" $command
    has err "tigrillo: "
    empty out
done
expect 1 "$tigrillo" inspect ""
has err "tigrillo: '': "
expect 1 "$tigrillo" predict colours.safetensors ""
has err "tigrillo: '': "
head -c 100 colours.safetensors >short.safetensors
expect 1 "$tigrillo" inspect short.safetensors
has err "short.safetensors: "
finish
