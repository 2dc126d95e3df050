# SPDX-License-Identifier: MIT
"""Round and round through the contestants of a work."""
import dataclasses
import os
import pathlib
import statistics
import tempfile

import numpy

import accuracy
import emlearn_code
import inputs
import programs


@dataclasses.dataclass
class Measurement:
    work: object
    threads: int
    contestant: str
    version: str
    times: list  # seconds a call, one for each round
    difference: float = None  # from our result
    error: float = None  # against float64

    @property
    def median(self):
        return statistics.median(self.times)

    @property
    def is_limit(self):
        return self.contestant.startswith("limit:")


class Results:
    """All measurements, and questions to them. What was not measured is None."""

    def __init__(self):
        self.measurements = []
        self.memory = []  # (network, samples, optimiser, peak bytes, allowed bytes)
        self.embedding = {}  # what embedding.measure() found
        self.missing = {}  # programs that do not compete, and why

    def of(self, label, shape, threads=None):
        return [one for one in self.measurements
                if one.work.label == label and one.work.shape == shape
                and threads in (None, one.threads)]

    def find(self, label, shape, threads, contestant):
        for one in self.of(label, shape, threads):
            if one.contestant == contestant:
                return one
        return None

    def time(self, label, shape, threads, contestant):
        """Seconds a call; of "limit", the best of the limits."""
        if contestant == "limit":
            return min((one.median for one in self.of(label, shape, threads) if one.is_limit),
                       default=None)
        found = self.find(label, shape, threads, contestant)
        return found.median if found else None

    def ratio(self, slower, faster):
        """How many times as long one takes as the other; each is the arguments of time()."""
        slower, faster = self.time(*slower), self.time(*faster)
        return slower / faster if slower and faster else None


def pin(program, threads):
    """Lets all threads of the program run on the last so many processors."""
    for task in pathlib.Path(f"/proc/{program.process.pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), programs.processors(threads))


def enter(work, available, folder):
    """Who takes part: pairs of a program and a measurement without times."""
    entered = []
    for program in available:
        if program.threads not in work.threads:
            continue
        try:
            names = program.ask("prepare", work.name, work.shape, folder, work.copies) or []
        except programs.Gone as reason:
            print(f"!!! {program.spec.name} failed at {work.label} {work.shape}: {reason}")
            continue
        # Beside a busy neighbour the system must have the chance to move a single thread out of the
        # neighbour's way.
        pin(program, max(work.threads) if work.is_beside_neighbour else program.threads)
        entered += [(program, Measurement(work, program.threads, name,
                                          program.versions.get(name, ""), []))
                    for name in names if work.admits(name)]
    return entered


def ask(program, measurement, *words):
    """None when the program is gone, or has nothing to say."""
    if program.process is None:
        return None
    try:
        return program.ask(*words)
    except programs.Gone as reason:
        print(f"!!! {measurement.contestant} failed at {measurement.work.label} "
              f"{measurement.work.shape}: {reason}")
        return None


def go_round(work, entered, rounds, seconds):
    average = "median"
    if work.is_beside_neighbour:  # whose turns are what counts; and they are milliseconds long
        average, seconds = "mean", 10 * seconds
    for _ in range(rounds):
        for program, measurement in entered:
            answer = ask(program, measurement, average, measurement.contestant, seconds)
            if answer:
                measurement.times.append(float(answer[0]))


def compare(work, given, entered, folder):
    """All results with ours by the fewest threads, and with the truth where it is known."""
    ours, path = None, folder / "result.f32"
    for program, measurement in sorted(entered, key=lambda pair: (
            pair[1].contestant != "tigrillo", pair[1].threads)):
        if measurement.is_limit or measurement.contestant == "sweep":
            continue  # what they compute is not the work's result
        if work.name == "epoch":
            continue  # everybody shuffles by random numbers of his own
        if ask(program, measurement, "result", measurement.contestant, path) is None:
            continue
        result = numpy.fromfile(path, numpy.float32)
        if ours is not None:
            measurement.difference = accuracy.difference(work, ours, result)
        elif measurement.contestant == "tigrillo":
            ours = result
        measurement.error = accuracy.error(work, given, result)


def measure(work, available, rounds, seconds):
    """The measurements of one work."""
    with tempfile.TemporaryDirectory(prefix="tigrillo-benchmark-") as name:
        folder = pathlib.Path(name)
        given = inputs.write(work, folder)
        if work.name == "infer" and work.rows == 1 and not emlearn_code.MISSING:
            emlearn_code.write(work, given, folder)
        entered = enter(work, available, folder)
        with programs.Neighbour(work.is_beside_neighbour):
            go_round(work, entered, rounds, seconds)
        compare(work, given, entered, folder)
    return [measurement for program, measurement in entered if program.process is not None]
