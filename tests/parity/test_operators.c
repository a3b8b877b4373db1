/* Single operations of Detectron2 and mmdetection on what these programs computed (tests/golden/detectron2, mmdetection):
   sizes and bytes after resizing, boxes from deltas, levels and RoIAlign. */
#include "support.h"

#include <math.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "frcnn/checkpoint.h"
#include "image/resize_normalize.h"
#include "roi/level_mapper_body.h"
#include "roi/roi_align.h"
#include "rpn/box_coder_body.h"

#define GOLDEN_DIR FRCNN_SOURCE_DIR "/tests/golden/"

enum { MAX_NAME = 64 };

static frcnn_checkpoint *open_operators(const char *family)
{
    char path[4096];
    frcnn_checkpoint *operators = NULL;
    snprintf(path, sizeof path, GOLDEN_DIR "%s/operators.safetensors", family);
    assert_ok(frcnn_checkpoint_open(&operators, path));
    return operators;
}

static const frcnn_tensor *find(const frcnn_checkpoint *operators, const char *format, const char *name)
{
    char whole[MAX_NAME];
    snprintf(whole, sizeof whole, format, name);
    const frcnn_tensor *tensor = frcnn_checkpoint_find(operators, whole);
    if (tensor == NULL) fail_msg("no tensor %s", whole);
    return tensor;
}

static const float *find_floats(const frcnn_checkpoint *operators, const char *name)
{
    const frcnn_tensor *tensor = find(operators, "%s", name);
    assert_int_equal(frcnn_tensor_get_dtype(tensor), FRCNN_F32);
    return frcnn_tensor_get_const_data(tensor);
}

/* ---- sizes ---- */

static cJSON *read_json(const char *path)
{
    static char text[1 << 16];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t n_bytes = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n_bytes] = '\0';
    cJSON *json = cJSON_Parse(text);
    assert_non_null(json);
    return json;
}

static void check_sizes(const char *path, frcnn_resize_rule rule)
{
    cJSON *rows = read_json(path);
    const cJSON *row;
    assert_int_equal(cJSON_GetArraySize(rows), 200);
    cJSON_ArrayForEach(row, rows)
    {
        int size[4], height = 0, width = 0;
        for (int i = 0; i < 4; i++) size[i] = cJSON_GetArrayItem(row, i)->valueint;
        assert_ok(frcnn_resize_get_size(rule, size[0], size[1], 800, 1333, &height, &width));
        assert_int_equal(height, size[2] < 1 ? 1 : size[2]);
        assert_int_equal(width, size[3] < 1 ? 1 : size[3]);
    }
    cJSON_Delete(rows);
}

static void sizes(void **state)
{
    (void)state;
    check_sizes(GOLDEN_DIR "detectron2/sizes.json", FRCNN_RESIZE_DETECTRON2);
    check_sizes(GOLDEN_DIR "mmdetection/sizes.json", FRCNN_RESIZE_MMDETECTION);
}

/* ---- bytes ---- */

static void check_bytes(const frcnn_checkpoint *operators, const char *name, frcnn_resize_rule rule, int is_bgr)
{
    const frcnn_tensor *in = find(operators, "resize.%s.in", name), *out = find(operators, "resize.%s.out", name);
    const int64_t *from = frcnn_tensor_get_shape(in), *to = frcnn_tensor_get_shape(out);
    const uint8_t *expected = frcnn_tensor_get_const_data(out);
    frcnn_resize_normalize p = {.rule = rule,
                                .src_height = (int)from[0],
                                .src_width = (int)from[1],
                                .height = (int)to[0],
                                .width = (int)to[1],
                                .padded_height = (int)to[0] + 1,
                                .padded_width = (int)to[1] + 3,
                                .is_bgr = is_bgr,
                                .unit = 1.0f,
                                .mean = {103.53f, 116.28f, 123.675f},
                                .std = {57.375f, 1.0f, 58.395f}};
    const size_t n = (size_t)p.padded_height * (size_t)p.padded_width * 3;
    float *dst = malloc(n * sizeof *dst);
    void *workspace = aligned_alloc(64, frcnn_resize_normalize_get_workspace(rule, p.height, p.width));
    assert_true(dst != NULL && workspace != NULL);
    frcnn_resize_normalize_cpu(&p, frcnn_tensor_get_const_data(in), workspace, dst);
    for (int y = 0; y < p.padded_height; y++)
        for (int x = 0; x < p.padded_width; x++)
            for (int c = 0; c < 3; c++) {
                const int is_inside = y < p.height && x < p.width;
                const uint8_t *pixel = expected + ((int64_t)y * p.width + x) * 3;
                const float value = is_inside ? ((float)pixel[is_bgr ? 2 - c : c] - p.mean[c]) / p.std[c] : 0.0f;
                const float found = dst[((int64_t)y * p.padded_width + x) * 3 + c];
                if (found != value)
                    fail_msg("%s: (%d, %d, %d): expected %g, found %g", name, y, x, c, (double)value, (double)found);
            }
    free(workspace);
    free(dst);
}

