# SPDX-License-Identifier: MIT
"""The driver and the programs on tiny works, and the arithmetic of the report.

    driver_test.py PROGRAMS

PROGRAMS is the folder with the benchmark programs. Of the peers only NumPy and the C libraries take
part; the others are tried by benchmarks/run.sh --quick.
"""
import csv
import math
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

try:
    import numpy
except ImportError as missing:
    print(f"SKIPPED: {missing}; scripts/setup-python.sh installs it")
    sys.exit(77)

import accuracy
import embedding
import figures
import inputs
import measure
import plot
import programs
import report
import works

FOLDER = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
PEERS = [spec for spec in programs.PEER_PROGRAMS
         if spec.name == "numpy_peer.py" or (FOLDER / spec.name).exists()]


def measured(label, shape, threads, contestant, times, **more):
    name, _, variant = label.partition(", ")
    return measure.Measurement(works.Work(name, shape, variant=variant), threads, contestant, "v",
                               times, **more)


class TinyWorks(unittest.TestCase):
    """One run of all works, looked at from several sides."""

    @classmethod
    def setUpClass(cls):
        cls.results = measure.Results()
        available = programs.start(programs.OURS + PEERS, (1, 2), FOLDER, cls.results.missing)
        try:
            for work in works.TEST:
                cls.results.measurements += measure.measure(work, available, 2, 0.001)
        finally:
            for program in available:
                program.stop()

    def test_everybody_came(self):
        self.assertEqual(self.results.missing, {})
        for work in works.TEST:
            names = {one.contestant for one in self.results.of(work.label, work.shape, 1)}
            self.assertIn("tigrillo", names, work)
            if work.name in ("softmax", "cross_entropy", "jacobian", "train", "infer"):
                self.assertTrue(any(name.startswith("numpy") for name in names), work)
            if work == works.Work("infer", "6-5-3/1"):
                self.assertLessEqual({f"{code}-{flags}" for code in ("exported", "exported-int8")
                                      for flags in ("O3", "native", "Os")}, names)
            if work.name == "load":
                self.assertIn("cat", names)
            if work.name not in ("train_sigmoid", "infer_sigmoid"):
                self.assertTrue(any(name.startswith("limit:") for name in names), work)
        two = {one.contestant for one in self.results.of("softmax", "8x1000", 2)}
        self.assertLessEqual({"tigrillo", "numpy", "limit:memcpy"}, two)

    def test_times(self):
        for one in self.results.measurements:
            self.assertEqual(len(one.times), 2, one)
            self.assertTrue(all(0 < time < 1 for time in one.times), one)

    def test_results_agree(self):
        compared = 0
        for one in self.results.measurements:
            if one.difference is not None:
                limit = 0.02 if "int8" in one.contestant else 2e-6
                if one.work.variant == "confident":
                    limit = 1e-4  # NumPy computes p - 1, which is what this variant is about
                elif one.work.name.startswith("train"):
                    # Each of five steps rounds weights up to 1/2, by 1.5e-8, in either program; the
                    # changes to which that is relative are a few thousandths.
                    limit = 5e-5
                self.assertLess(one.difference, limit, one)
                compared += 1
        self.assertGreater(compared, len(works.TEST) // 2)

    def test_errors(self):
        for one in self.results.measurements:
            if one.contestant.startswith("tigrillo"):
                if one.work.name == "softmax":
                    self.assertLess(one.error, 8, one)
                elif one.work.variant == "confident":
                    self.assertLess(one.error, 1e-6, one)

    def test_reports(self):
        with tempfile.TemporaryDirectory() as name:
            path = pathlib.Path(name) / "results.csv"
            report.write_csv(self.results, path)
            with open(path, newline="", encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), len(self.results.measurements))
        for row in rows:
            self.assertGreater(float(row["median_s"]), 0)
            if row["contestant"] == "tigrillo":
                self.assertEqual(float(row["ratio_to_tigrillo"]), 1)
        text = report.markdown(self.results, [("processor", "of the test")], 2, 0.001)
        self.assertIn("of the test", text)
        self.assertIn("| train, busy neighbour ", text)

    def test_memory(self):
        done = subprocess.run([FOLDER / "memory", "6-5-3/4", "100", "adam"], check=True,
                              capture_output=True, text=True)
        peak, allowed = (int(word) for word in done.stdout.split())
        parameters = 6 * 5 + 5 + 5 * 3 + 3
        self.assertEqual(allowed, 10_000_000 + 4 * (
            100 * 7 + 4 * parameters + 4 * (6 + 5 + 3)))
        self.assertGreater(peak, 1_000_000)


def slope(function, x, step=1e-5):
    return (function(x + step) - function(x - step)) / (2 * step)


def gelu(x):
    return x / 2 * (1 + numpy.vectorize(math.erf)(x / math.sqrt(2)))


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


