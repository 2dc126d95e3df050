#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests kernels/evidence.py: each of its checks on a kernel that is broken in that way, and its
calibration with an encoding that is wrong. TIGRILLO_NVCC names nvcc."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

KERNELS = pathlib.Path(__file__).resolve().parents[2] / "kernels"
NVCC = os.environ.get("TIGRILLO_NVCC", "nvcc")
ARCHITECTURE = 90

sys.dont_write_bytecode = True
sys.path.insert(0, str(KERNELS))
import evidence  # pylint: disable=wrong-import-position


def broken_dropout(folder, *changes):
    """A copy of the kernels in which there is dropout alone, with these changes."""
    for header in [*KERNELS.glob("*.cuh"), *KERNELS.glob("*.h")]:
        shutil.copy(header, folder)
    text = (KERNELS / "dropout.cu").read_text()
    for old, new in changes:
        if old not in text:
            raise AssertionError(f"dropout.cu has no '{old}'")
        text = text.replace(old, new)
    (folder / "all.cu").write_text(text)
    (folder / "kernels.list").write_text("K(dropout)\n")


class Check(unittest.TestCase):
    def run_check(self, *changes, listed=None):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            broken_dropout(folder, *changes)
            if listed:
                (folder / "kernels.list").write_text(listed)
            return subprocess.run(
                [sys.executable, KERNELS / "evidence.py", "--nvcc", NVCC, "--kernels", folder,
                 "--architectures", str(ARCHITECTURE), "--check"],
                capture_output=True, text=True, check=False)

    def fails(self, reason, *changes):
        made = self.run_check(*changes)
        self.assertEqual(made.returncode, 1, made.stderr)
        self.assertIn(f"evidence: dropout, sm_{ARCHITECTURE}: {reason}", made.stderr)

    def test_nothing_wrong(self):
        made = self.run_check()
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        self.assertIn("| dropout | 256 | 0 |", made.stdout)

    def test_local_memory(self):
        self.fails("local memory: a stack of 64 bytes",
                   ("const size_t blocks =", "float v[16];\n"
                    "for (size_t j = 0; j < count; j++) v[(int)x[j]] = y[j];\n"
                    "y[0] = v[(int)x[count]];\nconst size_t blocks ="))

    def test_scalar_accesses(self):
        self.fails("not vectorised: 0 loads and 0 stores of 128 bits",
                   ("if (aligned && 4 * i + 4 <= count)", "if (false)"))

    def test_scalar_stores(self):
        self.fails("not vectorised: 1 loads and 0 stores of 128 bits",
                   ("store4(y + 4 * i, v);",
                    "y[i] = v.x, y[i + count] = v.y;\n"
                    "y[i + 2 * count] = v.z, y[i + 3 * count] = v.w;"))

    def test_stray_double(self):
        self.fails("float64: ", ("scale * v.x", "0.1 * v.x"))

    def test_double_that_is_only_converted(self):
        self.fails("float64: ", ("scale * v.x", "(float)((double)v.x > 1e-300)"))

    def test_few_warps(self):
        many = ("float v[160];\nfor (int j = 0; j < 160; j++) v[j] = x[count + j];\n"
                "__syncthreads();\nfor (int j = 0; j < 160; j++) y[count + j] = v[159 - j];\n")
        self.fails("occupancy below 25%", ("const size_t blocks =", many + "const size_t blocks ="))

    def test_other_launch_bound(self):
        self.fails("launched in blocks of 256, its launch bound is 128",
                   ("__launch_bounds__(256)", "__launch_bounds__(128)"))

    def test_atomics(self):
        self.fails("1 atomic operations", ("const size_t blocks =",
                                           "atomicAdd(y, 1.0f);\nconst size_t blocks ="))

    def test_list_and_code_differ(self):
        made = self.run_check(listed="K(dropout)\nK(other)\n")
        self.assertEqual(made.returncode, 1)
        self.assertIn("kernels.list and the machine code differ: ['other']", made.stderr)

    def test_does_not_compile(self):
        made = self.run_check(("const size_t blocks =", "const size_t ="))
        self.assertEqual(made.returncode, 1)
        self.assertIn("nvcc fails for sm_90", made.stderr)


class Calibration(unittest.TestCase):
    """With one entry of the tables wrong, calibrate() must exit."""

    def stops(self, table, key, value, kernel):
        right = table[key]
        table[key] = value
        try:
            with self.assertRaises(SystemExit) as stopped:
                evidence.calibrate(NVCC, ARCHITECTURE)
        finally:
            table[key] = right
        self.assertIn(kernel, str(stopped.exception))
        self.assertIn("is not encoded as it was", str(stopped.exception))

    def test_right(self):
        evidence.calibrate(NVCC, ARCHITECTURE)

    def test_width(self):
        self.stops(evidence.WIDTHS, 6, 64, "copy_128")

    def test_each_operation(self):
        for code, kernel in ((0x181, "copy_8"), (0x186, "copy_8"), (0x184, "by_shared"),
                             (0x183, "by_local"), (0x187, "by_local"), (0x029, "add"),
                             (0x028, "multiply"), (0x02b, "multiply_add"), (0x02a, "compare"),
                             (0x110, "widen"), (0x14d, "copy_8")):
            with self.subTest(operation=evidence.OPERATIONS[code]):
                self.stops(evidence.OPERATIONS, code, "OTHER", kernel)


class Occupancy(unittest.TestCase):
    """By hand, from NVIDIA's tables."""

    def test_limits(self):
        for architecture, threads, registers, shared, expected in (
                (90, 256, 32, 0, 1), (90, 256, 33, 0, 48 / 64), (90, 128, 77, 0, 24 / 64),
                (75, 128, 32, 0, 1), (75, 32, 32, 0, 16 / 32), (120, 512, 40, 0, 1),
                (120, 256, 64, 0, 32 / 48), (90, 256, 32, 48 << 10, 32 / 64),
                (75, 256, 32, 48 << 10, 8 / 32), (90, 1024, 65, 0, 0)):
            with self.subTest(architecture=architecture, threads=threads, registers=registers):
                self.assertEqual(evidence.occupancy(architecture, threads, registers, shared),
                                 expected)


if __name__ == "__main__":
    unittest.main()
