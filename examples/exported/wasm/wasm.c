/* SPDX-License-Identifier: MIT */
/* What JavaScript sees of an exported model: two arrays and a function. */
#include "iris.h"

static float values[IRIS_INPUTS], probabilities[IRIS_OUTPUTS];

__attribute__((export_name("values"))) float *get_values(void) {
    return values;
}

__attribute__((export_name("probabilities"))) float *get_probabilities(void) {
    return probabilities;
}

__attribute__((export_name("predict"))) int predict(void) {
    return iris_predict_values(values, probabilities);
}

__attribute__((export_name("class_name"))) const char *class_name(int label) {
    return iris_class(label);
}

__attribute__((export_name("self_test"))) int self_test(void) {
    return iris_self_test();
}
