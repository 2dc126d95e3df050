# SPDX-License-Identifier: MIT
"""The contestants for a GPU, as far as they can be tried without one.

    cuda_test.py PROGRAMS

PROGRAMS is the folder with the benchmark programs, which run on the stand-in of tests/cuda/runtime
(TIGRILLO_CUDA_LIBRARY and TIGRILLO_CUBLAS_LIBRARY name it): right results, and nothing left over.
The peers in Python compute with the processor's tensors, and CuPy's with NumPy's. Nobody looks at
times.
"""
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest

try:
    import numpy
except ImportError as missing:
    print(f"SKIPPED: {missing}; scripts/setup-python.sh installs it")
    sys.exit(77)

DRIVER = pathlib.Path(__file__).resolve().parent
sys.path.append(str(DRIVER.parent / "peers"))
FOLDER = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
sys.argv[1:] = ["1", "eager"]  # what torch_peer.py reads when it is imported

import cuda
import inputs
import measure
import numpy_peer
import peer
import programs
import works

try:
    import torch
except ImportError:
    torch = None


def close(found, exact, message):
    numpy.testing.assert_allclose(found, exact, rtol=1e-4, atol=3e-7, err_msg=str(message))


class StandIn(unittest.TestCase):
    """One run of all works."""

    @classmethod
    def setUpClass(cls):
        cls.results = measure.Results()
        available = programs.start(programs.CUDA, (1,), FOLDER, cls.results.missing)
        try:
            for work in works.CUDA_TEST:
                cls.results.measurements += measure.measure(work, available, 1, 0.0001)
        finally:
            for program in available:
                program.stop()

    def test_everybody_came(self):
        self.assertEqual(self.results.missing, {})
        for work in works.CUDA_TEST:
            names = {one.contestant.split(":")[0]
                     for one in self.results.of(work.label, work.shape)}
            ours = set(cuda.competing(work)) & {"limit", "tigrillo"}
            self.assertEqual(names, ours, work)

    def test_every_work_is_tried(self):
        self.assertEqual({work.name for work in works.CUDA},
                         {work.name for work in works.CUDA_TEST})

    def ask_for_result(self, spec, work, name, folder):
        """From a program of its own, after it has been timed, and after it ended well."""
        program = programs.Program(spec, 1, FOLDER)
        lines = (f"prepare {work.name} {work.shape} {folder} {work.copies}\n"
                 f"median {name} 0\nresult {name} {folder}/result.f32\n")
        done = subprocess.run(program.command, input=lines, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""), (work, name))
        self.assertEqual(done.stdout.count("ok"), 3, done.stdout)
        return numpy.fromfile(folder / "result.f32", numpy.float32)

    def test_results_are_those_of_the_cpu(self):
        kernels, training, inference = (programs.Spec(name, [], None)
                                        for name in ("kernels", "training", "inference"))
        for work in works.CUDA_TEST:
            if work.name == "copy":
                continue
            gpu, cpu = programs.CUDA[0], kernels
            if work.name in ("train", "epoch"):
                gpu, cpu = programs.CUDA[1], training
            elif work.name == "infer":
                gpu, cpu = programs.CUDA[2], inference
            with tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                inputs.write(work, folder)
                close(self.ask_for_result(gpu, work, "tigrillo", folder),
                      self.ask_for_result(cpu, work, "tigrillo", folder), work)

    def test_limits_move_all_bytes(self):
        for name, shape, limit, count in (
                ("softmax", "3x40", "limit:copy", 120), ("copy", "3x7", "limit:copy", 21),
                ("softmax_backward", "3x40", "limit:copy", 180),
                ("adam", "3x40", "limit:copy", 420), ("jacobian", "2x5", "limit:fill", 50)):
            work = works.Work(name, shape, copies=2)
            with tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                given = inputs.write(work, folder)
                result = self.ask_for_result(programs.CUDA[0], work, limit, folder)
            self.assertEqual(len(result), count, work)
            if work.name == "softmax":
                numpy.testing.assert_array_equal(result, given["first.f32"].ravel())
            else:
                self.assertEqual(set(result), {1}, work)

    def test_epochs_take_time(self):
        epoch, = self.results.of("epoch", "6-5-3/4/10")
        self.assertGreater(epoch.median, 0)


