#include "tensor/random/random_values.h"

#include "tensor/random/generator.h"

static frcnn_tensor *get_state(const frcnn_generator *generator)
{
    frcnn_tensor *bytes = NULL;
    assert_ok(frcnn_generator_get_state(&bytes, generator));
    return bytes;
}

static void draw(frcnn_generator *generator, frcnn_tensor **out, int64_t n)
{
    assert_ok(frcnn_tensor_randn(out, generator, FRCNN_F32, 1, &n));
}

/* torch 2.14.1: manual_seed(1), randn(1); the words between are covered by what is drawn from them. */
static void a_state_has_the_bytes_of_pytorch(void **state)
{
    (void)state;
    static const uint8_t head[] = {1, 0, 0, 0, 0, 0, 0, 0, 109, 2,   0,   0,   1, 0, 0, 0,
                                   4, 0, 0, 0, 0, 0, 0, 0, 154, 122, 180, 156, 0, 0, 0, 0};
    static const uint8_t tail[] = {0, 0, 0, 0, 0, 0, 0, 0, 229, 143, 43, 208, 72, 21, 209, 63, 0, 0, 0, 0,
                                   0, 0, 0, 0, 1, 0, 0, 0, 0,   0,   0,  0,   0,  0,  0,   0,  0, 0, 0, 0};
    frcnn_generator *generator = create_generator(1);
    frcnn_tensor *values = NULL;
    draw(generator, &values, 1);
    frcnn_tensor *bytes = get_state(generator);
    assert_int_equal(frcnn_tensor_get_dtype(bytes), FRCNN_U8);
    assert_int_equal(frcnn_tensor_get_n_dims(bytes), 1);
    assert_int_equal(frcnn_tensor_get_n_elements(bytes), 5056);
    const uint8_t *data = frcnn_tensor_get_const_data(bytes);
    assert_memory_equal(data, head, sizeof head);
    assert_memory_equal(data + 5056 - sizeof tail, tail, sizeof tail);
    frcnn_tensor_destroy(&bytes);
    frcnn_tensor_destroy(&values);
    frcnn_generator_destroy(&generator);
}

/* The kept second normal is part of where a generator stands, and so is what PyTorch keeps and never draws. */
static void a_restored_state_goes_on_where_it_was_taken(void **state)
{
    (void)state;
    frcnn_generator *generator = create_generator(3);
    generator->float_normal = 0.5f;
    generator->has_float_normal = 1;
    frcnn_tensor *skipped = NULL;
    draw(generator, &skipped, 7);
    frcnn_tensor *taken = get_state(generator);
    frcnn_tensor *values[2] = {NULL, NULL};
    frcnn_tensor *after[2] = {NULL, NULL};
    frcnn_generator *other = create_generator(4);
    for (int i = 0; i < 2; i++) {
        frcnn_generator *from = i == 0 ? generator : other;
        if (i == 1) assert_ok(frcnn_generator_set_state(from, taken));
        draw(from, &values[i], 1500);
        frcnn_tensor *few = NULL;
        draw(from, &few, 3);
        frcnn_tensor_destroy(&few);
        after[i] = get_state(from);
    }
    assert_memory_equal(frcnn_tensor_get_const_data(values[0]), frcnn_tensor_get_const_data(values[1]), 6000);
    assert_memory_equal(frcnn_tensor_get_const_data(after[0]), frcnn_tensor_get_const_data(after[1]), 5056);
    for (int i = 0; i < 2; i++) {
        frcnn_tensor_destroy(&values[i]);
        frcnn_tensor_destroy(&after[i]);
    }
    frcnn_tensor_destroy(&taken);
    frcnn_tensor_destroy(&skipped);
    frcnn_generator_destroy(&other);
    frcnn_generator_destroy(&generator);
}

/* A seeded state that was never drawn from stands elsewhere than one whose words are used up. */
static void fresh_and_used_up_states_go_on(void **state)
{
    (void)state;
    for (int64_t n = 0; n <= 624; n += 624) {
        frcnn_generator *generator = create_generator(11);
        frcnn_generator *other = create_generator(12);
        frcnn_tensor *used = NULL;
        assert_ok(frcnn_tensor_rand(&used, generator, FRCNN_F32, 1, &n));
        frcnn_tensor *taken = get_state(generator);
        assert_ok(frcnn_generator_set_state(other, taken));
        for (int i = 0; i < 700; i++)
            assert_int_equal(frcnn_generator_draw_u32(other), frcnn_generator_draw_u32(generator));
        frcnn_tensor_destroy(&taken);
        frcnn_tensor_destroy(&used);
        frcnn_generator_destroy(&other);
        frcnn_generator_destroy(&generator);
    }
}

