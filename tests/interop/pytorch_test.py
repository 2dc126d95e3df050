# SPDX-License-Identifier: MIT
"""Model files there and back: Python's safetensors and PyTorch against the library.

pytorch_test.py HELPER, the program built from interop.c."""
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import unittest

try:
    import numpy
    import safetensors
    import safetensors.numpy
    import safetensors.torch
    import torch
except ImportError as error:
    print(f"SKIPPED: {error}; scripts/setup-python.sh installs what is missing")
    sys.exit(77)

HELPER = sys.argv.pop(1)
TOLERANCE = 1e-6


class Temperature(torch.nn.Module):
    def __init__(self, temperature):
        super().__init__()
        self.temperature = temperature

    def forward(self, x):
        return torch.softmax(x / self.temperature, dim=-1)


LAYERS = {
    "sigmoid": lambda layer: torch.nn.Sigmoid(),
    "tanh": lambda layer: torch.nn.Tanh(),
    "relu": lambda layer: torch.nn.ReLU(),
    "leaky_relu": lambda layer: torch.nn.LeakyReLU(layer["slope"]),
    "gelu": lambda layer: torch.nn.GELU(),
    "gelu_tanh": lambda layer: torch.nn.GELU(approximate="tanh"),
    "softmax": lambda layer: Temperature(layer["temperature"]),
    "log_softmax": lambda layer: torch.nn.LogSoftmax(dim=-1),
    "dropout": lambda layer: torch.nn.Dropout(layer["rate"]),
}


def build(description):
    """The nn.Sequential that a model file's metadata describe."""
    model, columns = torch.nn.Sequential(), description["inputs"]
    for layer in description["layers"]:
        if layer["type"] == "dense":
            model.append(torch.nn.Linear(columns, layer["units"]))
            columns = layer["units"]
        else:
            model.append(LAYERS[layer["type"]](layer))
    return model.eval()


def read_floats(path, columns):
    return numpy.fromfile(path, dtype="<f4").reshape(-1, columns)


