# SPDX-License-Identifier: MIT
"""scikit-learn -> ONNX (skl2onnx) -> tigrillo -> C, with scikit-learn's own predictions to compare
with.

onnx_scikit_learn_test.py HELPER, the program built from onnx.c."""
import sys
import unittest
import warnings

try:
    import numpy
    import skl2onnx
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler
except ImportError as error:
    print(f"SKIPPED: {error}; scripts/setup-python.sh installs what is missing")
    sys.exit(77)

from onnx_support import OnnxTest

RANDOM = numpy.random.default_rng(1)
X = (RANDOM.standard_normal((150, 4)) * [1, 2, 5, 0.1] + [0, 1, -3, 4]).astype("<f4")
SCORE = X[:, 0] + X[:, 1] / 2
TWO = numpy.where(SCORE > 0, 7, -2)
THREE = numpy.array(["owl", "cat", "dog"])[numpy.digitize(SCORE, [0, 1])]


def mlp(activation="relu", hidden=(6, 5)):
    return MLPClassifier(hidden_layer_sizes=hidden, activation=activation, max_iter=30,
                         random_state=1)


class ScikitLearn(OnnxTest):
    def export(self, estimator, labels, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning) # good enough to be compared
            estimator.fit(X, labels)
        model = skl2onnx.to_onnx(estimator, X[:1], **options)
        with open(self.path("model.onnx"), "wb") as file:
            file.write(model.SerializeToString())

    def check(self, estimator, labels, layers, standardised=False, **options):
        self.export(estimator, labels, **options)
        expected = estimator.predict_proba(X).astype("<f4")
        said = self.assert_predicts("model.onnx", X, expected, layers)
        self.assertEqual(said[0], "layers " + layers)
        self.assertEqual(said[1], " ".join(["classes", *map(str, estimator.classes_)]))
        self.assertEqual("standardised" in said, standardised)

    def test_activations(self):
        for ours, theirs in [("relu", "relu"), ("tanh", "tanh"), ("sigmoid", "logistic")]:
            self.check(mlp(theirs), THREE, f"dense {ours} dense {ours} dense softmax")
        self.check(mlp("identity", (5,)), THREE, "dense dense softmax")

    def test_two_classes(self):
        self.check(mlp(hidden=(5,)), TWO, "dense relu dense softmax")

    def test_without_zipmap(self):
        for labels in (TWO, THREE):
            self.check(mlp(hidden=(5,)), labels, "dense relu dense softmax",
                       options={"zipmap": False})

    def test_standardised(self):
        pipeline = make_pipeline(StandardScaler(), mlp(hidden=(5,)))
        self.check(pipeline, THREE, "dense relu dense softmax", True)
        self.check(pipeline, THREE, "dense relu dense softmax", True, black_op={"Scaler"})
        self.check(make_pipeline(MinMaxScaler(), mlp(hidden=(5,))), THREE,
                   "dense relu dense softmax", True)

    def test_logistic_regression(self):
        for labels in (TWO, THREE):
            self.check(LogisticRegression(), labels, "dense softmax")
            self.check(make_pipeline(StandardScaler(), LogisticRegression()), labels,
                       "dense softmax", True)

    def test_regression(self):
        estimator = MLPRegressor(hidden_layer_sizes=(5,), max_iter=50, random_state=1)
        self.export(estimator, SCORE / 10)
        expected = estimator.predict(X).astype("<f4")[:, None]
        said = self.assert_predicts("model.onnx", X, expected)
        self.assertEqual(said[:2], ["layers dense relu dense", "classes"])

    def test_others_are_refused(self):
        """By the operator's name: nothing is read by halves."""
        self.export(LinearRegression(), SCORE)
        self.assertIn("(ai.onnx.ml.LinearRegressor): this operator is not read",
                      self.refuse("model.onnx"))


if __name__ == "__main__":
    unittest.main()
