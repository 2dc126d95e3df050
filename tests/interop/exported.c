/* SPDX-License-Identifier: MIT */
/* Beside a model that was exported as net.c (onnx_support.py): rows of floats from standard input,
 * its outputs for them to standard output. PREDICT is the function to call. */
#include <stdio.h>

#include "net.h"

int main(void) {
    float x[NET_INPUTS], y[NET_OUTPUTS];
    while (fread(x, sizeof x, 1, stdin) == 1)
        if (PREDICT(x, y) != 0 || fwrite(y, sizeof y, 1, stdout) != 1) return 1;
    return net_self_test();
}
