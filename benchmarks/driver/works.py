# SPDX-License-Identifier: MIT
"""What is measured: one line a work."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Work:
    name: str  # as the programs know it
    shape: str  # ROWSxCOLUMNS, LAYERS/BATCH, or LAYERS/BATCH/SAMPLES
    threads: tuple = (1,)  # the contestants with these numbers of threads run in the same rounds
    quick: bool = False  # part of --quick
    variant: str = ""  # "confident": logits that are sure of the label; "busy neighbour": beside a
    # process that never sleeps
    contestants: tuple = ()  # only those that begin so; empty: all
    copies: int = 1  # that calls take turns with, so that no cache holds them

    @property
    def label(self):
        return f"{self.name}, {self.variant}" if self.variant else self.name

    @property
    def rows(self):
        return int(self.shape.split("x")[0] if "x" in self.shape else self.shape.split("/")[-1])

    @property
    def columns(self):
        return int(self.shape.split("x")[1])

    @property
    def sizes(self):
        """Inputs, hidden units and outputs of a network."""
        return [int(size) for size in self.shape.split("/")[0].split("-")]

    @property
    def is_beside_neighbour(self):
        return self.variant == "busy neighbour"

    def admits(self, contestant):
        return not self.contestants or contestant.startswith(self.contestants)


both = (1, 2)

WORKS = [
    # Softmax by regime: out of the caches, in them, one long row, few classes.
    Work("softmax", "4096x1000", both, quick=True),
    Work("softmax", "256x50257", both),
    Work("softmax", "32x1000", quick=True),
    Work("softmax", "1x1000000", both, quick=True),
    Work("softmax", "60000x10", both, quick=True),
    Work("softmax", "1024x4", quick=True),
    Work("log_softmax", "4096x1000"),
    Work("log_softmax", "60000x10"),
    Work("softmax_backward", "4096x1000"),
    Work("softmax_backward", "60000x10"),
    Work("cross_entropy", "4096x1000", both, quick=True),
    Work("cross_entropy", "256x50257"),
    Work("cross_entropy", "32x1000"),
    Work("cross_entropy", "1x1000000"),
    Work("cross_entropy", "60000x10", both, quick=True),
    Work("cross_entropy", "1024x4"),
    Work("cross_entropy", "1024x1000", variant="confident", quick=True),
    Work("jacobian", "1000x10", quick=True),
    Work("jacobian", "1000x100", quick=True),
    Work("sigmoid", "64x1000"),
    Work("sigmoid_backward", "64x1000"),
    Work("tanh", "64x1000"),
    Work("tanh_backward", "64x1000"),
    Work("gelu", "64x1000"),
    Work("gelu_backward", "64x1000"),
    Work("sgd", "1x1000000"),
    Work("adam", "1x1000000"),
    Work("train", "784-128-10/1", quick=True),
    Work("train", "784-128-10/8", quick=True),
    Work("train", "784-128-10/64", both, quick=True),
    Work("train", "784-128-10/128", both),
    Work("train", "784-128-10/256", both),
    Work("train", "784-128-10/512", both),
    Work("train", "784-512-256-10/64", both, quick=True),
    Work("train", "784-128-10/64", both, quick=True, variant="busy neighbour",
         contestants=("tigrillo", "limit:products", "torch")),
    Work("train_sigmoid", "784-128-10/1", quick=True),
    Work("infer", "784-128-10/1", quick=True),
    Work("infer", "784-128-10/64"),
    Work("infer", "784-128-10/1024", both),
    Work("infer", "12-16-4/1", quick=True),
    Work("infer", "12-16-4/64"),
    Work("infer_sigmoid", "784-128-10/1"),
    Work("infer_sigmoid", "12-16-4/1", quick=True),
    Work("load", "784-1024-190-10/1", quick=True),
]

# On a GPU. What does not fit into a processor's caches above is taken in turns with copies of it
# here, and goes through half a gigabyte, several times the largest second-level cache. The rest may
# stay in the cache.
CUDA = [
    Work("copy", "1x67108864", quick=True),
    Work("softmax", "16384x1000", copies=4),
    Work("softmax", "4096x1000", quick=True, copies=16),
    Work("softmax", "256x50257", quick=True, copies=5),
    Work("softmax", "32x1000", quick=True),
    Work("softmax", "1x1000000"),
    Work("softmax", "60000x10", quick=True),
    Work("softmax", "1024x4"),
    Work("log_softmax", "4096x1000", copies=16),
    Work("log_softmax", "60000x10"),
    Work("softmax_backward", "4096x1000", copies=11),
    Work("softmax_backward", "60000x10"),
    Work("cross_entropy", "16384x1000", copies=4),
    Work("cross_entropy", "4096x1000", quick=True, copies=16),
    Work("cross_entropy", "256x50257", copies=5),
    Work("cross_entropy", "32x1000"),
    Work("cross_entropy", "1x1000000"),
    Work("cross_entropy", "60000x10", quick=True),
    Work("cross_entropy", "1024x4"),
    Work("cross_entropy", "1024x1000", variant="confident"),
    Work("jacobian", "1000x10", quick=True),
    Work("jacobian", "1000x100", quick=True, copies=13),
    Work("sigmoid", "64x1000"),
    Work("sigmoid_backward", "64x1000"),
    Work("tanh", "64x1000"),
    Work("tanh_backward", "64x1000"),
    Work("gelu", "64x1000"),
    Work("gelu_backward", "64x1000"),
    Work("sgd", "1x1000000"),
    Work("adam", "1x1000000"),
    Work("train", "784-128-10/1"),
    Work("train", "784-128-10/64", quick=True),
    Work("train", "784-128-10/1024", quick=True),
    Work("train", "784-512-256-10/64", quick=True),
    Work("train", "784-512-256-10/1024"),
    Work("epoch", "784-128-10/64/60000", quick=True),
    Work("epoch", "784-128-10/1024/60000", quick=True),
    Work("epoch", "784-512-256-10/64/60000"),
    Work("epoch", "784-512-256-10/1024/60000"),
    Work("infer", "784-128-10/1", quick=True),
    Work("infer", "784-128-10/64"),
    Work("infer", "784-128-10/1024", quick=True),
    Work("infer", "784-512-256-10/1024"),
]

# For the plot: about a million numbers in rows of ever more columns.
PLOT_COLUMNS = [2, 3, 4, 6, 8, 10, 16, 24, 32, 64, 100, 128, 256, 512, 1000, 2000, 4096, 8192,
                20000, 50257, 100000, 262144, 1000000]
PLOT_CONTESTANTS = ("tigrillo", "limit:", "torch", "numpy", "onednn", "onnxruntime")
PLOT = [Work("softmax", f"{max(1, 1000000 // columns)}x{columns}", variant="sweep",
             contestants=PLOT_CONTESTANTS, quick=columns in (2, 10, 100, 1000, 50257, 1000000))
        for columns in PLOT_COLUMNS]

# Network, samples and optimiser of which the peak memory is measured.
MEMORY = [("784-128-10/64", 60000, "sgd"), ("784-128-10/64", 60000, "adam"),
          ("784-1024-1024-10/64", 5000, "sgd"), ("784-1024-1024-10/64", 5000, "adam")]

# Small enough for a test in a second.
TEST = [Work(name, shape) for name, shape in (
    ("softmax", "8x5"), ("log_softmax", "8x5"), ("softmax_backward", "8x5"),
    ("cross_entropy", "8x5"), ("jacobian", "8x5"), ("sigmoid", "8x5"), ("sigmoid_backward", "8x5"),
    ("tanh", "8x5"), ("tanh_backward", "8x5"), ("gelu", "8x5"), ("gelu_backward", "8x5"),
    ("sgd", "8x5"), ("adam", "8x5"), ("train", "6-5-3/4"), ("train_sigmoid", "6-5-3/1"),
    ("infer", "6-5-3/1"), ("infer", "6-5-3/4"), ("infer_sigmoid", "6-5-3/4"),
    ("load", "6-5-3/1"))]
TEST += [Work("softmax", "8x1000", both), Work("cross_entropy", "16x10", variant="confident"),
         Work("train", "6-5-3/4", both, variant="busy neighbour")]

CUDA_TEST = [work for work in TEST if not work.variant and work.threads == (1,)
             and work.name != "load" and not work.name.endswith("_sigmoid")]
CUDA_TEST += [Work("copy", "3x7", copies=2), Work("softmax", "3x40", copies=3),
              Work("softmax_backward", "3x40", copies=2), Work("cross_entropy", "3x40", copies=2),
              Work("jacobian", "2x5", copies=2), Work("sgd", "3x5", copies=2),
              Work("epoch", "6-5-3/4/10")]
