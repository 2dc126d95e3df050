# SPDX-License-Identifier: MIT
"""PyTorch -> ONNX -> tigrillo -> C, with PyTorch's own outputs to compare with.

onnx_pytorch_test.py HELPER, the program built from onnx.c. Runs with every PyTorch since 1.13: where
there is the exporter of later versions (torch.export, "dynamo") it is tested too."""
import sys
import unittest

try:
    import torch
except ImportError as error:
    print(f"SKIPPED: {error}; scripts/setup-python.sh installs what is missing")
    sys.exit(77)

from onnx_support import OnnxTest

NEW = int(torch.__version__.split(".")[0]) >= 2
if NEW:
    try:
        import onnxscript  # what the new exporter needs
    except ImportError:
        print("without onnxscript: the new exporter is not tested")
        onnxscript = None


class View(torch.nn.Module):
    """Rows made by the batch's own size, as in many examples."""

    def __init__(self):
        super().__init__()
        self.a, self.b = torch.nn.Linear(12, 8), torch.nn.Linear(8, 3)

    def forward(self, x):
        x = x.view(x.size(0), -1)
        return torch.log_softmax(self.b(torch.relu(self.a(x))), dim=1)


class Standardised(View):
    def __init__(self):
        super().__init__()
        self.register_buffer("deviation", torch.linspace(0.25, 2, 4))

    def forward(self, x):
        x = (x - 0.5) / self.deviation
        return torch.softmax(self.b(torch.tanh(self.a(x.reshape(-1, 12)))) / 1.5, dim=-1)


MODELS = {
    "every layer": (torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(12, 8), torch.nn.GELU(), torch.nn.Dropout(0.3),
        torch.nn.Linear(8, 8), torch.nn.GELU(approximate="tanh"), torch.nn.Linear(8, 5),
        torch.nn.LeakyReLU(0.2), torch.nn.Linear(5, 7, bias=False), torch.nn.Sigmoid(),
        torch.nn.Linear(7, 6), torch.nn.Tanh(), torch.nn.Linear(6, 5), torch.nn.ReLU(),
        torch.nn.Identity(), torch.nn.Linear(5, 3), torch.nn.Softmax(dim=1)),
        "layers dense gelu dense gelu_tanh dense leaky_relu dense sigmoid dense tanh dense relu "
        "dense softmax"),
    "view": (View(), "layers dense relu dense log_softmax"),
    "standardised": (Standardised(), "layers dense tanh dense softmax"),
}


class PyTorch(OnnxTest):
    def check(self, export):
        torch.manual_seed(1)
        x = torch.randn(20, 3, 4) * 2
        for name, (model, layers) in MODELS.items():
            with self.subTest(model=name):
                model.eval()
                export(model, x)
                with torch.no_grad():
                    expected = model(x).numpy()
                said = self.assert_predicts("model.onnx", x.numpy(), expected, name)
                self.assertEqual(said[0], layers)
                self.assertEqual("standardised" in said, name == "standardised")

    def old(self, model, x, **more):
        if NEW:
            more["dynamo"] = False
        torch.onnx.export(model, x, self.path("model.onnx"), input_names=["x"], **more)

    def test_old_exporter(self):
        self.check(lambda model, x: self.old(model, x))

    def test_old_exporter_any_batch(self):
        self.check(lambda model, x: self.old(model, x, dynamic_axes={"x": {0: "n"}}))

    def test_convolution_is_refused(self):
        model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(),
                                    torch.nn.Linear(8, 2))
        self.old(model, torch.randn(1, 1, 4, 4))
        said = self.refuse("model.onnx")
        self.assertIn("model.onnx: node 0 \"/0/Conv\" (Conv): this operator is not read", said)

    @unittest.skipUnless(NEW and onnxscript, "this PyTorch has only the old exporter")
    def test_new_exporter(self):
        """With the weights in a file beside the model, as it writes them by itself."""
        def export(model, x, **more):
            torch.onnx.export(model, (x,), self.path("model.onnx"), dynamo=True, verbose=False,
                              external_data=True, **more)
        self.check(export)
        self.check(lambda model, x: export(model, x, optimize=False))
        self.check(lambda model, x: export(model, x,
                                           dynamic_shapes=({0: torch.export.Dim("n")},)))


if __name__ == "__main__":
    unittest.main()
