# SPDX-License-Identifier: MIT
"""Keras -> ONNX (tf2onnx) -> tigrillo -> C, with Keras' own predictions to compare with. By hand,
because TensorFlow takes 2 GB:

    scripts/setup-benchmarks.sh # has Keras and TensorFlow
    build/benchmarks-python/bin/python -m pip install --no-deps tf2onnx==1.17.0
    build/benchmarks-python/bin/python tests/interop/onnx_keras.py build/release/tests/interop/test.interop.onnx
"""
import os
import unittest

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy
from keras import activations, layers

from onnx_support import OnnxTest

MODELS = {
    "every activation": ([
        keras.Input((6,)), layers.Dense(8, activation="relu"), layers.Dropout(0.2),
        layers.Dense(8, activation="gelu"), layers.Dense(7, activation="tanh"),
        layers.Dense(5, activation=lambda x: activations.gelu(x, approximate=True)),
        layers.Dense(6, activation="sigmoid"), layers.Dense(4, activation="leaky_relu"),
        layers.Dense(3), layers.LeakyReLU(0.1), layers.Dense(3, activation="softmax")],
        "layers dense relu dense gelu dense tanh dense gelu_tanh dense sigmoid dense leaky_relu "
        "dense leaky_relu dense softmax"),
    "pictures": ([
        keras.Input((4, 3, 1)), layers.Rescaling(1 / 127.5, offset=-1), layers.Flatten(),
        layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")],
        "layers dense relu dense sigmoid"),
    "log-softmax": ([
        keras.Input((6,)), layers.Dense(8, use_bias=False), layers.ReLU(),
        layers.Dense(4, activation="log_softmax")],
        "layers dense relu dense log_softmax"),
}


class Keras(OnnxTest):
    def test_models(self):
        random = numpy.random.default_rng(1)
        for name, (parts, expected_layers) in MODELS.items():
            with self.subTest(model=name):
                model = keras.Sequential(parts)
                for weight in model.weights: # biases too shall be something
                    weight.assign(random.normal(scale=0.7, size=weight.shape))
                x = random.uniform(0, 255 if name == "pictures" else 2,
                                   (20, *model.input_shape[1:])).astype("<f4")
                expected = model(x).numpy()
                model.export(self.path("model.onnx"), format="onnx", verbose=False)
                said = self.assert_predicts("model.onnx", x, expected, name)
                self.assertEqual(said[0], expected_layers)
                self.assertEqual("standardised" in said, name == "pictures")


if __name__ == "__main__":
    unittest.main()
