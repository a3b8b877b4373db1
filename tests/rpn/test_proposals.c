#include "support.h"

#include <stdlib.h>

#include "golden/guarded.h"
#include "golden/seeded.h"
#include "golden/stage_goldens.h"
#include "rpn/box_coder_body.h"
#include "rpn/proposals.h"
#include "rpn/proposals_body.h"
#include "tensor/parallel.h"

enum { N_LEVELS = 2, N_PER_CELL = 3, CELL_STRIDE = 16, MAX_ANCHORS = 6 * 8 * N_PER_CELL, POST = 50 };

/** Two levels of an RPN head whose logits, deltas and one unused value lie together for each cell. */
typedef struct fixture {
    frcnn_proposal_level levels[N_LEVELS];
    float heads[N_LEVELS][MAX_ANCHORS / N_PER_CELL * CELL_STRIDE];
    float anchors[N_LEVELS][MAX_ANCHORS * 4];
} fixture;

static const int n_cells[N_LEVELS] = {6 * 8, 3 * 4};
static const frcnn_proposal_params golden_params = {
    .pre_nms_top_n = 60, .post_nms_top_n = POST, .nms_thresh = 0.5, .score_thresh = 0.1f, .min_size = 1e-3f};

static fixture make_fixture(void)
{
    fixture f;
    memset(&f, 0, sizeof f);
    for (int i = 0; i < N_LEVELS; i++) {
        const size_t n = (size_t)n_cells[i] * N_PER_CELL;
        float logits[MAX_ANCHORS], deltas[MAX_ANCHORS * 4];
        seeded_fill(51 + (uint32_t)i, -4.0f, 3.0f, logits, n);
        seeded_fill(53 + (uint32_t)i, -1.0f, 1.0f, deltas, n * 4);
        seeded_boxes(55 + (uint32_t)i, 90.0f, 30.0f + 30.0f * (float)i, f.anchors[i], n);
        for (int cell = 0; cell < n_cells[i]; cell++) {
            float *head = f.heads[i] + cell * CELL_STRIDE;
            memcpy(head, logits + cell * N_PER_CELL, N_PER_CELL * sizeof *head);
            memcpy(head + N_PER_CELL, deltas + cell * N_PER_CELL * 4, N_PER_CELL * 4 * sizeof *head);
            head[CELL_STRIDE - 1] = NAN;
        }
    }
    return f;
}

static int64_t run_with_sources(fixture *f, const frcnn_proposal_params *params, float *boxes, float *scores,
                                int64_t *sources)
{
    int64_t n_anchors[N_LEVELS];
    for (int i = 0; i < N_LEVELS; i++) {
        n_anchors[i] = (int64_t)n_cells[i] * N_PER_CELL;
        f->levels[i] = (frcnn_proposal_level){.logits = f->heads[i],
                                              .deltas = f->heads[i] + N_PER_CELL,
                                              .cell_stride = CELL_STRIDE,
                                              .anchors = f->anchors[i],
                                              .n_cells = n_cells[i],
                                              .n_per_cell = N_PER_CELL};
    }
    void *workspace = workspace_create(frcnn_proposals_get_workspace(params, n_anchors, N_LEVELS));
    const int64_t n =
        frcnn_proposals_cpu(params, f->levels, N_LEVELS, 85.0f, 100.0f, workspace, boxes, scores, sources);
    free(workspace);
    return n;
}

static int64_t run(fixture *f, const frcnn_proposal_params *params, float *boxes, float *scores)
{
    return run_with_sources(f, params, boxes, scores, NULL);
}

/* torchvision 0.29.1's filter_proposals (make_stage_goldens.py). */
static void test_golden(void **state)
{
    (void)state;
    fixture f = make_fixture();
    float *boxes = guarded_create(POST * 4), *scores = guarded_create(POST);
    const size_t n_expected = sizeof golden_proposal_scores / sizeof golden_proposal_scores[0];
    assert_int_equal(run(&f, &golden_params, boxes, scores), n_expected);
    assert_floats_close(scores, golden_proposal_scores, n_expected, 1e-6);
    assert_floats_close(boxes, golden_proposal_boxes, n_expected * 4, 3e-6);
    guarded_destroy(boxes, POST * 4);
    guarded_destroy(scores, POST);
}

/* Equal logits everywhere: level by level, anchor by anchor, from the first. */
static void test_ties(void **state)
{
    (void)state;
    fixture f = make_fixture();
    for (int i = 0; i < N_LEVELS; i++)
        for (int cell = 0; cell < n_cells[i]; cell++) {
            float *head = f.heads[i] + cell * CELL_STRIDE;
            for (int k = 0; k < N_PER_CELL * 5; k++) head[k] = k < N_PER_CELL ? 1.0f : 0.0f;
            for (int a = 0; a < N_PER_CELL; a++) { /* disjoint squares, in rows of ten */
                const int index = cell * N_PER_CELL + a;
                float *anchor = f.anchors[i] + 4 * index;
                anchor[0] = (float)(index % 10) * 8.0f;
                anchor[1] = (float)(index / 10) * 4.0f;
                anchor[2] = anchor[0] + 4.0f;
                anchor[3] = anchor[1] + 2.0f;
            }
        }
    frcnn_proposal_params params = golden_params;
    params.pre_nms_top_n = 30;
    float *boxes = guarded_create(POST * 4), *scores = guarded_create(POST);
    assert_int_equal(run(&f, &params, boxes, scores), POST);
    for (int i = 0; i < POST; i++) {
        const int index = i % 30;
        assert_true(boxes[4 * i] == (float)(index % 10) * 8.0f && boxes[4 * i + 1] == (float)(index / 10) * 4.0f);
        assert_true(scores[i] == scores[0]);
    }
    guarded_destroy(boxes, POST * 4);
    guarded_destroy(scores, POST);
}

