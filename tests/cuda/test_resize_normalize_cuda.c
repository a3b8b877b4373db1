#include "device_arrays.h"

#include "golden/seeded.h"
#include "image/image_ops.h"

extern const frcnn_image_ops frcnn_image_ops_cuda;

enum { MAX_IMAGES = 5, CHANNELS = 3 };

/* src_height, src_width, height, width of each image. */
typedef struct batch {
    int n, padded_height, padded_width, is_bgr;
    int sizes[MAX_IMAGES][4];
    frcnn_resize_rule rule;
} batch;

static size_t get_n_values(const batch *b)
{
    return (size_t)b->n * (size_t)b->padded_height * (size_t)b->padded_width * CHANNELS;
}

static frcnn_transform make_transform(const batch *b)
{
    const frcnn_transform transform = {.n = b->n,
                                       .padded_height = b->padded_height,
                                       .padded_width = b->padded_width,
                                       .rule = b->rule,
                                       .unit = b->rule == FRCNN_RESIZE_TORCHVISION ? 255.0f : 1.0f,
                                       .is_bgr = b->is_bgr,
                                       .mean = {0.485f, 0.456f, 0.406f},
                                       .std = {0.229f, 0.224f, 0.225f}};
    return transform;
}

/* Seeded pixels of every image; the caller frees them. */
static void make_frames(const batch *b, frcnn_frame *frames, uint8_t **pixels)
{
    for (int i = 0; i < b->n; i++) {
        const int *size = b->sizes[i];
        const size_t n_bytes = (size_t)size[0] * (size_t)size[1] * CHANNELS;
        pixels[i] = malloc(n_bytes);
        assert_non_null(pixels[i]);
        seeded_bytes((uint32_t)(i + 1), pixels[i], n_bytes);
        frames[i] = (frcnn_frame){pixels[i], size[0], size[1], size[2], size[3], 0.99 * size[3] / size[1]};
    }
}

/* The caller frees the result. */
static float *run_cpu(const batch *b, const frcnn_frame *frames)
{
    frcnn_transform transform = make_transform(b);
    float *dst = malloc(get_n_values(b) * sizeof *dst);
    assert_non_null(dst);
    transform.frames = frames;
    transform.dst = dst;
    transform.workspace = aligned_alloc(64, (frcnn_image_ops_cpu.get_transform_workspace(&transform) / 64 + 1) * 64);
    assert_non_null(transform.workspace);
    assert_ok(frcnn_image_ops_cpu.transform(&transform, NULL));
    free(transform.workspace);
    return dst;
}

static void *run_cuda(const batch *b, const frcnn_frame *frames, frcnn_dtype dtype, frcnn_stream *stream)
{
    const size_t bytes = get_n_values(b) * frcnn_dtype_get_size(dtype);
    frcnn_frame on_device[MAX_IMAGES];
    for (int i = 0; i < b->n; i++) {
        on_device[i] = frames[i];
        on_device[i].pixels = device_copy(stream, frames[i].pixels,
                                          (size_t)frames[i].src_height * (size_t)frames[i].src_width * CHANNELS);
    }
    frcnn_transform transform = make_transform(b);
    void *device_frames = device_copy(stream, on_device, (size_t)b->n * sizeof *on_device);
    transform.dtype = dtype;
    transform.frames = device_frames;
    transform.dst = device_output(stream, bytes);
    assert_int_equal(frcnn_image_ops_cuda.get_transform_workspace(&transform), 0);
    assert_ok(frcnn_image_ops_cuda.transform(&transform, stream));
    for (int i = 0; i < b->n; i++) device_free(stream, (void *)(uintptr_t)on_device[i].pixels);
    device_free(stream, device_frames);
    return take_output(stream, transform.dst, bytes);
}

static void check_rule(const batch *b, const char *what)
{
    frcnn_stream *stream = open_stream();
    frcnn_frame frames[MAX_IMAGES];
    uint8_t *pixels[MAX_IMAGES];
    make_frames(b, frames, pixels);
    float *expected = run_cpu(b, frames);
    for (int i = 0; i < N_MAP_DTYPES; i++)
        for (int run = 0; run < N_RUNS; run++) {
            begin_run(run);
            void *found = run_cuda(b, frames, map_dtypes[i], stream);
            assert_values_equal(map_dtypes[i], found, expected, get_n_values(b), what);
            free(found);
        }
    for (int i = 0; i < b->n; i++) free(pixels[i]);
    free(expected);
    close_stream(stream);
}

