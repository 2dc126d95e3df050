# SPDX-License-Identifier: MIT
# The manual page, as man shows it: every command and option of the program is there, and groff has
# nothing to complain about.
# shellcheck shell=sh disable=SC1091,SC2154
page=$4
. "$(dirname "$0")/support.sh"
command -v groff >/dev/null || {
    echo "SKIPPED: there is no groff here"
    exit 77
}

expect 0 groff -man -ww -Tascii -P-cbu -rLL=100n "$page"
empty err
tr -s ' \n' ' ' <out >flat
has flat "tigrillo - train and use small neural networks"
"$tigrillo" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' >commands
check test "$(wc -l <commands)" -ge 5
while read -r command; do
    "$tigrillo" "$command" --help >help
    has flat "$(sed -n '1s/Usage: //p' help | tr -s ' ')"
    sed -n 's/^ *\(-h, \)\{0,1\}\(--[a-z-]*[^ ]*\) .*/\2/p' help >options
    check grep -q -e --help options
    while read -r option; do
        has flat " $option"
    done <options
done <commands
# The text of an option, whole.
has flat "--size=N side in pixels to which pictures in folders are resized (default: 32)"
finish