class Refusals(unittest.TestCase):
    """Neither a machine without a GPU nor the stand-in changes any results."""

    def run_driver(self, library):
        environment = dict(os.environ, TIGRILLO_CUDA_LIBRARY=str(library))
        with tempfile.TemporaryDirectory() as name:
            out = pathlib.Path(name)
            (out / "RESULTS-cuda.md").write_text("as it was")
            done = subprocess.run(
                [sys.executable, "-B", DRIVER / "main.py", FOLDER, "--device", "cuda", "--out", out,
                 "--only", "copy", "--rounds", "1", "--seconds", "0.001"],
                capture_output=True, text=True, env=environment)
            self.assertEqual((out / "RESULTS-cuda.md").read_text(), "as it was")
            self.assertEqual([path.name for path in out.iterdir()], ["RESULTS-cuda.md"])
        self.assertEqual(done.returncode, 1, done.stderr)
        line, = done.stdout.splitlines()
        self.assertIn("nothing was measured", line)
        return line

    def test_no_gpu(self):
        line = self.run_driver("/nowhere/libcuda.so.1")
        self.assertIn("no NVIDIA GPU", line)
        self.assertIn("cuda: no NVIDIA driver: /nowhere", line)

    def test_stand_in(self):
        self.assertIn("stand-in", self.run_driver(os.environ["TIGRILLO_CUDA_LIBRARY"]))

    @unittest.skipIf(torch is None, "without torch")
    def test_torch(self):
        done = subprocess.run([sys.executable, "-B", DRIVER.parent / "peers/torch_peer.py", "1",
                               "cuda"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env=dict(os.environ, CUDA_VISIBLE_DEVICES=""))
        self.assertEqual(done.returncode, 1)
        self.assertIn("finds no GPU", done.stderr.splitlines()[-1])

    def test_cudnn(self):
        if not (FOLDER / "cudnn").exists():
            self.skipTest("without cuDNN")
        done = subprocess.run([FOLDER / "cudnn"], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, env=dict(os.environ, CUDA_VISIBLE_DEVICES="",
                                                  TIGRILLO_CUDA_LIBRARY="/nowhere"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("no NVIDIA driver", done.stderr)


def log_softmax(x):
    return numpy.log(inputs.softmax(x))


def softmax_backward(y, dy):
    return y * (dy - (y * dy).sum(axis=1, keepdims=True))


def jacobian(y):
    return y[:, :, None] * (numpy.eye(y.shape[1]) - y[:, None, :])


class Peers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def exact(self, work, given):
        first = given["first.f32"].astype(numpy.float64)
        if work.name in ("cross_entropy", "train", "infer"):
            made = peer.prepare(getattr(numpy_peer, work.name), work.shape, self.folder, 1)
            return self.result(made["numpy"])
        if work.name == "softmax_backward":
            return softmax_backward(first, given["second.f32"]).ravel()
        return {"softmax": inputs.softmax, "log_softmax": log_softmax,
                "jacobian": jacobian}[work.name](first).ravel()

    def result(self, contestant):
        peer.time_contestant(contestant, 0, min)
        peer.write_result(contestant, self.folder / "result.f32")
        return numpy.fromfile(self.folder / "result.f32", numpy.float32)

    def check(self, table, names, contestants):
        for name in names:
            for copies in (1, 3):
                network = name in ("train", "infer")
                work = works.Work(name, "6-5-3/4" if network else "8x5", copies=copies)
                exact = self.exact(work, inputs.write(work, self.folder))
                made = peer.prepare(table[name], work.shape, self.folder, copies)
                self.assertLessEqual(set(made), contestants)
                for contestant in made.values():
                    close(self.result(contestant), exact, work)

    @unittest.skipIf(torch is None, "without torch")
    def test_torch(self):
        with older_torch():
            import torch_peer
            self.check(torch_peer.WORKS, ("softmax", "log_softmax", "softmax_backward", "jacobian",
                                          "cross_entropy", "train", "infer"),
                       {"torch", "torch-mkldnn"})
            work = works.Work("epoch", "6-5-3/4/10")
            inputs.write(work, self.folder)
            made = peer.prepare(torch_peer.WORKS["epoch"], work.shape, self.folder, 1)
            # The mean loss is near that of guessing; the accuracy is so many tenths.
            loss, accuracy = self.result(made["torch"])
            self.assertAlmostEqual(loss, numpy.log(3), delta=0.5)
            self.assertAlmostEqual(10 * accuracy, round(10 * accuracy), places=5)

    def test_cupy(self):
        synchronized = []
        device = types.SimpleNamespace(synchronize=lambda: synchronized.append(1))
        stand_in = types.ModuleType("cupy")
        stand_in.__dict__.update(vars(numpy), asnumpy=numpy.asarray,
                                 cuda=types.SimpleNamespace(Device=lambda: device))
        special = types.ModuleType("cupyx.scipy.special")
        special.softmax = lambda x, axis: inputs.softmax(x)
        special.log_softmax = lambda x, axis: log_softmax(x)
        package = types.ModuleType("cupyx")
        package.scipy = types.SimpleNamespace(special=special)
        sys.modules.update({"cupy": stand_in, "cupyx": package, "cupyx.scipy": package.scipy,
                            "cupyx.scipy.special": special})
        import cupy_peer
        self.check(cupy_peer.WORKS, cupy_peer.WORKS, {"cupy", "cupyx"})
        self.assertTrue(synchronized)

    def test_turns(self):
        called = []
        contestants = [peer.Contestant(lambda index=index: called.append(index),
                                       lambda index=index: numpy.array([index]))
                       for index in range(3)]
        together = peer.take_turns(contestants)
        together.begin()
        for _ in range(5):
            together.run()
        self.assertEqual(called, [0, 1, 2, 0, 1])
        together.begin()
        together.run()
        self.assertEqual(called[-1], 0)
        self.assertEqual((together.result()[0], together.result_calls), (2, 3))


@contextlib.contextmanager
def older_torch():
    """Releases before 2 have no fused SGD."""
    kept = torch.optim.SGD
    if torch.__version__.startswith("1."):
        torch.optim.SGD = lambda parameters, rate, fused: kept(parameters, rate)
    yield
    torch.optim.SGD = kept


class Works(unittest.TestCase):
    def test_copies_leave_the_cache(self):
        for work in works.CUDA:
            if work.copies > 1:
                matrices = {"softmax_backward": 3}.get(work.name, 2)
                if work.name == "jacobian":
                    matrices = work.columns
                moved = 4 * work.rows * work.columns * matrices
                self.assertGreater(moved, 32e6, work)
                self.assertGreater(work.copies * moved, 500e6, work)


class Table(unittest.TestCase):
    def rows(self, text):
        return [[cell.strip() for cell in line.strip("|").split("|")]
                for line in text.splitlines() if line.startswith("| ")]

    def test_the_page_has_all_rows_and_columns(self):
        page = (DRIVER.parent / "RESULTS-cuda.md").read_text(encoding="utf-8")
        expected = self.rows(cuda.table(measure.Results()))
        start = next(index for index, row in enumerate(self.rows(page)) if row[0] == "work")
        found = self.rows(page)[start:start + len(expected)]
        for row, there in zip(expected, found):
            self.assertEqual(row[:3], there[:3], "driver/cuda.py prints the page anew")
            self.assertEqual([bool(cell) for cell in row], [bool(cell) for cell in there], row)
        self.assertEqual(found[0], expected[0])

    def test_cells(self):
        results = measure.Results()
        work = next(work for work in works.CUDA if work.name == "softmax" and work.copies > 1)
        for contestant, time in (("tigrillo", 2e-5), ("limit:copy", 1e-5), ("torch", 5e-5)):
            results.measurements.append(
                measure.Measurement(work, 4, contestant, "v", [time]))
        cells = [cuda.cell(results, work, column) for column in (
            "tigrillo", "limit", "torch", "cudnn", "torch-graphs", "torch-item")]
        self.assertEqual(cells, ["20 µs (1.00)", "10 µs (0.50)", "50 µs (2.50)", "not measured",
                                 "", ""])
        self.assertEqual(cuda.bandwidth(results), "not measured")
        results.measurements.append(
            measure.Measurement(works.CUDA[0], 4, "limit:copy", "v", [1e-3]))
        self.assertEqual(cuda.bandwidth(results), "537 GB/s, read and written")
        page = cuda.markdown(results, [("GPU", "of the test")], 3, 0.2)
        self.assertIn("of the test", page)
        self.assertNotIn("Nothing here was measured", page)
        self.assertIn("Nothing here was measured", cuda.markdown(measure.Results()))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
