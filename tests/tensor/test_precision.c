#include "support.h"

#include "tensor/precision.h"

static void names_are_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        frcnn_precision precision;
        frcnn_dtype dtype;
    } rows[] = {
        {"f32", FRCNN_PRECISION_F32, FRCNN_F32},
        {"tf32", FRCNN_PRECISION_TF32, FRCNN_F32},
        {"f16", FRCNN_PRECISION_F16, FRCNN_F16},
        {"bf16", FRCNN_PRECISION_BF16, FRCNN_BF16},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_precision precision = FRCNN_PRECISION_F32;
        assert_ok(frcnn_precision_parse(&precision, rows[i].name, FRCNN_CUDA));
        assert_int_equal(precision, rows[i].precision);
        assert_int_equal(frcnn_precision_get_dtype(precision), rows[i].dtype);
        assert_string_equal(frcnn_precision_get_name(precision), rows[i].name);
    }
}

static void nothing_said_is_f32(void **state)
{
    (void)state;
    for (int kind = FRCNN_CPU; kind <= FRCNN_CUDA; kind++) {
        frcnn_precision precision = FRCNN_PRECISION_BF16;
        assert_ok(frcnn_precision_parse(&precision, NULL, (frcnn_device_kind)kind));
        assert_int_equal(precision, FRCNN_PRECISION_F32);
    }
}

static void others_are_refused(void **state)
{
    (void)state;
    frcnn_precision precision = FRCNN_PRECISION_BF16;
    static const char *const names[] = {"", "F16", "fp16", "f64", "f16 ", "half"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char message[96];
        snprintf(message, sizeof message, "precision: expected f32, tf32, f16 or bf16, found '%s'", names[i]);
        assert_fails(frcnn_precision_parse(&precision, names[i], FRCNN_CUDA), FRCNN_ERROR_INVALID, message);
        assert_fails(frcnn_precision_parse(&precision, names[i], FRCNN_CPU), FRCNN_ERROR_INVALID, message);
    }
    assert_fails(frcnn_precision_parse(&precision, "int8", FRCNN_CUDA), FRCNN_ERROR_UNSUPPORTED,
                 "found int8, which is not there yet");
    assert_int_equal(precision, FRCNN_PRECISION_BF16);
}

static void the_cpu_computes_in_f32(void **state)
{
    (void)state;
    frcnn_precision precision = FRCNN_PRECISION_BF16;
    assert_ok(frcnn_precision_parse(&precision, "f32", FRCNN_CPU));
    assert_int_equal(precision, FRCNN_PRECISION_F32);
    assert_fails(frcnn_precision_parse(&precision, "tf32", FRCNN_CPU), FRCNN_ERROR_UNSUPPORTED,
                 "precision: expected f32, as the device is cpu, found tf32");
    assert_fails(frcnn_precision_parse(&precision, "f16", FRCNN_CPU), FRCNN_ERROR_UNSUPPORTED, "found f16");
    assert_fails(frcnn_precision_parse(&precision, "bf16", FRCNN_CPU), FRCNN_ERROR_UNSUPPORTED, "found bf16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_and_written),
        cmocka_unit_test(nothing_said_is_f32),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(the_cpu_computes_in_f32),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
