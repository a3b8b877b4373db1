#include "support.h"

#include <float.h>
#include <math.h>

#include "tensor/log_body.h"

static float from_bits(uint64_t bits)
{
    const uint32_t word = (uint32_t)bits;
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

/* libm's log in double is exact for this purpose. One ulp of the float nearest to it. */
static void every_3001st_float_is_within_one_ulp(void **state)
{
    (void)state;
    for (uint64_t bits = 1; bits < 0x7f800000; bits += 3001) {
        const float x = from_bits(bits);
        const double exact = log((double)x);
        const float nearest = fabsf((float)exact);
        const double ulp = (double)nextafterf(nearest, INFINITY) - (double)nearest;
        if (!(fabs((double)frcnn_logf(x) - exact) <= ulp))
            fail_msg("log %.9g: expected %.17g, found %.9g", (double)x, exact, (double)frcnn_logf(x));
    }
}

static void the_fast_way_gives_the_same_bits(void **state)
{
    (void)state;
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 3001) {
        const float x = from_bits(bits);
        const int is_fast = x >= FLT_MIN && x <= FLT_MAX;
        assert_int_equal(frcnn_log_rate(x) <= FRCNN_LOG_FAST, is_fast);
        if (is_fast) assert_true(frcnn_logf_fast(x) == frcnn_logf(x));
    }
}

static void ends_of_the_range_are_exact(void **state)
{
    (void)state;
    assert_true(frcnn_logf(1.0f) == 0.0f);
    assert_true(frcnn_logf(0.0f) == -INFINITY);
    assert_true(frcnn_logf(-0.0f) == -INFINITY);
    assert_true(frcnn_logf(INFINITY) == INFINITY);
    assert_true(isnan(frcnn_logf(-FLT_MIN)));
    assert_true(isnan(frcnn_logf(-INFINITY)));
    assert_true(isnan(frcnn_logf(NAN)));
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
