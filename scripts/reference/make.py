#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes tests/reference/*.h: results of the operations as PyTorch computes them, in float64, and
random numbers as a second implementation in Python computes them.

    scripts/reference/make.py          writes the headers again (needs python3-torch)

Inputs are multiples of 1/64, which float32 holds exactly. The random numbers are seeded, so that
the same PyTorch writes the same files. Made with PyTorch 1.13.1 (Debian 12) on x86-64.
"""

import itertools
import math
import pathlib
import textwrap

import numpy
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tests" / "reference"
MASK = 2**32 - 1


class Header:
    """One header of constant arrays."""

    def __init__(self, name):
        self.name = name
        self.random = numpy.random.RandomState(sum(name.encode()))
        self.lines = [
            "/* SPDX-License-Identifier: MIT */",
            f"/* Made by scripts/reference/make.py with PyTorch {torch.__version__}. */",
            f"#ifndef TG_TESTS_REFERENCE_{name.upper()}_H",
            f"#define TG_TESTS_REFERENCE_{name.upper()}_H",
            "",
            "#include <stdint.h>",
            "",
            "/* clang-format off */",
        ]

    def array(self, kind, name, numbers):
        text = ", ".join(numbers)
        self.lines.append(f"static const {kind} {name}[] = {{")
        self.lines += textwrap.wrap(text, 96, initial_indent="    ", subsequent_indent="    ")
        self.lines.append("};")

    def numbers(self, name, tensor):
        """What a result should be."""
        flat = torch.as_tensor(tensor).detach().reshape(-1).tolist()
        self.array("double", name, [f"{value:.12g}" for value in flat])

    def floats(self, name, tensor):
        """An input."""
        values = [f"{value:.9g}" for value in tensor.reshape(-1).tolist()]
        self.array("float", name, [v + ("f" if "." in v else ".0f") for v in values])

    def labels(self, name, values):
        self.array("int32_t", name, [str(int(value)) for value in values])

    def draw(self, name, *shape, scale=1.5):
        """A random input, written down; ready for gradients."""
        tensor = torch.from_numpy(numpy.round(self.random.randn(*shape) * scale * 64) / 64)
        self.floats(name, tensor)
        return tensor.requires_grad_()

    def write(self):
        self.lines += ["/* clang-format on */", "", "#endif", ""]
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{self.name}.h").write_text("\n".join(self.lines))


def operation(header, name, function, inputs, dy):
    """Result and, for the upstream gradient dy, the gradients by all inputs."""
    for tensor in inputs.values():
        tensor.grad = None
    y = function(*inputs.values())
    y.backward(dy)
    header.numbers(f"{name}_y", y)
    for input_name, tensor in inputs.items():
        header.numbers(f"{name}_d{input_name}", tensor.grad)


def make_dense():
    header = Header("dense")
    for name, n, inputs, outputs in (("small", 2, 3, 4), ("odd", 5, 7, 3), ("single", 1, 1, 1)):
        x = header.draw(f"dense_{name}_x", n, inputs)
        weight = header.draw(f"dense_{name}_weight", outputs, inputs)
        bias = header.draw(f"dense_{name}_bias", outputs)
        dy = header.draw(f"dense_{name}_dy", n, outputs).detach()
        operation(header, f"dense_{name}", F.linear, {"x": x, "weight": weight, "bias": bias}, dy)
    header.write()


def make_activation():
    header = Header("activation")
    x = header.draw("activation_x", 24, scale=3)
    dy = header.draw("activation_dy", 24).detach()
    for name, function in (
        ("sigmoid", torch.sigmoid),
        ("tanh", torch.tanh),
        ("relu", torch.relu),
        ("leaky_relu", lambda t: F.leaky_relu(t, 0.125)),
        ("gelu", F.gelu),
        ("gelu_tanh", lambda t: F.gelu(t, approximate="tanh")),
    ):
        operation(header, name, function, {"x": x}, dy)
    header.write()


def make_softmax():
    header = Header("softmax")
    x = header.draw("softmax_x", 4, 5, scale=3)
    dy = header.draw("softmax_dy", 4, 5).detach()
    for name, function in (
        ("softmax", lambda t: torch.softmax(t, 1)),
        ("softmax_cold", lambda t: torch.softmax(t / 0.5, 1)),
        ("softmax_warm", lambda t: torch.softmax(t / 3, 1)),
        ("log_softmax", lambda t: torch.log_softmax(t, 1)),
        ("sum_normalize", lambda t: t / t.sum(1, keepdim=True)),
    ):
        operation(header, name, function, {"x": x}, dy)
    jacobian = torch.autograd.functional.jacobian
    rows = [jacobian(lambda t: torch.softmax(t / 3, 0), row) for row in x.detach()]
    header.numbers("softmax_warm_jacobian", torch.stack(rows))
    header.write()


def make_loss():
    header = Header("loss")
    n, k = 6, 4
    logits = header.draw("loss_logits", n, k, scale=2)
    labels = torch.from_numpy(header.random.randint(0, k, n))
    some = labels.clone()
    some[1] = some[4] = 9
    header.labels("loss_labels", labels)
    header.labels("loss_labels_ignored", some)
    weights = torch.tensor([0.5, 2.0, 0.0, 1.25])
    header.floats("loss_weights", weights)
    # Multiples of 1/64 that sum to 1 in each row.
    parts = torch.from_numpy(header.random.multinomial(64, [0.1, 0.2, 0.3, 0.4], n) / 64)
    header.floats("loss_soft", parts)
    yes = torch.from_numpy(header.random.randint(0, 2, (n, k)).astype(float))
    yes[0, 0] = 0.25
    header.floats("loss_yes", yes)
    values = header.draw("loss_values", n, k).detach()
    counts = header.random.multinomial(1024, [0.1, 0.2, 0.3, 0.4], n)
    probabilities = torch.from_numpy((counts + 1) / 1024).requires_grad_()
    header.floats("loss_probabilities", probabilities.detach())

    def loss(name, outputs, function):
        for reduction in ("mean", "sum"):
            outputs.grad = None
            value = function(outputs, reduction)
            value.backward()
            header.numbers(f"loss_{name}_{reduction}", value)
            header.numbers(f"loss_{name}_{reduction}_gradient", outputs.grad)

    def cross_entropy(target, **options):
        return lambda z, reduction: F.cross_entropy(z, target, reduction=reduction, **options)

    loss("plain", logits, cross_entropy(labels))
    loss("weighted", logits, cross_entropy(labels, weight=weights))
    loss("ignored", logits, cross_entropy(some, ignore_index=9))
    loss("smoothed", logits, cross_entropy(labels, label_smoothing=0.25))
    loss("everything", logits,
         cross_entropy(some, ignore_index=9, label_smoothing=0.25, weight=weights))
    loss("soft", logits, cross_entropy(parts))
    loss("soft_weighted", logits, cross_entropy(parts, weight=weights))
    loss("of_probabilities", probabilities,
         lambda p, reduction: F.nll_loss(p.log(), labels, reduction=reduction))
    loss("binary", logits,
         lambda z, reduction: F.binary_cross_entropy_with_logits(z, yes, reduction=reduction))
    loss("squared", logits, lambda y, reduction: F.mse_loss(y, values, reduction=reduction))
    header.write()


def make_optimizer():
    header = Header("optimizer")
    start = header.draw("optimizer_start", 7).detach()
    gradients = header.draw("optimizer_gradients", 5, 7).detach()

    def run(name, make):
        weight = start.clone().requires_grad_()
        optimizer = make([weight])
        steps = []
        for gradient in gradients:
            weight.grad = gradient.clone()
            optimizer.step()
            steps.append(weight.detach().clone())
        header.numbers(f"optimizer_{name}", torch.stack(steps))

    sgd, adam, adamw = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
    run("sgd", lambda p: sgd(p, lr=0.125))
    run("sgd_decay", lambda p: sgd(p, lr=0.125, weight_decay=0.25))
    run("momentum", lambda p: sgd(p, lr=0.125, momentum=0.875))
    run("nesterov", lambda p: sgd(p, lr=0.125, momentum=0.875, nesterov=True))
    run("nesterov_decay",
        lambda p: sgd(p, lr=0.125, momentum=0.875, nesterov=True, weight_decay=0.25))
    run("adam", lambda p: adam(p, lr=0.125))
    run("adam_decay", lambda p: adam(p, lr=0.125, weight_decay=0.25))
    run("adamw", lambda p: adamw(p, lr=0.125))
    run("adamw_decay", lambda p: adamw(p, lr=0.125, weight_decay=0.25))

    for name, limit in (("small", 1.0), ("large", 1000.0)):
        clipped = start.clone().requires_grad_()
        clipped.grad = start.clone()
        norm = torch.nn.utils.clip_grad_norm_([clipped], limit)
        header.numbers(f"clip_{name}_norm", norm)
        header.numbers(f"clip_{name}", clipped.grad)
    header.write()


def make_schedule():
    header = Header("schedule")
    schedulers = torch.optim.lr_scheduler

    def run(name, steps, make):
        weight = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([weight], lr=1)
        scheduler = make(optimizer)
        factors = []
        for _ in range(steps):
            factors.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if len(factors) < steps:  # OneCycleLR refuses to go beyond its end
                scheduler.step()
        header.numbers(f"schedule_{name}", factors)

    for total in (10, 40):
        run(f"one_cycle_{total}", total,
            lambda o: schedulers.OneCycleLR(o, max_lr=1, total_steps=total))
    run("cosine_12", 13, lambda o: schedulers.CosineAnnealingLR(o, 12, eta_min=0.25))
    run("step", 12, lambda o: schedulers.StepLR(o, 3, gamma=0.5))
    header.write()


def philox(seed, stream):
    """All 32-bit numbers of a stream, in order (Philox4x32-10; include/tigrillo/random.h)."""
    for block in itertools.count():
        c = [block & MASK, block >> 32, stream & MASK, stream >> 32]
        key = [seed & MASK, seed >> 32]
        for _ in range(10):
            a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [(b >> 32) ^ c[1] ^ key[0], b & MASK, (a >> 32) ^ c[3] ^ key[1], a & MASK]
            key = [(key[0] + 0x9E3779B9) & MASK, (key[1] + 0xBB67AE85) & MASK]
        yield from c


def normals(bits):
    """Normal numbers by the polar method; coordinates are odd multiples of 2^-32 in -1 .. 1."""
    while True:
        u, v = ((2 * next(bits) + 1) / 2**32 - 1 for _ in range(2))
        s = u * u + v * v
        if s < 1:
            yield u * math.sqrt(-2 * math.log(s) / s)


def make_random():
    header = Header("random")
    seed, stream, count = 0x0123456789ABCDEF, 0xFEDCBA9876543210, 12
    header.array("uint64_t", "random_start", [f"{seed:#x}", f"{stream:#x}"])
    bits = list(itertools.islice(philox(seed, stream), count))
    header.array("uint32_t", "random_bits", [f"{number:#010x}" for number in bits])
    header.floats("random_uniforms", numpy.array([(number >> 8) / 2**24 for number in bits]))
    numbers = itertools.islice(normals(philox(seed, stream)), count)
    header.floats("random_normals", numpy.float32(list(numbers)))
    header.write()


def main():
    make_dense()
    make_activation()
    make_softmax()
    make_loss()
    make_optimizer()
    make_schedule()
    make_random()


if __name__ == "__main__":
    main()
