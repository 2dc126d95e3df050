# SPDX-License-Identifier: MIT
# The report of a training: its numbers are those of the other commands, it needs nothing else, and
# where it cannot be written, that is said and nothing is lost.
# shellcheck shell=sh disable=SC1091,SC2154
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/support.sh"
command -v python3 >/dev/null || {
    echo "SKIPPED: there is no python3 here"
    exit 77
}

# report FILE ...: what report_test.py checks.
report() {
    last="report_test.py $*"
    python3 "$tests/report_test.py" "$@" >out 2>err || wrong "$last"
}

pictures data 12
pictures more 4
cp more/red/1.bmp more/blue/wrong.bmp

expect 0 "$tigrillo" train data --validation more --size 4 --hidden 8 --activation sigmoid \
    --epochs 15 --batch 8 --out m --log log --report r.html
has out "saved in m"
check test ! -e r.html.part
expect 0 "$tigrillo" evaluate m more --json
cp out judged
report r.html judged judged log
expect 0 "$tigrillo" predict m --json more/blue/*.bmp more/green/*.bmp more/red/*.bmp
cp out predicted
report r.html predicted predicted
report r.html says "Training is done: 15 of 15 epochs" "8 of 8 units" "--hidden8" "--reportr.html"
check test "$(grep -c '<script' r.html)" -eq 0
check test "$(grep -o '<img' r.html | wc -l)" -eq $((8 + 13)) # units, samples

# Weights and gradients, where nothing is learned: those of the model and of trace.
expect 0 "$tigrillo" train more --validation data --size 4 --hidden 6,5 --activation tanh --epochs 3 \
    --learning-rate 0 --out still --report still.html
for picture in more/*/*.bmp; do
    "$tigrillo" trace still "$picture" --class "$(basename "$(dirname "$picture")")" --json
done >traces
report still.html spread still traces

# Samples that are all alike: none is among the worst and the best; of one, there is no best.
awk 'BEGIN { print "x,y,label"; for (i = 0; i < 40; i++) print "1,2," (i % 2 ? "odd" : "even") }' >alike.csv
head -n 2 alike.csv >one.csv
for validation in alike.csv one.csv; do
    expect 0 "$tigrillo" train alike.csv --validation $validation --hidden 3 --epochs 2 --out m --report r.html
    report r.html says "The worst"
done
check test "$(grep -c 'The best<' r.html)" -eq 0

# Many epochs are thinned, and the page says so.
rows rows.csv 100
expect 0 "$tigrillo" train rows.csv --hidden 3 --epochs 330 --out m --report r.html
report r.html says "One epoch in 16 is shown" "Epochs, one in 4, and the last" "330 of 330 epochs"

# Names from outside.
mkdir strange
cp -r data/red 'strange/<b>red & "x"'
cp -r data/blue "strange/größer"
odd=$(printf 'a\001\377<i>.html')
expect 0 "$tigrillo" train strange --size 4 --hidden none --epochs 1 --out m --report "$odd"
report "$odd" says '<b>red & "x"' "größer" "a??<i>.html" "strange"

# A training that fails has a report, too: of the epochs until then.
awk 'BEGIN { for (i = 0; i < 200; i++) print i % 7 "," i % 5 "," i % 2 }' >noise.csv
expect 1 "$tigrillo" train noise.csv --hidden none --optimizer sgd --schedule constant --batch 180 \
    --epochs 200 --learning-rate 100 --weight-decay 1 --out m --report r.html
epochs=$(grep -c '^epoch .*: loss' err)
report r.html says "Training failed: $epochs of 200 epochs"

# Interrupted and resumed: all epochs are there again.
rows many.csv 3000
train="$tigrillo train many.csv --hidden 4 --batch 1 --epochs 40 --out m --report r.html"
# shellcheck disable=SC2086
expect 130 "$in_terminal" 100 "epoch 2/" $train
report r.html says "Training was interrupted: " "The model when it was interrupted"
# shellcheck disable=SC2086
expect 0 $train --resume m.checkpoint
report r.html says "Training is done: 40 of 40 epochs"
check test "$(grep -c '<th scope="row">[0-9]*</th><td><data' r.html)" -eq 40

