#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the tests under valgrind: errors and leaks fail. Slow: about ten minutes. Arguments are names of
# tests ("nn.softmax"); without any, all.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset coverage >/dev/null
cmake --build --preset coverage
tests=("$@")
if [ ${#tests[@]} -eq 0 ]; then
    for program in build/coverage/tests/test.*; do
        tests+=("${program#build/coverage/tests/test.}")
    done
fi
failed=0
for name in "${tests[@]}"; do
    # valgrind does not know AVX-512, so OpenBLAS must not use it. TIGRILLO_DATA: the real data would
    # take too long.
    if OPENBLAS_CORETYPE=Haswell OPENBLAS_NUM_THREADS=1 TIGRILLO_DATA=/nonexistent valgrind --quiet \
        --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,indirect \
        --errors-for-leak-kinds=definite,indirect "build/coverage/tests/test.$name" \
        >build/valgrind.log 2>&1; then
        echo "clean   $name"
    else
        echo "NOT CLEAN $name"
        cat build/valgrind.log
        failed=1
    fi
done
exit $failed
