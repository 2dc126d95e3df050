#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the book's exercises: unfilled, each compiles and its checker says that nothing is written; the
solution passes; each of the usual mistakes gets its diagnosis. CC names the compiler."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
from mistakes import MISTAKES  # pylint: disable=wrong-import-position

EXERCISES = pathlib.Path(__file__).resolve().parents[2] / "docs" / "book" / "exercises"
STRICT = ["-O1", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]


class Exercises(unittest.TestCase):
    def check(self, name, source, flags=STRICT):
        """Exit status and output of the checker of the exercise, for this answer."""
        with tempfile.TemporaryDirectory() as folder:
            answer, program = pathlib.Path(folder) / "answer.c", pathlib.Path(folder) / "check"
            answer.write_text(source)
            made = subprocess.run(
                [os.environ.get("CC", "cc"), "-std=c11", *flags, f"-I{EXERCISES}", answer,
                 EXERCISES / "checks" / f"{name}.c", "-lm", "-o", program],
                capture_output=True, text=True, check=False)
            self.assertEqual(made.returncode, 0, made.stderr)
            done = subprocess.run([program], capture_output=True, text=True, check=False)
            return done.returncode, done.stdout

    def test_all_are_here(self):
        for folder in ["", "checks", "solutions"]:
            names = {file.stem for file in (EXERCISES / folder).glob("*.c")}
            self.assertEqual(names, set(MISTAKES), folder)

    def test_unfilled(self):
        for name in MISTAKES:
            with self.subTest(name):
                code, output = self.check(name, (EXERCISES / f"{name}.c").read_text())
                self.assertEqual(code, 1)
                self.assertIn("nothing is written yet", output)

    def test_solution(self):
        for name in MISTAKES:
            with self.subTest(name):
                code, output = self.check(name, (EXERCISES / "solutions" / f"{name}.c").read_text())
                self.assertEqual((code, output.splitlines()[-1]), (0, "Solved."), output)

    def test_mistakes(self):
        for name, mistakes in MISTAKES.items():
            solution = (EXERCISES / "solutions" / f"{name}.c").read_text()
            for old, new, says in mistakes:
                with self.subTest(name, new=new):
                    self.assertIn(old, solution)
                    code, output = self.check(name, solution.replace(old, new), ["-w"])
                    self.assertEqual(code, 1)
                    self.assertIn(says, output)


if __name__ == "__main__":
    unittest.main()
