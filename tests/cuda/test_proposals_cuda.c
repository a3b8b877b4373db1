#include "device_arrays.h"

#include <math.h>

#include "golden/seeded.h"
#include "rpn/rpn_ops.h"

extern const frcnn_rpn_ops frcnn_rpn_ops_cuda;

enum { MAX_IMAGES = 3 };

/** Heads and anchors of several levels and images; n_cells ends with 0. */
typedef struct problem {
    const char *what;
    int n_images, n_per_cell;
    int64_t n_cells[6];
    frcnn_proposal_params params;
    float (*get_logit)(uint32_t *seed);
    float (*get_delta)(uint32_t *seed);
    float side; /* of anchors, at most */
} problem;

/* Everything of a run, in the memory of one side. */
typedef struct outputs {
    float *boxes, *scores;
    int64_t *sources, *counts;
} outputs;

/* Few enough values that many are equal. Different ones are far enough apart for any expf. */
static float coarse_logit(uint32_t *seed)
{
    return floorf(seeded_float(seed, -8.0f, 8.0f) * 64.0f) / 64.0f;
}

static float equal_logit(uint32_t *seed)
{
    (void)seed;
    return 0.25f;
}

static float special(uint32_t *seed)
{
    static const float specials[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 1e-40f, -0.0f, 0.0f, 1e30f};
    return specials[seeded_next(seed) % (sizeof specials / sizeof *specials)];
}

static float special_logit(uint32_t *seed)
{
    return seeded_next(seed) % 3 == 0 ? special(seed) : coarse_logit(seed);
}

static float nan_logit(uint32_t *seed)
{
    (void)seed;
    return NAN;
}

static float any_delta(uint32_t *seed)
{
    return seeded_float(seed, -0.5f, 0.5f);
}

static float special_delta(uint32_t *seed)
{
    return seeded_next(seed) % 16 == 0 ? special(seed) : any_delta(seed);
}

static frcnn_proposal_params make_params(int pre_nms_top_n, int post_nms_top_n, double nms_thresh)
{
    return (frcnn_proposal_params){
        .pre_nms_top_n = pre_nms_top_n, .post_nms_top_n = post_nms_top_n, .nms_thresh = nms_thresh, .min_size = 1e-3f};
}

static int count_levels(const problem *p)
{
    int n = 0;
    while (n < 6 && p->n_cells[n] > 0) n++;
    return n;
}

static const frcnn_frame frames[MAX_IMAGES] = {
    {NULL, 700, 1000, 400, 500, 0.5}, {NULL, 40, 60, 333, 250, 4.2}, {NULL, 9, 9, 1, 600, 60.0}};

/* The caller frees the result. */
static float *make_head(const problem *p, int level)
{
    const size_t stride = 5 * (size_t)p->n_per_cell, n = (size_t)(p->n_images * p->n_cells[level]) * stride;
    float *head = malloc(n * sizeof *head);
    uint32_t seed = (uint32_t)level + 21;
    assert_non_null(head);
    for (size_t i = 0; i < n; i++)
        head[i] = i % stride < (size_t)p->n_per_cell ? p->get_logit(&seed) : p->get_delta(&seed);
    return head;
}

static frcnn_proposals_run make_run(const problem *p)
{
    frcnn_proposals_run run = {.n = p->n_images,
                               .n_levels = count_levels(p),
                               .n_per_cell = p->n_per_cell,
                               .params = p->params,
                               .scales_min_size = p->params.anchors_are_yx};
    for (int level = 0; level < run.n_levels; level++) run.n_cells[level] = p->n_cells[level];
    return run;
}

static size_t get_n_rows(const problem *p)
{
    return (size_t)p->n_images * (size_t)p->params.post_nms_top_n;
}

static outputs outputs_create(const problem *p)
{
    const size_t n = get_n_rows(p) + 1;
    outputs out = {.boxes = malloc(n * 4 * sizeof(float)),
                   .scores = malloc(n * sizeof(float)),
                   .sources = malloc(n * sizeof(int64_t)),
                   .counts = malloc((size_t)p->n_images * sizeof(int64_t))};
    assert_true(out.boxes && out.scores && out.sources && out.counts);
    return out;
}

static void outputs_destroy(outputs *out)
{
    free(out->boxes);
    free(out->scores);
    free(out->sources);
    free(out->counts);
}

static outputs run_on_cpu(const problem *p, float **heads, const float *anchors)
{
    frcnn_proposals_run run = make_run(p);
    outputs out = outputs_create(p);
    run.workspace = aligned_alloc(64, (frcnn_rpn_ops_cpu.get_proposals_workspace(&run) + 127) / 64 * 64);
    assert_non_null(run.workspace);
    for (int level = 0; level < run.n_levels; level++) run.heads[level] = heads[level];
    run.anchors = anchors;
    run.frames = frames;
    run.boxes = out.boxes;
    run.scores = out.scores;
    run.sources = out.sources;
    run.counts = out.counts;
    assert_ok(frcnn_rpn_ops_cpu.make_proposals(&run, NULL));
    free(run.workspace);
    return out;
}

