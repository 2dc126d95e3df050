# SPDX-License-Identifier: MIT
# Data that can be learned from, and data of which that is not so.
# shellcheck shell=sh disable=SC1091,SC2154
. "$(dirname "$0")/support.sh"

# verdict NAME PASSED: of the check of that name, in the JSON of the last command.
verdict() {
    for i in 0 1 2 3; do
        [ "$("$json_value" checks "$i" name <out)" != "$1" ] || json "$2" checks "$i" passed
    done
}

rows rows.csv 400
expect 0 "$tigrillo" check rows.csv
empty err
has out "400 of 400 samples, 2 classes; a network 2 -> 64 relu -> 2"
has out "within 0.1 of ln(2) = 0.6931"
has out "20 samples can be learned by heart: loss below 0.01, accuracy 1"
check test "$(grep -c '^ok ' out)" -eq 4
check test "$(grep -c 'if not: ' out)" -eq 4
pictures data 12
expect 0 "$tigrillo" check data --json
json true passed
json 36 samples
json 3 classes
json start checks 0 name
json loss checks 0 measures 0 name
json 1.09861229 checks 0 measures 0 chance
json 1.19861229 checks 0 measures 0 most
json 0.01 checks 1 measures 0 most
json null checks 1 measures 0 least
json accuracy checks 1 measures 1 name
json 1.0 checks 1 measures 1 value
json 1.0 checks 1 measures 1 least
# What is told in words is those numbers.
for i in 0 1 2 3; do
    value=$("$json_value" checks "$i" measures 0 value <out)
    seen=$("$json_value" checks "$i" seen <out)
    seen=${seen#loss }
    check awk "BEGIN { d = $value - ${seen%,*}; exit !(d < 1e-3 && d > -1e-3) }"
done
least=$("$json_value" checks 2 measures 0 least <out)
chance=$("$json_value" checks 2 measures 0 chance <out)
check awk "BEGIN { exit !($least > $chance) }"

# Several data sets count as one, with the classes of the first.
awk 'NR == 1 || NR % 2' rows.csv >odd.csv
awk 'NR == 1 || NR % 2 == 0' rows.csv >even.csv
expect 0 "$tigrillo" check rows.csv
cp out whole
expect 0 "$tigrillo" check odd.csv even.csv
check test "$(head -n 1 out)" = "$(head -n 1 whole)"

# Labels that have nothing to do with the values: still to be learned by heart, but not told.
awk -F, 'NR == 1 { print } NR > 1 { print $1 "," $2 "," NR * NR * 31 % 1009 % 2 }' \
    rows.csv >random.csv
expect 1 "$tigrillo" check random.csv --json
has err "random.csv: 1 of 4 checks failed"
json false passed
verdict start true
verdict overfit true
verdict labels false
verdict "permuted labels" true

# Most samples the same, with different labels: not even by heart.
awk 'BEGIN { print "x,y,label"; for (i = 0; i < 60; i++) print "1,2," i % 2; print "3,4,0" }' \
    >same.csv
expect 1 "$tigrillo" check same.csv
has err "same.csv: 2 of 4 checks failed"
check grep -q '^FAIL  overfit' out
check grep -q '^FAIL  labels' out
has out "equal samples with different labels"

# One class nearly always: a high accuracy that is chance.
awk -F, 'NR == 1 { print } NR > 1 { print $1 "," $2 "," (NR % 20 == 0 ? "rare" : "usual") }' \
    rows.csv >rare.csv
expect 1 "$tigrillo" check rare.csv --json
verdict labels false
verdict "permuted labels" true

# One class nearly always, which the values tell: nothing is wrong at the start either.
awk 'BEGIN { srand(3); print "x,y,label"; for (i = 0; i < 400; i++) {
         rare = i % 20 == 0; print rand() + 5 * rare "," rand() "," (rare ? "rare" : "usual") } }' \
    >told.csv
expect 0 "$tigrillo" check told.csv --json
verdict start true
verdict labels true
rows forty.csv 40
awk 'NR > 1 { $0 = NR == 9 ? "9,9,rare" : $0; sub(/,[a-z]*$/, NR == 9 ? ",rare" : ",usual") } 1' \
    forty.csv >one_rare.csv
expect 0 "$tigrillo" check one_rare.csv --json
verdict start true

# So few samples that no accuracy would be beyond chance.
head -n 11 rows.csv >ten.csv
expect 0 "$tigrillo" check ten.csv
check test "$(grep -c '^open  ' out)" -eq 2
has out "; open, since no accuracy is above what chance may reach"
expect 0 "$tigrillo" check ten.csv --json
verdict labels null
verdict "permuted labels" null

# Another label column.
awk -F, '{ print $3 "," $1 "," $2 }' rows.csv | sed 1s/label/kind/ >kinds.csv
expect 1 "$tigrillo" check kinds.csv
has err "kinds.csv: line 2"
expect 0 "$tigrillo" check kinds.csv --label kind

head -n 9 rows.csv >few.csv
expect 1 "$tigrillo" check few.csv
has err "few.csv: 8 samples are too few to check"
empty out
tail -n 3 few.csv | sed 1s/.*/x,y,label/ >fewer.csv
expect 1 "$tigrillo" check fewer.csv fewer.csv
has err "the data: 4 samples are too few to check"
sed 2s/[a-z]*$/third/ few.csv >third.csv
expect 1 "$tigrillo" check rows.csv third.csv
has err "third.csv: line 2"
expect 1 "$tigrillo" check missing.csv
has err "missing.csv"
finish