/* "tall" loses so many rows that Pillow 13 weighs them first. */
static void bytes(void **state)
{
    (void)state;
    static const char *const names[] = {"down", "half", "mixed", "one_axis", "pixel", "row", "tall", "up"};
    frcnn_checkpoint *detectron2 = open_operators("detectron2"), *mmdetection = open_operators("mmdetection");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (int is_bgr = 0; is_bgr < 2; is_bgr++) {
            check_bytes(detectron2, names[i], FRCNN_RESIZE_DETECTRON2, is_bgr);
            check_bytes(mmdetection, names[i], FRCNN_RESIZE_MMDETECTION, is_bgr);
        }
    frcnn_checkpoint_close(&detectron2);
    frcnn_checkpoint_close(&mmdetection);
}

/* Rows of 0 to 60, 80 to 140, 160 to 220: by Pillow 9 and OpenCV 4. */
static void shrinking_is_antialiased_by_pillow_alone(void **state)
{
    (void)state;
    static const uint8_t expected[2][4] = {{44, 76, 144, 176}, {30, 70, 150, 190}};
    static const frcnn_resize_rule rules[2] = {FRCNN_RESIZE_DETECTRON2, FRCNN_RESIZE_MMDETECTION};
    uint8_t rgb[3 * 4 * 3];
    for (int i = 0; i < 12; i++)
        for (int c = 0; c < 3; c++) rgb[3 * i + c] = (uint8_t)(20 * i);
    for (int r = 0; r < 2; r++) {
        const frcnn_resize_normalize p = {rules[r], 3, 4, 2, 2, 2, 2, 0.0, 0, 1.0f, {0.0f}, {1.0f, 1.0f, 1.0f}};
        float dst[2 * 2 * 3];
        void *workspace = aligned_alloc(64, frcnn_resize_normalize_get_workspace(rules[r], 2, 2));
        assert_non_null(workspace);
        frcnn_resize_normalize_cpu(&p, rgb, workspace, dst);
        free(workspace);
        for (int i = 0; i < 4; i++) assert_true(dst[3 * i] == (float)expected[r][i]);
    }
}

/* ---- boxes ---- */

/* exp differs between libraries by an ulp, which the width of a box multiplies: 62.5 times at most. */
static void check_coder(const frcnn_checkpoint *operators, frcnn_box_coder coder, const char *name,
                        const float weights[4])
{
    const int64_t n = frcnn_tensor_get_shape(find(operators, "%s", "coder.boxes"))[0];
    const float *boxes = find_floats(operators, "coder.boxes"), *deltas = find_floats(operators, "coder.deltas");
    const float *expected = find_floats(operators, name);
    for (int64_t i = 0; i < n; i++) {
        float box[4];
        frcnn_box_decode(coder, boxes + 4 * i, deltas + 4 * i, weights, box);
        for (int k = 0; k < 4; k++) {
            const float value = expected[4 * i + k];
            const double bound = 1e-4 + 3e-7 * fabs((double)value);
            if (!(fabs((double)box[k] - (double)value) <= bound))
                fail_msg("%s row %d: expected %.9g, found %.9g", name, (int)i, (double)value, (double)box[k]);
        }
    }
}

