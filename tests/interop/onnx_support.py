# SPDX-License-Identifier: MIT
"""What the tests of ONNX share: a folder, our program (built from onnx.c) and its files of floats, and
the C that models become."""
import os
import subprocess
import sys
import tempfile
import unittest

import numpy

HELPER = sys.argv.pop(1)
TOLERANCE = 1e-6
EXPORTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "exported.c")
C = ["cc", "-std=c99", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]


class OnnxTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def floats(self, name, columns):
        return numpy.fromfile(self.path(name), dtype="<f4").reshape(-1, columns)

    def helper(self, command, model, *more):
        """Runs our program on a model in the folder; returns what it prints."""
        names = map(self.path, (model, "inputs", "outputs"))
        return subprocess.run([HELPER, command, *names, *more], check=True, text=True,
                              capture_output=True).stdout.splitlines()

    def read(self, model, inputs):
        """The outputs of a model that we import, and what our program says about it."""
        numpy.ascontiguousarray(inputs, dtype="<f4").tofile(self.path("inputs"))
        said = self.helper("read", model)
        return numpy.fromfile(self.path("outputs"), dtype="<f4").reshape(len(inputs), -1), said

    def run_exported(self, model, inputs, predict):
        """The same of the C that a model is exported as, by its function of that name."""
        subprocess.run([HELPER, "export", self.path(model), self.path("net.c")], check=True)
        subprocess.run([*C, "-DNET_SELF_TEST", f"-DPREDICT={predict}", f"-I{self.folder}", EXPORTED,
                        self.path("net.c"), "-o", self.path("net"), "-lm"], check=True)
        rows = numpy.ascontiguousarray(inputs, dtype="<f4").tobytes()
        made = subprocess.run([self.path("net")], input=rows, check=True, capture_output=True)
        return numpy.frombuffer(made.stdout, dtype="<f4").reshape(len(inputs), -1)

    def assert_predicts(self, model, inputs, expected, what=""):
        """That a model imported, and what it is exported as, gives these outputs. Returns what our
        program says about it."""
        actual, said = self.read(model, inputs)
        self.assert_same(expected, actual, what)
        predict = "net_predict_values" if "standardised" in said else "net_predict"
        self.assert_same(expected, self.run_exported(model, inputs, predict), what + " as C")
        return said

    def refuse(self, model):
        """What our program says about a model that it does not take."""
        numpy.zeros(1, dtype="<f4").tofile(self.path("inputs"))
        names = map(self.path, (model, "inputs", "outputs"))
        done = subprocess.run([HELPER, "read", *names], text=True, capture_output=True)
        self.assertEqual(done.returncode, 1)
        return done.stderr

    def assert_same(self, expected, actual, what=""):
        """By the largest difference; where an output is larger than 1, as a part of the largest."""
        self.assertEqual(expected.shape, actual.shape)
        worst = numpy.abs(expected - actual).max() / max(1, numpy.abs(expected).max())
        print(f"{self.id().split('.')[-1]} {what}: largest difference {worst:.3g}")
        self.assertLessEqual(worst, TOLERANCE)
