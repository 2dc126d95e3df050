# SPDX-License-Identifier: MIT
# Gradients that are right, and each mistake that can be made in them.
# shellcheck shell=sh disable=SC1091,SC2154
. "$(dirname "$0")/support.sh"

rows rows.csv 60
pictures data 4
expect 0 "$tigrillo" train rows.csv --hidden 9,5 --activation tanh --epochs 2 --dropout 0.3 \
    --out rows.safetensors
for activation in sigmoid tanh relu leaky_relu gelu gelu_tanh; do
    expect 0 "$tigrillo" train rows.csv --hidden 6 --activation "$activation" --epochs 1 \
        --out one.safetensors
    expect 0 "$tigrillo" gradcheck one.safetensors --json
    json true passed
    json ok tensors 0 verdict
done
expect 0 "$tigrillo" train data --size 4 --hidden 40 --epochs 2 --out colours.safetensors

expect 0 "$tigrillo" gradcheck rows.safetensors
empty err
has out "8 random samples, loss "
for tensor in 0.weight 0.bias 3.weight 3.bias 6.weight 6.bias; do
    check test "$(grep -c "^$tensor .* ok\$" out)" -eq 1
done
expect 0 "$tigrillo" gradcheck rows.safetensors --data rows.csv --json
json true passed
json false random
json none mistake
json 8 samples
json 6.weight tensors 4 name
json '[2,5]' tensors 4 shape
json 10 tensors 4 checked
json null tensors 4 guess
# Of a large tensor, some; the data's pictures go through the model's input.
expect 0 "$tigrillo" gradcheck colours.safetensors --data data --json
json '[40,48]' tensors 0 shape
checked=$("$json_value" tensors 0 checked <out)
kinks=$("$json_value" tensors 0 kinks <out)
check test "$((checked + kinks))" -eq 64

# mistake, the tensors that must be found wrong (of six), what is guessed of the first of them
while read -r mistake wrong guess; do
    expect 1 "$tigrillo" gradcheck rows.safetensors --inject "$mistake"
    has out "mistake made on purpose: $mistake"
    check test "$(grep -c ' FAIL$' out)" -eq "$wrong"
    has out "$guess"
    has err "$wrong of 6 gradients are wrong"
    expect 1 "$tigrillo" gradcheck rows.safetensors --inject "$mistake" --json
    json "$mistake" mistake
    json false passed
done <<END
transposed 3 0.weight: transposed
sign 6 0.weight: the sign is wrong
missing-1/n 6 0.weight: n times the right gradient
missing-derivative 4 3.weight: right in the layer above
not-zeroed 6 0.weight: twice the right gradient
bias-of-one-row 3 0.bias: its weight's gradient is right
END

# Below the first wrong layer nothing can be told yet.
expect 0 "$tigrillo" train rows.csv --hidden 7,6,5 --activation sigmoid --epochs 1 --out deep.safetensors
expect 1 "$tigrillo" gradcheck deep.safetensors --inject missing-derivative
for tensor in 4.weight 4.bias; do has out "$tensor: right in the layer above"; done
for tensor in 0.weight 0.bias 2.weight 2.bias; do
    has out "$tensor: the layer above is wrong, too: begin there"
done
# Where there is no hidden layer, its derivative is not missing.
expect 0 "$tigrillo" train rows.csv --hidden none --epochs 1 --out flat.safetensors
expect 0 "$tigrillo" gradcheck flat.safetensors --inject missing-derivative
has out 'in this network the mistake "missing-derivative" changes nothing that is seen'

# What cannot be checked.
expect 1 "$tigrillo" gradcheck missing.safetensors
has err "missing.safetensors: "
expect 1 "$tigrillo" gradcheck rows.safetensors --data data
empty out
awk -F, 'NR == 1 { print } NR > 1 { print $1 "," $2 ",new" NR % 2 }' rows.csv >strange.csv
expect 1 "$tigrillo" gradcheck rows.safetensors --data strange.csv
has err "strange.csv: line 2"
expect 2 "$tigrillo" gradcheck rows.safetensors --inject magic
has err "--inject: 'magic' is none of none, transposed"
golden=$(dirname "$0")/../io/golden
expect 1 "$tigrillo" gradcheck "$golden/version-1-pictures.safetensors"
has err "gradcheck cannot follow"
# No classifier: softmax and cross-entropy of it would be numbers, but none of its own.
expect 0 "$tigrillo" import "$(dirname "$0")/../fuzz/corpus/onnx/keras.onnx" --out yes_or_no.safetensors
expect 1 "$tigrillo" gradcheck yes_or_no.safetensors
has err "yes_or_no.safetensors: has one output: gradcheck computes softmax and cross-entropy of at least two"
empty out
ends_in_sigmoid rows.safetensors several.safetensors
expect 1 "$tigrillo" gradcheck several.safetensors
has err "several.safetensors: ends in sigmoid: gradcheck computes softmax and cross-entropy"
finish
