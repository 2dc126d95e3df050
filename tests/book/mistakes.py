# SPDX-License-Identifier: MIT
"""The usual wrong answers to the book's exercises: what to replace in the solution, by what, and what
the checker must say then."""

MISTAKES = {
    "softmax": [
        ("exp(x[i] - m)", "x[i]", "missing exp: this divides the scores by their sum"),
        ("p[i] /= sum", "p[i] *= exp(m)", "not divided by the sum"),
        ("p[i] /= sum", "p[i] /= 1", "divided by the largest instead of the sum"),
        ("p[i] /= sum", "p[i] = 1 / (1 + exp(-x[i]))", "a sigmoid of each score"),
        ("exp(x[i] - m)", "exp(x[i])", "exp() overflows: subtract the largest score"),
        ("p[i] /= sum", "p[i] /= -sum", "wrong sign"),
        ("for (size_t i = 0; i < k; ++i) p", "for (size_t i = 0; i < k; ++i) if (i != 2) p", "wrong\n"),
    ],
}
