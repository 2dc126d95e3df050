#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes build/python, the Python with torch, numpy and safetensors that some tests compare with.
# Torch and numpy are the system's packages; safetensors is not packaged there and comes from PyPI.
# And build/onnx-python, with what tests/interop/onnx_requirements.txt names from PyPI: those need a
# newer numpy than the system's torch takes. And build/site-python, with MkDocs, for scripts/site.sh.
set -eu
cd "$(dirname "$0")/.."

safetensors=0.4.5 # a version that still takes PyTorch 1.13
environment=build/python
# Looks torch up without importing it, which would take seconds.
ready='import importlib.util, numpy, safetensors
assert importlib.util.find_spec("torch") and safetensors.__version__ == "'$safetensors'"'

# The system's interpreter, to which its packages belong, rather than another one in the way.
python=/usr/bin/python3
[ -x $python ] || python=$(command -v python3 || true)

# setup NAME REQUIREMENTS WHAT: makes build/NAME with what the file names, and tells what goes without it.
setup() {
    # What was installed last time, to be compared with what is wanted now.
    if cmp -s "$2" "build/$1/installed.txt"; then return; fi
    rm -rf "build/$1"
    "$python" -m venv "build/$1"
    if "build/$1/bin/python" -m pip install --quiet --disable-pip-version-check \
        --only-binary :all: --requirement "$2"; then
        cp "$2" "build/$1/installed.txt"
        echo "setup-python.sh: build/$1 is ready"
    else
        rm -rf "build/$1"
        echo "!!! MISSING: packages of $2 cannot be installed here: $3" >&2
    fi
}

setup_from_pypi() {
    setup onnx-python tests/interop/onnx_requirements.txt "ONNX is not tested"
    setup site-python scripts/site/requirements.txt "the site is not built"
}

if [ -x $environment/bin/python ] && $environment/bin/python -c "$ready" 2>/dev/null; then
    setup_from_pypi
    exit 0
fi

if [ -z "$python" ] || ! "$python" -c 'import ensurepip, numpy, torch' 2>/dev/null; then
    if ! command -v apt-get >/dev/null; then
        echo "setup-python.sh: install Python 3 with venv, numpy and torch first" >&2
        exit 1
    fi
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    $as_root apt-get update -qq
    $as_root apt-get install -y -qq --no-install-recommends \
        python3-venv python3-numpy python3-torch
    python=/usr/bin/python3
fi

rm -rf $environment
mkdir -p build
"$python" -m venv --system-site-packages $environment
$environment/bin/python -m pip install --quiet --disable-pip-version-check \
    "safetensors==$safetensors"
$environment/bin/python -c "$ready"
echo "setup-python.sh: $environment is ready"
setup_from_pypi
