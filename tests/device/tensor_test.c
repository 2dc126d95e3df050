/* SPDX-License-Identifier: MIT */
#include "support/device.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

static const size_t HUGE_SIZE = SIZE_MAX / 2 + 1;

/* A tensor that no successful call would leave behind. */
static tg_tensor marked(void) {
    return (tg_tensor){.rank = 77, .count = 78};
}

static void assert_marked(const tg_tensor *tensor) {
    assert_int_equal(tensor->rank, 77);
    assert_int_equal(tensor->count, 78);
    assert_null(tensor->memory);
}

static void creates_zeros_of_every_rank(void **state) {
    (void)state;
    static const struct {
        size_t rank, shape[4], count, rows, columns;
    } cases[] = {
        {0, {0}, 1, 1, 1},          {1, {5}, 5, 1, 5},
        {1, {0}, 0, 1, 0},          {2, {3, 4}, 12, 3, 4},
        {2, {0, 4}, 0, 0, 4},       {2, {3, 0}, 0, 3, 0},
        {3, {2, 3, 5}, 30, 6, 5},   {4, {2, 1, 3, 7}, 42, 6, 7},
        {4, {2, 0, 3, 7}, 0, 0, 7}, {3, {0, SIZE_MAX, SIZE_MAX}, 0, 0, SIZE_MAX},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_tensor x;
        assert_ok(tg_tensor_create(test_device(), cases[i].shape, cases[i].rank, &x));
        assert_int_equal(x.rank, cases[i].rank);
        assert_int_equal(x.count, cases[i].count);
        assert_int_equal(tg_tensor_rows(&x), cases[i].rows);
        assert_int_equal(tg_tensor_columns(&x), cases[i].columns);
        assert_true(x.owned);
        assert_ptr_equal(x.device, test_device());
        for (size_t j = 0; j < x.rank; j++) assert_int_equal(x.shape[j], cases[i].shape[j]);
        assert_true(test_all(&x, 0));
        if (x.count > 0) assert_int_equal((uintptr_t)x.memory % 64, 0);
        tg_tensor_destroy(&x);
    }
    tg_tensor vector;
    assert_ok(tg_vector_create(test_device(), 9, &vector));
    assert_int_equal(vector.rank, 1);
    assert_int_equal(vector.shape[0], 9);
    tg_tensor_destroy(&vector);
}

static void refuses_impossible_shapes(void **state) {
    (void)state;
    static const struct {
        tg_status status;
        size_t rank, shape[5];
        const char *message;
    } cases[] = {
        {TG_INVALID_ARGUMENT, 5, {1, 1, 1, 1, 1}, "rank 5"},
        {TG_INVALID_ARGUMENT, SIZE_MAX, {1}, "rank"},
        {TG_OUT_OF_MEMORY, 1, {SIZE_MAX}, "elements"},
        {TG_OUT_OF_MEMORY, 1, {SIZE_MAX / 4 + 1}, "elements"},
        {TG_OUT_OF_MEMORY, 2, {HUGE_SIZE, 2}, "too many"},
        {TG_OUT_OF_MEMORY, 2, {SIZE_MAX, SIZE_MAX}, "too many"},
        {TG_OUT_OF_MEMORY, 4, {1u << 16, 1u << 16, 1u << 16, 1u << 16}, "too many"},
    };
    static float number;
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        const size_t *shape = cases[i].shape, rank = cases[i].rank;
        tg_tensor x = marked(), scalar;
        assert_fails(cases[i].status, cases[i].message,
                     tg_tensor_create(test_device(), shape, rank, &x));
        assert_marked(&x);
        assert_fails(cases[i].status, cases[i].message, tg_tensor_view(&number, shape, rank, &x));
        assert_marked(&x);
        assert_ok(tg_tensor_view(&number, NULL, 0, &scalar));
        assert_fails(cases[i].status, cases[i].message,
                     tg_tensor_reshape(&scalar, shape, rank, &x));
        assert_marked(&x);
    }
    tg_tensor x = marked();
    assert_fails(TG_OUT_OF_MEMORY, "too many", tg_vector_create(test_device(), SIZE_MAX, &x));
    assert_fails(TG_OUT_OF_MEMORY, "too many", tg_matrix_create(test_device(), SIZE_MAX, 3, &x));
    assert_fails(TG_OUT_OF_MEMORY, "too many", tg_matrix_view(&number, SIZE_MAX, 3, &x));
    assert_marked(&x);
}