# Looked at while training goes on: always a whole page, of some epoch of the log.
"$tigrillo" train many.csv --hidden 64 --batch 1 --epochs 1000000 --out long --log long.log \
    --report long.html >/dev/null 2>&1 &
training=$!
looks=0
seen=0
while [ $seen -lt 3 ] && [ $looks -lt 300 ]; do
    sleep 0.1
    looks=$((looks + 1))
    cp long.html look.html 2>/dev/null || continue
    grep -q 'Training goes on</strong>: [1-9]' look.html || continue
    cp long.log look.log
    report look.html watched look.log
    seen=$((seen + 1))
done
kill -KILL $training
wait $training 2>/dev/null
check test $seen -eq 3

# Nothing is overwritten but reports, and what cannot be written is told before training begins.
cp rows.csv before
expect 1 "$tigrillo" train rows.csv --epochs 1 --out new --report rows.csv
has err "rows.csv: is there and not a report: it is not overwritten"
check cmp rows.csv before
for same in new ./new new.checkpoint "$PWD/new"; do
    expect 1 "$tigrillo" train rows.csv --epochs 1 --out new --report "$same"
    has err "$same: cannot be two files at once"
done
expect 1 "$tigrillo" train rows.csv --epochs 1 --out new.part --report new
has err "new.part: cannot be two files at once"
expect 1 "$tigrillo" train rows.csv --epochs 1 --out new --log l --report ./l
has err "./l: cannot be two files at once"
expect 1 "$tigrillo" train rows.csv --epochs 1 --out new --report missing/r.html
has err "missing: No such file"
expect 1 "$tigrillo" train rows.csv --epochs 1 --out new --report "$(printf %0254d 0)"
has err "File name too long"
expect 1 sh -c "ulimit -f 4; exec '$tigrillo' train rows.csv --epochs 1 --out new --report n.html"
has err "n.html: File too large"
check test ! -e new
check test ! -e n.html
check test ! -e n.html.part


# Nor what is beside the report under the name that it is first written to, or where links lead.
cp before foreign.html.part
ln -s rows.csv linked.html.part
for name in foreign linked; do
    expect 1 "$tigrillo" train rows.csv --epochs 1 --out new --report $name.html
    has err "$name.html.part: is there and not a report: it is not overwritten"
    expect 1 "$tigrillo" train $name.html.part --epochs 1 --out new --report $name.html
    check cmp $name.html.part before
done
head -c 300 r.html >stale.html.part
ln -s real.html link.html
cp r.html real.html
for report in stale link; do
    expect 0 "$tigrillo" train rows.csv --hidden 3 --epochs 1 --out m --report $report.html
    report $report.html says "Training is done: 1 of 1 epochs"
    check test ! -e $report.html.part
done
check test -L link.html
check test ! -e real.html.part
for option in --log --report; do
    expect 1 "$tigrillo" train rows.csv --epochs 1 --out new $option ""
    has err "the name of a"
done
# A log of another training stays as long as this one has not begun.
expect 0 "$tigrillo" train rows.csv --hidden 3 --epochs 3 --out m --log kept
expect 1 "$tigrillo" train rows.csv --epochs 1 --out new --log kept --report "$(printf %0252d 0)"
has err "File name too long"
check test "$(wc -l <kept)" -eq 3

# Weights that fade away.
printf '1,1,%s\n' a b a b a b a b a b a b a b a b a b a b >constant.csv
expect 0 timeout 60 "$tigrillo" train constant.csv --optimizer sgd --schedule constant --epochs 20 \
    --learning-rate 0.125 --weight-decay 8 --out m --report faded.html
report faded.html says "Training is done: 20 of 20 epochs"

# A disk that fills up while it trains: the model is there, and the last report that could be
# written, whole.
expect 1 sh -c "ulimit -f 40; exec '$tigrillo' train data --size 4 --hidden 8 --epochs 3 \
    --out full --report full.html"
has err "full.html: File too large"
check test "$(grep -c 'too large' err)" -eq 1
has err "epoch 3/3"
has out "saved in full"
check test ! -e full.html.part
report full.html says "Training goes on: 0 of 3 epochs" "Reload this page every 5 seconds"
expect 0 "$tigrillo" evaluate full more
finish
