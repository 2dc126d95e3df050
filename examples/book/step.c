/* SPDX-License-Identifier: MIT */
/* One score of two rises past the other: argmax jumps, softmax glides. Of equal scores argmax is
 * the first, here the cat's. */
#include <math.h>
#include <stdio.h>

int main(void) {
    const double dog = 2.44;
    puts("cat's score  its one-hot  its softmax  softmax's slope");
    for (int i = -3; i <= 3; ++i) {
        const double cat = dog + i * 0.02, p = exp(cat) / (exp(cat) + exp(dog));
        printf("%11.2f  %11d  %11.4f  %15.4f\n", cat, cat >= dog, p, p * (1 - p));
    }
    return 0;
}
