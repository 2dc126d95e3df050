#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the library and its benchmarks, installs what they compete with, runs all in turns and
# prints medians, ratios and the figures to reach. The machine should have nothing else to do.
#
#     benchmarks/run.sh [--quick] [--out DIR]
#
# --quick takes a few minutes instead of half an hour: fewer works and rounds, no torch.compile. In
# DIR (default: build/benchmarks) are then RESULTS.md, results.csv and softmax.svg. More options,
# for single works: benchmarks/driver/main.py.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup-benchmarks.sh
cmake --preset release -D TIGRILLO_BENCHMARKS=ON -D TIGRILLO_TESTS=OFF >/dev/null
cmake --build --preset release
exec build/benchmarks-python/bin/python -B benchmarks/driver/main.py build/release/benchmarks "$@"
