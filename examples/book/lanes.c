/* SPDX-License-Identifier: MIT */
/* How many vectors of 16 lanes rows of k columns take: each row alone, or sixteen as one. */
#include <stdio.h>

int main(void) {
    puts("columns   vectors for 16 rows   lanes that work");
    puts("           alone    together    alone  together");
    const int columns[] = {2, 3, 10, 16, 17, 100, 1000};
    for (int i = 0; i < 7; ++i) {
        const int k = columns[i], alone = 16 * ((k + 15) / 16), together = k;
        printf("%7d %8d %11d %7.0f %% %7.0f %%\n", k, alone, together, 100.0 * k / alone,
               100.0 * k / together);
    }
    puts("\nrows of the lanes, 10 columns");
    for (int v = 0; v < 10; ++v) {
        printf("vector %d ", v);
        for (int lane = 0; lane < 16; ++lane) printf(" %2d", (16 * v + lane) / 10);
        putchar('\n');
    }
    return 0;
}
