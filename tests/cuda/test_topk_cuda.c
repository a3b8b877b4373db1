#include "device_arrays.h"

#include <math.h>

#include "golden/seeded.h"
#include "segment_topk.h"
#include "tensor/index/sort_keys.h"
#include "tensor/index/topk.h"

/** Logits of several levels and images; n_cells ends with 0. */
typedef struct problem {
    const char *what;
    int n_images, n_per_cell;
    int n_cells[4];
    int k;
    float (*get_logit)(uint32_t *seed);
} problem;

static float any_logit(uint32_t *seed)
{
    return seeded_float(seed, -8.0f, 4.0f);
}

static float equal_logit(uint32_t *seed)
{
    (void)seed;
    return -1.5f;
}

/* Values that differ in their lowest bits alone. */
static float close_logit(uint32_t *seed)
{
    return 1.0f + (float)(seeded_next(seed) % 200) * 0x1p-23f;
}

static float special_logit(uint32_t *seed)
{
    static const float specials[] = {NAN, -NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 1e-40f, -1e-40f, 3e38f, -3e38f};
    const uint32_t dice = seeded_next(seed);
    return dice % 3 == 0 ? seeded_float(seed, -1.0f, 1.0f) : specials[dice / 3 % (sizeof specials / sizeof *specials)];
}

static int count_levels(const problem *p)
{
    int n = 0;
    while (n < 4 && p->n_cells[n] > 0) n++;
    return n;
}

/** [n_images, n_cells, 5 n_per_cell]: logits, and NaN for what is none. The caller frees it. */
static float *make_head(const problem *p, int level)
{
    const size_t stride = 5 * (size_t)p->n_per_cell, n = (size_t)p->n_images * (size_t)p->n_cells[level] * stride;
    float *head = malloc(n * sizeof *head);
    uint32_t seed = (uint32_t)level + 11;
    assert_non_null(head);
    for (size_t i = 0; i < n; i++) head[i] = i % stride < (size_t)p->n_per_cell ? p->get_logit(&seed) : NAN;
    return head;
}

/* The k first of the candidates, sorted, are the indices that the CPU finds. */
static void check_list(const problem *p, const float *head, uint64_t *candidates, uint32_t n_candidates, int64_t n,
                       int64_t k)
{
    float *logits = malloc((size_t)n * sizeof *logits);
    uint64_t *keys = malloc((size_t)n * sizeof *keys);
    int64_t *expected = malloc((size_t)n * sizeof *expected);
    assert_true(logits && keys && expected);
    for (int64_t i = 0; i < n; i++) logits[i] = head[i / p->n_per_cell * 5 * p->n_per_cell + i % p->n_per_cell];
    frcnn_topk_cpu(logits, n, 1, k, keys, expected);
    assert_true(n_candidates >= k && n_candidates <= n);
    frcnn_sort_keys(candidates, n_candidates, keys);
    for (int64_t i = 0; i < k; i++) {
        const uint64_t key = frcnn_score_key(logits[expected[i]], (uint32_t)expected[i]);
        if (candidates[i] != key)
            fail_msg("%s: place %lld of %lld: expected index %lld, found %lld", p->what, (long long)i, (long long)k,
                     (long long)expected[i], (long long)frcnn_score_key_get_index(candidates[i]));
    }
    free(logits);
    free(keys);
    free(expected);
}

