/* SPDX-License-Identifier: MIT */
/* An exported model on a microcontroller: which iris is it? */
#include "iris.h"

void print(const char *text);

int main(void) {
    /* The length and width of sepal and petal in cm. */
    const float flower[IRIS_INPUTS] = {6.3f, 2.9f, 5.6f, 1.8f};
    float y[IRIS_OUTPUTS];
    int best = 0;
    if (iris_self_test() != 0) {
        print("the self-test failed\n");
        return 1;
    }
    if (iris_predict_values(flower, y) != 0) return 1;
    for (int i = 1; i < IRIS_OUTPUTS; i++)
        if (y[i] > y[best]) best = i;
    print(iris_class(best));
    print("\n");
    return 0;
}
