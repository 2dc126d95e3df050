# SPDX-License-Identifier: MIT
# What bash completes: completion.sh TIGRILLO JSON-VALUE IN-TERMINAL COMPLETION
# shellcheck shell=bash disable=SC1090,SC1091,SC2154
completion=$4
. "$(dirname "$0")/support.sh"
. "$completion"
touch out err

# completes WANTED WORD...: the last word is the one that is typed. WANTED are the possible words.
completes() {
    local wanted=$1
    shift
    COMP_WORDS=(tigrillo "$@")
    COMP_CWORD=$#
    last="$*<TAB>"
    _tigrillo "$tigrillo" 2>err
    printf '%s\n' "${COMPREPLY[*]}" >out
    [ "${COMPREPLY[*]}" = "$wanted" ] || wrong "$last: not '$wanted'"
    empty err
}

completes train trai
completes "--help --version" --
COMP_WORDS=(tigrillo "") COMP_CWORD=1
_tigrillo "$tigrillo"
printf '%s\n' "${COMPREPLY[@]}" >out
for name in $("$tigrillo" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    check grep -qx "$name" out
    COMP_WORDS=(tigrillo "$name" -) COMP_CWORD=2
    _tigrillo "$tigrillo"
    # As many as the help has lines that begin with an option.
    check test "${#COMPREPLY[@]}" -eq "$("$tigrillo" "$name" --help | grep -c '^ *\(-., \)*--')"
done
completes --learning-rate= train --le
completes --grey train --gr
completes "--top=" predict --t
completes "--temperature=" softmax 1 --temp
completes --onnx import --on
completes "adam adamw" train --optimizer = ad
completes "sgd momentum nesterov adam adamw" train --optimizer =
completes "constant cosine" train --schedule co
completes hog train data --features = h
completes "missing-1/n missing-derivative" gradcheck --inject = miss
completes "" train --hidden = 2
completes "" train pict
completes "" fly --
completes "" predict model ""
finish
