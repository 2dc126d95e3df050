# SPDX-License-Identifier: MIT
# The log of training, and drawings of it and of confusion matrices.
# shellcheck shell=sh disable=SC1091,SC2154
golden=$(cd "$(dirname "$0")/golden" && pwd)
. "$(dirname "$0")/support.sh"

# Drawings that were looked at.
for drawn in curves.log confusion.json; do
    name=${drawn%.*}
    expect 0 "$tigrillo" plot "$golden/$drawn"
    check cmp out "$golden/$name.txt"
    expect 0 "$tigrillo" plot "$golden/$drawn" --ascii
    check cmp out "$golden/$name.ascii"
    expect 0 "$tigrillo" plot "$golden/$drawn" --svg
    check cmp out "$golden/$name.svg"
    empty err
    if command -v python3 >/dev/null; then
        check python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' out
    fi
done
check test "$(LC_ALL=C grep -c '[^ -~]' "$golden/curves.ascii")" -eq 0
# As wide as the terminal.
expect 0 "$in_terminal" 40 "" "$tigrillo" plot "$golden/curves.log" --ascii
check test "$(tr -d '\r' <out | awk 'length > m { m = length } END { print m }')" -eq 40
# Where the counts do not fit, the shades do.
expect 0 "$in_terminal" 30 "" "$tigrillo" plot "$golden/confusion.json" --ascii
has out "tiger          |. +|"
# Of many epochs, some points.
awk '{ for (i = 1; i <= 1000; i++) { line = $0; sub(/: 1,/, ": " i ",", line); print line } exit }' \
    "$golden/curves.log" >long.log
expect 0 "$tigrillo" plot long.log --svg
has out "One in 3 points is drawn."
check test "$(wc -c <out)" -lt 30000

# What train writes, plot draws; the last epoch that brought something better is what was judged.
rows rows.csv 200
expect 0 "$tigrillo" train rows.csv --hidden 8 --epochs 6 --out m --log train.log
check test "$(wc -l <train.log)" -eq 6
cp out trained
cp train.log out
check test "$("$json_value" epoch <train.log | tr '\n' ' ')" = "1 2 3 4 5 6 "
loss=$("$json_value" validation_loss <train.log | tail -n 1)
check grep -q "^loss  *$(printf %.4f "$loss")\$" trained
expect 0 "$tigrillo" plot train.log
# A later training replaces the log; one that is resumed adds to it.
expect 0 "$tigrillo" train rows.csv --epochs 2 --out m --log train.log
check test "$(wc -l <train.log)" -eq 2
# As after an interruption before the checkpoint was written: the epochs from 2 on come again.
sed 's/^{"epoch": [0-9]*/{"epoch": 2/' train.log >>train.log.2
cat train.log train.log.2 >again.log
expect 0 "$tigrillo" plot again.log --svg
has out "at epoch 1,"
has out "at 2; the lowest"

# No data is lost to a log.
cp rows.csv before
expect 1 "$tigrillo" train rows.csv --epochs 1 --out m --log rows.csv
has err "rows.csv: is there and not a log: it is not overwritten"
check cmp rows.csv before
mkdir folder
expect 1 "$tigrillo" train rows.csv --epochs 1 --out m --log folder
has err "folder: is there and not a file"
expect 1 "$tigrillo" train rows.csv --epochs 1 --out m --log missing/log
has err "missing: No such file"
# A disk that fills up while it trains, here where a resumed training adds to its log: the model is
# there all the same.
rows many.csv 3000
train="$tigrillo train many.csv --hidden 2 --batch 1 --epochs 40 --out m --log l"
# shellcheck disable=SC2086
expect 130 "$in_terminal" 100 "epoch 3/" $train
check test "$(wc -l <l)" -ge 2
first=$(head -n 1 l)
while [ "$(wc -c <l)" -lt 65400 ]; do echo "$first" >>l; done
lines=$(wc -l <l)
printf '{"epoch": 3, "learn' >>l # as a machine leaves it that stops
expect 1 sh -c "ulimit -f 128; exec $train --resume m.checkpoint"
has err "l: File too large"
has err "epoch 40/40"
has out "saved in m"
check test "$(grep -c 'File too large' err)" -eq 1
check test "$(wc -l <l)" -ge "$lines"
expect 0 "$tigrillo" plot l
expect 0 "$tigrillo" evaluate m rows.csv

