#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Puts the faults of faults.py, one at a time, into a copy of the sources, and runs the tests of
the CUDA device on the stand-ins of tests/cuda/runtime: which fault is noticed, by what.

Fails if a fault is noticed by nothing, unless faults.py says why it changes nothing, and if one no
longer fits the sources."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from faults import FAULTS, Fault

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ["CMakeLists.txt", "LICENSE", "README.md", "cmake", "include", "kernels", "src", "tests"]

# Name, library, environment.
DETECTORS = [
    ("ascending", "tigrillo_cuda_runtime", {"TIGRILLO_CUDA_ORDER": "ascending"}),
    ("random 1", "tigrillo_cuda_runtime", {"TIGRILLO_CUDA_SEED": "1"}),
    ("random 2", "tigrillo_cuda_runtime", {"TIGRILLO_CUDA_SEED": "2"}),
    ("interpreted", "tigrillo_cuda_ptx", {"TIGRILLO_CUDA_SEED": "1"}),
]
ELEMENTS = "2500"  # TIGRILLO_TEST_ELEMENTS; a test "nn.softmax@320000" is given another, natively

# In the copy only: the test of losses takes shapes of more than ELEMENTS elements with one of its
# 15 losses instead of all, which would take minutes when interpreted. --full leaves it as it is.
SHORTER = (
    "tests/nn/loss_test.c",
    "        problem p = make_problem(i / 2 / shape_count, shape[0], shape[1], i % 2 ?",
    "        if (i / 2 / shape_count != 3 && test_is_too_large(&(reference_shape){2, {shape[0], "
    "shape[1]}}))\n            continue;\n"
    "        problem p = make_problem(i / 2 / shape_count, shape[0], shape[1], i % 2 ?",
)

# Only PTX is executed, so no machine code is made.
NVCC = """#!/usr/bin/env python3
import os
import sys

kept, arguments = [], iter(sys.argv[1:])
for argument in arguments:
    if argument == "-gencode":
        next(arguments)
    elif not argument.startswith("-Xptxas"):
        kept.append(argument)
nvcc = {nvcc!r}
os.execv(nvcc, [nvcc, "-gencode", "arch=compute_75,code=compute_75", *kept])
"""


class Problem(Exception):
    """What ends the run."""


def replaced(text: str, old: str, new: str, what: str) -> str:
    found = text.count(old)
    if found != 1:
        raise Problem(f"{what}: the text to replace is there {found} times, not once")
    return text.replace(old, new)