/* A proposal's box is what its source's delta makes of its source, and its score is its source's. */
static void test_sources(void **state)
{
    (void)state;
    fixture f = make_fixture();
    const float weights[4] = {1.0f, 1.0f, 1.0f, 1.0f};
    float boxes[POST * 4], scores[POST];
    int64_t sources[POST];
    const int64_t n = run_with_sources(&f, &golden_params, boxes, scores, sources);
    int n_of_level[N_LEVELS] = {0};
    assert_true(n > 10);
    for (int64_t i = 0; i < n; i++) {
        const int64_t n_first = (int64_t)n_cells[0] * N_PER_CELL;
        const int level = sources[i] >= n_first;
        const int64_t anchor = sources[i] - (level ? n_first : 0);
        const float *head = f.heads[level] + anchor / N_PER_CELL * CELL_STRIDE;
        float box[4];
        n_of_level[level]++;
        assert_true(frcnn_box_decode_clipped(golden_params.coder, f.anchors[level] + 4 * anchor,
                                             head + N_PER_CELL + 4 * (anchor % N_PER_CELL), weights, 85.0f, 100.0f,
                                             golden_params.min_size, box));
        assert_memory_equal(box, boxes + 4 * i, sizeof box);
        assert_true(scores[i] == frcnn_proposal_score(head[anchor % N_PER_CELL]));
        for (int64_t j = 0; j < i; j++) assert_true(sources[j] != sources[i]);
    }
    assert_true(n_of_level[0] > 0 && n_of_level[1] > 0);
}

/* Cells in another order give the same proposals: nothing trusts the order of its input. */
static void test_shuffled(void **state)
{
    (void)state;
    fixture f = make_fixture();
    float boxes[POST * 4], scores[POST], shuffled_boxes[POST * 4], shuffled_scores[POST];
    const int64_t n = run(&f, &golden_params, boxes, scores);
    fixture g = f;
    for (int i = 0; i < N_LEVELS; i++)
        for (int cell = 0; cell < n_cells[i]; cell++) {
            const int from = n_cells[i] - 1 - cell;
            memcpy(g.heads[i] + cell * CELL_STRIDE, f.heads[i] + from * CELL_STRIDE, CELL_STRIDE * sizeof(float));
            memcpy(g.anchors[i] + cell * N_PER_CELL * 4, f.anchors[i] + from * N_PER_CELL * 4,
                   N_PER_CELL * 4 * sizeof(float));
        }
    assert_int_equal(run(&g, &golden_params, shuffled_boxes, shuffled_scores), n);
    assert_memory_equal(boxes, shuffled_boxes, (size_t)n * 4 * sizeof *boxes);
    assert_memory_equal(scores, shuffled_scores, (size_t)n * sizeof *scores);
}

/* A proposal without width never gets to the NMS. */
static void test_empty_boxes_are_dropped(void **state)
{
    (void)state;
    fixture f = make_fixture();
    for (int i = 0; i < N_LEVELS; i++)
        for (int index = 0; index < n_cells[i] * N_PER_CELL; index++)
            f.anchors[i][4 * index + 2] = f.anchors[i][4 * index];
    float boxes[POST * 4], scores[POST];
    assert_int_equal(run(&f, &golden_params, boxes, scores), 0);
}

static void test_limits(void **state)
{
    (void)state;
    fixture f = make_fixture();
    float boxes[POST * 4], scores[POST], all_boxes[POST * 4], all_scores[POST];
    frcnn_proposal_params params = golden_params;
    const int64_t n_all = run(&f, &params, all_boxes, all_scores);
    params.post_nms_top_n = 7;
    assert_int_equal(run(&f, &params, boxes, scores), 7);
    assert_true(n_all > 7);
    assert_memory_equal(boxes, all_boxes, 7 * 4 * sizeof *boxes);
    params.post_nms_top_n = 0;
    assert_int_equal(run(&f, &params, boxes, scores), 0);
    params = golden_params;
    params.pre_nms_top_n = 1;
    assert_in_range(run(&f, &params, boxes, scores), 1, N_LEVELS); /* a best box may lie outside the image */
    params = golden_params;
    params.score_thresh = 0.9f;
    const int64_t n_high = run(&f, &params, boxes, scores);
    assert_in_range(n_high, 1, n_all - 1);
    for (int64_t i = 0; i < n_high; i++) assert_true(scores[i] >= 0.9f);
}