# In float64, from the first and the second input.
FORMULAS = {
    "softmax": lambda x, _: inputs.softmax(x),
    "log_softmax": lambda x, _: numpy.log(inputs.softmax(x)),
    "softmax_backward": lambda y, dy: y * (dy - (y * dy).sum(axis=1, keepdims=True)),
    "jacobian": lambda y, _: y[:, :, None] * (numpy.eye(y.shape[1]) - y[:, None, :]),
    "sigmoid": lambda x, _: sigmoid(x),
    "sigmoid_backward": lambda y, dy: dy * slope(sigmoid, numpy.log(y / (1 - y))),
    "tanh": lambda x, _: numpy.tanh(x),
    "tanh_backward": lambda y, dy: dy * slope(numpy.tanh, numpy.arctanh(y)),
    "gelu": lambda x, _: gelu(x),
    "gelu_backward": lambda x, dy: dy * slope(gelu, x),
    "sgd": lambda weight, gradient: weight - 1e-3 * gradient,
    # The first step: the moments, corrected, are the gradient and its square.
    "adam": lambda weight, gradient: weight - 1e-3 * gradient / (abs(gradient) + 1e-8),
}


class Kernels(unittest.TestCase):
    """Every work of kernels.c computes what its name says, with each set of instructions."""

    def test_formulas(self):
        program, = programs.start(programs.OURS[:1], (1,), FOLDER, {})
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            try:
                for work in works.TEST:
                    if work.name in FORMULAS:
                        self.check(work, program, folder)
            finally:
                program.stop()

    def check(self, work, program, folder):
        given = {name: array.astype(numpy.float64)
                 for name, array in inputs.write(work, folder).items()}
        exact = FORMULAS[work.name](given["first.f32"], given.get("second.f32")).ravel()
        names = program.ask("prepare", work.name, work.shape, folder, 1)
        self.assertIn("tigrillo", names)
        for name in names:
            if name.startswith("tigrillo"):
                program.ask("median", name, 0)  # after which the result is the same as before
                program.ask("result", name, folder / "result.f32")
                result = numpy.fromfile(folder / "result.f32", numpy.float32)
                # sgd and adam change a little of the weights: it is the change that counts.
                start = given["first.f32"].ravel() if work.name in ("sgd", "adam") else 0
                numpy.testing.assert_allclose(result - start, exact - start, rtol=1e-3, atol=2e-7,
                                              err_msg=f"{work.name} {name}")


