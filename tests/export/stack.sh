# SPDX-License-Identifier: MIT
# stack.sh "COMPILER FLAGS" MODEL...: whether exported MODEL.c takes no more of the stack than its header
# says, by what the compiler says of each function's frame.
# shellcheck shell=sh disable=SC2086
compile=$1
shift

# A macro of a model's header.
macro() {
    sed -n "s/^#define [A-Z0-9]*_$2 \([0-9]*\).*/\1/p" "$1.h"
}

for model in "$@"; do
    $compile -fstack-usage -c "$model.c" -o stack.o || exit 1
    # name_predict() calls name_predict_in(), below which calls are two deep: take the largest two.
    # name_predict_pixels() (or _values) calls that, unless it is so large that it must have it inside,
    # or name_prepare(). Below this are name_hog() and name_add_strip() and then, three deep, others of
    # the input's functions: take the largest three.
    more=$(sed -n 's/.*_INPUTS floats and \([0-9]*\) bytes$/\1/p' "$model.h")
    awk -v model="$model" -v stack="$(macro "$model" STACK_BYTES)" -v more="${more:-0}" \
        -v inputs="$(macro "$model" INPUTS)" '
        function say(what, used, most) {
            printf "%s_%s: %d of %d bytes\n", model, what, used, most
            if (used > most) wrong = 1
        }
        /_predict[\t ]/ { found = 1; outer = $2; next }
        /_predict_in[\t ]/ { inner = $2; next }
        /_predict_(pixels|values)[\t ]/ { both = $2; next }
        /_(prepare|hog|add_strip)[.\t ]/ { prepare += $2; next }
        /_(pixel|find_place|gradient|arc_tangent|vote|home|add_votes|inverse_norm)[.\t ]/ ||
        /_(normalise_block|colours|standardise|sqrt)[.\t ]/ {
            if ($2 > x) { z = y; y = x; x = $2 }
            else if ($2 > y) { z = y; y = $2 }
            else if ($2 > z) z = $2
            next
        }
        $2 > a { b = a; a = $2; next }
        $2 > b { b = $2 }
        END {
            inner += a + b
            say("predict", outer + inner, stack)
            below = both < 4 * inputs + outer ? outer + inner : inner
            if (prepare + x + y + z > below) below = prepare + x + y + z
            if (both) say("predict_*", both + below, stack + 4 * inputs + more)
            exit wrong || !found
        }' stack.su || exit 1
done
