#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Line coverage of src/ by the tests: a table, and the total. Fails below the percentage given
# (default 90).
set -euo pipefail
cd "$(dirname "$0")/.."

least=${1:-90}
cmake --preset coverage >/dev/null
cmake --build --preset coverage
find build/coverage -name '*.gcda' -delete
ctest --preset coverage -j "$(getconf _NPROCESSORS_ONLN)"
gcovr --root . --filter 'src/' --object-directory build/coverage --fail-under-line "$least"
