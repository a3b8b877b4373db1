/** The anchor that overlaps a box most, and how many boxes are reached. */
#include "anchor_support.h"

#include <math.h>

#include "frcnn/anchor_overlay.h"

static frcnn_anchor_target box(double x1, double y1, double x2, double y2)
{
    return (frcnn_anchor_target){.x1 = x1, .y1 = y1, .x2 = x2, .y2 = y2, .area = (x2 - x1) * (y2 - y1)};
}

/* torchvision 0.29.1: box_iou of AnchorGenerator's boxes in float64, and the first of its largest values. */
static void best_anchors_are_those_of_box_iou(void **state)
{
    (void)state;
    const frcnn_anchor_target targets[] = {box(100, 100, 180, 220), box(10.5, 20.25, 31, 60), box(400, 50, 1080, 790),
                                           box(700, 300, 712, 308), box(0, 0, 1088, 60)};
    const frcnn_anchor_match expected[] = {{205865, 2, 0.58608058608058611},
                                           {8177, 0, 0.80521245059288538},
                                           {217090, 4, 0.52095389507154211},
                                           {59282, 0, 0.094861660079051377},
                                           {214218, 3, 0.19845765871130441}};
    enum { N = sizeof targets / sizeof *targets };
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_anchor_match found[N];
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_TORCHVISION);
    assert_ok(frcnn_anchor_grids_from_image(&grids, &config, 800, 1088));
    assert_ok(frcnn_anchors_match(found, &config, &grids, targets, N));
    for (int i = 0; i < N; i++) {
        assert_int_equal(found[i].anchor, expected[i].anchor);
        assert_int_equal(found[i].level, expected[i].level);
        assert_true(fabs(found[i].iou - expected[i].iou) < 1e-15);
    }
}

/* The square anchor of cell (1, 1) whose size is 128: (1, 1) is 16 pixels from the first cell. */
static void a_box_at_an_anchor_has_iou_one_in_every_convention(void **state)
{
    (void)state;
    const frcnn_anchor_target expected[FRCNN_N_ANCHOR_CONVENTIONS] = {
        [FRCNN_ANCHORS_TORCHVISION] = box(-48, -48, 80, 80),
        [FRCNN_ANCHORS_DETECTRON2] = box(-48, -48, 80, 80),
        [FRCNN_ANCHORS_MMDET] = box(-48, -48, 80, 80),
        [FRCNN_ANCHORS_MMDET_LEGACY] = box(-40, -40, 87, 87),
        [FRCNN_ANCHORS_PY_FASTER_RCNN] = box(-40, -40, 87, 87),
        [FRCNN_ANCHORS_MATLAB] = box(-39, -39, 88, 88),
        [FRCNN_ANCHORS_SIMPLE_FASTER_RCNN] = box(-40, -40, 88, 88),
    };
    const int h = 2;
    const int w = 3;
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS; i++) {
        const frcnn_anchor_convention convention = (frcnn_anchor_convention)i;
        const double size = frcnn_anchor_convention_has_base_size(convention) ? 8 : 128;
        const frcnn_anchor_config config = one_level(convention, &size, 1, 16);
        frcnn_anchor_grids grids;
        frcnn_anchor_match found;
        assert_ok(frcnn_anchor_grids_from_maps(&grids, &config, 32, 48, &h, &w));
        assert_ok(frcnn_anchors_match(&found, &config, &grids, &expected[i], 1));
        assert_int_equal(found.anchor, (1 * w + 1) * RATIO_COUNT + 1);
        assert_true(found.iou == 1);
    }
}

static void an_anchor_of_half_the_size_has_iou_a_half(void **state)
{
    (void)state;
    const double size = 32;
    const frcnn_anchor_config config = one_level(FRCNN_ANCHORS_DETECTRON2, &size, 1, 64);
    const frcnn_anchor_target targets[] = {box(-16, -16, 16, 48), box(500, 500, 520, 520)};
    const int one = 1;
    frcnn_anchor_grids grids;
    frcnn_anchor_match found[2];
    assert_ok(frcnn_anchor_grids_from_maps(&grids, &config, 64, 64, &one, &one));
    assert_ok(frcnn_anchors_match(found, &config, &grids, targets, 2));
    assert_int_equal(found[0].anchor, 1);
    assert_true(found[0].iou == 0.5);
    /* Nothing overlaps: no anchor is better than the first. */
    assert_int_equal(found[1].anchor, 0);
    assert_true(found[1].iou == 0);
}

static void boxes_without_area_are_refused(void **state)
{
    (void)state;
    const frcnn_anchor_target wrong[] = {box(10, 10, 10, 20), box(10, 20, 20, 10), box(NAN, 0, 1, 1),
                                         box(0, 0, INFINITY, 1)};
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_anchor_match found;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_TORCHVISION);
    assert_ok(frcnn_anchor_grids_from_image(&grids, &config, 64, 64));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_fails(frcnn_anchors_match(&found, &config, &grids, &wrong[i], 1), FRCNN_ERROR_INVALID,
                     "box 0: expected x1 < x2 and y1 < y2");
    grids.n_levels = 1;
    assert_int_equal(frcnn_anchors_match(&found, &config, &grids, NULL, 0), FRCNN_ERROR_INVALID);
}

/* COCO's classes begin at 32 * 32 and 96 * 96; an IoU of just 0.5 or 0.7 counts. */
static void recall_is_counted_for_each_object_size(void **state)
{
    (void)state;
    const double areas[] = {32 * 32 - 1, 32 * 32, 96 * 96 - 1, 96 * 96, 1e6};
    const double ious[] = {0.7, 0.5, 0.69, 0.49, 0.71};
    enum { N = sizeof areas / sizeof *areas };
    frcnn_anchor_target targets[N];
    frcnn_anchor_match matches[N];
    frcnn_anchor_recall recall;
    for (int i = 0; i < N; i++) {
        targets[i] = (frcnn_anchor_target){.x2 = 1, .y2 = 1, .area = areas[i]};
        matches[i] = (frcnn_anchor_match){0, 0, ious[i]};
    }
    frcnn_anchor_recall_count(&recall, targets, matches, N);
    const size_t n[] = {5, 1, 2, 2}, n_50[] = {4, 1, 2, 1}, n_70[] = {2, 1, 0, 1};
    for (int i = 0; i < FRCNN_N_BOX_SIZES; i++) {
        assert_int_equal(recall.n_boxes[i], n[i]);
        assert_int_equal(recall.n_reached_50[i], n_50[i]);
        assert_int_equal(recall.n_reached_70[i], n_70[i]);
    }
    assert_true(recall.mean_iou[FRCNN_BOX_SMALL] == 0.7);
    assert_true(fabs(recall.mean_iou[FRCNN_BOX_MEDIUM] - 0.595) < 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_anchors_are_those_of_box_iou),
        cmocka_unit_test(a_box_at_an_anchor_has_iou_one_in_every_convention),
        cmocka_unit_test(an_anchor_of_half_the_size_has_iou_a_half),
        cmocka_unit_test(boxes_without_area_are_refused),
        cmocka_unit_test(recall_is_counted_for_each_object_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
