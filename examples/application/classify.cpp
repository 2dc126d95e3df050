/* SPDX-License-Identifier: MIT */
/* classify.c in C++17: what was created is destroyed by itself, and what fails throws. */
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <tigrillo/tigrillo.h>

namespace {

void check(tg_status status) {
    if (status != TG_OK) throw std::runtime_error(tg_error_message());
}

/* A model of pictures with named classes. Any number of threads may share one. */
class classifier {
  public:
    explicit classifier(const std::string &path) : model(nullptr, tg_model_destroy) {
        tg_model *loaded = nullptr;
        check(tg_model_load(tg_cpu(), path.c_str(), &loaded));
        model.reset(loaded);
        const tg_input *input = tg_model_input(loaded);
        if (tg_model_classes(loaded) == 0 || !input || input->shape.height == 0)
            throw std::runtime_error(path + ": not a model of pictures with named classes");
    }

    /* The most probable class and its probability. */
    std::pair<std::string, float> classify(const std::string &path) const {
        const tg_input *input = tg_model_input(model.get());
        std::vector<std::uint8_t> pixels(tg_picture_size(input->shape));
        std::vector<float> inputs(tg_model_inputs(model.get()));
        std::vector<float> probabilities(tg_model_outputs(model.get()));
        tg_tensor x, y; /* views of the vectors */
        std::int32_t best = 0;
        check(tg_picture_read(path.c_str(), input->shape, pixels.data()));
        check(tg_input_apply(input, pixels.data(), inputs.data()));
        check(tg_matrix_view(inputs.data(), 1, inputs.size(), &x));
        check(tg_matrix_view(probabilities.data(), 1, probabilities.size(), &y));
        check(tg_model_predict(model.get(), &x, &y));
        check(tg_argmax(&y, &best));
        if (best < 0) throw std::runtime_error("the model's output is not a number");
        const auto label = static_cast<std::size_t>(best);
        return {tg_model_class_name(model.get(), label), probabilities[label]};
    }

  private:
    std::unique_ptr<tg_model, decltype(&tg_model_destroy)> model;
};

} // namespace

int main(int argc, char **argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s MODEL PICTURE\n", argv[0]);
        return 2;
    }
    try {
        const auto [name, probability] = classifier(argv[1]).classify(argv[2]);
        std::printf("%s %.3f\n", name.c_str(), static_cast<double>(probability));
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