static outputs run_on_device(const problem *p, float **heads, const float *anchors, size_t n_anchors,
                             frcnn_stream *stream)
{
    frcnn_proposals_run run = make_run(p);
    const size_t n = get_n_rows(p), workspace_bytes = frcnn_rpn_ops_cuda.get_proposals_workspace(&run);
    for (int level = 0; level < run.n_levels; level++)
        run.heads[level] = device_copy(stream, heads[level],
                                       (size_t)(p->n_images * p->n_cells[level] * p->n_per_cell) * 5 * sizeof(float));
    float *const device_anchors = device_copy(stream, anchors, n_anchors * 4 * sizeof *anchors);
    frcnn_frame *const device_frames = device_copy(stream, frames, sizeof frames);
    run.anchors = device_anchors;
    run.frames = device_frames;
    run.workspace = device_output(stream, workspace_bytes);
    run.boxes = device_output(stream, n * 4 * sizeof(float));
    run.scores = device_output(stream, n * sizeof(float));
    run.sources = device_output(stream, n * sizeof(int64_t));
    run.counts = device_output(stream, (size_t)p->n_images * sizeof(int64_t));
    assert_ok(frcnn_rpn_ops_cuda.make_proposals(&run, stream));
    const outputs out = {take_output(stream, run.boxes, n * 4 * sizeof(float)),
                         take_output(stream, run.scores, n * sizeof(float)),
                         take_output(stream, run.sources, n * sizeof(int64_t)),
                         take_output(stream, run.counts, (size_t)p->n_images * sizeof(int64_t))};
    free(take_output(stream, run.workspace, workspace_bytes));
    for (int level = 0; level < run.n_levels; level++) device_free(stream, (void *)run.heads[level]);
    device_free(stream, device_anchors);
    device_free(stream, device_frames);
    return out;
}

/* A GPU's expf differs from the CPU's in the last bits: by as much of a score, and of a box's size, which its corners lie half
   of from its centre. */
static void assert_close(const problem *p, const char *what, size_t row, float actual, float expected, float size)
{
    if (!(fabsf(actual - expected) <= 2e-6f * (fabsf(expected) + size) + 1e-30f))
        fail_msg("%s: %s of row %zu: expected %.9g, found %.9g", p->what, what, row, (double)expected, (double)actual);
}

static void assert_same(const problem *p, const outputs *actual, const outputs *expected)
{
    for (int image = 0; image < p->n_images; image++) {
        const size_t first = (size_t)image * (size_t)p->params.post_nms_top_n;
        if (actual->counts[image] != expected->counts[image])
            fail_msg("%s: image %d: expected %lld proposals, found %lld", p->what, image,
                     (long long)expected->counts[image], (long long)actual->counts[image]);
        for (size_t row = first; row < first + (size_t)expected->counts[image]; row++) {
            if (actual->sources[row] != expected->sources[row])
                fail_msg("%s: source of row %zu: expected %lld, found %lld", p->what, row,
                         (long long)expected->sources[row], (long long)actual->sources[row]);
            const float *box = &expected->boxes[4 * row];
            const float size = fabsf(box[2] - box[0]) + fabsf(box[3] - box[1]);
            assert_close(p, "score", row, actual->scores[row], expected->scores[row], 0.0f);
            for (size_t k = 0; k < 4; k++) assert_close(p, "a corner", row, actual->boxes[4 * row + k], box[k], size);
        }
    }
}

/** Returns the number of proposals of all images. */
static int64_t check_runs(problem p, int n_runs)
{
    frcnn_stream *stream = open_stream();
    const int n_levels = count_levels(&p);
    float *heads[6];
    size_t n_anchors = 0;
    int64_t n_proposals = 0;
    for (int level = 0; level < n_levels; level++) {
        heads[level] = make_head(&p, level);
        n_anchors += (size_t)(p.n_cells[level] * p.n_per_cell);
    }
    float *anchors = calloc(n_anchors + 1, 4 * sizeof *anchors);
    assert_non_null(anchors);
    seeded_boxes(31, 500.0f, p.side, anchors, n_anchors);
    outputs expected = run_on_cpu(&p, heads, anchors);
    for (int i = 0; i < n_runs; i++) {
        begin_run(i);
        outputs actual = run_on_device(&p, heads, anchors, n_anchors, stream);
        assert_same(&p, &actual, &expected);
        outputs_destroy(&actual);
    }
    for (int image = 0; image < p.n_images; image++) n_proposals += expected.counts[image];
    outputs_destroy(&expected);
    for (int level = 0; level < n_levels; level++) free(heads[level]);
    free(anchors);
    close_stream(stream);
    return n_proposals;
}

static int64_t check(problem p)
{
    return check_runs(p, N_RUNS);
}