static void a_state_may_have_strides(void **state)
{
    (void)state;
    frcnn_generator *generator = create_generator(5);
    const uint32_t first = frcnn_generator_draw_u32(generator);
    frcnn_generator_manual_seed(generator, 5);
    frcnn_tensor *bytes = get_state(generator);
    const int64_t shape[] = {5056, 2};
    frcnn_tensor *spread = NULL;
    frcnn_tensor *column = NULL;
    assert_ok(frcnn_tensor_create(&spread, FRCNN_U8, 2, shape));
    assert_ok(frcnn_tensor_narrow(&column, spread, 1, 1, 1));
    uint8_t *data = frcnn_tensor_get_data(column);
    for (int i = 0; i < 5056; i++) data[2 * i] = ((const uint8_t *)frcnn_tensor_get_const_data(bytes))[i];
    frcnn_generator_manual_seed(generator, 6);
    assert_ok(frcnn_generator_set_state(generator, column));
    assert_int_equal(frcnn_generator_draw_u32(generator), first);
    frcnn_tensor_destroy(&column);
    frcnn_tensor_destroy(&spread);
    frcnn_tensor_destroy(&bytes);
    frcnn_generator_destroy(&generator);
}

static void a_state_that_cannot_be_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        int at;
        int32_t value;
        const char *message;
    } rows[] = {
        {8, 0, "found 0 left and 2 next"},        {8, 625, "found 625 left and 2 next"},
        {8, -1, "found -1 left and 2 next"},      {12, 0, "a seeded generator"},
        {16, 625, "found 623 left and 625 next"}, {16, 3, "found 623 left and 3 next"},
        {20, 1, "left and 4294967298 next"},      {16, -1, "left and 4294967295 next"},
    };
    frcnn_generator *generator = create_generator(8);
    const uint32_t first = frcnn_generator_draw_u32(generator);
    (void)frcnn_generator_draw_u32(generator);
    frcnn_tensor *bytes = get_state(generator);
    frcnn_tensor *part = NULL;
    frcnn_tensor *wide = NULL;
    frcnn_generator_manual_seed(generator, 8);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_tensor *damaged = NULL;
        assert_ok(frcnn_tensor_cast(&damaged, bytes, FRCNN_U8));
        memcpy((uint8_t *)frcnn_tensor_get_data(damaged) + rows[i].at, &rows[i].value, sizeof rows[i].value);
        assert_fails(frcnn_generator_set_state(generator, damaged), FRCNN_ERROR_INVALID, rows[i].message);
        frcnn_tensor_destroy(&damaged);
    }
    assert_ok(frcnn_tensor_narrow(&part, bytes, 0, 0, 5048));
    assert_ok(frcnn_tensor_cast(&wide, bytes, FRCNN_I32));
    assert_fails(frcnn_generator_set_state(generator, part), FRCNN_ERROR_INVALID, "u8 [5056], found u8 [5048]");
    assert_fails(frcnn_generator_set_state(generator, wide), FRCNN_ERROR_INVALID, "u8 [5056], found i32 [5056]");
    assert_int_equal(frcnn_generator_draw_u32(generator), first);
    frcnn_tensor_destroy(&wide);
    frcnn_tensor_destroy(&part);
    frcnn_tensor_destroy(&bytes);
    frcnn_generator_destroy(&generator);
}

/* torch 2.14.1: only the low 32 bits of a seed count, and -1 wraps. */
static void seeds_wrap(void **state)
{
    (void)state;
    const double expected[] = {0.993799388, 0.571306348, 0.570008039};
    const uint64_t seeds[] = {(uint64_t)-1, UINT32_MAX, (UINT64_C(5) << 32) + UINT32_MAX};
    const int64_t n = 3;
    for (int i = 0; i < 3; i++) {
        frcnn_generator *generator = create_generator(seeds[i]);
        frcnn_tensor *values = NULL;
        assert_ok(frcnn_tensor_rand(&values, generator, FRCNN_F32, 1, &n));
        assert_first(values, 3, expected);
        frcnn_tensor_destroy(&values);
        frcnn_generator_destroy(&generator);
    }
}

static void a_seeded_generator_forgets_what_it_kept(void **state)
{
    (void)state;
    frcnn_generator *generator = create_generator(1);
    frcnn_tensor *values = NULL;
    frcnn_tensor *fresh = get_state(generator);
    draw(generator, &values, 1);
    assert_true(generator->has_normal);
    frcnn_generator_manual_seed(generator, 1);
    frcnn_tensor *again = get_state(generator);
    assert_memory_equal(frcnn_tensor_get_const_data(again), frcnn_tensor_get_const_data(fresh), 5056);
    frcnn_tensor_destroy(&again);
    frcnn_tensor_destroy(&fresh);
    frcnn_tensor_destroy(&values);
    frcnn_generator_destroy(&generator);
    assert_null(generator);
    frcnn_generator_destroy(&generator);
    frcnn_generator_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_has_the_bytes_of_pytorch),
        cmocka_unit_test(a_restored_state_goes_on_where_it_was_taken),
        cmocka_unit_test(fresh_and_used_up_states_go_on),
        cmocka_unit_test(a_state_may_have_strides),
        cmocka_unit_test(a_state_that_cannot_be_is_refused_and_changes_nothing),
        cmocka_unit_test(seeds_wrap),
        cmocka_unit_test(a_seeded_generator_forgets_what_it_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
