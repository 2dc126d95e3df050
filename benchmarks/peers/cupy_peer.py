# SPDX-License-Identifier: MIT
"""CuPy: what people write by hand on a GPU, and its SciPy's softmax."""
import sys

import cupy
import cupyx.scipy.special

import peer


def contestant(run, result):
    return peer.Contestant(run, lambda: cupy.asnumpy(result()),
                           finish=lambda: cupy.cuda.Device().synchronize())


def by_hand(x, y):
    """In place: nothing is allocated but a number for each row."""
    cupy.subtract(x, x.max(axis=1, keepdims=True), out=y)
    cupy.exp(y, out=y)
    cupy.divide(y, y.sum(axis=1, keepdims=True), out=y)


def special(name, x):
    """The function of that name in CuPy's SciPy: newer releases have both."""
    function, kept = getattr(cupyx.scipy.special, name, None), {}

    def run():
        kept["y"] = function(x, axis=1)

    return {"cupyx": contestant(run, lambda: kept["y"])} if function else {}


def softmax(given):
    x = cupy.asarray(given.matrix("first"))
    y = cupy.empty_like(x)
    return {"cupy": contestant(lambda: by_hand(x, y), lambda: y), **special("softmax", x)}


def log_softmax(given):
    return special("log_softmax", cupy.asarray(given.matrix("first")))


def jacobian(given):
    """diag(y) - y y^T of each row."""
    y = cupy.asarray(given.matrix("first"))
    identity, kept = cupy.eye(given.columns, dtype=cupy.float32), {}

    def run():
        kept["jacobian"] = y[:, :, None] * (identity - y[:, None, :])

    return {"cupy": contestant(run, lambda: kept["jacobian"])}


WORKS = {"softmax": softmax, "log_softmax": log_softmax, "jacobian": jacobian}

if __name__ == "__main__":
    try:
        cupy.cuda.Device().use()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        sys.exit(f"CuPy {cupy.__version__} finds no GPU: {error}")
    version = f"CuPy-{cupy.__version__}"
    peer.serve({"cupy": version, "cupyx": version}, WORKS)
