# SPDX-License-Identifier: MIT
"""A model whose outputs are NaN is refused: not_a_number_test.py MODEL PICTURE [-- COMMAND...]...

The damaged model and the picture are added to each command."""
import itertools
import json
import pathlib
import struct
import subprocess
import sys
import tempfile


def with_nan(model):
    """The safetensors file with NaN as the first number of each bias."""
    size = struct.unpack("<Q", model[:8])[0]
    damaged = bytearray(model)
    for name, tensor in json.loads(model[8:8 + size]).items():
        if name.endswith(".bias"):
            begin = 8 + size + tensor["data_offsets"][0]
            damaged[begin:begin + 4] = struct.pack("<f", float("nan"))
    return damaged


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "nan.safetensors")
        path.write_bytes(with_nan(pathlib.Path(sys.argv[1]).read_bytes()))
        for separator in [i for i, word in enumerate(sys.argv) if word == "--"]:
            command = list(itertools.takewhile("--".__ne__, sys.argv[separator + 1:]))
            done = subprocess.run([*command, path, sys.argv[2]], capture_output=True, text=True)
            if done.returncode != 1 or "the model's output is not a number\n" not in done.stderr:
                print(f"{command}: {done.returncode}: {done.stdout}{done.stderr}")
                failures += 1
    sys.exit(bool(failures))


main()
