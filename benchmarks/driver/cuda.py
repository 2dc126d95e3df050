# SPDX-License-Identifier: MIT
"""What is special about the GPU: whether there is one, and the table of its results.

Run by itself, it prints that table before anything was measured: benchmarks/RESULTS-cuda.md where
no GPU was at hand.
"""
import measure
import programs
import report
import works

TORCH = ("torch", "torch-compile", "torch-graphs")
COLUMNS = ("limit", "tigrillo", *TORCH, "torch-item", "cupy", "cupyx", "cudnn")
COMPETING = {  # the columns of each work; of the others: limit, tigrillo, torch
    "copy": ("limit",),
    "softmax": ("limit", "tigrillo", *TORCH, "cupy", "cupyx", "cudnn"),
    "log_softmax": ("limit", "tigrillo", *TORCH, "cupyx", "cudnn"),
    "softmax_backward": ("limit", "tigrillo", "torch", "cudnn"),
    "cross_entropy": ("limit", "tigrillo", *TORCH),
    "jacobian": ("limit", "tigrillo", *TORCH, "cupy"),
    "train": ("tigrillo", *TORCH, "torch-item"),
    "epoch": ("tigrillo", *TORCH),
    "infer": ("tigrillo", *TORCH),
}


def refusal(folder):
    """Why nothing can be measured with the programs in `folder`; None if it can."""
    program = programs.Program(programs.CUDA[0], 1, folder)
    try:
        program.start()
    except programs.Gone as reason:
        return f"There is no NVIDIA GPU to measure ({reason})"
    is_stand_in = program.versions["limit:copy"] == "stand-in"
    program.stop()
    if is_stand_in:
        return "The GPU is the stand-in of tests/cuda/runtime, whose times mean nothing"
    return None


def competing(work):
    columns = COMPETING.get(work.name, ("limit", "tigrillo", "torch"))
    return [column for column in columns if column != "torch-graphs" or work.copies == 1]


def cell(results, work, column):
    """The median, and in brackets how many times ours that is; empty where nobody competes."""
    place = work.label, work.shape, None
    if column not in competing(work):
        return ""
    time, ours = results.time(*place, column), results.time(*place, "tigrillo")
    if time is None:
        return "not measured"
    return report.seconds(time) + (f" ({time / ours:.2f})" if ours else "")


def table(results):
    return report.table(("work", "shape", "copies", *COLUMNS), [
        (work.label, work.shape, str(work.copies), *(cell(results, work, column)
                                                     for column in COLUMNS))
        for work in works.CUDA])


def bandwidth(results):
    """Of the copy that no cache holds."""
    work = works.CUDA[0]
    time = results.time(work.label, work.shape, None, "limit")
    if time is None:
        return "not measured"
    return f"{8e-9 * work.rows * work.columns / time:.0f} GB/s, read and written"


TEXT = """# Results on a GPU

{measured}

{machine}
{missing}
A cell is the time of a call, and in brackets how many times Tigrillo's that is. *copies*: with how
many copies of its inputs and outputs a work takes turns, so that no second-level cache holds them.
The memory's copy bandwidth: {bandwidth}.

What the columns are, and what a time includes: [docs/performance.md](../docs/performance.md).

{table}{all}"""

MEASURED = """Written by `benchmarks/run.sh --device cuda`. All contestants of a work ran in turns, {rounds}
rounds of about {seconds:g} seconds each, every one a process of its own (the limit shares ours),
with all processors, and stopped while the others ran. A time is the median of the rounds of the
medians within a round."""

NOTHING_MEASURED = """**Nothing here was measured: no NVIDIA GPU has been at hand.**
`benchmarks/run.sh --device cuda` will write this page."""


def markdown(results, machine=(), rounds=0, seconds=0):
    measured, listed = NOTHING_MEASURED, ""
    if results.measurements:
        measured = MEASURED.format(rounds=rounds, seconds=seconds)
        listed = "\n## All medians\n\n" + report.measurements(results)
    missing = "".join(f"**Missing:** {name}: {reason}\n\n"
                      for name, reason in results.missing.items())
    return TEXT.format(measured=measured, missing=missing, bandwidth=bandwidth(results),
                       machine=report.table(("", ""), machine) if machine else "",
                       table=table(results), all=listed)


if __name__ == "__main__":
    print(markdown(measure.Results()), end="")