class Copy:
    """The sources, copied, and their build."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self.tree, self.build, self.jobs = folder / "tree", folder / "build", jobs
        self.limits: dict[tuple[str, str], float] = {}  # of a test and a detector, in seconds

    def make(self, shorter: bool) -> None:
        nvcc = shutil.which("nvcc") or "/usr/local/cuda/bin/nvcc"
        if not Path(nvcc).exists():
            raise Problem("there is no nvcc")
        shutil.rmtree(self.tree, ignore_errors=True)
        self.tree.mkdir(parents=True)
        for name in SOURCES:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, self.tree / name)
            else:
                shutil.copy2(source, self.tree / name)
        if shorter:
            path = self.tree / SHORTER[0]
            path.write_text(replaced(path.read_text(), *SHORTER[1:], "the shorter test of losses"))
        self.build.mkdir(exist_ok=True)
        wrapper = self.build / "nvcc-ptx"
        wrapper.write_text(NVCC.format(nvcc=nvcc))
        wrapper.chmod(0o755)
        options = ["CMAKE_BUILD_TYPE=Release", "TIGRILLO_CUDA_ARCHITECTURES=75",
                   f"TIGRILLO_NVCC={wrapper}", "TIGRILLO_PROGRAM=OFF", "TIGRILLO_EXAMPLES=OFF",
                   "TIGRILLO_BENCHMARKS=OFF", "TIGRILLO_TESTS=ON"]
        self.command(["cmake", "-G", "Ninja", "-S", str(self.tree), "-B", str(self.build)]
                     + [f"-D{option}" for option in options])

    def command(self, command: list[str]) -> None:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise Problem(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}")

    def compile(self, tests: list[str]) -> None:
        libraries = sorted({library for _, library, _ in DETECTORS})
        self.command(["ninja", "-C", str(self.build), f"-j{self.jobs}", *libraries]
                     + sorted({"test." + test.partition("@")[0] for test in tests}))

    def run(self, test: str, library: str, environment: dict[str, str],
            limit: float) -> str:
        """What became of one test: "-" if it passed."""
        path = self.build / "tests/cuda/runtime" / f"lib{library}.so"
        test, _, elements = test.partition("@")
        folder = "tests/cuda" if test.startswith("cuda.") else "tests"
        variables = {name: value for name, value in os.environ.items()
                     if not name.startswith("TIGRILLO_")}
        variables |= environment | {
            "TIGRILLO_CUDA_LIBRARY": str(path), "TIGRILLO_CUBLAS_LIBRARY": str(path),
            "TIGRILLO_TEST_DEVICE": "cuda", "TIGRILLO_TEST_ELEMENTS": elements or ELEMENTS}
        try:
            done = subprocess.run([self.build / folder / f"test.{test}"], cwd=self.tree,
                                  env=variables, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=limit)
        except subprocess.TimeoutExpired:
            return "hang"
        code = done.returncode
        # A test that failed gives nothing back, which the runtime then complains of.
        if code == 99 and b"  FAILED  ]" in done.stdout:
            return "wrong"
        if code == 77:
            raise Problem(f"{test} was skipped")
        if code < 0:
            return "crash"
        return {0: "-", 99: "runtime"}.get(code, "wrong")

    def detect(self, tests: list[str]) -> list[str]:
        """For each detector what the first of the tests says that notices something."""
        cells = []
        for name, library, environment in DETECTORS:
            # The test of failing calls concerns the host alone; many elements take too long.
            mine = [test for test in tests if library != "tigrillo_cuda_ptx"
                    or not (test.startswith("cuda.") or "@" in test)]
            cell = "-" if mine else ""
            for test in mine:
                # Ten times what it took without faults counts as hanging.
                began = time.monotonic()
                cell = self.run(test, library, environment, self.limits.get((test, name), 300))
                self.limits.setdefault((test, name), 5 + 10 * (time.monotonic() - began))
                if cell != "-":
                    break
            cells.append(cell)
        return cells

    def try_fault(self, fault: Fault) -> list[str]:
        path = self.tree / fault.file
        original = path.read_text()
        path.write_text(replaced(original, fault.old, fault.new, fault.name))
        try:
            self.compile(fault.tests)
            return self.detect(fault.tests)
        except Problem as problem:
            raise Problem(f"{fault.name}: {problem}") from problem
        finally:
            path.write_text(original)


def noticed(cells: list[str]) -> bool:
    return any(cell not in ("", "-") for cell in cells)


def rows_of(file: Path, others: list[Fault]) -> list[tuple[Fault, list[str]]]:
    """What a matrix written before says of other faults than those that run now."""
    by_name = {fault.name: fault for fault in others}
    rows = []
    for line in file.read_text().splitlines() if file.exists() else []:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] in by_name and len(cells) == 3 + len(DETECTORS):
            rows.append((by_name[cells[0]], cells[3:]))
    return rows


def markdown(rows: list[tuple[Fault, list[str]]]) -> str:
    heads = ["fault", "what", "tests"] + [name for name, _, _ in DETECTORS]
    lines = ["# Faults and what notices them", "",
             "Made by `run.py --markdown`. Natively in three orders, and interpreted. `-`: passed;",
             "*wrong*: a test failed; *runtime*: the stand-in for the driver ended it; *crash*: a",
             "signal; *hang*: too long; empty: not run.", "",
             "| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for fault, cells in rows:
        what = fault.what
        if fault.equivalent:
            what += f" (changes nothing: {fault.equivalent})"
        lines.append("| " + " | ".join([fault.name, what, ", ".join(fault.tests), *cells]) + " |")
    proper = [(fault, cells) for fault, cells in rows if not fault.equivalent]
    seen = sum(noticed(cells) for _, cells in proper)
    lines += ["", f"{seen} of {len(proper)} faults that change something are noticed.  "]
    for i, (name, _, _) in enumerate(DETECTORS):
        count = sum(cells[i] not in ("", "-") for _, cells in proper)
        lines.append(f"{name}: {count}." + ("" if i == len(DETECTORS) - 1 else "  "))
    missed = [fault.name for fault, cells in proper if not noticed(cells)]
    left = [fault.name for fault in FAULTS if fault not in [fault for fault, _ in rows]]
    if left:
        lines += ["", "Not run yet: " + ", ".join(left) + "."]
    if missed:
        lines += ["", "Noticed by nothing: " + ", ".join(missed) + "."]
    return "\n".join(lines) + "\n"


def check_texts(faults: list[Fault]) -> None:
    """Before anything is built."""
    names = [fault.name for fault in faults]
    if len(set(names)) != len(names):
        raise Problem("two faults have one name")
    for fault in faults:
        replaced((ROOT / fault.file).read_text(), fault.old, fault.new, fault.name)


def chosen(names: list[str] | None) -> list[Fault]:
    unknown = set(names or []) - {fault.name for fault in FAULTS}
    if unknown:
        raise Problem(f"there is no fault {', '.join(sorted(unknown))}")
    by_name = {fault.name: fault for fault in FAULTS}
    return [by_name[name] for name in names] if names else FAULTS


def run(arguments: argparse.Namespace) -> int:
    check_texts(FAULTS)
    faults = chosen(arguments.only)
    if arguments.list:
        for fault in faults:
            print(f"{fault.name:30} {fault.file:26} {fault.what}")
        return 0
    began = time.monotonic()
    copy = Copy(arguments.build.resolve(), arguments.jobs)
    copy.make(shorter=not arguments.full)
    tests = sorted({test for fault in faults for test in fault.tests})
    copy.compile(tests)
    for test in tests:
        cells = copy.detect([test])
        if noticed(cells):
            raise Problem(f"{test} fails without any fault: {', '.join(cells)}")
    print(f"without faults all pass ({time.monotonic() - began:.0f} s)", flush=True)
    print(f"{'':30}" + "".join(f"{name:13}" for name, _, _ in DETECTORS))
    rows, kept = [], []
    if arguments.markdown:
        kept = rows_of(arguments.markdown, [fault for fault in FAULTS if fault not in faults])
    for fault in faults:
        start = time.monotonic()
        cells = copy.try_fault(fault)
        rows.append((fault, cells))
        print(f"{fault.name:30}" + "".join(f"{cell:13}" for cell in cells)
              + f"{time.monotonic() - start:4.0f} s", flush=True)
        if arguments.markdown:
            known = sorted(kept + rows, key=lambda row: FAULTS.index(row[0]))
            arguments.markdown.write_text(markdown(known))
    missed = [fault.name for fault, cells in rows if not noticed(cells) and not fault.equivalent]
    # What was thought to change nothing, and does.
    wrong = [fault.name for fault, cells in rows if noticed(cells) and fault.equivalent]
    for name in missed:
        print(f"noticed by nothing: {name}")
    for name in wrong:
        print(f"said to change nothing, but noticed: {name}")
    print(f"{len(rows)} faults in {time.monotonic() - began:.0f} s")
    return 1 if missed or wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="list the faults and stop")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these faults")
    parser.add_argument("--full", action="store_true", help="do not shorten the test of losses")
    parser.add_argument("--markdown", type=Path, metavar="FILE",
                        help="write the matrix there; the rows of other faults than --only stay")
    parser.add_argument("--build", type=Path, metavar="FOLDER", default=ROOT / "build/mutants",
                        help="where to copy and build (build/mutants)")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    try:
        return run(parser.parse_args())
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
