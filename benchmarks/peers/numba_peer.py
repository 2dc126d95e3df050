# SPDX-License-Identifier: MIT
"""Numba: the loops that people compile when NumPy is too slow for them, and NumPy's expressions
compiled as they are.

fastmath is on, without which Numba does not vectorise sums; it is fast at the expense of long sums
and of NaN. With several threads the rows are divided among them.
"""
import numba
import numpy

import peer

THREADS = peer.threads()
compiled = numba.njit(fastmath=True, parallel=THREADS > 1)


@compiled
def softmax_loops(x, y):
    for row in numba.prange(x.shape[0]):
        largest = x[row, 0]
        for column in range(1, x.shape[1]):
            largest = max(largest, x[row, column])
        total = numpy.float32(0)
        for column in range(x.shape[1]):
            y[row, column] = numpy.exp(x[row, column] - largest)
            total += y[row, column]
        factor = numpy.float32(1) / total
        for column in range(x.shape[1]):
            y[row, column] *= factor


@compiled
def softmax_expressions(x, y):
    for row in numba.prange(x.shape[0]):
        exponentials = numpy.exp(x[row] - x[row].max())
        y[row] = exponentials / exponentials.sum()


@compiled
def jacobian_loops(y, jacobian):
    for row in numba.prange(y.shape[0]):
        for i in range(y.shape[1]):
            for j in range(y.shape[1]):
                if i == j:
                    jacobian[row, i, j] = y[row, i] * (1 - y[row, i])
                else:
                    jacobian[row, i, j] = -y[row, i] * y[row, j]


@compiled
def jacobian_expressions(y, jacobian):
    for row in numba.prange(y.shape[0]):
        jacobian[row] = numpy.diag(y[row]) - numpy.outer(y[row], y[row])


def both(loops, expressions, given, shape):
    first, output = given.matrix("first"), numpy.empty(shape, numpy.float32)
    return {name: peer.Contestant(lambda function=function: function(first, output), lambda: output)
            for name, function in (("numba-loops", loops), ("numba-expressions", expressions))}


def softmax(given):
    return both(softmax_loops, softmax_expressions, given, (given.rows, given.columns))


def jacobian(given):
    return both(jacobian_loops, jacobian_expressions, given,
                (given.rows, given.columns, given.columns))


if __name__ == "__main__":
    numba.set_num_threads(THREADS)
    version = f"Numba-{numba.__version__}"
    peer.serve({"numba-loops": version, "numba-expressions": version},
               {"softmax": softmax, "jacobian": jacobian})
