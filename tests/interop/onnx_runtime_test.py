# SPDX-License-Identifier: MIT
"""tigrillo -> ONNX -> onnx.checker and ONNX Runtime; and graphs by hand -> both, to compare.

onnx_runtime_test.py HELPER, the program built from onnx.c."""
import json
import sys
import unittest

try:
    import numpy
    import onnx
    import onnx.parser
    import onnxruntime
except ImportError as error:
    print(f"SKIPPED: {error}; scripts/setup-python.sh installs what is missing")
    sys.exit(77)

from onnx_support import OnnxTest

ALL = ["dense", "sigmoid", "dense", "tanh", "dense", "relu", "dense", "gelu", "dense", "gelu_tanh",
       "dense", "softmax", "dense", "leaky_relu", "dense", "log_softmax", "softmax"]

# Models for our program, with the names of their outputs.
WRITTEN = [
    ([], ["probabilities", "logits"]),
    (["dense:3", "relu", "dense:4", "softmax"], ["probabilities", "logits"]),
    (["dense:4", "dropout:0.2", "softmax:0.3"], ["probabilities", "logits"]),
    (["dense:3", "log_softmax"], ["log_probabilities", "logits"]),
    (["dense:1", "sigmoid"], ["probabilities", "logits"]),
    (["dense:3", "gelu"], ["output"]),
    (["dense:3", "gelu_tanh"], ["output"]),
    (["dense:3", "leaky_relu:0.2", "dropout:0.5"], ["output"]),
    (["softmax"], ["probabilities"]),
    (["dropout:0.5"], ["output"]),
]

# Graphs, in ONNX's own text form, around the input x (N x 4), with constants w (4 x 3), v (3 x 2), b
# and c (3), s (a number) and m and d (4).
GRAPHS = [
    (13, "y = Gemm<transB = 0, alpha = 0.5, beta = 2.0> (x, w, b)"),
    (13, "y = Gemm (x, w, s)"),
    (13, "z = Identity (x) u = Identity (w) y = MatMul (z, u)"),
    (13, "h = MatMul (x, w) y = Add (b, h)"),
    (13, "h = MatMul (x, w) g = Sub (b, h) y = Mul (g, c)"),
    (13, "h = MatMul (x, w) g = Div (h, c) k = Tanh (g) l = MatMul (k, v) y = Softmax (l)"),
    (13, "h = MatMul (x, w) g = Sigmoid (h) k = Div (g, c) l = Sub (k, b) y = MatMul (l, v)"),
    (11, "h = MatMul (x, w) g = Div (h, s) y = Softmax (g)"),
    (13, "h = MatMul (x, w) g = Div (h, s) y = Softmax<axis = 1> (g)"),
    (13, "h = Sub (x, m) g = Div (h, d) y = Gemm (g, w, b)"),
    (13, "h = Mul (x, d) g = Sub (m, h) y = Gemm (g, w, b)"),
    (13, "h = Add (x, s) g = Mul (h, d) y = MatMul (g, w)"),
    (13, "h = MatMul (x, w) y = LeakyRelu<alpha = 0.3> (h)"),
    (13, "h = MatMul (x, w) g = Dropout (h) y = LogSoftmax (g)"),
    (20, "h = MatMul (x, w) g = Gelu (h) y = Gelu<approximate = \"tanh\"> (g)"),
]
CONSTANTS = {"w": (4, 3), "v": (3, 2), "b": (3,), "c": (3,), "s": (), "m": (4,), "d": (4,)}


class Runtime(OnnxTest):
    def run_model(self, model, inputs):
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        return session.run(None, {session.get_inputs()[0].name: inputs})

    def test_ours(self):
        for layers, names in WRITTEN:
            with self.subTest(layers=layers):
                self.helper("write", "model.onnx", *layers)
                model = onnx.load(self.path("model.onnx"))
                onnx.checker.check_model(model, full_check=True)
                onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
                self.assertEqual(model.ir_version, 7)
                self.assertEqual([(o.domain, o.version) for o in model.opset_import], [("", 13)])
                self.assertEqual([o.name for o in model.graph.output], names)
                x = self.floats("inputs", 7)
                expected = self.run_model(self.path("model.onnx"), x)[0]
                self.assert_same(expected, self.floats("outputs", expected.shape[1]), layers)
                one = self.run_model(self.path("model.onnx"), x[:1])[0]
                self.assert_same(one, self.floats("outputs", expected.shape[1])[:1], "one row")

    def test_logits(self):
        self.helper("write", "model.onnx", "dense:4", "softmax:0.5")
        probabilities, logits = self.run_model(self.path("model.onnx"), self.floats("inputs", 7))
        expected = numpy.exp(logits / 0.5)
        self.assert_same(expected / expected.sum(1, keepdims=True), probabilities)

    def test_metadata(self):
        self.helper("write", "model.onnx")
        model = onnx.load(self.path("model.onnx"))
        self.assertEqual(model.producer_name, "tigrillo")
        metadata = {pair.key: json.loads(pair.value) for pair in model.metadata_props}
        self.assertEqual(metadata["tigrillo.model.classes"], ["cat", "dog", "tiger", 'ä "none"'])
        self.assertEqual(metadata["tigrillo.model.input"]["size"], 7)
        self.assertEqual(len(metadata["tigrillo.model.input"]["mean"]), 7)

    def test_there_and_back(self):
        """Standardised inputs this time: our program applies what the file says about the input."""
        self.helper("write", "model.onnx")
        x = self.floats("inputs", 7)
        metadata = {pair.key: json.loads(pair.value)
                    for pair in onnx.load(self.path("model.onnx")).metadata_props}
        told = metadata["tigrillo.model.input"]
        rows = ((x - numpy.float32(told["mean"])) / numpy.float32(told["deviation"]))
        expected = self.run_model(self.path("model.onnx"), rows.astype("<f4"))[0]
        actual, said = self.read("model.onnx", x)
        self.assert_same(expected, actual)
        self.assertEqual(said, ["layers " + " ".join(ALL), 'classes cat dog tiger ä "none"',
                                "standardised"])

    def test_graphs(self):
        """What we make of arithmetic, against what it is."""
        random = numpy.random.default_rng(2)
        for opset, text in GRAPHS:
            with self.subTest(graph=text):
                graph = onnx.parser.parse_graph(f"g (float[N, 4] x) => (float[N, K] y) {{ {text} }}")
                used = {name for node in graph.node for name in node.input}
                for name, shape in CONSTANTS.items():
                    if name not in used:
                        continue
                    values = random.uniform(0.5, 1.5, shape).astype("<f4")
                    graph.initializer.append(onnx.numpy_helper.from_array(values, name))
                model = onnx.helper.make_model(graph, ir_version=8, opset_imports=[
                    onnx.helper.make_opsetid("", opset)])
                onnx.checker.check_model(model, full_check=True)
                onnx.save(model, self.path("model.onnx"))
                x = random.standard_normal((20, 4)).astype("<f4")
                expected = self.run_model(self.path("model.onnx"), x)[0]
                self.assert_same(expected, self.read("model.onnx", x)[0], text)


if __name__ == "__main__":
    unittest.main()
