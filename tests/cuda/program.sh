# SPDX-License-Identifier: MIT
# The program on the device: it trains, judges and predicts there as on the CPU, and a model of one is
# a model of the other. Run as: sh program.sh TIGRILLO
# shellcheck shell=sh disable=SC1091,SC2154
set -- "$1" - -
. "$(dirname "$0")/../cli/support.sh"

pictures data 8
for device in cpu cuda; do
    expect 0 "$tigrillo" train data --size 4 --hidden 5 --epochs 3 --batch 8 --device $device \
        --out $device --log $device.log --report $device.html
    has out "saved in $device"
    check test "$(wc -l <$device.log)" -eq 3
    check grep -q "<td>$device</td>" $device.html
done
# The same answers, wherever the model was made and wherever it computes.
for model in cpu cuda; do
    for device in cpu cuda; do
        expect 0 "$tigrillo" evaluate $model data --device $device
        cp out answers
        expect 0 "$tigrillo" predict $model data/red/1.bmp data/blue/1.bmp --top 3 --device $device
        cat out >>answers
        [ -e first ] || cp answers first
        check cmp -s answers first
    done
done
finish
