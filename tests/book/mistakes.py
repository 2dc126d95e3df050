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
    "log_softmax": [
        ("y[i] = x[i] - m - log(sum)", "y[i] = exp(x[i] - m) / sum", "this is softmax"),
        ("x[i] - m - log(sum)", "x[i] - log(sum)", "subtracted within exp() only"),
        ("x[i] - m - log(sum)", "x[i] - m", "the logarithm of the sum is not subtracted"),
        ("x[i] - m - log(sum)", "log(exp(x[i] - m) / sum)", "a small probability has become 0"),
        ("x[i] - m - log(sum)", "log(sum) + m - x[i]", "wrong sign"),
    ],
    "sigmoid_backward": [
        ("dy[i] * y[i] * (1 - y[i])", "y[i] * (1 - y[i])", "missing dy"),
        ("dy[i] * y[i] * (1 - y[i])", "dy[i] * y[i]", "missing the factor 1 - y"),
        ("(1 - y[i])", "(1 - y[i]) * y[i]", "wrong\n"),
        ("y[i] * (1 - y[i])", "(1 - y[i] * y[i])", "1 - y^2 is the derivative of tanh"),
        ("(1 - y[i])", "(y[i] - 1)", "wrong sign"),
    ],
    "cross_entropy": [
        ("sum / (double)n", "sum", "missing 1/n"),
        ("sum / (double)n", "-sum", "wrong sign, and missing 1/n"),
        ("sum / (double)n", "-sum / (double)n", "wrong sign"),
        ("sum / (double)n", "sum / (double)(n * n)", "1/n twice"),
        ("sum / (double)n", "sum / (double)(n * k)", "divided by n k"),
        ("-= log(p[r * k + labels[r]])", "+= p[r * k + labels[r]]", "missing log"),
        ("log(p", "log(1 - p", "1 - p is taken"),
        ("log(", "log2(", "log2() is taken"),
        ("log(", "log10(", "log10() is taken"),
        ("p[r * k + labels[r]]", "p[labels[r]]", "missing r * k"),
        ("p[r * k + labels[r]]", "p[labels[r] * n + r]", "transposed"),
        ("sum -= log(p[r * k + labels[r]])",
         "for (size_t c = 0; c < k; ++c) sum -= log(p[r * k + c])", "all classes"),
        ("log(p[r * k + labels[r]])",
         "log(fmax(fmax(p[r * k], p[r * k + 1]), p[r * k + 2]))", "likeliest class"),
    ],
    "softmax_backward": [
        ("p[i] * (dp[i] - dot)", "dp[i] * p[i] * (1 - p[i])", "only the diagonal"),
        ("dot += dp[i] * p[i]", "dot += dp[i]", "not weighted by p"),
        ("p[i] * (dp[i] - dot)", "dp[i] - dot", "missing the factor p"),
        ("dp[i] - dot", "dp[i]", "the sum of dp_i p_i is not subtracted"),
        ("dp[i] - dot", "dot - dp[i]", "wrong sign"),
    ],
    "softmax_cross_entropy_backward": [
        ("/ (double)n", "/ 1", "missing 1/n"),
        ("p[r * k + c] - y", "y - p[r * k + c]", "wrong sign"),
        ("(p[r * k + c] - y) / (double)n", "y - p[r * k + c]", "wrong sign, and missing 1/n"),
        ("(double)n", "(double)n / (double)n", "1/n twice"),
        ("(double)n", "(double)(n * k)", "divided by n k"),
        ("dx[r * k + c]", "dx[c * n + r]", "transposed"),
        ("p[r * k + c] - y", "p[r * k + c]", "the label's 1 is not subtracted"),
        ("p[r * k + c] - y", "y > 0 ? -1 / p[r * k + c] : 0", "gradient by the probabilities"),
        ("p[r * k + c] - y", "y > 0 ? p[r * k + c] - y : 0", "only at the labels"),
    ],
}
