# SPDX-License-Identifier: MIT
"""NumPy: what people write by hand."""
import numpy

import peer


def stable_softmax(x, y):
    """In place: nothing is allocated but a number for each row."""
    numpy.subtract(x, x.max(axis=1, keepdims=True), out=y)
    numpy.exp(y, out=y)
    numpy.divide(y, y.sum(axis=1, keepdims=True), out=y)
    return y


def softmax(given):
    x = given.matrix("first")
    y = numpy.empty_like(x)
    return {"numpy": peer.Contestant(lambda: stable_softmax(x, y), lambda: y)}


def cross_entropy(given):
    x, labels, rows = given.matrix("first"), given.labels(), numpy.arange(given.rows)
    gradient, loss = numpy.empty_like(x), numpy.zeros(1)

    def run():
        stable_softmax(x, gradient)
        loss[0] = -numpy.log(gradient[rows, labels]).mean()
        gradient[rows, labels] -= 1
        numpy.divide(gradient, len(rows), out=gradient)

    return {"numpy": peer.Contestant(run, lambda: (gradient, loss))}


def jacobian(given):
    """diag(y) - y y^T of each row."""
    y, identity = given.matrix("first"), numpy.eye(given.columns, dtype=numpy.float32)
    kept = {}

    def run():
        kept["jacobian"] = numpy.einsum("ij,jk->ijk", y, identity) - numpy.einsum(
            "ij,ik->ijk", y, y)

    return {"numpy-einsum": peer.Contestant(run, lambda: kept["jacobian"])}


def forward(layers, x):
    """The outputs of the layers, the inputs first and the logits last."""
    outputs = [x]
    for index, (weight, bias) in enumerate(layers):
        y = outputs[-1] @ weight.T
        y += bias
        if index + 1 < len(layers):
            numpy.maximum(y, 0, out=y)
        outputs.append(y)
    return outputs


def train(given):
    x, labels, rows = given.matrix("first"), given.labels(), numpy.arange(given.rows)
    initial, layers = given.layers(), given.layers()

    def begin():
        for of_layer, start in zip(layers, initial):
            for parameter, value in zip(of_layer, start):
                parameter[...] = value

    def run():
        outputs = forward(layers, x)
        gradient = stable_softmax(outputs[-1], outputs[-1])
        gradient[rows, labels] -= 1
        gradient /= len(rows)
        for index in reversed(range(len(layers))):
            weight, bias = layers[index]
            below = gradient @ weight if index else None
            weight -= peer.LEARNING_RATE * (gradient.T @ outputs[index])
            bias -= peer.LEARNING_RATE * gradient.sum(axis=0)
            if index:
                gradient = below * (outputs[index] > 0)

    def change():
        return [parameter - value for of_layer, start in zip(layers, initial)
                for parameter, value in zip(of_layer, start)]

    return {"numpy": peer.Contestant(run, change, begin, peer.RESULT_STEPS)}


def infer(given):
    x, layers, kept = given.matrix("first"), given.layers(), {}

    def run():
        logits = forward(layers, x)[-1]
        kept["y"] = stable_softmax(logits, logits)

    return {"numpy": peer.Contestant(run, lambda: kept["y"])}


if __name__ == "__main__":
    version = f"NumPy-{numpy.__version__}"
    peer.serve({"numpy": version, "numpy-einsum": version}, {
        "softmax": softmax, "cross_entropy": cross_entropy, "jacobian": jacobian,
        "train": train, "infer": infer})
