# SPDX-License-Identifier: MIT
# What the tests of the program share. Each is run as: sh NAME.sh TIGRILLO JSON-VALUE IN-TERMINAL
# shellcheck shell=sh disable=SC2034
set -u
tigrillo=$1
json_value=$2
in_terminal=$3
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 99
failures=0

wrong() {
    failures=$((failures + 1))
    printf 'FAILED: %s\n' "$1"
    sed 's/^/    out: /' out
    sed 's/^/    err: /' err
}

# expect CODE COMMAND...: runs it, with what it prints in the files out and err.
expect() {
    code=$1
    shift
    last=$*
    "$@" >out 2>err
    got=$?
    [ "$got" -eq "$code" ] || wrong "$last: exit code $got, not $code"
}

# has FILE TEXT: after expect.
has() {
    grep -qF -e "$2" "$1" || wrong "$last: no '$2' in $1"
}

# empty FILE
empty() {
    [ ! -s "$1" ] || wrong "$last: $1 is not empty"
}

# json TEXT KEY...: the value in the last command's output.
json() {
    want=$1
    shift
    found=$("$json_value" "$@" <out) || found="nothing"
    [ "$found" = "$want" ] || wrong "$last: $* is $found, not $want"
}

# check COMMAND...: must succeed.
check() {
    "$@" || wrong "after $last: $*"
}

byte() {
    # shellcheck disable=SC2059
    printf "\\$(printf %o "$1")"
}

# bmp FILE RED GREEN BLUE: a picture of 4 x 4 pixels of one colour.
bmp() {
    {
        printf 'BM\146\0\0\0\0\0\0\0\66\0\0\0\50\0\0\0\4\0\0\0\4\0\0\0\1\0\30\0\0\0\0\0\60\0\0\0'
        printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
        for pixel in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
            byte "$4"
            byte "$3"
            byte "$2"
        done
    } >"$1"
}

# pictures FOLDER N: N pictures each of three classes that a network tells apart.
pictures() {
    mkdir -p "$1/blue" "$1/green" "$1/red"
    i=0
    while [ "$i" -lt "$2" ]; do
        bmp "$1/blue/$i.bmp" $((i * 37 % 90)) $((i * 53 % 90)) $((160 + i * 29 % 90))
        bmp "$1/green/$i.bmp" $((i * 41 % 90)) $((160 + i * 31 % 90)) $((i * 59 % 90))
        bmp "$1/red/$i.bmp" $((160 + i * 23 % 90)) $((i * 43 % 90)) $((i * 61 % 90))
        i=$((i + 1))
    done
}

# rows FILE N: a CSV file of N rows in two classes.
rows() {
    awk -v n="$2" 'BEGIN {
        print "x,y,label"
        for (i = 0; i < n; i++) {
            a = (i * 7919 % 1000) / 500 - 1
            b = (i * 104729 % 997) / 498 - 1
            printf "%.4f,%.4f,%s\n", a, b, (a * b > 0 ? "same" : "other")
        }
    }' >"$1"
}

# ends_in_sigmoid FROM TO: a model file with a sigmoid where FROM has its softmax.
ends_in_sigmoid() {
    old='softmax\\",\\"temperature\\":1.0'
    new='sigmoid\\"                    ' # as long
    LC_ALL=C sed "s/$old/$new/" "$1" >"$2"
}

finish() {
    [ "$failures" -eq 0 ] || echo "$failures checks failed"
    [ "$failures" -eq 0 ]
    exit
}