static void check(const batch *b, const char *what)
{
    static const frcnn_resize_rule rules[] = {FRCNN_RESIZE_TORCHVISION,        FRCNN_RESIZE_DETECTRON2,
                                              FRCNN_RESIZE_MMDETECTION,        FRCNN_RESIZE_PY_FASTER_RCNN,
                                              FRCNN_RESIZE_SIMPLE_FASTER_RCNN, FRCNN_RESIZE_TORCHVISION_0_14};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        batch by_rule = *b;
        by_rule.rule = rules[i];
        check_rule(&by_rule, what);
    }
}

static void one_image_of_any_size(void **state)
{
    (void)state;
    static const int sizes[][4] = {
        {1, 1, 1, 1},
        {1, 1, 5, 7},
        {7, 5, 13, 9},
        {41, 70, 17, 29},
        {3, 3, 33, 31},
        {19, 23, 19, 23},
        {2, 300, 1, 64},
        /* More columns under a pixel than weights are kept of; rows that are weighted first, many and few. */
        {150, 200, 13, 9},
        {90, 7, 9, 7},
        {60, 20, 9, 12},
        {200, 20, 5, 12},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        batch b = {1, sizes[i][2], sizes[i][3], 0, {{0}}, FRCNN_RESIZE_TORCHVISION};
        memcpy(b.sizes[0], sizes[i], sizeof sizes[i]);
        check(&b, "one image");
    }
}

/* Blocks of 1024 pixels: images that end at one, before and behind. */
static void sizes_round_a_tile(void **state)
{
    (void)state;
    static const int shapes[][2] = {{32, 32}, {33, 31}, {25, 41}, {1, 1024}, {1, 1025}, {64, 33}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const int height = shapes[i][0], width = shapes[i][1];
        const batch b = {1, height, width, 0, {{20, 30, height, width}}, FRCNN_RESIZE_TORCHVISION};
        check(&b, "tile");
    }
}

static void padding_is_zeros(void **state)
{
    (void)state;
    const batch b = {1, 64, 32, 0, {{9, 5, 40, 22}}, FRCNN_RESIZE_TORCHVISION};
    check(&b, "padding");
    const batch wide = {1, 32, 64, 0, {{20, 50, 32, 47}}, FRCNN_RESIZE_TORCHVISION};
    check(&wide, "padding");
}

static void images_of_a_batch_differ(void **state)
{
    (void)state;
    const batch b = {4,
                     32,
                     64,
                     0,
                     {{30, 40, 27, 36}, {12, 60, 13, 64}, {100, 90, 32, 28}, {1, 3, 17, 51}},
                     FRCNN_RESIZE_TORCHVISION};
    check(&b, "batch");
    /* Images smaller than a block, which several of them share; their bytes end nowhere near a multiple of 16. */
    const batch small = {
        5, 5, 7, 0, {{5, 7, 5, 7}, {9, 9, 5, 5}, {2, 3, 4, 6}, {1, 1, 1, 1}, {70, 20, 5, 2}}, FRCNN_RESIZE_TORCHVISION};
    check(&small, "small images");
}

static void channels_are_swapped(void **state)
{
    (void)state;
    const batch b = {2, 32, 32, 1, {{20, 25, 25, 31}, {50, 40, 32, 26}}, FRCNN_RESIZE_TORCHVISION};
    check(&b, "bgr");
}

static void other_dtypes_are_refused(void **state)
{
    (void)state;
    frcnn_transform transform = {.n = 1, .padded_height = 1, .padded_width = 1, .dtype = FRCNN_F64};
    frcnn_stream *stream = open_stream();
    assert_fails(frcnn_image_ops_cuda.transform(&transform, stream), FRCNN_ERROR_BACKEND, "found f64");
    transform = (frcnn_transform){.n = 3, .padded_height = 65504, .padded_width = 32768};
    assert_fails(frcnn_image_ops_cuda.transform(&transform, stream), FRCNN_ERROR_BACKEND, "3 images of 65504x32768");
    close_stream(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_image_of_any_size), cmocka_unit_test(sizes_round_a_tile),
        cmocka_unit_test(padding_is_zeros),      cmocka_unit_test(images_of_a_batch_differ),
        cmocka_unit_test(channels_are_swapped),  cmocka_unit_test(other_dtypes_are_refused),
    };
    return RUN_CUDA_TESTS(tests);
}
