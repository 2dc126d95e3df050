# SPDX-License-Identifier: MIT
# Training: every option, what is printed where, what is saved, and what is refused.
# shellcheck shell=sh disable=SC1091,SC2154
. "$(dirname "$0")/support.sh"

pictures data 12
pictures more 4
rows rows.csv 200

expect 0 "$tigrillo" train data --size 4 --hidden 8 --epochs 2 --out m.safetensors
has out "balanced accuracy"
has out "confusion: "
has out "saved in m.safetensors"
has err "epoch 1/2: loss "
has err "epoch 2/2: loss "
has err "validation: loss "
check test "$(wc -l <err)" -eq 2
check test "$(tr -cd '\r\033' <err | wc -c)" -eq 0
check test ! -e m.safetensors.checkpoint
has out "samples            3" # a tenth of each class, at least one

# The same seed and threads give the same bytes, another seed others.
for seed in 1 1 2; do
    expect 0 "$tigrillo" train data --size 4 --epochs 3 --dropout 0.2 --augment --seed "$seed" \
        --threads 2 --out "again.$seed"
    [ -e first ] || cp again.1 first
done
check cmp -s first again.1
check test "$(cmp -s first again.2 && echo same)" = ""

# Everything that can be chosen.
while read -r options; do
    # shellcheck disable=SC2086
    expect 0 "$tigrillo" train data --size 8 --hidden 8 --epochs 2 --batch 8 --out m $options
    has out "saved in m"
done <<END
--hidden none
--hidden 8,6,4 --activation sigmoid --dropout 0.5
--activation tanh --optimizer sgd
--activation leaky_relu --optimizer momentum --weight-decay 0.001
--activation gelu --optimizer nesterov --learning-rate 0.05
--activation gelu_tanh --optimizer adam --schedule constant
--features hog --schedule step --warmup 3
--features hog --grey --schedule one-cycle
--size 12 --augment --balance --label-smoothing 0.1
--clip 1 --patience 1 --monitor loss
--clip 1 --patience 1 --monitor balanced_accuracy
--threads 2 --seed 18446744073709551
--validation more
--validation more --validation more
--schedule=cosine --optimizer=adamw
END
expect 0 "$tigrillo" train data more --validation more --size 4 --epochs 1 --out m
has out "samples            12"
expect 0 "$tigrillo" train rows.csv --label label --hidden 16 --epochs 2 --out m
expect 0 "$tigrillo" train rows.csv --hidden 4 --epochs 60 --learning-rate 0 --patience 2 --out m
has err "stopped early"
check test "$(grep -c '^epoch' err)" -eq 3

# Refused, and nothing is left behind.
rm -rf m m.checkpoint
mkdir folder
expect 1 "$tigrillo" train rows.csv --out folder
has err "folder: is there and not a file"
expect 1 "$tigrillo" train rows.csv --out missing/m
has err "missing: "
expect 1 "$tigrillo" train rows.csv --out rows.csv/m
has err "rows.csv: Not a directory"
ln -s nothing dangling
expect 1 "$tigrillo" train rows.csv --out dangling
has err "dangling: a link that leads nowhere"
long=$(printf %0250d 0)
expect 1 "$tigrillo" train rows.csv --out "$long"
has err "with the ending .checkpoint: File name too long"
expect 1 "$tigrillo" train rows.csv --out "$(printf %05000d 0)"
has err "File name too long"

# Data is not overwritten, nor anything else that is no model.
cp rows.csv own.csv
ln own.csv link.csv
printf '\11\0\0\0\0\0\0\0{' >braced.csv
cp rows.csv notes.checkpoint
for out in own.csv link.csv braced.csv notes; do
    cp "$out" before 2>/dev/null || cp notes.checkpoint before
    expect 1 "$tigrillo" train own.csv --epochs 1 --validation braced.csv --out "$out"
    has err "overwritten"
    cmp -s before "$out" || cmp -s before notes.checkpoint || wrong "$out was changed"
done
has err "notes.checkpoint: is there and not a model"
expect 1 "$tigrillo" train missing:own.csv --out link.csv
has err "link.csv: is the data"
expect 1 "$tigrillo" train more --out more/red/1.bmp
has err "more/red/1.bmp: is there and not a model"
check test ! -e own.csv.checkpoint
: >made
ln -s made linked
expect 0 "$tigrillo" train own.csv --epochs 1 --hidden none --out linked
expect 0 "$tigrillo" train own.csv --epochs 1 --hidden none --out linked
check test -L linked
expect 0 "$tigrillo" inspect made

expect 1 "$tigrillo" train rows.csv --features hog --out m
has err "tigrillo: "
expect 1 "$tigrillo" train rows.csv --augment --out m
has err "tigrillo: "
expect 1 "$tigrillo" train rows.csv --label nothing --out m
has err "nothing"
expect 1 "$tigrillo" train rows.csv --resume missing --out m
has err "missing"
mkdir -p strange
cp -r more/blue more/red strange
cp -r more/green strange/yellow
expect 1 "$tigrillo" train more --validation strange --out m
has err "yellow"
expect 1 "$tigrillo" train rows.csv --optimizer sgd --learning-rate 1000 --schedule constant \
    --activation relu --hidden 64,64,64 --epochs 50 --batch 2 --weight-decay 1000 --out m
has err "epoch"
check test ! -e m
check test ! -e m.checkpoint
check test "$(grep -c 'last good' err)" -eq 0
check test "$(grep "^epoch" err | grep -c -e -nan)" -eq 0
# The last epochs that went well are in the checkpoint.
awk 'BEGIN { for (i = 0; i < 200; i++) print i % 7 "," i % 5 "," i % 2 }' >noise.csv
expect 1 "$tigrillo" train noise.csv --hidden none --optimizer sgd --schedule constant --batch 180 \
    --epochs 200 --learning-rate 100 --weight-decay 1 --out m
has err ", the last good one, is in m.checkpoint"
check test "$(grep "^epoch" err | grep -c -e -nan)" -eq 0
last=$(grep -c '^epoch .*: loss' err)
has err "the model after epoch $last, the last"
expect 0 "$tigrillo" inspect m.checkpoint
rm m.checkpoint
# Where there is no GPU (nor a driver, whatever this machine has): auto goes on, and says so once.
TIGRILLO_CUDA_LIBRARY=/nowhere/libcuda.so.1
export TIGRILLO_CUDA_LIBRARY
expect 1 "$tigrillo" train rows.csv --device cuda --epochs 1 --out m
has err "tigrillo: cuda: "
check test ! -e m
expect 0 "$tigrillo" train rows.csv --device auto --epochs 1 --out m
has err "computing on the CPU: cuda: "
check test "$(grep -c 'on the CPU' err)" -eq 1
expect 0 "$tigrillo" evaluate m rows.csv --device auto
has err "computing on the CPU: cuda: "
expect 2 "$tigrillo" evaluate m rows.csv --device gpu
has err "gpu"
unset TIGRILLO_CUDA_LIBRARY
rm m
# A disk that is full: files may not grow beyond 512 bytes. The old model stays.
rm -f m.checkpoint
cp m.safetensors old
expect 1 sh -c "ulimit -f 1; exec '$tigrillo' train rows.csv --epochs 1 --out old"
has err "old"
check cmp -s old m.safetensors
# shellcheck disable=SC2012
check test "$(ls -d old* | tr '\n' ' ')" = "old "
finish