static void boxes_from_deltas(void **state)
{
    (void)state;
    static const float rpn[4] = {1.0f, 1.0f, 1.0f, 1.0f}, head[4] = {10.0f, 10.0f, 5.0f, 5.0f};
    frcnn_checkpoint *detectron2 = open_operators("detectron2"), *mmdetection = open_operators("mmdetection");
    check_coder(detectron2, FRCNN_CODER_TORCHVISION, "coder.decoded.rpn", rpn);
    check_coder(detectron2, FRCNN_CODER_TORCHVISION, "coder.decoded.box", head);
    check_coder(mmdetection, FRCNN_CODER_MMDETECTION, "coder.decoded.rpn", rpn);
    check_coder(mmdetection, FRCNN_CODER_MMDETECTION, "coder.decoded.box", head);
    frcnn_checkpoint_close(&detectron2);
    frcnn_checkpoint_close(&mmdetection);
}

/* ---- RoIs ---- */

static void check_levels(const char *family, frcnn_level_rule rule)
{
    frcnn_checkpoint *operators = open_operators(family);
    const frcnn_tensor *level = find(operators, "%s", "levels.level");
    const int64_t *expected = frcnn_tensor_get_const_data(level);
    const float *boxes = find_floats(operators, "levels.boxes");
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(level); i++)
        assert_int_equal(frcnn_roi_get_level(boxes + 4 * i, rule, 2, 5) - 2, expected[i]);
    frcnn_checkpoint_close(&operators);
}

static void levels(void **state)
{
    (void)state;
    check_levels("detectron2", FRCNN_LEVELS_DETECTRON2);
    check_levels("mmdetection", FRCNN_LEVELS_MMDETECTION);
}

static void check_align(const frcnn_checkpoint *operators, const char *name, int is_aligned, int sampling_ratio)
{
    enum { CHANNELS = 3 };
    const frcnn_tensor *out = find(operators, "roi_align.out.%s", name), *map = find(operators, "%s", "roi_align.map");
    const int64_t *shape = frcnn_tensor_get_shape(out), *sides = frcnn_tensor_get_shape(map);
    const int64_t n = shape[0], size = shape[2], area = sides[2] * sides[3];
    const float *nchw = frcnn_tensor_get_const_data(map), *expected = frcnn_tensor_get_const_data(out);
    float *nhwc = malloc((size_t)area * CHANNELS * sizeof *nhwc);
    float *found = malloc((size_t)(n * size * size) * CHANNELS * sizeof *found);
    assert_true(nhwc != NULL && found != NULL);
    for (int64_t i = 0; i < area; i++)
        for (int c = 0; c < CHANNELS; c++) nhwc[i * CHANNELS + c] = nchw[c * area + i];
    const frcnn_roi_align p = {.n_levels = 1,
                               .levels = {{nhwc, (int)sides[2], (int)sides[3], 0.25f}},
                               .k_min = 2,
                               .channels = CHANNELS,
                               .output_size = (int)size,
                               .sampling_ratio = sampling_ratio,
                               .is_aligned = is_aligned};
    frcnn_roi_align_cpu(&p, find_floats(operators, "roi_align.boxes"), n, found);
    for (int64_t roi = 0; roi < n; roi++)
        for (int c = 0; c < CHANNELS; c++)
            for (int64_t i = 0; i < size * size; i++)
                if (found[(roi * size * size + i) * CHANNELS + c] != expected[(roi * CHANNELS + c) * size * size + i])
                    fail_msg("%s: RoI %d, channel %d, bin %d: expected %.9g, found %.9g", name, (int)roi, c, (int)i,
                             (double)expected[(roi * CHANNELS + c) * size * size + i],
                             (double)found[(roi * size * size + i) * CHANNELS + c]);
    free(nhwc);
    free(found);
}

static void roi_align(void **state)
{
    (void)state;
    frcnn_checkpoint *detectron2 = open_operators("detectron2"), *mmdetection = open_operators("mmdetection");
    check_align(detectron2, "v2", 1, 0);
    check_align(detectron2, "v2_14", 1, 0);
    check_align(detectron2, "v1", 0, 0);
    check_align(detectron2, "v1_sr2", 0, 2);
    check_align(mmdetection, "aligned", 1, 0);
    check_align(mmdetection, "aligned_sr2", 1, 2);
    check_align(mmdetection, "not_aligned", 0, 0);
    frcnn_checkpoint_close(&detectron2);
    frcnn_checkpoint_close(&mmdetection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes),
        cmocka_unit_test(bytes),
        cmocka_unit_test(shrinking_is_antialiased_by_pillow_alone),
        cmocka_unit_test(boxes_from_deltas),
        cmocka_unit_test(levels),
        cmocka_unit_test(roi_align),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
