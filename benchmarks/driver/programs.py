# SPDX-License-Identifier: MIT
"""The contestants' processes. All are there from the beginning; each is stopped while another
works, so that nobody's waiting threads take time from somebody else."""
import collections
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile

PEERS = pathlib.Path(__file__).resolve().parents[1] / "peers"
PATIENCE = 300  # seconds for one answer: compiling takes its time

Spec = collections.namedtuple("Spec", "name arguments most_threads")
OURS = [Spec("kernels", [], None), Spec("training", [], None), Spec("inference", [], None),
        Spec("products", [], None), Spec("exported", [], 1), Spec("loading", [], 1)]
PEER_PROGRAMS = [Spec("dnnl", [], None), Spec("fann", [], 1), Spec("numpy_peer.py", [], None),
                 Spec("numba_peer.py", [], None), Spec("torch_peer.py", [], None),
                 Spec("onnxruntime_peer.py", [], None), Spec("keras_peer.py", [], None)]

# On a GPU; the first one knows which.
CUDA = [Spec("cuda_kernels", [], None), Spec("training", ["cuda"], None),
        Spec("inference", ["cuda"], None)]
CUDA_PEERS = [Spec("cudnn", [], None), Spec("torch_peer.py", ["cuda"], None),
              Spec("cupy_peer.py", [], None)]


class Gone(Exception):
    """The program has ended, or does not answer."""


def processors(threads):
    """The last ones: the first is where the system does its own work."""
    return sorted(os.sched_getaffinity(0))[-threads:]


def environment(threads):
    """Every library has its own way of being told how many threads to take."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
             "NUMEXPR_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
    return dict(os.environ, PYTHONDONTWRITEBYTECODE="1", **dict.fromkeys(names, str(threads)))


class Program:
    def __init__(self, spec, threads, folder):
        self.spec, self.threads, self.process = spec, threads, None
        path = PEERS / spec.name if spec.name.endswith(".py") else folder / spec.name
        self.command = [sys.executable, path] if spec.name.endswith(".py") else [path]
        # Some always have one, and dnnl has it from the environment.
        if spec.name not in ("dnnl", "fann", "exported", "loading"):
            self.command.append(str(threads))
        self.command += spec.arguments

    def start(self):
        self.errors = tempfile.TemporaryFile()
        try:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                bufsize=0, env=environment(self.threads),
                preexec_fn=lambda: os.sched_setaffinity(0, processors(self.threads)))
        except OSError as error:
            self.errors.close()
            raise Gone(str(error)) from None
        self.versions = dict(pair.split("=", 1) for pair in self.ask("versions"))

    def ask(self, *words):
        """The words of the answer; None when it is "no"."""
        if self.process is None:
            self.start()
        process = self.process
        process.send_signal(signal.SIGCONT)
        try:
            process.stdin.write((" ".join(str(word) for word in words) + "\n").encode())
            process.stdin.flush()
        except BrokenPipeError:
            raise Gone(self.stop()) from None
        if not select.select([process.stdout], [], [], PATIENCE)[0]:
            self.stop()
            raise Gone(f"no answer in {PATIENCE} seconds to {words}")
        answer = process.stdout.readline().decode().split()
        if not answer:
            raise Gone(self.stop())
        process.send_signal(signal.SIGSTOP)
        return answer[1:] if answer[0] == "ok" else None

    def stop(self):
        """Ends the process and returns its last words."""
        if self.process is None:
            return ""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process = None
        with self.errors as errors:
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it ended without a word"


def start(specs, threads, folder, missing):
    """All programs for the given numbers of threads; those that cannot run go to `missing`."""
    programs = []
    for spec in specs:
        for count in threads:
            if spec.most_threads and count > spec.most_threads:
                continue
            program = Program(spec, count, folder)
            try:
                program.start()
                programs.append(program)
            except Gone as reason:
                missing[spec.name] = str(reason)
                print(f"\n!!! MISSING: {spec.name} does not compete: {reason}\n", flush=True)
                break
    return programs


class Neighbour:
    """A process that keeps a processor busy while something is timed."""

    def __init__(self, wanted):
        self.wanted = wanted

    def __enter__(self):
        if self.wanted:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "while True: pass"],
                preexec_fn=lambda: os.sched_setaffinity(0, processors(1)))

    def __exit__(self, *_):
        if self.wanted:
            self.process.kill()
            self.process.wait()