static void any_numbers(void **state)
{
    (void)state;
    static const int ks[] = {1, 63, 64, 65, 200};
    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++) {
        const frcnn_proposal_params params = make_params(ks[i], 150, 0.7);
        assert_true(check((problem){"numbers", 2, 3, {700, 210, 64, 21, 1}, params, coarse_logit, any_delta, 120.0f}) >
                    0);
    }
    const frcnn_proposal_params params = make_params(1000, 1000, 0.7);
    check((problem){"one anchor", 1, 1, {1}, params, coarse_logit, any_delta, 120.0f});
    check((problem){"one level", 1, 12, {150}, params, coarse_logit, any_delta, 120.0f});
}

static void ties(void **state)
{
    (void)state;
    const frcnn_proposal_params params = make_params(100, 120, 0.7);
    assert_true(check((problem){"ties", 3, 3, {800, 100, 30}, params, equal_logit, any_delta, 60.0f}) > 0);
}

/* A cap of one level's kept boxes and of all; none, one, and more than there are. */
static void caps(void **state)
{
    (void)state;
    static const int caps[] = {0, 1, 2, 64, 65, 1000};
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
        const frcnn_proposal_params params = make_params(150, caps[i], 0.9);
        const int64_t n = check((problem){"caps", 2, 3, {200, 60}, params, coarse_logit, any_delta, 60.0f});
        assert_true(n <= 2 * caps[i] && (caps[i] == 0 || n > 0));
    }
    const frcnn_proposal_params none = make_params(0, 100, 0.7);
    assert_int_equal(check((problem){"none chosen", 2, 3, {200, 60}, none, coarse_logit, any_delta, 60.0f}), 0);
}

static void filters(void **state)
{
    (void)state;
    const problem p = {"filters", 2, 3, {300, 60}, make_params(100, 100, 0.7), coarse_logit, any_delta, 60.0f};
    problem q = p;
    q.params.score_thresh = 0.999f;
    assert_true(check(q) > 0);
    q.params.score_thresh = 1.5f;
    assert_int_equal(check(q), 0);
    q = p;
    q.params.keeps_logits = 1;
    assert_true(check(q) > 0);
    q = p;
    q.params.anchors_are_yx = 1;
    q.params.min_size = 3.0f;
    for (int coder = FRCNN_CODER_TORCHVISION; coder <= FRCNN_CODER_MMDETECTION; coder++) {
        q.params.coder = (frcnn_box_coder)coder;
        assert_true(check(q) > 0);
    }
    q = p;
    q.params.min_size = 30.0f;
    assert_true(check(q) > 0);
    q.params.pre_nms_top_n = 20;
    const int64_t n_after = check(q);
    q.params.filters_first = 1;
    assert_true(check(q) > n_after);
    q = p;
    q.params.nms_thresh = 0.0;
    assert_true(check(q) > 0);
}

static void special_values(void **state)
{
    (void)state;
    const frcnn_proposal_params params = make_params(300, 200, 0.7);
    assert_true(check((problem){"specials", 3, 3, {400, 50}, params, special_logit, special_delta, 60.0f}) > 0);
    assert_int_equal(check((problem){"NaN", 2, 3, {400, 50}, params, nan_logit, any_delta, 60.0f}), 0);
}

/* Numbers as detectors have them, and numbers above what is ranked by counting: candidates, kept boxes, or both. */
static void many(void **state)
{
    (void)state;
    const frcnn_proposal_params usual = make_params(1000, 1000, 0.7);
    check_runs((problem){"usual", 1, 3, {2600, 700, 190, 45}, usual, coarse_logit, any_delta, 80.0f}, 1);
    const frcnn_proposal_params long_lists = make_params(5000, 700, 0.3);
    check_runs((problem){"long lists", 2, 3, {1800, 100}, long_lists, coarse_logit, any_delta, 10.0f}, 1);
    const frcnn_proposal_params all = make_params(5000, 5000, 0.9);
    check_runs((problem){"long merge", 1, 1, {4800, 4700, 4500, 4400}, all, coarse_logit, any_delta, 5.0f}, 1);
    check_runs((problem){"long merge of ties", 1, 1, {5500, 5500, 5500, 5500}, all, equal_logit, any_delta, 5.0f}, 1);
}

static void no_image(void **state)
{
    (void)state;
    frcnn_stream *stream = open_stream();
    frcnn_proposals_run run = {
        .n = 0, .n_levels = 1, .n_per_cell = 3, .n_cells = {10}, .params = make_params(10, 10, 0.7)};
    assert_ok(frcnn_rpn_ops_cuda.make_proposals(&run, stream));
    assert_ok(frcnn_stream_ops_cuda.wait(stream));
    run.n = 1;
    run.n_cells[0] = INT64_MAX / 2;
    assert_true(frcnn_rpn_ops_cuda.get_proposals_workspace(&run) == SIZE_MAX);
    close_stream(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_numbers),    cmocka_unit_test(ties), cmocka_unit_test(caps),     cmocka_unit_test(filters),
        cmocka_unit_test(special_values), cmocka_unit_test(many), cmocka_unit_test(no_image),
    };
    return RUN_CUDA_TESTS(tests);
}
