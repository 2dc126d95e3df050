# SPDX-License-Identifier: MIT
# Completion of tigrillo's command line in bash. It asks the program, so it knows every command and
# option that the installed one has.
# shellcheck shell=bash

# The options of a command, one a line: name, argument or nothing, the help; between tabs.
_tigrillo_options() {
    "$1" "$2" --help 2>/dev/null | awk '
        function flush() { if (name != "") print name "\t" argument "\t" help }
        match($0, /--[a-z0-9-]+/) && /^ +(-., )?--/ {
            flush()
            name = substr($0, RSTART, RLENGTH)
            rest = substr($0, RSTART + RLENGTH)
            argument = ""
            if (rest ~ /^=/) { argument = substr(rest, 2); sub(/ .*/, "", argument) }
            sub(/^[^ ]* +/, "", rest)
            help = rest
            next
        }
        name != "" { sub(/^ +/, " "); help = help $0 }
        END { flush() }'
}

# The values of an option that takes one of several: "...: a, b, c (default: a)".
_tigrillo_choices() {
    _tigrillo_options "$1" "$2" | awk -F '\t' -v name="$3" '
        $1 == name && match($3, /: [a-z0-9_\/-]+(, [a-z0-9_\/-]+)+ \(default: [^)]*\)$/) {
            list = substr($3, RSTART + 2)
            sub(/ \(default.*/, "", list)
            gsub(/,/, "", list)
            print list
        }'
}

_tigrillo() {
    local program=${1/#\~/$HOME} current=${COMP_WORDS[COMP_CWORD]} words="" option=""
    local command=${COMP_WORDS[1]}
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="--help --version $("$program" --help 2>/dev/null |
            awk '/^Commands:/ { on = 1; next } /^$/ { on = 0 } on { print $1 }')"
    elif [ "$current" = = ]; then # bash makes words of --option, = and the value
        option=${COMP_WORDS[COMP_CWORD - 1]}
        current=
    elif [ "${COMP_WORDS[COMP_CWORD - 1]}" = = ]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    elif [[ $current == -* ]]; then
        words=$(_tigrillo_options "$program" "$command" |
            awk -F '\t' '{ print $1 ($2 != "" ? "=" : "") }')
    else
        option=${COMP_WORDS[COMP_CWORD - 1]}
    fi
    if [[ $option == --* ]]; then
        words=$(_tigrillo_choices "$program" "$command" "$option")
    fi
    # Nothing left: bash completes file names.
    local word
    while read -r word; do
        COMPREPLY+=("$word")
    done < <(compgen -W "$words" -- "$current")
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null || true # not in bash 3
    fi
}
complete -o default -F _tigrillo tigrillo
