# SPDX-License-Identifier: MIT
"""What `tigrillo export --c` makes: how long it takes to write and compile, how large it is, and
what int8 costs on MNIST."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import machine

LARGE = "1024-2048-1344-110-10/1"  # 5.0 million parameters
SMALL_LAYERS = "784-128-10/1"
TRAINING = ("--hidden", "128", "--epochs", "5", "--batch", "64")


def mnist():
    """The folder, or None."""
    beside = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = pathlib.Path(os.environ.get("TIGRILLO_DATA", beside)).resolve() / "mnist"
    return folder if folder.is_dir() else None


def data(folder, part):
    return f"{folder}/{part}-images-idx3-ubyte.gz:{folder}/{part}-labels-idx1-ubyte.gz"


# In a process of its own: a child's peak begins with what its parent has at that moment, and the
# driver has much.
WATCH = """
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def costs(*command):
    """Seconds and peak megabytes of a command."""
    said = subprocess.run([sys.executable, "-c", WATCH, *command], check=True, capture_output=True,
                          text=True).stdout.split()
    return float(said[0]), float(said[1]) / 1e6


def number(text, pattern):
    return float(re.search(pattern, text).group(1))


def size_of_large(folder, cli, compiler, save):
    save(LARGE, folder / "large.safetensors")
    steps = [costs(cli, "export", "--c", folder / "large.safetensors", "-o", folder / "large.c"),
             costs(compiler, "-O2", "-c", folder / "large.c", "-o", folder / "large.o")]
    return {"seconds": sum(step[0] for step in steps), "megabytes": max(step[1] for step in steps)}


def size_of_small(folder, cli, compiler, save):
    """What `size` counts, code and constants, without the network's own constants."""
    save(SMALL_LAYERS, folder / "small.safetensors")
    said = subprocess.run([cli, "export", "--c", folder / "small.safetensors", "-o",
                           folder / "small.c"], check=True, capture_output=True, text=True).stdout
    subprocess.run([compiler, "-Os", "-c", folder / "small.c", "-o", folder / "small.o"], check=True)
    counted = subprocess.run(["size", folder / "small.o"], check=True, capture_output=True,
                             text=True).stdout.splitlines()[1].split()
    constants = number(said, r"constants +(\d+) bytes")
    return {"code_kilobytes": (sum(int(part) for part in counted[:3]) - constants) / 1024}


def int8_on_mnist(folder, cli):
    """Trained here; calibrated and judged on the test samples."""
    found = mnist()
    if not found:
        return {}
    model = folder / "digits.safetensors"
    subprocess.run([cli, "train", data(found, "train"), *TRAINING, "--out", model], check=True,
                   capture_output=True)
    said = subprocess.run([cli, "export", "--c", model, data(found, "t10k"), "-o",
                           folder / "digits.c", "--quantize", "int8"], check=True,
                          capture_output=True, text=True).stdout
    return {"int8_size": number(said, r"bytes, ([\d.]+) of float32"),
            "int8_loss": 100 * (number(said, r"of the model ([\d.]+)")
                                - number(said, r"accuracy +([\d.]+)"))}


def tools(programs):
    """`tigrillo`, the compiler, and what saves a model of random weights."""
    return (programs.parent / "cli" / "tigrillo", machine.compiler(programs),
            lambda shape, path: subprocess.run([programs / "loading", "save", shape, path],
                                               check=True))


def measure(programs):
    """A name for each figure; what could not be measured is left out."""
    with tempfile.TemporaryDirectory(prefix="tigrillo-benchmark-") as name:
        folder, available = pathlib.Path(name), tools(programs)
        return {**size_of_large(folder, *available), **size_of_small(folder, *available),
                **int8_on_mnist(folder, available[0])}