/* Sigmoids of high logits are all 1; the logits themselves still tell which is higher. */
static void test_logits_are_kept(void **state)
{
    (void)state;
    fixture f = make_fixture();
    float boxes[POST * 4], scores[POST];
    int64_t sources[POST];
    frcnn_proposal_params params = golden_params;
    params.pre_nms_top_n = 1;
    memset(f.heads, 0, sizeof f.heads);
    for (int i = 0; i < N_LEVELS; i++)
        for (int k = 0; k < 4; k++) f.anchors[i][k] = k < 2 ? 10.0f : 30.0f + 20.0f * (float)i;
    f.heads[0][0] = 20.0f;
    f.heads[1][0] = 30.0f;
    assert_int_equal(run_with_sources(&f, &params, boxes, scores, sources), 2);
    assert_true(sources[0] == 0 && scores[0] == 1.0f && scores[1] == 1.0f);
    params.keeps_logits = 1;
    assert_int_equal(run_with_sources(&f, &params, boxes, scores, sources), 2);
    assert_true(sources[1] == 0 && scores[0] == 30.0f && scores[1] == 20.0f);
    params.score_thresh = 25.0f;
    assert_int_equal(run_with_sources(&f, &params, boxes, scores, sources), 1);
    f.heads[0][0] = f.heads[1][0] = -3.0f;
    params.score_thresh = -INFINITY;
    params.pre_nms_top_n = 1000;
    assert_true(run_with_sources(&f, &params, boxes, scores, sources) > 2);
    assert_true(scores[0] == 0.0f);
}

/* The highest logit's box is too small: filtered after the choice nothing is left of it, before it the next takes its place. */
static void test_small_boxes_are_filtered_first(void **state)
{
    (void)state;
    fixture f = make_fixture();
    float boxes[POST * 4], scores[POST];
    int64_t sources[POST];
    frcnn_proposal_params params = golden_params;
    params.pre_nms_top_n = 1;
    params.min_size = 16.0f;
    memset(f.heads, 0, sizeof f.heads);
    memset(f.anchors, 0, sizeof f.anchors);
    f.anchors[0][2] = f.anchors[0][3] = 15.0f;
    f.anchors[0][4 * 5 + 2] = f.anchors[0][4 * 5 + 3] = 16.0f;
    f.heads[0][0] = 3.0f;
    f.heads[0][CELL_STRIDE + 2] = 2.0f;
    assert_int_equal(run_with_sources(&f, &params, boxes, scores, sources), 0);
    params.filters_first = 1;
    assert_int_equal(run_with_sources(&f, &params, boxes, scores, sources), 1);
    assert_int_equal(sources[0], 5);
}

/* Any bit pattern in the head: finite boxes inside the image, in order of score. */
static void test_any_bits(void **state)
{
    (void)state;
    static const float specials[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 1e-40f, -0.0f, 1e30f};
    uint32_t seed = 1;
    for (int round = 0; round < 200; round++) {
        fixture f = make_fixture();
        for (int i = 0; i < N_LEVELS; i++)
            for (int k = 0; k < n_cells[i] * CELL_STRIDE; k++) {
                const uint32_t dice = seeded_next(&seed);
                if (round < 100 ? dice % 8 == 0 : dice % 2 == 0) f.heads[i][k] = specials[dice / 8 % 8];
            }
        float *boxes = guarded_create(POST * 4), *scores = guarded_create(POST);
        const int64_t n = run(&f, &golden_params, boxes, scores);
        assert_in_range(n, 0, POST);
        for (int64_t i = 0; i < n; i++) {
            const float *box = boxes + 4 * i;
            assert_true(box[0] >= 0.0f && box[1] >= 0.0f && box[2] <= 100.0f && box[3] <= 85.0f);
            assert_true(box[2] - box[0] >= 1e-3f && box[3] - box[1] >= 1e-3f);
            assert_true(scores[i] >= 0.1f && scores[i] <= 1.0f && (i == 0 || scores[i] <= scores[i - 1]));
        }
        guarded_destroy(boxes, POST * 4);
        guarded_destroy(scores, POST);
    }
}

static void test_threads(void **state)
{
    (void)state;
    const int n_threads = frcnn_parallel_get_threads();
    fixture f = make_fixture();
    float expected[POST * 4], scores[POST], boxes[POST * 4];
    frcnn_parallel_set_threads(1);
    const int64_t n = run(&f, &golden_params, expected, scores);
    for (int threads = 2; threads <= 3; threads++) {
        frcnn_parallel_set_threads(threads);
        assert_int_equal(run(&f, &golden_params, boxes, scores), n);
        assert_memory_equal(boxes, expected, (size_t)n * 4 * sizeof *boxes);
    }
    frcnn_parallel_set_threads(n_threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_shuffled),
        cmocka_unit_test(test_empty_boxes_are_dropped),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_logits_are_kept),
        cmocka_unit_test(test_small_boxes_are_filtered_first),
        cmocka_unit_test(test_any_bits),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
