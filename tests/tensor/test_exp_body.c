#include "support.h"

#include <math.h>

#include "tensor/exp_body.h"

/* libm's exp in double is exact for this purpose. One ulp of the float nearest to it; below FLT_MIN an ulp is fixed. */
static void every_3001st_float_is_within_one_ulp(void **state)
{
    (void)state;
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 3001) {
        const float x = frcnn_exp_from_bits((uint32_t)bits);
        const float found = frcnn_expf(x);
        if (isnan(x)) {
            assert_true(isnan(found));
            continue;
        }
        const double exact = exp((double)x);
        const float nearest = (float)exact;
        if (isinf(nearest)) {
            assert_true(found == nearest);
            continue;
        }
        const double ulp = (double)nextafterf(nearest, INFINITY) - (double)nearest;
        if (!(fabs((double)found - exact) <= ulp))
            fail_msg("e^%.9g: expected %.17g, found %.9g", (double)x, exact, (double)found);
    }
}

static void the_fast_way_gives_the_same_bits(void **state)
{
    (void)state;
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 3001) {
        const float x = frcnn_exp_from_bits((uint32_t)bits);
        assert_int_equal(frcnn_exp_rate(x) <= FRCNN_EXP_FAST, fabsf(x) <= 87.0f);
        if (fabsf(x) <= 87.0f) assert_true(frcnn_expf_fast(x) == frcnn_expf(x));
    }
}

static void ends_of_the_range_are_exact(void **state)
{
    (void)state;
    assert_true(frcnn_expf(0.0f) == 1.0f);
    assert_true(frcnn_expf(-0.0f) == 1.0f);
    assert_true(frcnn_expf(INFINITY) == INFINITY);
    assert_true(frcnn_expf(-INFINITY) == 0.0f);
    assert_true(frcnn_expf(88.72283f) < INFINITY);
    assert_true(frcnn_expf(88.72284f) == INFINITY);
    assert_true(frcnn_expf(-103.9f) == 0x1p-149f);
    assert_true(frcnn_expf(-104.5f) == 0.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_3001st_float_is_within_one_ulp),
        cmocka_unit_test(the_fast_way_gives_the_same_bits),
        cmocka_unit_test(ends_of_the_range_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
