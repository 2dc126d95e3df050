/* SPDX-License-Identifier: MIT */
/* A model's layers, classes and input, to JSON and back. */
#include "io/description.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "data/picture.h"
#include "io/json.h"
#include "model/layer.h"

/* ---- To JSON. In these functions NULL means: no memory. ---- */

/* `json`, or NULL, with it released, when adding something to it failed: never a text with a gap.
 */
static json_t *complete(json_t *json, int failed) {
    if (!failed) return json;
    json_decref(json);
    return NULL;
}

static json_t *layer_to_json(const tg_layer *layer) {
    json_t *json = json_pack("{s:s}", "type", tg_layer_name(layer->kind));
    const char *key = tg_layer_value_name(layer->kind);
    int failed = 0;
    if (layer->kind == TG_LAYER_DENSE)
        failed = json_object_set_new(json, "units", json_integer((json_int_t)layer->units));
    else if (key)
        failed = json_object_set_new(json, key, json_real((double)layer->value));
    return complete(json, failed);
}

tg_status tg_describe_layers(const tg_model *model, char **text) {
    json_t *layers = json_array();
    int failed = 0;
    for (size_t i = 0; i < tg_model_layer_count(model); i++)
        failed |= json_array_append_new(layers, layer_to_json(tg_model_layer(model, i)));
    json_t *json = json_pack("{s:I}", "inputs", (json_int_t)tg_model_inputs(model));
    failed |= json_object_set_new(json, "layers", layers);
    return tg_json_print(complete(json, failed), text);
}

tg_status tg_describe_classes(const tg_model *model, char **text) {
    json_t *json = json_array();
    int failed = 0;
    for (size_t i = 0; i < tg_model_classes(model); i++)
        failed |= json_array_append_new(json, json_string(tg_model_class_name(model, i)));
    return tg_json_print(complete(json, failed), text);
}

static json_t *floats_to_json(const float *values, size_t count) {
    json_t *json = json_array();
    int failed = 0;
    for (size_t i = 0; i < count; i++)
        failed |= json_array_append_new(json, json_real((double)values[i]));
    return complete(json, failed);
}

tg_status tg_describe_input(const tg_model *model, char **text) {
    const tg_input *input = tg_model_input(model);
    const tg_picture_shape *shape = &input->shape;
    bool hog = input->features == TG_FEATURES_HOG;
    json_t *json = json_pack("{s:I, s:s}", "size", (json_int_t)input->size, "features",
                             hog ? "hog" : "plain");
    int failed = 0;
    if (shape->height > 0)
        failed |= json_object_set_new(json, "shape",
                                      json_pack("[I, I, I]", (json_int_t)shape->height,
                                                (json_int_t)shape->width,
                                                (json_int_t)shape->channels));
    if (hog)
        failed |= json_object_set_new(json, "hog",
                                      json_pack("{s:I, s:b}", "cell", (json_int_t)input->hog.cell,
                                                "colour", (int)input->hog.colour));
    if (input->statistics > 0) {
        failed |= json_object_set_new(json, "mean", floats_to_json(input->mean, input->statistics));
        failed |= json_object_set_new(json, "deviation",
                                      floats_to_json(input->deviation, input->statistics));
    }
    return tg_json_print(complete(json, failed), text);
}

/* ---- From JSON. ---- */

static tg_status parse(const char *text, bool object, json_t **json) {
    json_t *parsed = NULL;
    TG_TRY(tg_json_parse(text, strlen(text), &parsed));
    if (json_is_object(parsed) != object) {
        json_decref(parsed);
        return tg_fail(TG_BAD_FORMAT, "not %s", object ? "an object" : "an array");
    }
    *json = parsed;
    return TG_OK;
}

static tg_status layer_from_json(json_t *json, tg_layer *layer) {
    const char *name = json_string_value(json_object_get(json, "type"));
    if (!name) return tg_fail(TG_BAD_FORMAT, "not an object with a \"type\"");
    TG_TRY(tg_layer_from_name(name, layer));
    bool dense = layer->kind == TG_LAYER_DENSE;
    const char *value = dense ? "units" : tg_layer_value_name(layer->kind);
    const char *const keys[] = {"type", value, NULL};
    TG_TRY(tg_json_check_keys(json, keys));
    if (dense)
        return tg_json_size(json_object_get(json, value), value, TG_JSON_LARGEST, &layer->units);
    return value ? tg_json_float(json_object_get(json, value), value, &layer->value) : TG_OK;
}

static tg_status layers_from_json(const json_t *json, tg_layer *layers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        tg_status status = layer_from_json(json_array_get(json, i), &layers[i]);
        char place[64];
        snprintf(place, sizeof place, "layer %zu", i);
        if (status) return tg_within(place, status);
    }
    return TG_OK;
}

tg_status tg_parse_layers(const char *text, size_t *inputs, tg_layer **layers, size_t *count) {
    static const char *const keys[] = {"inputs", "layers", NULL};
    json_t *json = NULL;
    TG_TRY(parse(text, true, &json));
    size_t columns = 0;
    tg_layer *made = NULL;
    const json_t *array = json_object_get(json, "layers");
    tg_status status = tg_json_check_keys(json, keys);
    if (!status)
        status = tg_json_size(json_object_get(json, "inputs"), "inputs", TG_JSON_LARGEST, &columns);
    if (!status && !json_is_array(array))
        status = tg_fail(TG_BAD_FORMAT, "\"layers\" is not an array");
    size_t length = json_array_size(array);
    if (!status && !(made = tg_allocate(length, sizeof *made))) status = TG_OUT_OF_MEMORY;
    if (!status) status = layers_from_json(array, made, length);
    json_decref(json);
    if (status) {
        tg_release(made);
        return status;
    }
    *inputs = columns;
    *layers = made;
    *count = length;
    return TG_OK;
}

