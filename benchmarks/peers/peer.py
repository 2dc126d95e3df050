# SPDX-License-Identifier: MIT
"""What every peer in Python does: it sleeps until the driver asks, and answers. The lines are those
of support/serve.h.

A peer is a table from works to functions, which take an Input and return contestants by name:

    def softmax(given):
        x = given.matrix("first")
        y = numpy.empty_like(x)
        return {"numpy": Contestant(lambda: stable_softmax(x, y), lambda: y)}

    serve({"numpy": "NumPy-2"}, {"softmax": softmax})
"""
import dataclasses
import itertools
import os
import pathlib
import statistics
import sys
import time
import typing

import numpy

RESULT_STEPS = 5  # of training, as in training.c
LEARNING_RATE = 0.01
LEAST_SAMPLE = 1e-4  # seconds
LEAST_SAMPLE_OF_DEVICE = 2e-3  # where the sample ends with waiting for a GPU
LEAST_SAMPLES = 3


@dataclasses.dataclass
class Contestant:
    run: typing.Callable  # what is timed
    result: typing.Callable = None  # its outcome, as NumPy arrays to be put behind one another
    begin: typing.Callable = None  # before a timing, and before the calls that make the result
    result_calls: int = 1
    finish: typing.Callable = None  # where calls only queue their work: waits until it is done


class Input:
    """What a work is given: a shape, and files of numbers; and which of the copies it is that calls
    take turns with."""

    def __init__(self, shape, folder, copy=0, copies=1):
        self.shape, self.folder = shape, pathlib.Path(folder)
        self.copy, self.copies = copy, copies
        if "/" in shape:  # LAYERS/BATCH, or LAYERS/BATCH/SAMPLES
            network, *counts = shape.split("/")
            self.sizes = [int(size) for size in network.split("-")]
            self.batch, self.rows, self.columns = int(counts[0]), int(counts[-1]), self.sizes[0]
        else:
            self.rows, self.columns = (int(size) for size in shape.split("x"))

    def matrix(self, name):
        numbers = numpy.fromfile(self.folder / f"{name}.f32", numpy.float32)
        return numbers.reshape(self.rows, -1)

    def labels(self):
        return numpy.fromfile(self.folder / "labels.i32", numpy.int32)

    def layers(self):
        """Weight (out x in) and bias of each dense layer."""
        numbers, layers = numpy.fromfile(self.folder / "weights.f32", numpy.float32), []
        for inputs, outputs in zip(self.sizes, self.sizes[1:]):
            weight, bias, numbers = numpy.split(numbers, [inputs * outputs, (inputs + 1) * outputs])
            layers.append((weight.reshape(outputs, inputs).copy(), bias.copy()))
        return layers


def take_turns(copies):
    """One contestant of several that do the same with memory of their own, each call by another.
    The result is the last one's, so that all have had their turns."""
    if len(copies) == 1:
        return copies[0]
    turns = {}

    def begin():
        turns["run"] = itertools.cycle([one.run for one in copies]).__next__
        for one in copies:
            if one.begin:
                one.begin()

    return dataclasses.replace(copies[-1], run=lambda: turns["run"]()(), begin=begin,
                               result_calls=len(copies) * copies[-1].result_calls)


def prepare(work, shape, folder, copies):
    """The contestants by name."""
    sets = [work(Input(shape, folder, copy, copies)) for copy in range(copies)]
    return {name: take_turns([one[name] for one in sets if name in one]) for name in sets[0]}


def time_calls(contestant, calls):
    start, run = time.perf_counter(), contestant.run
    for _ in range(calls):
        run()
    if contestant.finish:
        contestant.finish()
    return time.perf_counter() - start


def time_contestant(contestant, seconds, average):
    """As in support/serve.c: the average of samples, of so many calls that the clock does not
    matter."""
    start, calls, samples = time.perf_counter(), 1, []
    if contestant.begin:
        contestant.begin()
    contestant.run()
    least = LEAST_SAMPLE_OF_DEVICE if contestant.finish else LEAST_SAMPLE
    while time_calls(contestant, calls) < least:
        calls *= 2
    while contestant.finish and time.perf_counter() - start < seconds / 3:
        time_calls(contestant, calls)
    while len(samples) < LEAST_SAMPLES or time.perf_counter() - start < seconds:
        samples.append(time_calls(contestant, calls) / calls)
    return average(samples)


def write_result(contestant, path):
    if contestant.begin:
        contestant.begin()
    for _ in range(contestant.result_calls):
        contestant.run()
    parts = contestant.result()
    parts = parts if isinstance(parts, (list, tuple)) else [parts]
    numpy.concatenate([numpy.ravel(part) for part in parts]).astype(numpy.float32).tofile(path)


def answer(line, versions, works, contestants):
    command, *words = line.split()
    if command == "versions":
        return "ok " + " ".join(f"{name}={version}" for name, version in versions.items())
    if command == "prepare":
        work, shape, folder, copies = words
        contestants.clear()
        if work in works:
            contestants.update(prepare(works[work], shape, folder, int(copies)))
        return " ".join(["ok", *contestants]) if contestants else "no contestant here"
    contestant = contestants[words[0]]
    if command in ("median", "mean"):
        average = getattr(statistics, command)
        return f"ok {time_contestant(contestant, float(words[1]), average):.9g}"
    if command == "result":
        if contestant.result is None:
            return "no result"
        write_result(contestant, words[1])
        return "ok"
    raise ValueError(f"there is no command {command}")


def serve(versions, works):
    """Answers until the input ends. What libraries print goes where it cannot be taken for an
    answer."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    contestants = {}
    for line in sys.stdin:
        print(answer(line, versions, works, contestants), file=answers)


def threads():
    """The number of threads, from the command line."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else 1
