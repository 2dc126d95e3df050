# SPDX-License-Identifier: MIT
"""Keras on TensorFlow: keras.activations.softmax."""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import tensorflow

import peer


def softmax(given):
    x, kept = tensorflow.constant(given.matrix("first")), {}

    def run():
        kept["y"] = keras.activations.softmax(x)

    return {"keras": peer.Contestant(run, lambda: kept["y"].numpy())}


if __name__ == "__main__":
    tensorflow.config.threading.set_intra_op_parallelism_threads(peer.threads())
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    peer.serve({"keras": f"Keras-{keras.__version__}-TensorFlow-{tensorflow.__version__}"},
               {"softmax": softmax})
