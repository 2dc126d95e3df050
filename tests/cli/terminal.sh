# SPDX-License-Identifier: MIT
# The bar on a terminal, Ctrl-C, and going on afterwards.
# shellcheck shell=sh disable=SC1091,SC2154
. "$(dirname "$0")/support.sh"

rows rows.csv 3000
# train MODEL OPTION...: 60 epochs of 2700 steps
train="$tigrillo train rows.csv --hidden 32 --batch 1 --epochs 60 --dropout 0.1 --threads 1 --out"

# Without interruption.
# shellcheck disable=SC2086
expect 0 "$in_terminal" 100 "" $train whole
has out "samples/s"
has out "left"
has out "epoch 60/60: loss"
has out "saved in whole"
check test ! -e whole.checkpoint
# The bar is drawn over and over in one line, which must fit, and taken away before other text.
tr '\r' '\n' <out | grep 'samples/s' >bars
check test "$(wc -l <bars)" -ge 2
check test "$(awk 'length > 99' bars | wc -l)" -eq 0
check test "$(grep -c 'samples/s.*: loss' bars)" -eq 0

# What takes time before and after is said, and taken away.
check test "$(tr '\r' '\n' <out | grep -c '^reading rows.csv ...$')" -eq 1
check test "$(tr '\r' '\n' <out | grep -c '^looking over the training data ...$')" -eq 1
check test "$(tr '\r' '\n' <out | grep -c '^evaluating ...$')" -eq 1
check test "$(grep -c '\.\.\.[^[:cntrl:]]*$' out)" -eq 0
expect 0 "$in_terminal" 100 "" "$tigrillo" evaluate whole rows.csv
check test "$(tr '\r' '\n' <out | grep -c '^evaluating ...$')" -eq 1
expect 1 "$in_terminal" 100 "" "$tigrillo" evaluate whole missing.csv
check test "$(tr '\r' '\n' <out | grep -c '^tigrillo: missing.csv: ')" -eq 1
expect 0 "$in_terminal" 16 "" "$tigrillo" evaluate whole rows.csv
check test "$(tr '\r' '\n' <out | grep -c '^reading rows.cs$')" -eq 1
expect 0 "$tigrillo" evaluate whole rows.csv
empty err

# On a narrow terminal it is cut.
# shellcheck disable=SC2086
expect 130 "$in_terminal" 30 "loss" $train narrow
tr '\r' '\n' <out | grep '^epoch [0-9/]* [#.]' >bars
check test "$(wc -l <bars)" -ge 1
check test "$(awk 'length > 29' bars | wc -l)" -eq 0

# Interrupted in the middle: what there is is saved; going on gives the same model, bit by bit.
# shellcheck disable=SC2086
expect 130 "$in_terminal" 100 "epoch 2/60:" $train parts
has out "interrupted; the model as it is now is in parts"
has out "--resume parts.checkpoint"
check test "$(grep -c 'epoch 60/60:' out)" -eq 0
check test -e parts.checkpoint
check test "$(cmp -s whole parts && echo same)" = ""
expect 0 "$tigrillo" inspect parts --json
json model kind
expect 0 "$tigrillo" inspect parts.checkpoint --json
json model kind
# shellcheck disable=SC2086
expect 1 $train parts --resume parts.checkpoint --batch 2
has err "parts.checkpoint"
# shellcheck disable=SC2086
expect 130 "$in_terminal" 100 "epoch 5/60:" $train parts --resume parts.checkpoint
check test "$(grep -c 'epoch 1/60:' out)" -eq 0
# shellcheck disable=SC2086
expect 0 $train parts --resume parts.checkpoint
check cmp whole parts
check test ! -e parts.checkpoint

# Where Ctrl-C is ignored, as under nohup, it stays so.
expect 0 "$in_terminal" 100 "epoch 1/2:" sh -c "trap '' INT
    exec '$tigrillo' train rows.csv --epochs 2 --out ignored"
has out "saved in ignored"
finish