static void run_and_check(const problem *p, float **heads, frcnn_stream *stream)
{
    const int n_levels = count_levels(p);
    frcnn_segment_topk topk = {.n_images = p->n_images, .n_per_cell = p->n_per_cell};
    for (int level = 0; level < n_levels; level++) {
        const int64_t n = (int64_t)p->n_cells[level] * p->n_per_cell;
        const size_t bytes = (size_t)(p->n_images * n) * 5 * sizeof(float);
        frcnn_segments_append(&topk.anchors, n);
        topk.k[level] = p->k < n ? p->k : n;
        topk.heads[level] = device_copy(stream, heads[level], bytes);
    }
    frcnn_segment_topk counted = topk;
    frcnn_workspace workspace = {NULL, 0}, zeroed = {NULL, 0};
    frcnn_segment_topk_plan(&counted, &workspace, &zeroed);
    const size_t bytes = workspace.bytes, zeroed_bytes = zeroed.bytes;
    void *const zeros = calloc(zeroed_bytes, 1);
    workspace = (frcnn_workspace){device_output(stream, bytes), 0};
    zeroed = (frcnn_workspace){device_copy(stream, zeros, zeroed_bytes), 0};
    void *const memory = workspace.memory, *const zeroed_memory = zeroed.memory;
    frcnn_segment_topk_plan(&topk, &workspace, &zeroed);
    assert_ok(frcnn_segment_topk_run(&topk, stream));

    uint32_t n_candidates[64];
    const size_t candidate_offset = (size_t)((char *)topk.candidate_keys - (char *)memory);
    assert_ok(frcnn_stream_ops_cuda.download(stream, n_candidates, topk.n_candidates,
                                             (size_t)(p->n_images * n_levels) * sizeof *n_candidates));
    assert_ok(frcnn_stream_ops_cuda.wait(stream));
    device_free(stream, zeroed_memory);
    char *const taken = take_output(stream, memory, bytes);
    for (int image = 0; image < p->n_images; image++)
        for (int level = 0; level < n_levels; level++) {
            const int64_t n = topk.anchors.n[level];
            uint64_t *const candidates = (uint64_t *)(void *)(taken + candidate_offset) +
                                         image * topk.candidates.total + topk.candidates.first[level];
            assert_true(n_candidates[image * n_levels + level] <= topk.candidates.n[level]);
            check_list(p, heads[level] + image * n * 5, candidates, n_candidates[image * n_levels + level], n,
                       topk.k[level]);
        }
    for (int level = 0; level < n_levels; level++) device_free(stream, (void *)topk.heads[level]);
    free(taken);
    free(zeros);
}

static void check(problem p)
{
    frcnn_stream *stream = open_stream();
    float *heads[4];
    const int n_levels = count_levels(&p);
    for (int level = 0; level < n_levels; level++) heads[level] = make_head(&p, level);
    for (int run = 0; run < N_RUNS; run++) {
        begin_run(run);
        run_and_check(&p, heads, stream);
    }
    for (int level = 0; level < n_levels; level++) free(heads[level]);
    close_stream(stream);
}

static void any_sizes(void **state)
{
    (void)state;
    static const int sizes[] = {1, 2, 63, 64, 65, 682, 683, 1031, 2500};
    static const int ks[] = {1, 2, 64, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t j = 0; j < sizeof ks / sizeof *ks; j++)
            check((problem){"sizes", 1, 3, {sizes[i]}, ks[j], any_logit});
}

static void levels_and_images(void **state)
{
    (void)state;
    check((problem){"levels", 3, 3, {1500, 700, 90, 1}, 100, any_logit});
    check((problem){"one anchor for a cell", 2, 1, {5000, 333}, 40, any_logit});
    check((problem){"fifteen anchors for a cell", 2, 15, {401, 3}, 300, any_logit});
}

/* More equal logits than there is room for: the lower anchors are found through the bits of their indices. */
static void ties(void **state)
{
    (void)state;
    check((problem){"equal", 2, 3, {2000, 100}, 100, equal_logit});
    check((problem){"equal, k 1", 1, 3, {2000}, 1, equal_logit});
    check((problem){"close", 1, 3, {2500}, 500, close_logit});
    check((problem){"close, k 1", 1, 1, {9001}, 1, close_logit});
}

static void special_values(void **state)
{
    (void)state;
    check((problem){"special", 2, 3, {2000, 333}, 64, special_logit});
    check((problem){"special, most", 1, 3, {2000}, 5000, special_logit});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_sizes),
        cmocka_unit_test(levels_and_images),
        cmocka_unit_test(ties),
        cmocka_unit_test(special_values),
    };
    return RUN_CUDA_TESTS(tests);
}
