#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing, builds with and without sanitizers, and runs every test.
#
#     scripts/test.sh           everything
#     scripts/test.sh --quick   the release build alone
set -euo pipefail
cd "$(dirname "$0")/.."

quick=false
case "${1-}" in
"") ;;
--quick) quick=true ;;
*)
    echo "usage: scripts/test.sh [--quick]" >&2
    exit 2
    ;;
esac

# shellcheck source=scripts/setup.sh
. scripts/setup.sh --tests
scripts/setup-python.sh

build_and_test() {
    local preset=$1
    echo "== $preset"
    cmake --preset "$preset" -D TIGRILLO_TESTS=ON "${@:2}" >"build/$preset.log" 2>&1 || {
        cat "build/$preset.log"
        exit 1
    }
    cmake --build --preset "$preset"
    ctest --preset "$preset" --no-tests=error -j "$(getconf _NPROCESSORS_ONLN)"
}

mkdir -p build
# The CUDA kernels are compiled once, and executed without sanitizers: by a runtime that watches.
$quick || build_and_test debug -D TIGRILLO_CUDA=OFF
$quick || build_and_test clang -D TIGRILLO_CUDA=OFF
$quick || build_and_test thread -D TIGRILLO_CUDA=OFF
$quick || scripts/lint.sh
build_and_test release -D TIGRILLO_BENCHMARKS=ON
