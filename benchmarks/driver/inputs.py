# SPDX-License-Identifier: MIT
"""The numbers that a work is given: the same for all, and the same each time."""
import zlib

import numpy


def softmax(x):
    """In float64, whatever x is."""
    exponentials = numpy.exp(x.astype(numpy.float64) - x.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def logits(random, work):
    return 3 * random.standard_normal((work.rows, work.columns), numpy.float32)


def labels(random, work, classes):
    return random.integers(classes, size=work.rows, dtype=numpy.int32)


def cross_entropy(random, work):
    x, label = logits(random, work), labels(random, work, work.columns)
    if work.variant == "confident":  # probabilities from 0.99 to within 1e-9 of 1
        x /= 3
        others = numpy.log(numpy.exp(x.astype(numpy.float64)).sum(axis=1))
        x[numpy.arange(len(x)), label] = others + numpy.linspace(5, 20, len(x))
    return {"first.f32": x, "labels.i32": label}


def backward(forward):
    """Of operations whose backward takes the forward pass's outputs."""
    def make(random, work):
        x = logits(random, work)
        return {"first.f32": forward(x),
                "second.f32": random.standard_normal(x.shape, numpy.float32)}
    return make


def network(random, work):
    """A batch like pixels, and weights as layers begin with."""
    parameters = []
    for inputs, outputs in zip(work.sizes, work.sizes[1:]):
        limit = inputs ** -0.5
        parameters += [random.uniform(-limit, limit, inputs * outputs),
                       random.uniform(-limit, limit, outputs)]
    label = labels(random, work, work.sizes[-1])
    return {"first.f32": random.random((work.rows, work.sizes[0]), numpy.float32),
            "labels.i32": label,
            "targets.f32": numpy.eye(work.sizes[-1])[label],
            "weights.f32": numpy.concatenate(parameters)}


def step(random, work):
    """Weights and their gradient."""
    shape = work.rows, work.columns
    return {"first.f32": 0.05 * random.standard_normal(shape),
            "second.f32": 0.01 * random.standard_normal(shape)}


MAKERS = {
    "cross_entropy": cross_entropy,
    "softmax_backward": backward(softmax),
    "jacobian": lambda random, work: {"first.f32": softmax(logits(random, work))},
    "sigmoid_backward": backward(lambda x: 1 / (1 + numpy.exp(-x))),
    "tanh_backward": backward(numpy.tanh),
    "gelu_backward": backward(lambda x: x),
    "sgd": step,
    "adam": step,
    "train": network,
    "train_sigmoid": network,
    "infer": network,
    "infer_sigmoid": network,
    "load": network,
    "epoch": network,
    "copy": lambda random, work: {},
}


def write(work, folder):
    """Writes the files and returns their arrays."""
    random = numpy.random.default_rng(zlib.crc32(f"{work.name} {work.shape}".encode()))
    make = MAKERS.get(work.name, lambda random, work: {"first.f32": logits(random, work)})
    types = {".f32": numpy.float32, ".i32": numpy.int32}
    arrays = {name: array.astype(types[name[-4:]]) for name, array in make(random, work).items()}
    for name, array in arrays.items():
        array.tofile(folder / name)
    return arrays
