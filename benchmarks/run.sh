#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the library and its benchmarks, installs what they compete with, runs all in turns and
# prints medians, ratios and the figures to reach. The machine should have nothing else to do.
#
#     benchmarks/run.sh [--device cuda] [--quick] [--out DIR]
#
# With --device cuda all runs on the NVIDIA GPU, with the peers that do; DIR then gets
# RESULTS-cuda.md and results-cuda.csv. Where there is no GPU a line says so, and nothing is written.
#
# --quick takes a few minutes instead of half an hour: fewer works and rounds, no torch.compile. In
# DIR (default: build/benchmarks) are then RESULTS.md, results.csv and softmax.svg. More options,
# for single works: benchmarks/driver/main.py.
set -euo pipefail
cd "$(dirname "$0")/.."

build() {
    cmake --preset release -D TIGRILLO_BENCHMARKS=ON -D TIGRILLO_TESTS=OFF >/dev/null
    cmake --build --preset release
}

case " $* " in
*" --device cuda "* | *" --device=cuda "*)
    scripts/setup.sh
    build
    # Before gigabytes are installed for nothing.
    if ! said=$(build/release/benchmarks/cuda_kernels </dev/null 2>&1); then
        echo "run.sh: There is no NVIDIA GPU to measure (${said#error: }):" \
            "nothing was measured, and no results were written." >&2
        exit 1
    fi
    scripts/setup-benchmarks.sh --cuda
    ;;
*)
    scripts/setup-benchmarks.sh
    build
    ;;
esac
exec build/benchmarks-python/bin/python -B benchmarks/driver/main.py build/release/benchmarks "$@"
