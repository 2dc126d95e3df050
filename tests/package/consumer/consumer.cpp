/* SPDX-License-Identifier: MIT */
/* The same in C++17. */
#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

#include <tigrillo/tigrillo.h>

namespace {

void check(tg_status status) {
    if (status != TG_OK) throw std::runtime_error(tg_error_message());
}

using model_owner = std::unique_ptr<tg_model, decltype(&tg_model_destroy)>;

model_owner load(const char *path) {
    tg_model *model = nullptr;
    check(tg_model_load(tg_cpu(), path, &model));
    return model_owner(model, tg_model_destroy);
}

void classify(const tg_model *model) {
    std::array<std::uint8_t, 8 * 8 * 3> pixels;
    std::array<float, 48> inputs;
    std::array<float, 3> probabilities;
    std::int32_t best = 0;
    tg_tensor x, y;
    for (std::size_t i = 0; i < pixels.size(); i++)
        pixels[i] = static_cast<std::uint8_t>(7 * i % 256);
    check(tg_matrix_view(inputs.data(), 1, inputs.size(), &x));
    check(tg_matrix_view(probabilities.data(), 1, probabilities.size(), &y));
    check(tg_input_apply(tg_model_input(model), pixels.data(), inputs.data()));
    check(tg_model_predict(model, &x, &y));
    check(tg_argmax(&y, &best));
    const auto label = static_cast<std::size_t>(best);
    std::printf("%s %.4f\n", tg_model_class_name(model, label),
                static_cast<double>(probabilities[label]));
}

} // namespace

int main(int argc, char **argv) try {
    if (argc != 2 || std::strcmp(tg_version(), TG_VERSION) != 0) return 2;
    classify(load(argv[1]).get());
} catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
