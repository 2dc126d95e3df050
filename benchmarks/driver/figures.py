# SPDX-License-Identifier: MIT
"""The figures to reach: each line of the table, and whether it was reached."""
import dataclasses

OUT_OF_CACHE = (("4096x1000", 0.95, 0.75), ("256x50257", 0.85, 0.65))
PRODUCTS = "OpenBLAS's products alone"
NOT_LIBRARIES = "tigrillo", "sgemv", "exported", "emlearn"
SMALL, LARGE = "784-128-10", "784-512-256-10"


@dataclasses.dataclass
class Figure:
    work: str
    target: str
    reached: str
    met: bool  # None: it was not measured


def at_least(work, target, unit, value):
    reached = "not measured" if value is None else f"{value:.2f} {unit}"
    return Figure(work, f"at least {target:g} {unit}", reached,
                  None if value is None else value >= target)


def at_most(work, target, unit, value):
    reached = "not measured" if value is None else f"{value:.3g} {unit}"
    return Figure(work, f"at most {target:g} {unit}", reached,
                  None if value is None else value <= target)


def times_as_fast(results, work, shape, threads, target, contestant, name):
    """As a peer with as many threads."""
    value = results.ratio((work, shape, threads, contestant), (work, shape, threads, "tigrillo"))
    return at_least(describe(work, shape, threads), target, f"x {name}", value)


def of_limit(results, work, shape, threads, target, limit="limit", name="the best copy",
             ours="tigrillo"):
    """The part of the limit's speed."""
    value = results.ratio((work, shape, threads, limit), (work, shape, threads, ours))
    suffix = "" if ours == "tigrillo" else f" ({ours.removeprefix('tigrillo-')} build)"
    return at_least(describe(work, shape, threads) + suffix, target, f"of {name}", value)


def describe(work, shape, threads):
    return f"{work} {shape}, {threads} thread{'s' if threads > 1 else ''}"


def pytorch(results, work, shape, threads, target):
    """Eager, which the targets were set by, and compiled where it was measured."""
    figures = [times_as_fast(results, work, shape, threads, target, "torch", "PyTorch (eager)")]
    if results.time(work, shape, threads, "torch-compile"):
        figures.append(times_as_fast(results, work, shape, threads, target, "torch-compile",
                                     "PyTorch (compiled)"))
    return figures


def onednn(results, shape, target):
    """As it comes from the system, called from C, and as PyTorch ships it."""
    return [times_as_fast(results, "softmax", shape, 1, target, contestant, name)
            for contestant, name in (("onednn", "oneDNN"), ("torch-mkldnn", "oneDNN in PyTorch"))
            if results.time("softmax", shape, 1, contestant)] or [
                at_least(describe("softmax", shape, 1), target, "x oneDNN", None)]


def softmax(results):
    figures = []
    for shape, target, avx2 in OUT_OF_CACHE:
        figures.append(of_limit(results, "softmax", shape, 1, target))
        if results.time("softmax", shape, 1, "tigrillo-avx2"):
            figures.append(of_limit(results, "softmax", shape, 1, avx2, ours="tigrillo-avx2"))
        figures += pytorch(results, "softmax", shape, 1, 2.5) + onednn(results, shape, 1.8)
    figures += pytorch(results, "softmax", "32x1000", 1, 2)
    figures.append(of_limit(results, "softmax", "32x1000", 1, 0.4, "limit:memcpy", "memcpy"))
    figures.append(of_limit(results, "softmax", "1x1000000", 1, 0.7))
    figures += pytorch(results, "softmax", "1x1000000", 2, 3)
    figures.append(of_limit(results, "softmax", "60000x10", 1, 0.6))
    figures += pytorch(results, "softmax", "60000x10", 1, 20) + onednn(results, "60000x10", 4)
    time = results.time("softmax", "1024x4", 1, "tigrillo")
    figures.append(at_most(describe("softmax", "1024x4", 1), 3, "µs", time and 1e6 * time))
    return figures + pytorch(results, "softmax", "1024x4", 1, 30) + onednn(results, "1024x4", 8)


def softmax_error(results):
    """Every shape and build, with its place."""
    errors = [(one.error, f"{one.work.shape} {one.contestant} {one.threads}T")
              for one in results.measurements
              if one.work.name == "softmax" and one.contestant.startswith("tigrillo")
              and one.error is not None]
    worst, place = max(errors, default=(None, ""))
    figure = at_most("softmax, error against float64, all shapes and builds", 8, "ulp", worst)
    figure.reached += f" ({place})" if errors else ""
    return [figure]


