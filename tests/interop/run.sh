#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh PYTHON SCRIPT ARGUMENT...: runs the script; 77, which CTest counts as skipped, without PYTHON.
python=$1
shift
if [ ! -x "$python" ]; then
    echo "SKIPPED: no $python; scripts/setup-python.sh makes it"
    exit 77
fi
exec "$python" -B "$@"
