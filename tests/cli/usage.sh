# SPDX-License-Identifier: MIT
# Command lines, right and wrong, and output that cannot be written.
# shellcheck shell=sh disable=SC1091,SC2154
. "$(dirname "$0")/support.sh"

expect 0 "$tigrillo" --help
has out "Usage: tigrillo COMMAND"
empty err
expect 0 "$tigrillo" --version
has out "tigrillo 0."
has out "(OpenBLAS, stb_image, zlib"

for command in train evaluate predict inspect import softmax gradcheck check plot; do
    expect 0 "$tigrillo" "$command" --help
    has out "Usage: tigrillo $command"
    has out "--help"
    empty err
    expect 0 "$tigrillo" "$command" -h
    expect 2 "$tigrillo" "$command" --no-such-option
    has err "--no-such-option: unknown option"
    has err "try tigrillo $command --help"
    empty out
    expect 2 "$tigrillo" "$command"
    has err "too few arguments"
done
for option in validation hidden activation dropout features size grey label epochs batch optimizer \
    learning-rate weight-decay schedule warmup augment balance label-smoothing clip monitor \
    patience seed threads resume log report out; do
    expect 0 "$tigrillo" train --help
    has out "--$option"
done
has out "(default: 20)"

expect 2 "$tigrillo"
has err "no command given"
expect 2 "$tigrillo" fly
has err "fly: no such command"
has err "try tigrillo --help"
expect 2 "$tigrillo" --fly
has err "--fly: no such option"

# option, value, what the message must hold
while read -r option value message; do
    [ "$value" = empty ] && value=
    expect 2 "$tigrillo" train none.csv --out m "--$option" "$value"
    has err "--$option: "
    has err "$message"
    empty out
done <<END
epochs 12abc '12abc' is not a whole number from 1 to 1000000
epochs -3 '-3' is not a whole number
epochs 0 '0' is not a whole number
epochs 1000001 '1000001' is not a whole number
epochs 1.5 '1.5' is not a whole number
epochs empty '' is not a whole number
epochs 99999999999999999999999 is not a whole number
batch 0x10 '0x10' is not a whole number
seed -1 '-1' is not a whole number from 0 to 10000000000000000000
learning-rate fast 'fast' is not a number
learning-rate -1 '-1' is not a number from 0
learning-rate nan 'nan' is not a number
learning-rate 1e999 is not a number
dropout 1 '1' is not a number from 0 to 0.95
label-smoothing 1.1 '1.1' is not a number from 0 to 1
optimizer magic 'magic' is none of sgd, momentum, nesterov, adam, adamw
activation softmax 'softmax' is none of
features sift 'sift' is none of pixels, hog
schedule weekly 'weekly' is none of constant, step, cosine, one-cycle
monitor sleep 'sleep' is none of loss, balanced_accuracy
hidden 256,,128 is not a list
hidden 0 is not a list
hidden -5 is not a list
hidden 8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8 more than 16 layers
hidden empty is not a list
END
expect 2 "$tigrillo" train none.csv --epochs
has err "--epochs: missing argument"
expect 2 "$tigrillo" train none.csv --out m --grey=yes
has err "does not take an argument"
# Options that would do nothing.
expect 2 "$tigrillo" train none.csv --out m --hidden none --dropout 0.5
has err "--dropout: there is no hidden layer"
expect 2 "$tigrillo" train none.csv --out m --hidden none --activation tanh
has err "--activation: there is no hidden layer"
expect 2 "$tigrillo" gradcheck none.safetensors --label kind
has err "--label needs --data"
expect 2 "$tigrillo" train none.csv
has err "--out MODEL is missing"
expect 2 "$tigrillo" train none.csv --out ""
has err "--out"
expect 2 "$tigrillo" inspect a b
has err "too many arguments"
expect 2 "$tigrillo" evaluate model
expect 2 "$tigrillo" predict model
expect 2 "$tigrillo" predict model file --top 0
has err "--top: '0' is not a whole number"
expect 0 "$tigrillo" predict --help
has out "(default: 4; with"
check test "$(grep -c 'default: 0' out)" -eq 0

# softmax
expect 0 "$tigrillo" softmax 1.25 2.44 0.78 0.12 --labels cat,dog,tiger,none
cat >want <<END
cat    1.25  0.19101771
dog    2.44  0.62789072
tiger  0.78  0.11938650
none   0.12  0.06170507
END
check cmp out want
empty err
expect 0 "$tigrillo" softmax 1.25 2.44 0.78 0.12 --labels cat,dog,tiger,none --json
json dog 1 label
json 2.44 1 logit
json 0.627890719 1 probability
expect 0 "$tigrillo" softmax -1 --temperature 2 -2.5e0 -inf
has out "0      -1  0.67917870"
has out "1  -2.5e0  0.32082130"
has out "2    -inf  0.00000000"
expect 0 "$tigrillo" softmax 1e300 -1e300
has out "1.00000000"
expect 0 "$tigrillo" softmax inf 1 --json
json null 0 logit
json null 1 probability
expect 0 "$tigrillo" softmax nan 1
has out "nan  nan"
expect 2 "$tigrillo" softmax 1 two
has err "'two' is not a number"
expect 2 "$tigrillo" softmax 1 -2x
has err "-2x: unknown option"
expect 2 "$tigrillo" softmax 1 ""
has err "'' is not a number"
expect 2 "$tigrillo" softmax 1e999
has err "1e999 is too large"
expect 2 "$tigrillo" softmax 1 2 --labels one
has err "1 label for 2 numbers"
expect 2 "$tigrillo" softmax 1 --labels one,two
has err "2 labels for 1 number"
check test "$(grep -c "1 numbers" err)" -eq 0
expect 2 "$tigrillo" softmax 1 2 --labels ,
has err "--labels: label 1 is empty"
expect 2 "$tigrillo" softmax 1 2 --labels "one, "
has err "--labels: label 2 is empty"
expect 2 "$tigrillo" softmax 1 2 --labels one,two,three
has err "3 labels for 2 numbers"
for temperature in 0 -1 inf nan warm; do
    expect 2 "$tigrillo" softmax 1 --temperature "$temperature"
    has err "--temperature: '$temperature' is not a number"
done

# Output that cannot be written.
if [ -c /dev/full ]; then
    expect 1 sh -c "'$tigrillo' softmax 1 2 >/dev/full"
    has err "standard output: "
    expect 1 sh -c "'$tigrillo' train --help >/dev/full"
fi
expect 1 sh -c "'$tigrillo' softmax 1 2 --json >&-"
has err "standard output: "
finish
