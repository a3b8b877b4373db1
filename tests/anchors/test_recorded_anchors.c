/* Anchors that Detectron2 and mmdetection made themselves: tests/golden/anchors. */
#include "anchors/anchor_support.h"

#include "frcnn/checkpoint.h"

static frcnn_checkpoint *open_golden(const char *program)
{
    char path[512];
    frcnn_checkpoint *golden = NULL;
    snprintf(path, sizeof path, "%s/tests/golden/anchors/%s.safetensors", FRCNN_SOURCE_DIR, program);
    assert_ok(frcnn_checkpoint_open(&golden, path));
    return golden;
}

/* The golden's rows, and how many there are. */
static const float *find(const frcnn_checkpoint *golden, int64_t *n, const char *model, const char *what,
                         const char *level)
{
    char name[128];
    snprintf(name, sizeof name, "%s.%s.%s", model, what, level);
    const frcnn_tensor *tensor = frcnn_checkpoint_find(golden, name);
    if (tensor == NULL) fail_msg("no golden of name %s", name);
    *n = frcnn_tensor_get_n_elements(tensor) / 4;
    return frcnn_tensor_get_const_data(tensor);
}

static void assert_level(const frcnn_checkpoint *golden, const char *model, const char *name,
                         const frcnn_anchor_config *config, const frcnn_anchor_grids *grids, int level)
{
    int64_t n = 0;
    frcnn_tensor *anchors = NULL;
    const float *base = find(golden, &n, model, "base", name);
    assert_base(config, level, base, n);
    assert_ok(frcnn_anchors_create_level(&anchors, config, grids, level));
    const float *first = find(golden, &n, model, "first", name);
    assert_rows_equal(anchors, 0, first, n);
    const float *last = find(golden, &n, model, "last", name);
    assert_rows_equal(anchors, frcnn_tensor_get_n_elements(anchors) / 4 - n, last, n);
    frcnn_tensor_destroy(&anchors);
}

typedef struct recorded_image {
    const char *name;
    int height, width;
} recorded_image;

static void assert_pyramids(const char *program, frcnn_anchor_convention convention, const char *model)
{
    static const recorded_image images[] = {{"landscape", 128, 224}, {"portrait", 192, 128}, {"large", 480, 640}};
    static const char *const levels[] = {"p2", "p3", "p4", "p5", "p6"};
    frcnn_anchor_config config;
    frcnn_checkpoint *golden = open_golden(program);
    frcnn_anchor_config_default(&config, convention);
    for (size_t i = 0; i < sizeof images / sizeof images[0]; i++) {
        char name[64];
        frcnn_anchor_grids grids;
        snprintf(name, sizeof name, "%s_%s", model, images[i].name);
        assert_ok(frcnn_anchor_grids_from_image(&grids, &config, images[i].height, images[i].width));
        for (int k = 0; k < config.n_levels; k++) assert_level(golden, name, levels[k], &config, &grids, k);
    }
    frcnn_checkpoint_close(&golden);
}

static void detectron2_pyramids_are_equal_to_the_bit(void **state)
{
    (void)state;
    assert_pyramids("detectron2", FRCNN_ANCHORS_DETECTRON2, "fpn");
}

static void mmdet_pyramids_are_equal_to_the_bit(void **state)
{
    (void)state;
    assert_pyramids("mmdet", FRCNN_ANCHORS_MMDET, "r50_fpn");
}

/* Fifteen anchors in a cell, and images that nothing pads: the last cells are cut. */
static void detectron2_single_maps_are_equal_to_the_bit(void **state)
{
    (void)state;
    static const struct {
        const char *model, *level;
        int height, width;
    } runs[] = {
        {"c4_landscape", "res4", 119, 200}, {"c4_portrait", "res4", 185, 120}, {"dc5_landscape", "res5", 119, 200}};
    const frcnn_anchor_config config = one_level(FRCNN_ANCHORS_DETECTRON2, every_size, SIZE_COUNT, 16);
    frcnn_checkpoint *golden = open_golden("detectron2");
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        frcnn_anchor_grids grids;
        assert_ok(frcnn_anchor_grids_from_image(&grids, &config, runs[i].height, runs[i].width));
        assert_level(golden, runs[i].model, runs[i].level, &config, &grids, 0);
    }
    frcnn_checkpoint_close(&golden);
}

static void assert_operator(const frcnn_checkpoint *golden, const char *name, const frcnn_anchor_config *config)
{
    char tensor[64];
    snprintf(tensor, sizeof tensor, "operators.%s", name);
    const frcnn_tensor *expected = frcnn_checkpoint_find(golden, tensor);
    if (expected == NULL) fail_msg("no golden of name %s", tensor);
    frcnn_tensor *anchors = on_small_map(config);
    assert_all_rows_equal(anchors, frcnn_tensor_get_const_data(expected), frcnn_tensor_get_n_elements(expected) / 4);
    frcnn_tensor_destroy(&anchors);
}

static void detectron2_offsets_are_equal_to_the_bit(void **state)
{
    (void)state;
    frcnn_checkpoint *golden = open_golden("detectron2");
    frcnn_anchor_config config = one_level(FRCNN_ANCHORS_DETECTRON2, every_size, SIZE_COUNT, 16);
    assert_operator(golden, "offset00", &config);
    config.offset = 0.5;
    assert_operator(golden, "offset05", &config);
    frcnn_checkpoint_close(&golden);
}

static void mmdet_offsets_orders_and_octaves_are_equal_to_the_bit(void **state)
{
    (void)state;
    static const double scales[] = {2, 4, 8, 16, 32};
    double octave[3];
    frcnn_checkpoint *golden = open_golden("mmdet");
    frcnn_anchor_config config = one_level(FRCNN_ANCHORS_MMDET, &scales[2], 1, 16);
    assert_operator(golden, "default", &config);
    config.offset = 0.5;
    assert_operator(golden, "offset05", &config);
    config = one_level(FRCNN_ANCHORS_MMDET, scales, 5, 16);
    assert_operator(golden, "five_scales", &config);
    config.order = FRCNN_ANCHOR_ORDER_SIZE_MAJOR;
    assert_operator(golden, "scale_minor_off", &config);
    assert_ok(frcnn_anchor_octave_sizes(octave, 4, 3));
    config = one_level(FRCNN_ANCHORS_MMDET, octave, 3, 16);
    assert_operator(golden, "octaves", &config);
    config = one_level(FRCNN_ANCHORS_MMDET_LEGACY, &scales[2], 1, 16);
    assert_operator(golden, "legacy", &config);
    frcnn_checkpoint_close(&golden);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(detectron2_pyramids_are_equal_to_the_bit),
        cmocka_unit_test(detectron2_single_maps_are_equal_to_the_bit),
        cmocka_unit_test(detectron2_offsets_are_equal_to_the_bit),
        cmocka_unit_test(mmdet_pyramids_are_equal_to_the_bit),
        cmocka_unit_test(mmdet_offsets_orders_and_octaves_are_equal_to_the_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