class Limits(unittest.TestCase):
    """They move all the bytes that they say: nobody should be compared with half a copy."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def result(self, spec, threads, work, name):
        given = inputs.write(work, self.folder)
        program, = programs.start([spec], (threads,), FOLDER, {})
        try:
            self.assertIn(name, program.ask("prepare", work.name, work.shape, self.folder, 1))
            program.ask("median", name, 0)
            self.assertIsNotNone(program.ask("result", name, self.folder / "result.f32"))
        finally:
            program.stop()
        return given, numpy.fromfile(self.folder / "result.f32", numpy.float32)

    def test_copies(self):
        for threads in (1, 2):
            for shape in ("3x5", "7x1001"):
                for name in ("limit:memcpy", "limit:copy-past-cache"):
                    given, result = self.result(programs.OURS[0], threads,
                                                works.Work("softmax", shape), name)
                    numpy.testing.assert_array_equal(result, given["first.f32"].ravel())

    def test_sweeps_and_fills(self):
        for threads in (1, 2):
            for name, work, columns in (("limit:sweep", "softmax_backward", 1),
                                        ("limit:fill", "jacobian", 101),
                                        ("limit:fill-past-cache", "jacobian", 101)):
                _, result = self.result(programs.OURS[0], threads, works.Work(work, "7x101"), name)
                matrices = 3 / 2 if name == "limit:sweep" else columns
                self.assertEqual(len(result), int(7 * 101 * matrices))
                # The sweep begins with ones too, and each time takes away a little of all.
                self.assertEqual(len(set(result)), 1)
                if name == "limit:sweep":
                    self.assertTrue(0.9 < result[0] < 1)
                else:
                    self.assertEqual(result[0], 1)

    def test_reading(self):
        given, result = self.result(programs.OURS[2], 1, works.Work("infer", "70-50-30/1"),
                                    "limit:read-weights")
        exact = given["weights.f32"].astype(numpy.float64).sum()
        self.assertAlmostEqual(float(result[0]), exact, delta=1e-4)


class Failures(unittest.TestCase):
    def test_a_program_that_is_missing_is_told(self):
        missing = {}
        spec = programs.Spec("not-there", [], None)
        self.assertEqual(programs.start([spec], (1,), FOLDER, missing), [])
        self.assertIn("not-there", missing["not-there"])

    def test_a_program_that_ends_is_left_out(self):
        missing = {}
        available = programs.start([programs.OURS[0], programs.Spec("numpy_peer.py", [], None)],
                                   (1,), FOLDER, missing)
        try:
            with self.assertRaises(programs.Gone) as caught:
                available[1].ask("median", "nobody", 1)
            self.assertIn("nobody", str(caught.exception))
            available[0].process.kill()
            available[0].process.wait()
            found = measure.measure(works.Work("softmax", "8x5"), available, 1, 0.001)
        finally:
            for program in available:
                program.stop()
        self.assertEqual({one.contestant for one in found}, {"numpy"})


class Embedding(unittest.TestCase):
    def test_code_beside_the_constants(self):
        found = {}
        with tempfile.TemporaryDirectory() as name:
            found = embedding.size_of_small(pathlib.Path(name), *embedding.tools(FOLDER))
        self.assertTrue(0.2 < found["code_kilobytes"] < 4, found)

    def test_costs(self):
        """Of the command, not of this process, which has NumPy and more."""
        seconds, megabytes = embedding.costs(sys.executable, "-c", "x = b'x' * 30_000_000")
        self.assertTrue(0 < seconds < 60)
        self.assertTrue(30 < megabytes < 60, megabytes)
        held = numpy.ones(20_000_000)
        self.assertLess(embedding.costs("true")[1], len(held) / 1e6)


class Accuracy(unittest.TestCase):
    def test_ulps(self):
        exact = numpy.array([[1.0, 0.25, 1e-40]])
        result = numpy.array([1 + 3 * 2.0 ** -23, 0.25, 0])
        self.assertAlmostEqual(accuracy.ulps(result, exact), 3)

    def test_difference(self):
        work, ours = works.Work("softmax", "1x3"), numpy.float32([1, 2, 4])
        self.assertEqual(accuracy.difference(work, ours, numpy.float32([1, 3, 4])), 0.25)
        self.assertEqual(accuracy.difference(work, ours, numpy.float32([1, 2])), float("inf"))
        loss = works.Work("cross_entropy", "1x2")
        self.assertEqual(accuracy.difference(loss, ours, numpy.float32([1, 3, 4])), 0.5)

    def test_error_of_true_class(self):
        given = {"first.f32": numpy.float32([[20, 0]]), "labels.i32": numpy.int32([0])}
        p = 1 / (1 + numpy.exp(20.0))
        self.assertLess(accuracy.error_of_true_class(given, numpy.float32([-p, p, p])), 1e-7)
        rounded = numpy.float32(1 - p) - 1
        self.assertGreater(accuracy.error_of_true_class(given, numpy.float32([rounded, p, p])), 0.1)


class Report(unittest.TestCase):
    def setUp(self):
        self.results = measure.Results()
        for contestant, times in (("tigrillo", [2e-3, 9e-3, 1e-3]), ("limit:memcpy", [1.9e-3]),
                                  ("limit:copy-past-cache", [1.8e-3]), ("torch", [6e-3])):
            self.results.measurements.append(
                measured("softmax", "4096x1000", 1, contestant, times, error=2.5))

    def test_ratios(self):
        found = self.results.find("softmax", "4096x1000", 1, "torch")
        of_limit, of_ours = report.ratios(self.results, found)
        self.assertAlmostEqual(of_limit, 0.3)
        self.assertAlmostEqual(of_ours, 3)

    def test_figures(self):
        found = {(one.work, one.target): (one.reached, one.met)
                 for one in figures.figures(self.results)}
        name = "softmax 4096x1000, 1 thread"
        self.assertEqual(found[name, "at least 0.95 of the best copy"],
                         ("0.90 of the best copy", False))
        self.assertEqual(found[name, "at least 2.5 x PyTorch (eager)"],
                         ("3.00 x PyTorch (eager)", True))
        self.assertEqual(found["softmax 1024x4, 1 thread", "at most 3 µs"], ("not measured", None))

    def test_seconds(self):
        self.assertEqual([report.seconds(time) for time in (2, 0.25, 1.5e-3, 9.94e-7)],
                         ["2 s", "250 ms", "1.5 ms", "994 ns"])

    def test_plot(self):
        self.assertIsNone(plot.of_results(self.results))
        for columns, time in ((2, 1e-3), (1000, 2e-3)):
            shape = f"{1000000 // columns}x{columns}"
            for contestant, factor in (("tigrillo", 1), ("limit:memcpy", 3),
                                       ("limit:copy-past-cache", 1)):
                self.results.measurements.append(
                    measured("softmax, sweep", shape, 1, contestant, [time * factor]))
        svg = xml.etree.ElementTree.fromstring(plot.of_results(self.results))
        lines = svg.findall("{http://www.w3.org/2000/svg}polyline")
        self.assertEqual(len(lines), 2)
        self.assertEqual(len(lines[0].get("points").split()), 2)
        self.assertEqual(lines[0].get("points"), lines[1].get("points"))  # the best of the limits


if __name__ == "__main__":
    unittest.main()