# Numbers at the ends of what there is, and a point between two gaps.
while read -r rate loss; do
    head -n 1 "$golden/curves.log" | sed "s/0.1,/$rate,/; s/1.5,/$loss,/" >extreme
    expect 0 timeout 20 "$tigrillo" plot extreme --ascii
    check test "$(grep -c 'nan\|inf' out)" -eq 0
    expect 0 timeout 20 "$tigrillo" plot extreme --svg
    check test "$(grep -c 'nan\|inf' out)" -eq 0
    check test "$(wc -c <out)" -lt 20000
done <<'END'
1e-323 5e-324
1e-320 0
1e300 1e300
0 1e-300
END
first=$(head -n 1 "$golden/curves.log")
for epoch in 1 2 3 4 5; do
    value=null
    [ $epoch -ne 3 ] || value=0.75
    echo "$first" | sed "s/: 1,/: $epoch,/; s/\(accuracy\": \)[0-9.]*/\1$value/g"
done >gaps
expect 0 "$tigrillo" plot gaps --svg
has out 'h0"/>'
expect 0 "$tigrillo" plot gaps --ascii
check test "$(sed -n '/Accuracy/,/epoch/p' out | grep -c '|.*[ox*]')" -eq 1

# Names that a terminal would obey, or XML is without.
printf '{"confusion": [[1]], "classes": [{"name": "a\\u001b]0;b\\nc\\uffff"}]}' >odd
expect 0 "$tigrillo" plot odd
has out "a?]0;b?c"
expect 0 "$tigrillo" plot odd --svg
has out "a?]0;b"
if command -v python3 >/dev/null; then
    check python3 -c 'import sys, xml.etree.ElementTree as x; x.parse(sys.argv[1])' out
fi

# Broken files are refused with their place.
refuse() {
    expect 1 "$tigrillo" plot "$1"
    has err "$1: $2"
    empty out
}
first=$(head -n 1 "$golden/curves.log")
printf '%s\n{"epoch": 2,\n' "$first" >broken
refuse broken "line 2, column 12: "
printf '%s\n\n%s\n' "$first" "$first" >broken
refuse broken "line 2"
# But for a last line that was cut off.
printf '%s\n{"epoch": 2, "lea' "$first" >cut_off
expect 0 "$tigrillo" plot cut_off --svg
has err "cut_off: line 2 is cut off, and left out"
cp out plotted
echo "$first" >whole
expect 0 "$tigrillo" plot whole --svg
check test "$(wc -c <out)" -eq "$(wc -c <plotted)"
printf '{"epoch": 2, "lea' >cut_off
refuse cut_off "line 1"
while IFS='|' read -r change reason; do
    { echo "$first"; echo "$first" | sed "$change"; } >broken
    refuse broken "line 2: $reason"
done <<'END'
s/: 1,/: 0,/|"epoch" is not a whole number from 1 to 1000000
s/: 1,/: 1000001,/|"epoch" is not
s/: 1,/: 1.5,/|"epoch" is not
s/"epoch"/"other"/|"epoch" is not
s/true/1/|"best" is neither
s/0.1,/-0.1,/|"learning_rate" is neither null nor a number from 0 to 1e+300
s/0.25/1.25/|"train_accuracy" is neither null nor a number from 0 to 1
s/1.75/"x"/|"validation_loss" is neither
s/"validation_loss"/"loss"/|"validation_loss" is neither
END
: >broken
refuse broken "is empty"
printf '%s\0\n' "$first" >broken
refuse broken "holds a zero byte"
for wrong in rows.csv m; do
    refuse "$wrong" "neither a log that train --log wrote nor what evaluate --json printed"
done
refuse missing "No such file"
refuse folder "Is a directory"
while IFS='|' read -r text reason; do
    echo "$text" >broken
    refuse broken "$reason"
done <<'END'
{"confusion": 1}|"confusion" is not an array of rows
{"confusion": []}|"confusion" is not an array of rows
{"confusion": [[1]]}|"classes" is not an array of 1
{"confusion": [[1]], "classes": ["a"]}|"classes": number 0 has no name
{"confusion": [[1, 2]], "classes": [{"name": "a"}]}|"confusion": row 0 is not an array of 1
{"confusion": [[-1]], "classes": [{"name": "a"}]}|"confusion": row 0, column 0 is not a count
{"confusion": [[0.5]], "classes": [{"name": "a"}]}|"confusion": row 0, column 0 is not a count
END
expect 2 "$tigrillo" plot "$golden/curves.log" --svg --ascii
expect 0 "$tigrillo" evaluate m rows.csv --json
cp out judged
expect 0 "$tigrillo" plot judged
has out "same"
finish
