# SPDX-License-Identifier: MIT
"""emlearn's C code of a network, for exported.c."""
import contextlib
import importlib.metadata
import pathlib
import shutil

import numpy

try:
    import emlearn
    from sklearn.neural_network import MLPClassifier
    VERSION, MISSING = "emlearn-" + importlib.metadata.version("emlearn"), None
except ImportError as error:
    VERSION, MISSING = None, str(error)

# Behind its own code, which is for one file alone.
TEXT = """
int network_predict(const float *x, float *y) {{
    return emlearn_regress(x, {inputs}, y, {outputs});
}}
"""


def classifier(sizes, parameters):
    """A scikit-learn network that has learnt these numbers, from weights.f32."""
    made = MLPClassifier(hidden_layer_sizes=sizes[1:-1], activation="relu")
    made.coefs_, made.intercepts_, begin = [], [], 0
    for inputs, outputs in zip(sizes, sizes[1:]):
        end = begin + inputs * outputs
        made.coefs_.append(parameters[begin:end].reshape(outputs, inputs).T)
        made.intercepts_.append(parameters[end:end + outputs])
        begin = end + outputs
    made.n_layers_, made.n_outputs_, made.out_activation_ = len(sizes), sizes[-1], "softmax"
    made.classes_ = numpy.arange(sizes[-1])
    return made


def write(work, given, folder):
    """FOLDER/emlearn.c, with the headers that it includes."""
    with contextlib.chdir(folder):  # where it leaves a folder of its own
        made = emlearn.convert(classifier(work.sizes, given["weights.f32"]))
    path = folder / "emlearn.c"
    made.save(file=str(path), name="emlearn")
    path.write_text(path.read_text() + TEXT.format(inputs=work.sizes[0], outputs=work.sizes[-1]))
    for header in pathlib.Path(emlearn.includedir).glob("eml_*.h"):
        shutil.copy(header, folder)
