# SPDX-License-Identifier: MIT
"""Runs all contestants on all works and reports.

    main.py PROGRAMS [--device cuda] [--quick] [--out DIR] [--only WORK ...] [--rounds N]
            [--seconds S]

PROGRAMS is the folder with the benchmark programs; benchmarks/run.sh builds them and calls this.
"""
import argparse
import dataclasses
import os
import pathlib
import subprocess
import sys
import time

import cuda
import emlearn_code
import embedding
import machine
import measure
import plot
import programs
import report
import works


def measure_memory(folder, results, quick):
    for network, rows, rule in works.MEMORY[:2] if quick else works.MEMORY:
        done = subprocess.run([folder / "memory", network, str(rows), rule], check=True,
                              capture_output=True, text=True, env=programs.environment(1))
        peak, allowed = (int(word) for word in done.stdout.split())
        results.memory.append((network, rows, rule, peak, allowed))


def chosen_works(options, threads):
    every = works.WORKS + works.PLOT
    if options.device == "cuda":
        every = [dataclasses.replace(work, threads=threads) for work in works.CUDA]
    chosen = [work for work in every if work.quick or not options.quick]
    return [work for work in chosen if not options.only or work.name in options.only]


def specs(options):
    """--quick goes without torch.compile, which takes longer than all the rest."""
    every = programs.OURS + programs.PEER_PROGRAMS
    if options.device == "cuda":
        every = programs.CUDA + programs.CUDA_PEERS
    if not options.quick:
        return every
    return [spec._replace(arguments=["eager", *spec.arguments])
            if spec.name == "torch_peer.py" else spec for spec in every]


def write(results, about, options, rounds, seconds):
    options.out.mkdir(parents=True, exist_ok=True)
    if options.device == "cuda":
        report.write_csv(results, options.out / "results-cuda.csv")
        (options.out / "RESULTS-cuda.md").write_text(
            cuda.markdown(results, about, rounds, seconds), encoding="utf-8")
        return
    report.write_csv(results, options.out / "results.csv")
    drawn = plot.of_results(results)
    if drawn:
        (options.out / "softmax.svg").write_text(drawn, encoding="utf-8")
    (options.out / "RESULTS.md").write_text(report.markdown(results, about, rounds, seconds),
                                            encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--quick", action="store_true", help="a few minutes, not half an hour")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("build/benchmarks"))
    parser.add_argument("--only", nargs="+", help="only the works of these names")
    parser.add_argument("--rounds", type=int, help="how often each contestant's turn comes")
    parser.add_argument("--seconds", type=float, help="how long a turn is, about")
    options = parser.parse_args()
    rounds = options.rounds or (3 if options.quick else 15)
    seconds = options.seconds or (0.03 if options.quick else 0.06)
    threads = (1, 2)
    if options.device == "cuda":
        reason = cuda.refusal(options.programs.resolve())
        if reason:
            print(f"{reason}: nothing was measured, and no results were written.")
            return 1
        # One thread would share its processor with those of the driver and of PyTorch's backward.
        threads = (len(os.sched_getaffinity(0)),)
        seconds = options.seconds or 0.2

    start, results = time.monotonic(), measure.Results()
    available = programs.start(specs(options), threads, options.programs.resolve(),
                               results.missing)
    others = []
    if options.device == "cpu":
        if emlearn_code.MISSING:
            results.missing["emlearn"] = emlearn_code.MISSING
        else:
            others = [emlearn_code.VERSION]
    about = machine.describe(options.programs.resolve(), available, others)
    print(report.table(("", ""), about))
    try:
        for work in chosen_works(options, threads):
            results.measurements += measure.measure(work, available, rounds, seconds)
            print(f"{(time.monotonic() - start) / 60:5.1f} minutes: {work.label} {work.shape}",
                  flush=True)
    finally:
        for program in available:
            program.stop()
    if options.device == "cpu" and not options.only:
        # What was measured so far is worth keeping.
        try:
            measure_memory(options.programs, results, options.quick)
            results.embedding = embedding.measure(options.programs.resolve())
        except (OSError, subprocess.CalledProcessError) as problem:
            results.missing["memory and embedding"] = str(problem)
    print("\n" + report.measurements(results))
    if options.device == "cpu":
        print(report.targets(results, measured_only=bool(options.only)))
    write(results, about, options, rounds, seconds)
    for name, reason in results.missing.items():
        print(f"!!! MISSING: {name} did not compete: {reason}")
    print(f"Written to {options.out} after {(time.monotonic() - start) / 60:.1f} minutes.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