def cross_entropy(results):
    figures = []
    for shape, target in (("4096x1000", 1.2), ("256x50257", 1.2), ("32x1000", 1.2),
                          ("1x1000000", 1.2), ("60000x10", 1.7)):
        name = describe("cross_entropy", shape, 1)
        value = results.ratio(("cross_entropy", shape, 1, "tigrillo"),
                              ("cross_entropy", shape, 1, "softmax-alone"))
        figures.append(at_most(name, target, "x softmax alone", value))
        figures += pytorch(results, "cross_entropy", shape, 1, 8)
    errors = [one.error for one in results.measurements
              if one.work.variant == "confident" and one.contestant.startswith("tigrillo")]
    return figures + [at_most("cross_entropy, gradient of the true class, p nearly 1", 1e-6,
                              "relative error", max(errors, default=None))]


def jacobian(results):
    figures = []
    for shape in ("1000x10", "1000x100"):
        figures.append(times_as_fast(results, "jacobian", shape, 1, 5, "numba-loops",
                                     "Numba's compiled loop"))
        figures.append(of_limit(results, "jacobian", shape, 1, 0.7, name="writing those bytes"))
    return figures


def training(results):
    figures, busy = [], "train, busy neighbour"
    for network, target in ((SMALL, 1.2), (LARGE, 0.95)):
        shape = network + "/64"
        figures.append(of_limit(results, "train", shape, 1, target, name=PRODUCTS))
        figures += pytorch(results, "train", shape, 1, 2)
    for network in (SMALL, LARGE):
        shape = network + "/64"
        ours = ("train", shape, 2, "tigrillo")
        figures.append(at_least(describe(*ours[:3]), 1.5, "x one thread",
                                results.ratio(("train", shape, 1, "tigrillo"), ours)))
        figures.append(of_limit(results, "train", shape, 2, 1.7, name=PRODUCTS))
    for shape in [f"{SMALL}/{batch}" for batch in (64, 128, 256, 512)]:
        figures.append(at_least(describe("train", shape, 2), 1, "x one thread", results.ratio(
            ("train", shape, 1, "tigrillo"), ("train", shape, 2, "tigrillo"))))
    shape = SMALL + "/64"
    figures.append(at_least(describe(busy, shape, 2), 1, "x one thread", results.ratio(
        (busy, shape, 1, "tigrillo"), (busy, shape, 2, "tigrillo"))))
    return (figures + pytorch(results, "train", SMALL + "/1", 1, 10)
            + pytorch(results, "train", SMALL + "/8", 1, 4))


def inference(results):
    shape = SMALL + "/1"
    figures = [at_most(describe("infer", shape, 1), 1.3, "x reading the weights", results.ratio(
        ("infer", shape, 1, "tigrillo"), ("infer", shape, 1, "limit")))]
    figures.append(times_as_fast(results, "infer", shape, 1, 5, "onnxruntime", "ONNX Runtime"))
    for label in ("infer", "infer_sigmoid"):
        peers = [(one.median, one.contestant) for one in results.of(label, "12-16-4/1", 1)
                 if not one.is_limit and not one.contestant.startswith(NOT_LIBRARIES)]
        ours = results.time(label, "12-16-4/1", 1, "tigrillo")
        fastest, name = min(peers, default=(None, "any peer"))
        figures.append(at_least(describe(label, "12-16-4/1", 1), 1, f"x the fastest peer, {name}",
                                fastest / ours if fastest and ours else None))
    return figures


def exported(results):
    """A model as C, in a program or a library of its own."""
    shape, figures = SMALL + "/1", []

    def times(ours, target, contestant, name):
        value = results.ratio(("infer", shape, 1, contestant), ("infer", shape, 1, ours))
        figures.append(at_least(f"{ours} {SMALL}", target, f"x {name}", value))

    times("exported-O3", 4, "emlearn-O3", "emlearn, same flags")
    times("exported-O3", 5, "onnxruntime", "ONNX Runtime")
    times("exported-native", 1, "tigrillo", "our library")
    found = results.embedding.get
    figures += [
        at_most("export and compile 5 million parameters", 10, "s", found("seconds")),
        at_most("export and compile 5 million parameters, peak memory", 500, "MB",
                found("megabytes")),
        at_most(f"object of {SMALL} at -Os, beside its constants", 2, "KB",
                found("code_kilobytes")),
        at_most(f"int8, {SMALL}", 0.26, "of float32's bytes", found("int8_size")),
        at_most(f"int8, {SMALL}, accuracy lost on MNIST, calibrated on it", 0.5, "points",
                found("int8_loss"))]
    for contestant, name in (("cat", "`cat`"), ("limit:read", "what `cat` does in its process")):
        load = "load", "784-1024-190-10/1", 1
        figures.append(at_most("load a million parameters", 2, f"x {name}",
                               results.ratio((*load, "tigrillo"), (*load, contestant))))
    return figures


def memory(results):
    return [at_most(f"peak memory of training {network}, {rows} samples, {rule}", allowed / 1e6,
                    "MB", peak / 1e6) for network, rows, rule, peak, allowed in results.memory]


def figures(results):
    return [figure for part in (softmax, softmax_error, cross_entropy, jacobian, training,
                                inference, exported, memory) for figure in part(results)]