static void refuses_null(void **state) {
    (void)state;
    float number = 1;
    const size_t shape[] = {1};
    tg_tensor x = marked(), one, cleared = {0};
    assert_ok(tg_tensor_view(&number, shape, 1, &one));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_create(NULL, shape, 1, &x));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_create(tg_cpu(), NULL, 1, &x));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_create(tg_cpu(), shape, 1, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_matrix_create(tg_cpu(), 1, 1, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_vector_create(NULL, 1, &x));
    assert_fails(TG_INVALID_ARGUMENT, "data is NULL", tg_tensor_view(NULL, shape, 1, &x));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_view(&number, NULL, 1, &x));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_view(&number, shape, 1, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_reshape(NULL, shape, 1, &x));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_reshape(&one, NULL, 1, &x));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_slice(NULL, 0, 0, &x));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_slice(&one, 0, 1, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_copy(NULL, &one));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_copy(&one, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_copy(&one, &cleared));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_copy(&cleared, &one));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_fill(NULL, 1));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_fill(&cleared, 1));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_write(NULL, &number, 1));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_write(&one, NULL, 1));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_write(&cleared, &number, 0));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_read(NULL, &number, 1));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_tensor_read(&one, NULL, 1));
    assert_null(tg_tensor_data(NULL));
    assert_null(tg_tensor_data(&cleared));
    assert_marked(&x);
    /* Nothing at all needs no memory. */
    const size_t nothing[] = {0};
    assert_ok(tg_tensor_view(NULL, nothing, 1, &x));
    assert_ok(tg_tensor_fill(&x, 1));
    assert_ok(tg_tensor_read(&x, NULL, 0));
    assert_ok(tg_tensor_write(&x, NULL, 0));
}

static void views_share_their_memory(void **state) {
    (void)state;
    float data[24];
    for (size_t i = 0; i < 24; i++) data[i] = (float)i;
    tg_tensor x, y, z;
    const size_t shape[] = {4, 3, 2}, flat[] = {24}, other[] = {2, 12};
    const size_t wrong[][2] = {{5, 5}, {23, 1}, {0, 3}};
    assert_ok(tg_tensor_view(data, shape, 3, &x));
    assert_false(x.owned);
    assert_ptr_equal(tg_tensor_data(&x), data);
    assert_ok(tg_tensor_reshape(&x, flat, 1, &y));
    assert_ptr_equal(tg_tensor_data(&y), data);
    assert_false(y.owned);
    /* The view may be the tensor's own handle. */
    assert_ok(tg_tensor_reshape(&y, other, 2, &y));
    assert_int_equal(y.shape[1], 12);
    z = marked();
    for (size_t i = 0; i < TG_COUNT(wrong); i++)
        assert_fails(TG_INVALID_ARGUMENT, "24 elements", tg_tensor_reshape(&x, wrong[i], 2, &z));
    assert_marked(&z);

    assert_ok(tg_tensor_slice(&x, 1, 2, &z));
    assert_ptr_equal(tg_tensor_data(&z), data + 6);
    assert_int_equal(z.count, 12);
    assert_int_equal(z.rank, 3);
    assert_int_equal(z.shape[0], 2);
    assert_ok(tg_tensor_fill(&z, -1));
    for (size_t i = 0; i < 24; i++) assert_true(data[i] == (i >= 6 && i < 18 ? -1.0f : (float)i));
    tg_tensor_destroy(&z);
    assert_null(z.memory);
    assert_true(data[6] == -1); /* a view only forgets */
}

static void slices_stay_inside(void **state) {
    (void)state;
    float data[6] = {0};
    tg_tensor x, scalar, empty;
    assert_ok(tg_matrix_view(data, 3, 2, &x));
    assert_ok(tg_tensor_view(data, NULL, 0, &scalar));
    assert_ok(tg_matrix_view(NULL, 0, 2, &empty));
    static const struct {
        size_t first, count;
        bool fine;
    } cases[] = {
        {0, 3, true},  {3, 0, true},         {1, 2, true},         {0, 0, true},
        {0, 4, false}, {4, 0, false},        {3, 1, false},        {1, SIZE_MAX, false},
        {2, 2, false}, {SIZE_MAX, 1, false}, {SIZE_MAX, 2, false},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_tensor view = marked();
        tg_status status = tg_tensor_slice(&x, cases[i].first, cases[i].count, &view);
        assert_int_equal(status, cases[i].fine ? TG_OK : TG_INVALID_ARGUMENT);
        if (cases[i].fine) {
            assert_int_equal(view.count, cases[i].count * 2);
            assert_ptr_equal(tg_tensor_data(&view), data + cases[i].first * 2);
        } else {
            assert_marked(&view);
            assert_non_null(strstr(tg_error_message(), "of 3"));
        }
    }
    tg_tensor view = marked();
    assert_fails(TG_INVALID_ARGUMENT, "rank 0", tg_tensor_slice(&scalar, 0, 1, &view));
    assert_ok(tg_tensor_slice(&empty, 0, 0, &view));
    assert_int_equal(view.count, 0);
}

