#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the manual page of what the program says of itself, so that the two cannot differ:
#
#     man.sh TIGRILLO PAGE
set -eu
program=$1
exec >"$2"

# Text as roff: a backslash is \e; a line must not begin with a dot or an apostrophe; a hyphen that
# is typed is \-.
roff='
function roff(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    return text ~ /^[.'"'"']/ ? "\\&" text : text
}'

section() {
    printf '.SH %s\n' "$1"
}

# The usage, the description and the options of a command, from its --help.
command_page() {
    "$program" "$1" --help | awk "$roff"'
    NR == 1 { sub(/^Usage: /, ""); print ".SS " roff($0); next }
    /^ +(-., )?--/ {
        sub(/^ +/, "")
        split_at = match($0, /  +/)
        print ".TP\n.B " roff(substr($0, 1, split_at - 1))
        print roff(substr($0, split_at + RLENGTH))
        next
    }
    /^$/ { if (NR > 2) print ".PP"; next }
    { sub(/^ +/, ""); print roff($0) }'
}

commands=$("$program" --help | awk '/^Commands:/ { on = 1; next } /^$/ { on = 0 } on { print $1 }')

version=$("$program" --version)
version=${version%% (*}
printf '.TH TIGRILLO 1 "" "%s" "User commands"\n' "$version"
section NAME
printf 'tigrillo \\- train and use small neural networks\n'
section SYNOPSIS
printf '.B tigrillo\n.I COMMAND\n.RI [ OPTION ...]\n.RI [ ARGUMENT ...]\n'
section DESCRIPTION
cat <<'TEXT'
Trains networks of dense layers on pictures or tables, judges them, and classifies with them. Models
are safetensors files.
TEXT
printf '.PP\n'
"$program" --help | awk "$roff"'
    /^DATA is/ { on = 1; sub(/^DATA/, ".I DATA\n"); sub(/\n /, "\n"); print $0 ":"; next }
    on && /^$/ { exit }
    on { sub(/^ +/, ""); print ".IP \\(bu 2\n" roff($0) }'
section COMMANDS
for name in $commands; do
    command_page "$name"
done
cat <<'TEXT'
.SH EXIT STATUS
.TP
0
done
.TP
1
failed; a message says why
.TP
2
wrong command line
.TP
130
interrupted
.SH ENVIRONMENT
.TP
.B TIGRILLO_INSTRUCTIONS
the instruction set to compute with, where the processor has several: avx512, avx2, baseline
.SH FILES
.TP
.IR MODEL .checkpoint
what training needs to go on after it was interrupted
.SH EXAMPLES
.nf
.B tigrillo train pictures \-\-features hog \-\-augment \-\-out my.safetensors
.B tigrillo evaluate my.safetensors new\-pictures
.B tigrillo predict my.safetensors cat.jpg
.fi
TEXT