class Interop(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.helper("save", "model", "inputs", "outputs")
        with safetensors.safe_open(self.path("model"), framework="pt") as file:
            self.metadata = file.metadata()
        self.description = json.loads(self.metadata["tigrillo.model"])
        self.inputs = read_floats(self.path("inputs"), self.description["inputs"])

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def helper(self, command, *names):
        subprocess.run([HELPER, command, *map(self.path, names)], check=True)

    def assert_outputs(self, model, name):
        """The network's outputs in PyTorch against those that the helper wrote."""
        with torch.no_grad():
            expected = model(torch.from_numpy(self.inputs)).numpy()
        actual = read_floats(self.path(name), expected.shape[1])
        self.assertEqual(expected.shape, actual.shape)
        worst = numpy.abs(expected - actual).max()
        print(f"{self.id()}: largest difference {worst:.3g}")
        self.assertLessEqual(worst, TOLERANCE)

    def random_model(self):
        torch.manual_seed(1)
        model = build(self.description)
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.5)
        return model

    def test_ours_in_pytorch(self):
        model = build(self.description)
        tensors = safetensors.torch.load_file(self.path("model"))
        model.load_state_dict(tensors, strict=True)
        self.assert_outputs(model, "outputs")

    def test_metadata(self):
        self.assertEqual(self.metadata["format"], "pt")
        self.assertEqual(self.metadata["tigrillo.version"], "1")
        self.assertEqual(len({layer["type"] for layer in self.description["layers"]}),
                         len(LAYERS) + 1, "the helper's model should have every kind of layer")
        rate = next(layer["rate"] for layer in self.description["layers"] if "rate" in layer)
        self.assertEqual(numpy.float32(rate), numpy.float32(1) / numpy.float32(3))
        self.assertEqual(json.loads(self.metadata["tigrillo.model.classes"]),
                         ["cat", "dog", "tiger", 'ä "none"'])
        described = json.loads(self.metadata["tigrillo.model.input"])
        self.assertEqual(described["size"], 7)
        numpy.testing.assert_array_equal(numpy.float32(described["deviation"]),
                                         numpy.float32(1) / numpy.arange(3, 10, dtype="<f4"))

    def test_pytorch_in_ours(self):
        """A state_dict as PyTorch's users save it: without any metadata of ours."""
        model = self.random_model()
        safetensors.torch.save_file(model.state_dict(), self.path("weights"))
        self.helper("weights", "model", "weights", "inputs", "outputs2")
        self.assert_outputs(model, "outputs2")

    def test_pytorch_with_our_metadata(self):
        model = self.random_model()
        safetensors.torch.save_file(model.state_dict(), self.path("theirs"), self.metadata)
        self.helper("predict", "theirs", "inputs", "outputs2")
        self.assert_outputs(model, "outputs2")

    def test_same_bytes(self):
        """With one key of metadata at most (theirs are in random order) the files are equal."""
        numbers = numpy.random.default_rng(1)
        cases = [[], [("a", ())], [("empty", (0, 3)), ("full", (1,))],
                 [("10.weight", (3, 2)), ("2.bias", (3,)), ("2.weight", (2, 1, 3, 2)),
                  ("ä\"\\/\n\x7f\t", (5,)), ("Z", (1, 1))]]
        for case in cases:
            for metadata in (None, {"format": "pt"}, {"format": "ü\"\\\r"}):
                with self.subTest(case=case, metadata=metadata):
                    tensors = {name: numbers.standard_normal(shape).astype("<f4").reshape(shape)
                               for name, shape in case}
                    safetensors.numpy.save_file(tensors, self.path("theirs"), metadata)
                    self.helper("copy", "theirs", "ours")
                    self.assertEqual(self.read("theirs"), self.read("ours"))

    def test_accepts_no_more(self):
        """Whatever damaged file we accept, the reference reader accepts too."""
        names = {"0.bias": (2,), "0.weight": (2, 3), "empty": (0, 3), "scalar": ()}
        tensors = {name: numpy.ones(shape, "<f4") for name, shape in names.items()}
        good = safetensors.numpy.save(tensors, {"format": "pt"})
        choice = random.Random(1)
        files = [good] + [mutate(choice, good) for _ in range(20000)]
        stream = b"".join(struct.pack("<Q", len(file)) + file for file in files)
        ours = subprocess.run([HELPER, "check"], input=stream, stdout=subprocess.PIPE, check=True)
        theirs = [accepts(file) for file in files]
        self.assertEqual(len(ours.stdout), len(files))
        both = only_theirs = 0
        for file, our, their in zip(files, ours.stdout, theirs):
            self.assertTrue(their or our == ord("0"), f"we alone accept {file}")
            both += our == ord("1")
            only_theirs += their and our == ord("0")
        print(f"{self.id()}: of {len(files)} files both accept {both}, they alone {only_theirs}")
        self.assertEqual(ours.stdout[0], ord("1"))
        self.assertGreater(both, 100)


def accepts(file):
    try:
        safetensors.deserialize(file)
        return True
    except safetensors.SafetensorError:
        return False


def mutate(choice, file):
    """A copy with bytes of its header replaced by pieces of what a header is made of."""
    length = 8 + struct.unpack("<Q", file[:8])[0]
    header, pieces = bytearray(file[8:length]), [
        b"0", b"1", b"4", b"8", b"-", b".", b"e1", b"[", b"]", b"{", b"}", b",", b":", b'"', b" ",
        b"", b"\xff", b"\\u0000", b"null", b"F16", b"I32", b"9007199254740993", b"\n"]
    for _ in range(choice.randint(1, 3)):
        at = choice.randrange(len(header))
        end = at + choice.choice([0, 1, 1, 1, 2])
        header[at:end] = choice.choice(pieces)
    size = len(header) + choice.choice([0] * 20 + [1, -1])
    data = file[length:] + b"x" * choice.choice([0] * 20 + [1])
    return struct.pack("<Q", max(size, 0)) + bytes(header) + data


if __name__ == "__main__":
    unittest.main()
