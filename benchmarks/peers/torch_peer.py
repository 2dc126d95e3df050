# SPDX-License-Identifier: MIT
"""PyTorch: eager, with outputs written into tensors that are there already, and torch.compile.

torch_peer.py THREADS [eager] [cuda]

eager: without torch.compile, which takes seconds for each work and shape.

On the CPU also oneDNN as PyTorch ships it, through its mkldnn tensors. With cuda everything is in
the memory of the GPU, products are float32's (no TF32), and torch.compile competes once more as
torch-graphs, in its mode "reduce-overhead": CUDA graphs. That mode records addresses, so it takes
part where calls do not take turns with copies. torch-item is eager training that reads the loss in
each step, which waits for the GPU; the others do not.
"""
import re
import sys

import torch
import torch.nn.functional as functional

import peer

COMPILE = "eager" not in sys.argv[2:]
DEVICE = "cuda" if "cuda" in sys.argv[2:] else "cpu"
MODES = {"torch-compile": None}
if DEVICE == "cuda":
    MODES["torch-graphs"] = "reduce-overhead"
aten = torch.ops.aten


def numbers(given, name="first"):
    return torch.from_numpy(given.matrix(name)).to(DEVICE)


def classes(given):
    return torch.from_numpy(given.labels()).long().to(DEVICE)


def contestant(run, result, begin=None, result_calls=1):
    """`result` returns a tensor, or several."""
    def fetch():
        tensors = result()
        tensors = tensors if isinstance(tensors, (list, tuple)) else [tensors]
        return [tensor.detach().cpu().numpy() for tensor in tensors]

    return peer.Contestant(run, fetch, begin, result_calls,
                           torch.cuda.synchronize if DEVICE == "cuda" else None)


def eager(function):
    """What a work does with its function before it is run; torch.compile takes its place."""
    return function


def with_compiled(given, contestants, make, *static):
    """Adds a contestant for each mode of torch.compile that works: make(compiled) makes it, and
    gives `compiled` the function to compile, for exactly the shapes of the first call and without
    guards on what never changes. `static` are the inputs that stay where they are."""
    if COMPILE and given.copy == 0:
        torch._dynamo.reset()
    for name, mode in MODES.items() if COMPILE else ():
        graphs = mode == "reduce-overhead"
        if graphs and given.copies > 1:
            continue
        try:
            made = make(lambda function: torch.compile(function, dynamic=False, mode=mode))
            if graphs:
                for tensor in static:  # or else each call would copy it first
                    torch._dynamo.mark_static_address(tensor, guard=False)
                made.run = after_step_begin(made.run)
            made.run()
            contestants[name] = made
        except Exception as error:  # a compiler has many ways to fail
            print(f"torch.compile: {error}", file=sys.stderr)
    return contestants


def after_step_begin(run):
    """Tells CUDA graphs that nobody needs the last call's outputs any more."""
    def run_after():
        torch.compiler.cudagraph_mark_step_begin()
        run()
    return run_after


def normalizer(function):
    """Of softmax and its logarithm."""
    def work(given):
        x = numbers(given)
        y = torch.empty_like(x)

        def make(compiled):
            compute, kept = compiled(lambda x: function(x, 1)), {}

            def run():
                kept["y"] = compute(x)

            return contestant(run, lambda: kept["y"])

        eagerly = contestant(lambda: function(x, 1, out=y), lambda: y)
        return with_compiled(given, {"torch": eagerly}, make, x)
    return work


def softmax(given):
    contestants = normalizer(torch.softmax)(given)
    if DEVICE == "cpu":
        blocked, kept = numbers(given).to_mkldnn(), {}

        def run():
            kept["y"] = torch.softmax(blocked, 1)

        contestants["torch-mkldnn"] = contestant(run, lambda: kept["y"].to_dense())
    return contestants


def jacobian(given):
    y = numbers(given)
    formula = lambda y: torch.diag_embed(y) - y.unsqueeze(2) * y.unsqueeze(1)

    def make(compiled):
        compute, kept = compiled(formula), {}

        def run():
            kept["jacobian"] = compute(y)

        return contestant(run, lambda: kept["jacobian"])

    return with_compiled(given, {"torch": make(eager)}, make, y)


def element_wise(function):
    """Of operations that write their one result into `out`."""
    def work(given):
        x = numbers(given)
        y = torch.empty_like(x)
        return {"torch": contestant(lambda: function(x, y), lambda: y)}
    return work


def backward(function):
    """Of operations that take a second input, the gradient by the outputs."""
    def work(given):
        first, dy = numbers(given), numbers(given, "second")
        dx = torch.empty_like(dy)
        return {"torch": contestant(lambda: function(first, dy, dx), lambda: dx)}
    return work