static tg_status set_classes(const json_t *json, const char **names, tg_model *model) {
    size_t count = json_array_size(json);
    /* None is what a file without this text says: an empty list is a damaged one. */
    if (count != tg_model_outputs(model))
        return tg_fail(TG_BAD_FORMAT, "%zu names for %zu outputs", count, tg_model_outputs(model));
    for (size_t i = 0; i < count; i++) {
        names[i] = json_string_value(json_array_get(json, i));
        if (!names[i]) return tg_fail(TG_BAD_FORMAT, "the name of class %zu is not a text", i);
    }
    return tg_model_set_classes(model, names, count);
}

tg_status tg_parse_classes(const char *text, tg_model *model) {
    json_t *json = NULL;
    TG_TRY(parse(text, false, &json));
    const char **names = tg_allocate(json_array_size(json), sizeof *names);
    tg_status status = names ? set_classes(json, names, model) : TG_OUT_OF_MEMORY;
    tg_release((void *)names);
    json_decref(json);
    return status;
}

static tg_status shape_from_json(const json_t *json, tg_picture_shape *shape) {
    if (!json) return TG_OK;
    size_t *const sides[] = {&shape->height, &shape->width, &shape->channels};
    if (json_array_size(json) != TG_COUNT(sides))
        return tg_fail(TG_BAD_FORMAT, "\"shape\" is not an array of three numbers");
    for (size_t i = 0; i < TG_COUNT(sides); i++)
        TG_TRY(tg_json_size(json_array_get(json, i), "shape", TG_JSON_LARGEST, sides[i]));
    if (shape->height == 0) return tg_fail(TG_BAD_FORMAT, "\"shape\" has no height");
    return TG_OK;
}

static tg_status hog_from_json(json_t *json, tg_hog *hog) {
    static const char *const keys[] = {"cell", "colour", NULL};
    const json_t *colour = json_object_get(json, "colour");
    if (!json_is_object(json) || !json_is_boolean(colour))
        return tg_fail(TG_BAD_FORMAT, "\"hog\" is not an object with \"cell\" and \"colour\"");
    TG_TRY(tg_json_check_keys(json, keys));
    hog->colour = json_is_true(colour);
    return tg_json_size(json_object_get(json, "cell"), "cell", TG_JSON_LARGEST, &hog->cell);
}

static tg_status features_from_json(json_t *json, tg_input *input) {
    const char *features = json_string_value(json_object_get(json, "features"));
    json_t *hog = json_object_get(json, "hog");
    if (features && !strcmp(features, "hog")) {
        input->features = TG_FEATURES_HOG;
        return hog_from_json(hog, &input->hog);
    }
    if (!features || strcmp(features, "plain") != 0)
        return tg_fail(TG_BAD_FORMAT, "\"features\" is not \"plain\" or \"hog\"");
    input->features = TG_FEATURES_PLAIN;
    return hog ? tg_fail(TG_BAD_FORMAT, "\"hog\" beside plain features") : TG_OK;
}

static tg_status floats_from_json(const json_t *json, const char *what, float **values) {
    size_t count = json_array_size(json);
    float *made = tg_allocate(count, sizeof *made);
    if (!made) return TG_OUT_OF_MEMORY;
    *values = made; /* into the input, which its owner destroys also on failure */
    for (size_t i = 0; i < count; i++)
        TG_TRY(tg_json_float(json_array_get(json, i), what, &made[i]));
    return TG_OK;
}

static tg_status statistics_from_json(json_t *json, tg_input *input) {
    const json_t *mean = json_object_get(json, "mean");
    const json_t *deviation = json_object_get(json, "deviation");
    if (!mean && !deviation) return TG_OK;
    input->statistics = json_array_size(mean);
    if (input->statistics == 0 || json_array_size(deviation) != input->statistics)
        return tg_fail(TG_BAD_FORMAT,
                       "\"mean\" and \"deviation\" are not two equally long arrays of numbers");
    TG_TRY(floats_from_json(mean, "mean", &input->mean));
    return floats_from_json(deviation, "deviation", &input->deviation);
}

static tg_status input_from_json(json_t *json, tg_input *input) {
    static const char *const keys[] = {"size", "features",  "shape", "hog",
                                       "mean", "deviation", NULL};
    TG_TRY(tg_json_check_keys(json, keys));
    TG_TRY(tg_json_size(json_object_get(json, "size"), "size", TG_JSON_LARGEST, &input->size));
    TG_TRY(shape_from_json(json_object_get(json, "shape"), &input->shape));
    TG_TRY(features_from_json(json, input));
    TG_TRY(statistics_from_json(json, input));
    return TG_OK;
}

tg_status tg_parse_input(const char *text, tg_model *model) {
    json_t *json = NULL;
    TG_TRY(parse(text, true, &json));
    tg_input input = {.size = 0};
    tg_status status = input_from_json(json, &input);
    if (!status) status = tg_model_set_input(model, &input);
    tg_input_destroy(&input);
    json_decref(json);
    return status;
}
