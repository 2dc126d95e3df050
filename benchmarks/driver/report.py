# SPDX-License-Identifier: MIT
"""Results as tables: Markdown, which is what the terminal shows too, and CSV."""
import csv

import figures


def seconds(value):
    for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if value * factor >= 1:
            return f"{value * factor:.3g} {unit}" if value * factor < 1000 else f"{value:.0f} s"
    return f"{value * 1e9:.0f} ns"


def table(header, rows):
    """With columns that are aligned as they are."""
    rows = [header, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
             for row in rows]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines) + "\n"


def ratios(results, one):
    """The limit's time by this one's, and this one's by ours; None where there is no such."""
    place = one.work.label, one.work.shape, one.threads
    limit, ours = results.time(*place, "limit"), results.time(*place, "tigrillo")
    return limit / one.median if limit else None, one.median / ours if ours else None


def cell(value, pattern="{:.2f}"):
    return "" if value is None else pattern.format(value)


def measurements(results):
    rows = []
    for one in results.measurements:
        of_limit, of_ours = ratios(results, one)
        rows.append((one.work.label, one.work.shape, str(one.threads), one.contestant,
                     seconds(one.median), cell(of_limit), cell(of_ours),
                     cell(one.difference, "{:.1e}"), cell(one.error, "{:.3g}")))
    return table(("work", "shape", "threads", "contestant", "median", "of limit", "x tigrillo",
                  "difference", "error"), rows)


def targets(results, measured_only=False):
    words = {True: "yes", False: "NO", None: "?"}
    return table(("work", "target", "reached", "met"),
                 [(one.work, one.target, one.reached, words[one.met])
                  for one in figures.figures(results)
                  if not measured_only or one.met is not None])


def write_csv(results, path):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("work", "shape", "threads", "contestant", "version", "median_s",
                         "ratio_to_limit", "ratio_to_tigrillo"))
        for one in results.measurements:
            of_limit, of_ours = ratios(results, one)
            writer.writerow((one.work.label, one.work.shape, one.threads, one.contestant,
                             one.version, f"{one.median:.4g}", cell(of_limit, "{:.4g}"),
                             cell(of_ours, "{:.4g}")))


TEXT = """# Results of the benchmarks

Written by `benchmarks/run.sh`; figures without a machine mean nothing, and this is the one:

{machine}
{missing}
All contestants of a work ran in turns, A B C A B C ..., {rounds} rounds of about {seconds:g}
seconds each, every one a process of its own (the limits share ours), pinned to as many processors
as it has threads and stopped while the others ran. A time is the median of the rounds of the
medians within a round; beside a busy neighbour, of the means.

## Figures to reach

Why some are not reached: [docs/performance.md](../docs/performance.md).

{targets}
## Time by columns

![Nanoseconds per element over the number of columns](softmax.svg)

## All medians

*of limit*: the time of the work's limit divided by this one's: the best of copying the same bytes,
of sweeping through them or of writing them; of the matrix products alone; of reading the weights.
*x tigrillo*: this one's time divided by Tigrillo's with as many threads. *difference*: the largest
difference from Tigrillo's result (one thread), relative to the largest number in it; of a training
step, of the change of the parameters after five steps. *error*: against float64; of softmax in ulp,
of a confident cross-entropy the relative one of the gradient of the true class.

{measurements}"""


def markdown(results, machine, rounds, round_seconds):
    missing = "".join(f"**Missing:** {name}: {reason}\n\n"
                      for name, reason in results.missing.items())
    listed = table(("", ""), [(name, value) for name, value in machine])
    return TEXT.format(machine=listed, missing=missing, rounds=rounds, seconds=round_seconds,
                       targets=targets(results), measurements=measurements(results))
