#include "support.h"

#include <math.h>

#include "golden/guarded.h"
#include "golden/seeded.h"
#include "tensor/layers/channel_mean.h"

static const frcnn_channels shapes[] = {{1, 1, 1}, {2, 7, 3}, {3, 49, 33}, {1, 1000, 32}, {5, 33, 65}, {2, 1, 100}};

static float *make_map(const frcnn_channels *shape)
{
    const size_t n = (size_t)(shape->n * shape->n_pixels * shape->c);
    float *map = guarded_create(n);
    seeded_fill((uint32_t)n, -4.0f, 5.0f, map, n);
    return map;
}

static void test_mean(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        const frcnn_channels *s = &shapes[k];
        const size_t n = (size_t)(s->n * s->n_pixels * s->c), n_means = (size_t)(s->n * s->c);
        float *map = make_map(s), *means = guarded_create(n_means);
        frcnn_channel_mean_cpu(s, map, means);
        for (int64_t i = 0; i < s->n; i++)
            for (int64_t c = 0; c < s->c; c++) {
                double sum = 0.0;
                for (int64_t p = 0; p < s->n_pixels; p++) sum += (double)map[(i * s->n_pixels + p) * s->c + c];
                assert_true(fabs((double)means[i * s->c + c] - sum / (double)s->n_pixels) < 1e-6);
            }
        guarded_destroy(map, n);
        guarded_destroy(means, n_means);
    }
}

/* torch.nn.functional.hardsigmoid, times the value. */
static void test_gate(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof shapes / sizeof shapes[0]; k++) {
        const frcnn_channels *s = &shapes[k];
        const size_t n = (size_t)(s->n * s->n_pixels * s->c), n_gates = (size_t)(s->n * s->c);
        float *map = make_map(s), *gates = guarded_create(n_gates), *out = guarded_create(n);
        seeded_fill(3, -5.0f, 5.0f, gates, n_gates);
        frcnn_channel_gate_cpu(s, map, gates, out);
        for (int64_t i = 0; i < (int64_t)n; i++) {
            const double gate = (double)gates[i / s->c / s->n_pixels * s->c + i % s->c];
            assert_true(fabs((double)out[i] - (double)map[i] * fmin(fmax(gate + 3.0, 0.0), 6.0) / 6.0) < 1e-6);
        }
        frcnn_channel_gate_cpu(s, map, gates, map);
        assert_memory_equal(map, out, n * sizeof *map);
        guarded_destroy(map, n);
        guarded_destroy(gates, n_gates);
        guarded_destroy(out, n);
    }
    const frcnn_channels one = {1, 1, 4};
    const float values[4] = {2.0f, 2.0f, NAN, 2.0f}, gates[4] = {-3.0f, 3.0f, 0.0f, NAN};
    float out[4];
    frcnn_channel_gate_cpu(&one, values, gates, out);
    assert_true(out[0] == 0.0f && out[1] == 2.0f && isnan(out[2]) && isnan(out[3]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean),
        cmocka_unit_test(test_gate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
