/* SPDX-License-Identifier: MIT */
/* Draws scores and their softmax values as SVG, both as bars over the same classes. */
#include <math.h>
#include <stdio.h>

enum { CLASSES = 4, BAR = 44, GAP = 24, HEIGHT = 220, TOP = 50, PANEL = 320 };

/* Bars for `values`, the largest of which would be `most`, in the panel at `left`. */
static void draw(int left, const char *title, const char *class, double most,
                 const double values[CLASSES]) {
    const char *const names[CLASSES] = {"cat", "dog", "tiger", "none"};
    printf("<text class='title' x='%d' y='28'>%s</text>\n", left + 20, title);
    for (int i = 0; i < CLASSES; ++i) {
        const int x = left + 20 + i * (BAR + GAP), middle = x + BAR / 2;
        const double height = values[i] / most * HEIGHT;
        printf("<rect class='%s' x='%d' y='%.1f' width='%d' height='%.1f'/>\n", class, x,
               TOP + HEIGHT - height, BAR, height);
        printf("<text x='%d' y='%.1f'>%.3g</text>\n", middle, TOP + HEIGHT - height - 6, values[i]);
        printf("<text x='%d' y='%d'>%s</text>\n", middle, TOP + HEIGHT + 20, names[i]);
    }
    printf("<path d='M%d %dh%d'/>\n", left + 12, TOP + HEIGHT, PANEL - 40);
}

int main(void) {
    const double scores[CLASSES] = {1.25, 2.44, 0.78, 0.12};
    double p[CLASSES], sum = 0;
    for (int i = 0; i < CLASSES; ++i) sum += exp(scores[i]);
    for (int i = 0; i < CLASSES; ++i) p[i] = exp(scores[i]) / sum;

    printf("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d' "
           "role='img' aria-labelledby='t'>\n",
           2 * PANEL, TOP + HEIGHT + 40, 2 * PANEL, TOP + HEIGHT + 40);
    puts("<title id='t'>Four scores and their softmax values as bars</title>");
    puts("<style>svg { background: #fff } text { font: 13px sans-serif; fill: #222; "
         "text-anchor: middle }\n"
         ".title { font-size: 16px; text-anchor: start } path { stroke: #222 }\n"
         ".score { fill: #8f9bb3 } .softmax { fill: #c2620e }</style>");
    draw(0, "scores: any numbers", "score", 2.5, scores);
    draw(PANEL, "softmax values: shares of 1", "softmax", 1, p);
    puts("</svg>");
    return 0;
}