static void copies_equal_shapes_only(void **state) {
    (void)state;
    const float numbers[6] = {1, -2, 3.5f, INFINITY, NAN, -0.0f};
    float back[6] = {0};
    tg_tensor x = test_matrix(NULL, 2, 3), y = test_matrix(NULL, 2, 3);
    tg_tensor turned = test_matrix(NULL, 3, 2), flat = test_vector(NULL, 6);
    assert_ok(tg_tensor_write(&x, numbers, 6));
    assert_ok(tg_tensor_copy(&x, &y));
    assert_ok(tg_tensor_copy(&x, &x));
    assert_ok(tg_tensor_read(&y, back, 6));
    assert_memory_equal(back, numbers, sizeof numbers);
    assert_fails(TG_INVALID_ARGUMENT, "dimension 0 is 2", tg_tensor_copy(&x, &turned));
    assert_fails(TG_INVALID_ARGUMENT, "rank 2 into rank 1", tg_tensor_copy(&x, &flat));
    assert_true(test_all(&turned, 0) && test_all(&flat, 0));
    assert_fails(TG_INVALID_ARGUMENT, "5 floats", tg_tensor_write(&x, numbers, 5));
    assert_fails(TG_INVALID_ARGUMENT, "7 floats", tg_tensor_read(&x, back, 7));
    test_destroy(&x, &y, &turned, &flat);
}

/* From the device to the CPU and back, where tg_tensor_data() shows the elements of the one. */
static void copies_between_devices(void **state) {
    (void)state;
    const float numbers[6] = {1, -2, 3.5f, INFINITY, NAN, -0.0f};
    tg_device *cpu = NULL;
    tg_tensor x = test_matrix(numbers, 2, 3), y = test_matrix(NULL, 2, 3), here;
    assert_ok(tg_device_open("cpu", 2, &cpu));
    assert_ok(tg_matrix_create(cpu, 2, 3, &here));
    assert_ok(tg_tensor_copy(&x, &here));
    assert_memory_equal(tg_tensor_data(&here), numbers, sizeof numbers);
    assert_ok(tg_tensor_copy(&here, &y));
    assert_same(&x, &y);
    const bool on_cpu = strcmp(tg_device_name(test_device()), "cpu") == 0;
    assert_ptr_equal(tg_tensor_data(&x), on_cpu ? x.memory : NULL);
    test_destroy(&here, &x, &y);
    tg_device_close(cpu);
}

static void destroys_twice_and_nothing(void **state) {
    (void)state;
    tg_tensor x, cleared = {0};
    assert_ok(tg_vector_create(test_device(), 3, &x));
    tg_tensor_destroy(&x);
    assert_memory_equal(&x, &cleared, sizeof x);
    tg_tensor_destroy(&x);
    tg_tensor_destroy(NULL);
}

static tg_status create_one(void *context) {
    (void)context;
    tg_tensor x = marked();
    tg_status status = tg_matrix_create(test_device(), 3, 4, &x);
    if (status) {
        assert_marked(&x);
        return status;
    }
    tg_tensor_destroy(&x);
    return TG_OK;
}

static void survives_want_of_memory(void **state) {
    (void)state;
    assert_true(test_every_allocation(create_one, NULL) >= 1);
}

static void opens_devices_by_name(void **state) {
    (void)state;
    tg_device *device = NULL;
    assert_string_equal(tg_device_name(tg_cpu()), "cpu");
    assert_int_equal(tg_device_threads(tg_cpu()), 1);
    assert_ok(tg_device_open("cpu", 0, &device));
    assert_true(tg_device_threads(device) >= 1);
    tg_device_close(device);
    assert_ok(tg_device_open("cpu", 3, &device));
    assert_int_equal(tg_device_threads(device), 3);
    assert_string_equal(tg_device_name(device), "cpu");
    tg_device_close(device);
    device = NULL;
    assert_fails(TG_UNSUPPORTED, "\"abacus\"", tg_device_open("abacus", 1, &device));
    assert_fails(TG_INVALID_ARGUMENT, "-1 threads", tg_device_open("cpu", -1, &device));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_device_open(NULL, 1, &device));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_device_open("cpu", 1, NULL));
    assert_null(device);
    tg_device_close(NULL);
    tg_device_close(tg_cpu());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(creates_zeros_of_every_rank),
        cmocka_unit_test(refuses_impossible_shapes),
        cmocka_unit_test(refuses_null),
        cmocka_unit_test(views_share_their_memory),
        cmocka_unit_test(slices_stay_inside),
        cmocka_unit_test(copies_equal_shapes_only),
        cmocka_unit_test(copies_between_devices),
        cmocka_unit_test(destroys_twice_and_nothing),
        cmocka_unit_test(survives_want_of_memory),
        cmocka_unit_test(opens_devices_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
