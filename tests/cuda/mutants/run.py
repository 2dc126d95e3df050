#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Puts the faults of faults.py, one at a time, into a copy of the sources, and runs the tests of
the CUDA device on the stand-ins of tests/cuda/runtime: which fault is noticed, by what. README.md
says how it is used.

Fails if a fault is noticed by nothing, or no longer fits the sources."""

import argparse
import os
import random
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from faults import FAULTS, Fault, Test

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ["CMakeLists.txt", "LICENSE", "README.md", "cmake", "include", "kernels", "src", "tests"]

# Name, library, environment. In this order a fault meets them, until one notices it.
NATIVE, PTX = "tigrillo_cuda_runtime", "tigrillo_cuda_ptx"
DETECTORS = [
    ("random 1", NATIVE, {"TIGRILLO_CUDA_SEED": "1"}),
    ("interpreted", PTX, {"TIGRILLO_CUDA_SEED": "1"}),
    ("random 2", NATIVE, {"TIGRILLO_CUDA_SEED": "2"}),
    ("ascending", NATIVE, {"TIGRILLO_CUDA_ORDER": "ascending"}),
]
HEAD = "| " + " | ".join(["fault", "what", "tests"] + [name for name, _, _ in DETECTORS]) + " |"
RUNTIME = "tests/cuda/runtime"


class Problem(Exception):
    """What ends the run."""


def replaced(text: str, old: str, new: str, what: str) -> str:
    found = text.count(old)
    if found != 1:
        raise Problem(f"{what}: the text to replace is there {found} times, not once")
    return text.replace(old, new)


class Copy:
    """The sources, copied, and built without a fault."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self.tree, self.build, self.jobs = folder / "tree", folder / "build", jobs

    def make(self, tests: set[str]) -> None:
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
        options = ["CMAKE_BUILD_TYPE=Release", "TIGRILLO_CUDA_ARCHITECTURES=75",
                   f"TIGRILLO_NVCC={nvcc}", "TIGRILLO_PROGRAM=OFF", "TIGRILLO_EXAMPLES=OFF",
                   "TIGRILLO_BENCHMARKS=OFF", "TIGRILLO_TESTS=ON"]
        self.command(["cmake", "-G", "Ninja", "-S", str(self.tree), "-B", str(self.build)]
                     + [f"-D{option}" for option in options])
        self.command(["ninja", "-C", str(self.build), f"-j{self.jobs}", NATIVE, PTX]
                     + sorted(f"test.{test}" for test in tests))

    def command(self, command: list[str] | str) -> None:
        done = subprocess.run(command, cwd=self.build if isinstance(command, str) else None,
                              shell=isinstance(command, str), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise Problem(f"{command} failed:\n{done.stdout[-4000:]}")

    def making(self, made: str) -> str:
        """The command that makes a file of the build folder."""
        return subprocess.run(["ninja", "-C", str(self.build), "-t", "commands", "-s", made],
                              check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def library(self, name: str) -> Path:
        return self.build / RUNTIME / f"lib{name}.so"

    def test(self, name: str) -> Path:
        return self.build / ("tests/cuda" if name.startswith("cuda.") else "tests") / f"test.{name}"


class Mutant:
    """What one fault changes in the build, made when it is asked for, beside the copy's own."""

    def __init__(self, copy: Copy, fault: Fault) -> None:
        self.copy, self.fault = copy, fault
        self.folder = copy.build / "mutant"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.in_kernels = fault.file.startswith("kernels/")

    def compile(self, made: str, *more: tuple[str, str]) -> Path:
        """Another object file in the place of `made`."""
        out = self.folder / Path(made).name
        command = self.copy.making(made)
        for old, new in ((f"-o {made}", f"-o {out}"), *more):
            command = replaced(command, old, new, made)
        self.copy.command(command)
        return out

    def library(self, name: str) -> Path:
        if not self.in_kernels or name != NATIVE:
            return self.copy.library(name)
        out = self.folder / f"lib{name}.so"
        if not out.exists():
            made = f"{RUNTIME}/CMakeFiles/{NATIVE}_kernels.dir/native_kernels.cpp.o"
            link = self.copy.making(f"{RUNTIME}/lib{name}.so")
            link = replaced(link, made, str(self.compile(made)), name)
            self.copy.command(replaced(link, f"-o {RUNTIME}/lib{name}.so", f"-o {out}", name))
        return out

    def image(self) -> Path:
        """The kernels as PTX; no machine code, which nothing executes here."""
        out, place = self.folder / "kernels.fatbin", self.copy.build / "kernels.fatbin"
        make = next(part for part in self.copy.making("kernels.fatbin").split(" && ")
                    if " -fatbin " in part)
        words = [word for word in shlex.split(make.replace(f"-o {place}", f"-o {out}"))
                 if not word.startswith("-Xptxas")]
        while "-gencode" in words:
            at = words.index("-gencode")
            del words[at:at + 2]
        self.copy.command(words + ["-gencode", "arch=compute_75,code=compute_75"])
        return self.compile("CMakeFiles/tigrillo.dir/src/cuda/image.c.o", (str(place), str(out)))

    def changed(self) -> Path:
        """The object file of the library that the fault changes."""
        if self.in_kernels:
            out = self.folder / "image.c.o"
            return out if out.exists() else self.image()
        out = self.folder / (Path(self.fault.file).name + ".o")
        return out if out.exists() else self.compile(f"CMakeFiles/tigrillo.dir/{self.fault.file}.o")

    def test(self, name: str, library: str) -> Path:
        if self.in_kernels and library == NATIVE:
            return self.copy.test(name)
        out, place = self.folder / f"test.{name}", self.copy.test(name).relative_to(self.copy.build)
        if not out.exists():
            # It comes before the archive, whose file of that name is then not needed.
            self.copy.command(replaced(self.copy.making(str(place)), f"-o {place}",
                                       f"-o {out} {self.changed()}", name))
        return out


class Trial:
    """Runs tests, with and without a fault."""

    def __init__(self, copy: Copy) -> None:
        self.copy = copy
        self.limits: dict[tuple[Test, str], float] = {}  # in seconds

    def run(self, executable: Path, library: Path, test: Test, environment: dict[str, str],
            limit: float) -> str:
        """What became of one test: "-" if it passed."""
        variables = {name: value for name, value in os.environ.items()
                     if not name.startswith("TIGRILLO_")}
        variables |= environment | {
            "TIGRILLO_CUDA_LIBRARY": str(library), "TIGRILLO_CUBLAS_LIBRARY": str(library),
            "TIGRILLO_CUDA_PROCESSORS": str(test.processors),
            "TIGRILLO_TEST_DEVICE": "cuda", "TIGRILLO_TEST_ELEMENTS": str(test.elements)}
        try:
            done = subprocess.run([executable], cwd=self.copy.tree, env=variables,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit)
        except subprocess.TimeoutExpired:
            return "hang"
        code = done.returncode
        # A test that failed gives nothing back, which the runtime then complains of.
        if code == 99 and b"  FAILED  ]" in done.stdout:
            return "wrong"
        if code == 77:
            raise Problem(f"{test.name} was skipped")
        if code < 0:
            return "crash"
        return {0: "-", 99: "runtime"}.get(code, "wrong")

    def limit(self, test: Test, name: str, library: str, environment: dict[str, str]) -> float:
        """Ten times what it takes without a fault, with which it must pass, counts as hanging."""
        if (test, name) not in self.limits:
            began = time.monotonic()
            cell = self.run(self.copy.test(test.name), self.copy.library(library), test,
                            environment, 300)
            if cell != "-":
                raise Problem(f"{test.name} fails without any fault, {name}: {cell}")
            self.limits[test, name] = 5 + 10 * (time.monotonic() - began)
        return self.limits[test, name]

    def detect(self, fault: Fault) -> list[str]:
        """What each detector says, up to the first that notices something."""
        mutant = Mutant(self.copy, fault)
        cells = []
        for name, library, environment in DETECTORS:
            cell = ""
            for test in fault.tests:
                if noticed(cells) or library == PTX and test.native:
                    continue
                limit = self.limit(test, name, library, environment)
                cell = self.run(mutant.test(test.name, library), mutant.library(library), test,
                                environment, limit)
                if cell != "-":
                    break
            cells.append(cell)
        return cells

    def try_fault(self, fault: Fault) -> list[str]:
        path = self.copy.tree / fault.file
        original, times = path.read_text(), path.stat()
        path.write_text(replaced(original, fault.old, fault.new, fault.name))
        try:
            return self.detect(fault)
        except Problem as problem:
            raise Problem(f"{fault.name}: {problem}") from problem
        finally:
            path.write_text(original)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # ninja need not know


def noticed(cells: list[str]) -> bool:
    return any(cell not in ("", "-") for cell in cells)


def rows_of(file: Path, others: list[Fault]) -> list[tuple[Fault, list[str]]]:
    """What a matrix written before says of other faults than those that run now."""
    by_name = {fault.name: fault for fault in others}
    rows = []
    lines = file.read_text().splitlines() if file.exists() else []
    for line in lines if HEAD in lines else []:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] in by_name and len(cells) == 3 + len(DETECTORS):
            rows.append((by_name[cells[0]], cells[3:]))
    return rows


def markdown(rows: list[tuple[Fault, list[str]]]) -> str:
    lines = ["# Faults and what notices them", "",
             "Made by `run.py --markdown`. Each fault meets the detectors from left to right until one",
             "notices it: natively in three orders, and interpreted. `-`: passed; *wrong*: a test",
             "failed; *runtime*: the stand-in for the driver ended it; *crash*: a signal; *hang*: too",
             "long; empty: not run.", "",
             HEAD, "|" + " --- |" * (3 + len(DETECTORS))]
    for fault, cells in rows:
        tests = ", ".join(dict.fromkeys(test.name for test in fault.tests))
        lines.append("| " + " | ".join([fault.name, fault.what, tests, *cells]) + " |")
    seen = sum(noticed(cells) for _, cells in rows)
    lines += ["", f"{seen} of {len(rows)} faults are noticed."]
    missed = [fault.name for fault, cells in rows if not noticed(cells)]
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


def chosen(arguments: argparse.Namespace) -> list[Fault]:
    names = arguments.only or []
    unknown = set(names) - {fault.name for fault in FAULTS}
    if unknown:
        raise Problem(f"there is no fault {', '.join(sorted(unknown))}")
    faults = [fault for fault in FAULTS if fault.name in names] if names else list(FAULTS)
    if arguments.minutes:
        random.Random(arguments.seed).shuffle(faults)
    return faults


def run(arguments: argparse.Namespace) -> int:
    check_texts(FAULTS)
    faults = chosen(arguments)
    if arguments.list:
        for fault in faults:
            print(f"{fault.name:30} {fault.file:26} {fault.what}")
        return 0
    began = time.monotonic()
    copy = Copy(arguments.build.resolve(), arguments.jobs)
    copy.make({test.name for fault in faults for test in fault.tests})
    print(f"built in {time.monotonic() - began:.0f} s")
    print(f"{'':30}" + "".join(f"{name:13}" for name, _, _ in DETECTORS), flush=True)
    rows, kept = [], []
    if arguments.markdown:
        kept = rows_of(arguments.markdown, [fault for fault in FAULTS if fault not in faults])
    began = time.monotonic()
    trial = Trial(copy)
    for fault in faults:
        start = time.monotonic()
        if arguments.minutes and start - began > 60 * arguments.minutes:
            break
        cells = trial.try_fault(fault)
        rows.append((fault, cells))
        print(f"{fault.name:30}" + "".join(f"{cell:13}" for cell in cells)
              + f"{time.monotonic() - start:4.0f} s", flush=True)
        if arguments.markdown:
            known = sorted(kept + rows, key=lambda row: FAULTS.index(row[0]))
            arguments.markdown.write_text(markdown(known))
    missed = [fault.name for fault, cells in rows if not noticed(cells)]
    for name in missed:
        print(f"noticed by nothing: {name}")
    print(f"{len(rows)} of {len(FAULTS)} faults in {time.monotonic() - began:.0f} s: "
          f"{len(rows) - len(missed)} are noticed")
    return 1 if missed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="list the faults and stop")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these faults")
    parser.add_argument("--minutes", type=float, metavar="N",
                        help="in a random order, none begun later than so long after the build")
    parser.add_argument("--seed", type=int, default=1, help="of that order (1)")
    parser.add_argument("--markdown", type=Path, metavar="FILE",
                        help="write the matrix there; its rows of faults that are not run now stay")
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
