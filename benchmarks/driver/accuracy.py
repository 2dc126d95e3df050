# SPDX-License-Identifier: MIT
"""How far results are from each other, and from the truth."""
import numpy

import inputs


def relative(ours, theirs):
    """The largest difference, as a part of the largest number."""
    largest = numpy.abs(ours).max()
    return float(numpy.abs(theirs - ours).max() / largest) if largest else 0.0


def difference(work, ours, theirs):
    """The loss, which stands behind the gradient and is much larger, is compared by itself."""
    if ours.shape != theirs.shape:
        return float("inf")
    ours, theirs = ours.astype(numpy.float64), theirs.astype(numpy.float64)
    if work.name == "cross_entropy":
        return max(relative(ours[:-1], theirs[:-1]), relative(ours[-1:], theirs[-1:]))
    return relative(ours, theirs)


def ulps(result, exact):
    """The largest error in units of the last place of float32, where numbers are not denormal."""
    exact = exact.ravel()
    normal = numpy.abs(exact) >= numpy.finfo(numpy.float32).tiny
    unit = numpy.spacing(numpy.abs(exact[normal]).astype(numpy.float32)).astype(numpy.float64)
    return float((numpy.abs(result[normal] - exact[normal]) / unit).max()) if len(unit) else 0.0


def error_of_softmax(given, result):
    return ulps(result.astype(numpy.float64), inputs.softmax(given["first.f32"]))


def error_of_true_class(given, result):
    """The largest relative error of the gradient by the label's logit, (p - 1) / rows. With p
    nearly 1 that is to be computed from the other probabilities."""
    x, labels = given["first.f32"].astype(numpy.float64), given["labels.i32"]
    rows = numpy.arange(len(x))
    p = inputs.softmax(x)
    p[rows, labels] = 0
    exact = -p.sum(axis=1) / len(x)
    found = result[:-1].reshape(x.shape)[rows, labels].astype(numpy.float64)
    return float(numpy.abs(found / exact - 1).max())


def error(work, given, result):
    """Against float64: in ulp for softmax, relative for the confident gradient, else None."""
    if work.name == "softmax":
        return error_of_softmax(given, result)
    if work.name == "cross_entropy" and work.variant == "confident":
        return error_of_true_class(given, result)
    return None
