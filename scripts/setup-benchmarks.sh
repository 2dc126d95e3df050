#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what competes with Tigrillo in benchmarks/run.sh: from the system's packages the C
# libraries and a C++ compiler (for torch.compile), and from PyPI what benchmarks/requirements*.txt
# name, into build/benchmarks-python (6 GB, most of it CUDA's: see requirements-torch.txt).
# What cannot be had is said, and does not compete.
#
#     scripts/setup-benchmarks.sh [--cuda]
#
# With --cuda also what competes on a GPU: benchmarks/requirements-cuda.txt, a gigabyte more. The
# driver, nvcc and cuDNN's library for C are the machine's own.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() {
    printf '\n!!! MISSING: %s cannot be installed here, and will not compete.\n\n' "$1" >&2
}

# shellcheck source=scripts/setup.sh
. scripts/setup.sh ""
if command -v apt-get >/dev/null; then
    for package in libfann-dev libdnnl-dev g++ python3-venv; do
        apt_install "$package" || missing "$package"
    done
fi

environment=build/benchmarks-python
requirements=(benchmarks/requirements.txt benchmarks/requirements-torch.txt)

# Everything at once, or else what there is, one by one.
install() {
    local file=$1 line
    shift
    echo "Installing the packages of $file: this takes some minutes."
    if $environment/bin/python -m pip install --quiet --disable-pip-version-check "$@" \
        --requirement "$file"; then
        return
    fi
    while read -r line; do
        case $line in
        '' | '#'*) continue ;;
        esac
        $environment/bin/python -m pip install --quiet --disable-pip-version-check "$@" "$line" ||
            missing "$line"
    done <"$file"
}

# What was installed last time is compared with what is wanted now.
if ! cat "${requirements[@]}" | cmp --silent - $environment/installed.txt; then
    # The system's interpreter, rather than another one in the way: it has the headers' version.
    python=/usr/bin/python3
    [ -x $python ] || python=python3
    rm -rf $environment
    mkdir -p build
    "$python" -m venv $environment
    install "${requirements[0]}"
    install "${requirements[1]}" --no-deps
    $environment/bin/python -c 'import numpy' # without which there is no driver
    cat "${requirements[@]}" >$environment/installed.txt
fi
for_cuda=benchmarks/requirements-cuda.txt
if [ "${1:-}" = --cuda ] && ! cmp --silent $for_cuda $environment/installed-cuda.txt; then
    install $for_cuda --no-deps
    cp $for_cuda $environment/installed-cuda.txt
fi
echo "setup-benchmarks.sh: $environment is ready"
