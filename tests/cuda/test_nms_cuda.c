#include "device_arrays.h"

#include "golden/seeded.h"
#include "rpn/nms.h"
#include "segment_nms.h"
#include "tensor/index/score_key_body.h"

enum { MAX_LISTS = 32 };

/** Boxes of several levels and images; n ends with 0. */
typedef struct problem {
    const char *what;
    int n_images;
    int n[4];
    float extent, side; /* boxes have their corner in the extent, and sides up to side */
    double threshold;
    int max_keep;
    int dead;     /* one box in so many takes no part; 0: all do */
    int is_chain; /* 1: instead, each box overlaps the next alone */
} problem;

static int count_levels(const problem *p)
{
    int n = 0;
    while (n < 4 && p->n[n] > 0) n++;
    return n;
}

static int is_alive(const problem *p, int64_t i)
{
    return p->dead == 0 || i % p->dead != 1;
}

/* What the CPU keeps of the boxes that are alive. Returns how many; keep: places in the list. */
static int64_t find_expected(const problem *p, const float *boxes, int64_t n, int64_t *keep)
{
    float *alive = malloc((size_t)n * 4 * sizeof *alive);
    int64_t *places = malloc((size_t)n * sizeof *places), n_alive = 0;
    void *workspace = malloc(frcnn_nms_get_workspace(n, p->max_keep) + 64);
    assert_true(alive && places && workspace);
    for (int64_t i = 0; i < n; i++)
        if (is_alive(p, i)) {
            memcpy(alive + 4 * n_alive, boxes + 4 * i, 4 * sizeof *alive);
            places[n_alive++] = i;
        }
    const int64_t n_kept = frcnn_nms_cpu(alive, NULL, n_alive, p->threshold, p->max_keep, workspace, keep);
    for (int64_t i = 0; i < n_kept; i++) keep[i] = places[keep[i]];
    free(alive);
    free(places);
    free(workspace);
    return n_kept;
}

static void check_lists(const problem *p, const frcnn_segment_nms *nms, const float *boxes, const uint32_t *n_kept,
                        const uint64_t *kept_keys)
{
    for (int image = 0; image < p->n_images; image++)
        for (int level = 0; level < nms->places.n_levels; level++) {
            const int64_t n = nms->places.n[level], first = nms->places.first[level];
            int64_t *keep = malloc((size_t)n * sizeof *keep);
            assert_non_null(keep);
            const int64_t n_expected = find_expected(p, boxes + 4 * (image * nms->places.total + first), n, keep);
            if (n_kept[image * nms->places.n_levels + level] != n_expected)
                fail_msg("%s: image %d, level %d: expected %lld kept, found %u", p->what, image, level,
                         (long long)n_expected, n_kept[image * nms->places.n_levels + level]);
            for (int64_t i = 0; i < n_expected; i++) {
                const uint64_t key = kept_keys[image * nms->kept.total + nms->kept.first[level] + i];
                if (frcnn_score_key_get_index(key) != first + keep[i])
                    fail_msg("%s: image %d, level %d: kept %lld: expected %lld, found %lld", p->what, image, level,
                             (long long)i, (long long)keep[i], (long long)frcnn_score_key_get_index(key) - first);
            }
            free(keep);
        }
}

static void set_alive(const problem *p, const frcnn_segment_nms *nms, uint64_t *alive)
{
    memset(alive, 0, (size_t)(p->n_images * nms->words.total) * sizeof *alive);
    for (int image = 0; image < p->n_images; image++)
        for (int level = 0; level < nms->places.n_levels; level++)
            for (int64_t i = 0; i < nms->places.n[level]; i++)
                if (is_alive(p, i))
                    alive[image * nms->words.total + nms->words.first[level] + i / 64] |= (uint64_t)1 << i % 64;
}

static void run_and_check(const problem *p, const frcnn_segments *places, const float *boxes, const uint64_t *keys,
                          frcnn_stream *stream)
{
    const size_t n_places = (size_t)(p->n_images * places->total);
    frcnn_segment_nms nms = {.n_images = p->n_images, .places = *places, .max_keep = p->max_keep};
    frcnn_workspace workspace = {NULL, 0}, zeroed = {NULL, 0};
    frcnn_segment_nms_plan(&nms, &workspace, &zeroed);
    const size_t bytes = workspace.bytes, zeroed_bytes = zeroed.bytes;
    char *const zeros = calloc(zeroed_bytes, 1);
    workspace = (frcnn_workspace){device_output(stream, bytes), 0};
    void *const memory = workspace.memory;
    zeroed = (frcnn_workspace){zeros, 0}; /* to find where the bits go */
    frcnn_segment_nms_plan(&nms, &workspace, &zeroed);
    set_alive(p, &nms, nms.alive);
    void *const zeroed_memory = device_copy(stream, zeros, zeroed_bytes);
    workspace = (frcnn_workspace){memory, 0};
    zeroed = (frcnn_workspace){zeroed_memory, 0};
    frcnn_segment_nms_plan(&nms, &workspace, &zeroed);
    nms.boxes = device_copy(stream, boxes, n_places * 4 * sizeof *boxes);
    nms.keys = device_copy(stream, keys, n_places * sizeof *keys);
    nms.threshold = frcnn_nms_round_threshold(p->threshold);
    assert_ok(frcnn_segment_nms_run(&nms, stream));

    uint32_t n_kept[MAX_LISTS];
    const size_t keys_offset = (size_t)((char *)nms.kept_keys - (char *)memory);
    assert_ok(frcnn_stream_ops_cuda.download(stream, n_kept, nms.n_kept,
                                             (size_t)(p->n_images * places->n_levels) * sizeof *n_kept));
    assert_ok(frcnn_stream_ops_cuda.wait(stream));
    char *const taken = take_output(stream, memory, bytes);
    check_lists(p, &nms, boxes, n_kept, (const uint64_t *)(const void *)(taken + keys_offset));
    device_free(stream, zeroed_memory);
    device_free(stream, (void *)nms.boxes);
    device_free(stream, (void *)nms.keys);
    free(taken);
    free(zeros);
}

