# SPDX-License-Identifier: MIT
# import: the models that the fuzzers begin with, made by PyTorch, Keras and scikit-learn.
# shellcheck shell=sh disable=SC1091,SC2154
here=$(cd "$(dirname "$0")" && pwd)
. "$here/support.sh"
models=$here/../fuzz/corpus/onnx

expect 0 "$tigrillo" import "$models/scikit_scaled.onnx" --out scaled.safetensors
has out "scaled.safetensors: 4 inputs, 3 outputs, 43 parameters, with class names, standardised"
empty err
expect 0 "$tigrillo" inspect scaled.safetensors --json
json '["a","b","c"]' classes
json true input standardised
json '{"kind":"softmax","temperature":1.0}' layers 2
printf 'p,q,r,s,label\n0.5,1,2,3,a\n-1,0,1,2,b\n1,-2,0,1,c\n' >rows.csv
expect 0 "$tigrillo" evaluate scaled.safetensors rows.csv --json
json 3 samples
expect 0 "$tigrillo" import "$models/pytorch_gelu.onnx" --out gelu.safetensors
has out "gelu.safetensors: 12 inputs, 3 outputs"
expect 0 "$tigrillo" inspect gelu.safetensors --json
json '{"kind":"gelu"}' layers 1
json '{"kind":"gelu_tanh"}' layers 3
for model in "$models"/*.onnx; do
    expect 0 "$tigrillo" import "$model" --out model.safetensors
    expect 0 "$tigrillo" inspect model.safetensors
done

# The format may be named, and --out has the letter that it has in export.
expect 0 "$tigrillo" import "$models/keras.onnx" --out plain.safetensors
expect 0 "$tigrillo" import --onnx "$models/keras.onnx" --out named.safetensors
check cmp plain.safetensors named.safetensors
expect 0 "$tigrillo" import "$models/keras.onnx" -o short.safetensors
check cmp plain.safetensors short.safetensors
expect 0 "$tigrillo" import --help
has out "the default, and the only format"

expect 2 "$tigrillo" import "$models/keras.onnx"
has err "--out MODEL is missing"
expect 2 "$tigrillo" import "$models/keras.onnx" --out ''
has err "--out: the name is empty"
expect 1 "$tigrillo" import missing.onnx --out m
has err "missing.onnx: cannot open"
expect 1 "$tigrillo" import rows.csv --out m
has err "rows.csv: byte 0: "
expect 1 "$tigrillo" import scaled.safetensors --out m
has err "scaled.safetensors: "
head -c 700 "$models/keras.onnx" >cut.onnx
expect 1 "$tigrillo" import cut.onnx --out m
has err "cut.onnx: byte "
check test ! -e m
expect 1 "$tigrillo" import "$models/keras.onnx" --out rows.csv
has err "rows.csv: is there and not a model: it is not overwritten"
cp "$models/keras.onnx" here.onnx
expect 1 "$tigrillo" import here.onnx --out here.onnx
has err "here.onnx: is the model to read, and would be overwritten"
check cmp -s here.onnx "$models/keras.onnx"
expect 1 "$tigrillo" import here.onnx --out nowhere/m
has err "nowhere: "
finish
