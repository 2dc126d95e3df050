#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# clang-format, clang-tidy and cppcheck with the checked-in configuration, shellcheck, and the headers
# alone as C11 and C++17. Says nothing when all is well.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -f build/clang/compile_commands.json ] || cmake --preset clang >/dev/null

# find_files NAME... -- FOLDER...: sorted, and never none.
find_files() {
    local names=(-name "$1")
    shift
    while [ "$1" != -- ]; do
        names+=(-o -name "$1")
        shift
    done
    shift
    find "$@" -type f \( "${names[@]}" \) | sort
}

IFS=$'\n'
# shellcheck disable=SC2207 # one file a line, and mapfile is not in macOS's bash
{
    formatted=($(find_files '*.c' '*.h' -- include src cli reference datasets examples docs \
        playground tests benchmarks))
    checked=($(find_files '*.c' -- src cli reference datasets))
    headers=($(find_files '*.h' -- include))
    scripts=(.ci/run datasets/fetch
        $(find_files '*.sh' '*.bash' -- cli scripts tests datasets benchmarks examples))
}
unset IFS

echo "== clang-format"
clang-format --dry-run -Werror "${formatted[@]}"

echo "== headers alone"
for header in "${headers[@]}"; do
    for language in "c -std=c11" "c++ -std=c++17"; do
        # shellcheck disable=SC2086 # the language is two words on purpose
        echo "#include \"${header#include/}\"
typedef int not_empty;" | "${CC:-cc}" -x $language -fsyntax-only -Wall -Wextra -Wpedantic -Werror -Iinclude -
    done
done

echo "== shellcheck"
shellcheck "${scripts[@]}"

echo "== cppcheck"
cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability --std=c11 \
    --inline-suppr --suppressions-list=.cppcheck -Iinclude -Isrc -j 2 "${checked[@]}"

echo "== clang-tidy"
# The kernels once, as for AVX2, not for each instruction set.
mkdir -p build/lint
python3 - >build/lint/compile_commands.json <<'END'
import json
commands = json.load(open("build/clang/compile_commands.json"))
json.dump([one for one in commands
           if "/kernels/" not in one["file"] or "TG_INSTRUCTIONS=avx2" in one["command"]
           or not any(other["file"] == one["file"] and "TG_INSTRUCTIONS=avx2" in other["command"]
                      for other in commands)], __import__("sys").stdout)
END
printf '%s\n' "${checked[@]}" |
    xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 8 clang-tidy --quiet -p build/lint 2>build/tidy.log ||
    { cat build/tidy.log; exit 1; }