def cross_entropy(given):
    x, labels = numbers(given).requires_grad_(), classes(given)

    def make(compiled):
        function, kept = compiled(functional.cross_entropy), {}

        def run():
            x.grad = None
            kept["loss"] = function(x, labels)
            kept["loss"].backward()

        return contestant(run, lambda: (x.grad, kept["loss"]))

    return with_compiled(given, {"torch": make(eager)}, make, x, labels)


def network(given):
    layers = []
    for weight, bias in given.layers():
        linear = torch.nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight))
            linear.bias.copy_(torch.from_numpy(bias))
        layers += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1]).to(DEVICE)


class Training:
    """A network with its optimiser, and the way back to where it began."""

    def __init__(self, given):
        self.model = network(given)
        self.initial = [parameter.detach().clone() for parameter in self.model.parameters()]
        self.optimizer = torch.optim.SGD(self.model.parameters(), peer.LEARNING_RATE, fused=True)

    def begin(self):
        with torch.no_grad():
            for parameter, value in zip(self.model.parameters(), self.initial):
                parameter.copy_(value)

    def change(self):
        return [parameter - value for parameter, value in zip(self.model.parameters(),
                                                              self.initial)]


def train(given):
    x, labels = numbers(given), classes(given)

    def make(compiled, read_loss=False):
        training = Training(given)
        loss_of = compiled(
            lambda x, labels: functional.cross_entropy(training.model(x), labels))

        def run():
            training.optimizer.zero_grad()
            loss = loss_of(x, labels)
            loss.backward()
            training.optimizer.step()
            if read_loss:
                loss.item()

        return contestant(run, training.change, training.begin, peer.RESULT_STEPS)

    contestants = {"torch": make(eager)}
    if DEVICE == "cuda":
        contestants["torch-item"] = make(eager, read_loss=True)
    return with_compiled(given, contestants, make, x, labels)


def epoch(given):
    """All samples, which are on the device, in a new order; with the mean loss and the accuracy."""
    samples, labels = numbers(given), classes(given)

    def make(compiled):
        training, kept = Training(given), {}

        def outcome(x, labels):
            logits = training.model(x)
            return (functional.cross_entropy(logits, labels),
                    (logits.argmax(1) == labels).sum())

        outcome_of = compiled(outcome)

        def run():
            loss_sum, right = torch.zeros((), device=DEVICE), torch.zeros((), device=DEVICE)
            for rows in torch.randperm(len(samples), device=DEVICE).split(given.batch):
                training.optimizer.zero_grad()
                loss, right_now = outcome_of(samples[rows], labels[rows])
                loss.backward()
                training.optimizer.step()
                loss_sum += loss.detach() * len(rows)
                right += right_now
            kept["means"] = torch.stack([loss_sum, right]).cpu() / len(samples)

        return contestant(run, lambda: kept["means"], training.begin)

    return with_compiled(given, {"torch": make(eager)}, make)


def infer(given):
    model, x = network(given), numbers(given)

    def make(compiled):
        predict, kept = compiled(lambda x: torch.softmax(model(x), 1)), {}

        @torch.inference_mode()
        def run():
            kept["y"] = predict(x)

        return contestant(run, lambda: kept["y"])

    return with_compiled(given, {"torch": make(eager)}, make, x)


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

        return {"torch": contestant(lambda: kept["step"](), lambda: weight, begin)}
    return work


WORKS = {
    "softmax": softmax,
    "log_softmax": normalizer(torch.log_softmax),
    "softmax_backward": backward(lambda y, dy, dx: aten._softmax_backward_data.out(
        dy, y, 1, torch.float32, grad_input=dx)),
    "cross_entropy": cross_entropy,
    "jacobian": jacobian,
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
    "epoch": epoch,
    "infer": infer,
}


def mkldnn_version():
    found = re.search(r"MKL-DNN v([0-9.]+)", torch.__config__.show())
    return "oneDNN-" + found[1] if found else "oneDNN"


if __name__ == "__main__":
    torch.set_num_threads(peer.threads())
    version = f"PyTorch-{torch.__version__}"
    if DEVICE == "cpu":
        versions = {"torch-mkldnn": mkldnn_version()}
    elif torch.cuda.is_available():
        versions = {}
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
        torch.set_float32_matmul_precision("highest")
    else:
        sys.exit(f"{version} finds no GPU")
    versions.update(dict.fromkeys(["torch", "torch-item", *MODES], version))
    peer.serve(versions, WORKS)