static void check(problem p, int n_runs)
{
    frcnn_stream *stream = open_stream();
    frcnn_segments places = {0};
    for (int level = 0; level < count_levels(&p); level++) frcnn_segments_append(&places, p.n[level]);
    const size_t n = (size_t)(p.n_images * places.total);
    float *boxes = malloc(n * 4 * sizeof *boxes);
    uint64_t *keys = malloc(n * sizeof *keys);
    assert_true(boxes && keys);
    seeded_boxes(5, p.extent, p.side, boxes, n);
    for (size_t i = 0; i < n && p.is_chain; i++) {
        const float x = (float)i * 4.0f, box[4] = {x, 0.0f, x + 7.0f, 1.0f};
        memcpy(boxes + 4 * i, box, sizeof box);
    }
    for (size_t i = 0; i < n; i++) keys[i] = frcnn_score_key(0.5f, (uint32_t)(i % (size_t)places.total));
    for (int run = 0; run < n_runs; run++) {
        begin_run(run);
        run_and_check(&p, &places, boxes, keys, stream);
    }
    free(boxes);
    free(keys);
    close_stream(stream);
}

static void any_sizes(void **state)
{
    (void)state;
    static const int sizes[] = {1, 2, 31, 63, 64, 65, 127, 128, 129, 1000, 1023, 1024, 1025};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        check((problem){"crowded", 1, {sizes[i]}, 100.0f, 60.0f, 0.5, 2000, 0, 0}, N_RUNS);
        check((problem){"sparse", 1, {sizes[i]}, 5000.0f, 60.0f, 0.7, 2000, 0, 0}, N_RUNS);
    }
}

static void levels_and_images(void **state)
{
    (void)state;
    check((problem){"levels", 3, {300, 200, 64, 7}, 200.0f, 60.0f, 0.3, 1000, 0, 0}, N_RUNS);
    check((problem){"some dead", 2, {300, 190, 65, 1}, 200.0f, 60.0f, 0.3, 1000, 3, 0}, N_RUNS);
    check((problem){"every second dead", 1, {129}, 20.0f, 60.0f, 0.3, 1000, 2, 0}, N_RUNS);
}

static void caps(void **state)
{
    (void)state;
    static const int caps[] = {1, 2, 63, 64, 65, 100, 299, 300, 301};
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++)
        check((problem){"caps", 2, {300, 40}, 3000.0f, 60.0f, 0.5, caps[i], 5, 0}, 1);
}

static void thresholds(void **state)
{
    (void)state;
    static const double thresholds[] = {0.0, 1e-9, 0.1, 0.5, 0.7, 0.999, 1.0};
    for (size_t i = 0; i < sizeof thresholds / sizeof *thresholds; i++)
        check((problem){"thresholds", 1, {500}, 60.0f, 50.0f, thresholds[i], 500, 0, 0}, 1);
    check((problem){"one on the other", 1, {200}, 1e-3f, 30.0f, 0.9, 500, 0, 0}, N_RUNS);
    check((problem){"empty boxes", 1, {200}, 10.0f, 0.0f, 0.5, 500, 0, 0}, 1);
}

/* Every second box is kept, and each is decided only when the one before it is. */
static void chains(void **state)
{
    (void)state;
    static const int sizes[] = {63, 64, 65, 300};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        check((problem){"chain", 1, {sizes[i]}, 1.0f, 1.0f, 0.2, 500, 0, 1}, N_RUNS);
}

/* More boxes than one pass takes: the first pass ends before the cap, or at it. */
static void passes(void **state)
{
    (void)state;
    check((problem){"two passes", 1, {4500, 4096, 4097}, 4000.0f, 60.0f, 0.3, 9000, 7, 0}, 1);
    check((problem){"crowded passes", 1, {8300}, 500.0f, 90.0f, 0.5, 9000, 0, 0}, 1);
    check((problem){"capped in the first", 1, {4500, 100}, 9000.0f, 60.0f, 0.5, 1000, 0, 0}, 1);
    check((problem){"capped in the second", 1, {4500, 100}, 9000.0f, 60.0f, 0.5, 4200, 0, 0}, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_sizes), cmocka_unit_test(levels_and_images),
        cmocka_unit_test(caps),      cmocka_unit_test(thresholds),
        cmocka_unit_test(chains),    cmocka_unit_test(passes),
    };
    return RUN_CUDA_TESTS(tests);
}
