# SPDX-License-Identifier: MIT
"""PyTorch: eager, with outputs written into tensors that are there already, and torch.compile; and
oneDNN as PyTorch ships it, through its mkldnn tensors.

torch_peer.py THREADS [eager]: without torch.compile, which takes seconds for each work and shape.
"""
import re
import sys

import torch
import torch.nn.functional as functional

import peer

COMPILE = "eager" not in sys.argv[2:]
aten = torch.ops.aten


def compiled(function):
    """For exactly the shapes of the first call, without guards on what never changes."""
    torch._dynamo.reset()
    return torch.compile(function, dynamic=False)


def numbers(given, name="first"):
    return torch.from_numpy(given.matrix(name))


def with_compiled(contestants, make):
    """Adds the contestant that `make` makes, where torch.compile works."""
    if COMPILE:
        try:
            contestant = make()
            contestant.run()
            contestants["torch-compile"] = contestant
        except Exception as error:  # a compiler has many ways to fail
            print(f"torch.compile: {error}", file=sys.stderr)
    return contestants


def softmax(given):
    x = numbers(given)
    y, kept, blocked = torch.empty_like(x), {}, x.to_mkldnn()

    def run_mkldnn():
        kept["mkldnn"] = torch.softmax(blocked, 1)

    def make():
        function = compiled(lambda x: torch.softmax(x, 1))

        def run():
            kept["compiled"] = function(x)

        return peer.Contestant(run, lambda: kept["compiled"].numpy())

    return with_compiled({
        "torch": peer.Contestant(lambda: torch.softmax(x, 1, out=y), lambda: y.numpy()),
        "torch-mkldnn": peer.Contestant(run_mkldnn, lambda: kept["mkldnn"].to_dense().numpy()),
    }, make)


def element_wise(function):
    """Of operations that write their one result into `out`."""
    def work(given):
        x = numbers(given)
        y = torch.empty_like(x)
        return {"torch": peer.Contestant(lambda: function(x, y), lambda: y.numpy())}
    return work


def backward(function):
    """Of operations that take a second input, the gradient by the outputs."""
    def work(given):
        first, dy = numbers(given), numbers(given, "second")
        dx = torch.empty_like(dy)
        return {"torch": peer.Contestant(lambda: function(first, dy, dx), lambda: dx.numpy())}
    return work


def cross_entropy(given):
    x, labels = numbers(given).requires_grad_(), torch.from_numpy(given.labels()).long()

    def contestant(function):
        kept = {}

        def run():
            x.grad = None
            kept["loss"] = function(x, labels)
            kept["loss"].backward()

        return peer.Contestant(run, lambda: (x.grad.numpy(), kept["loss"].detach().numpy()))

    return with_compiled({"torch": contestant(functional.cross_entropy)},
                         lambda: contestant(compiled(functional.cross_entropy)))


def network(given):
    layers = []
    for weight, bias in given.layers():
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight))
            linear.bias.copy_(torch.from_numpy(bias))
        layers += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def train(given):
    x, labels = numbers(given), torch.from_numpy(given.labels()).long()

    def contestant(compile_it):
        model = network(given)
        initial = [parameter.detach().clone() for parameter in model.parameters()]
        optimizer = torch.optim.SGD(model.parameters(), peer.LEARNING_RATE, fused=True)
        loss_of = lambda x, labels: functional.cross_entropy(model(x), labels)
        loss_of = compiled(loss_of) if compile_it else loss_of

        def begin():
            with torch.no_grad():
                for parameter, value in zip(model.parameters(), initial):
                    parameter.copy_(value)

        def run():
            optimizer.zero_grad()
            loss_of(x, labels).backward()
            optimizer.step()

        def change():
            return [(parameter.detach() - value).numpy()
                    for parameter, value in zip(model.parameters(), initial)]

        return peer.Contestant(run, change, begin, peer.RESULT_STEPS)

    return with_compiled({"torch": contestant(False)}, lambda: contestant(True))


def infer(given):
    model, x = network(given), numbers(given)

    def contestant(function):
        kept = {}

        @torch.inference_mode()
        def run():
            kept["y"] = function(x)

        return peer.Contestant(run, lambda: kept["y"].numpy())

    predict = lambda x: torch.softmax(model(x), 1)
    return with_compiled({"torch": contestant(predict)}, lambda: contestant(compiled(predict)))


def optimizer(make):
    def work(given):
        initial = numbers(given)
        weight = torch.nn.Parameter(initial.clone())
        weight.grad = numbers(given, "second")
        kept = {}

        def begin():
            with torch.no_grad():
                weight.copy_(initial)
            kept["optimizer"] = make([weight])
            kept["step"] = kept["optimizer"].step

        return {"torch": peer.Contestant(lambda: kept["step"](), lambda: weight.detach().numpy(),
                                         begin)}
    return work


WORKS = {
    "softmax": softmax,
    "log_softmax": element_wise(lambda x, y: torch.log_softmax(x, 1, out=y)),
    "softmax_backward": backward(lambda y, dy, dx: aten._softmax_backward_data.out(
        dy, y, 1, torch.float32, grad_input=dx)),
    "cross_entropy": cross_entropy,
    "sigmoid": element_wise(lambda x, y: torch.sigmoid(x, out=y)),
    "sigmoid_backward": backward(lambda y, dy, dx: aten.sigmoid_backward.grad_input(
        dy, y, grad_input=dx)),
    "tanh": element_wise(lambda x, y: torch.tanh(x, out=y)),
    "tanh_backward": backward(lambda y, dy, dx: aten.tanh_backward.grad_input(
        dy, y, grad_input=dx)),
    "gelu": element_wise(lambda x, y: aten.gelu.out(x, out=y)),
    "gelu_backward": backward(lambda x, dy, dx: aten.gelu_backward.grad_input(
        dy, x, grad_input=dx)),
    "sgd": optimizer(lambda weights: torch.optim.SGD(weights, 1e-3, fused=True)),
    "adam": optimizer(lambda weights: torch.optim.Adam(weights, 1e-3, fused=True)),
    "train": train,
    "infer": infer,
}


def mkldnn_version():
    found = re.search(r"MKL-DNN v([0-9.]+)", torch.__config__.show())
    return "oneDNN-" + found[1] if found else "oneDNN"


if __name__ == "__main__":
    torch.set_num_threads(peer.threads())
    version = f"PyTorch-{torch.__version__}"
    peer.serve({"torch": version, "torch-compile": version, "torch-mkldnn": mkldnn_version()},
               WORKS)
