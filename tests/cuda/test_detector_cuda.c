/* A whole model on a GPU against the same model on the CPU: stage by stage, for batches, in every precision, and where
   memory is short. FRCNN_TEST_MODEL names another checkpoint than the default; on the host grid images are small. */
#include <math.h>
#include <stdlib.h>

#include "cuda_support.h"
#include "detector/detector_type.h"
#include "detector/edited_model.h"
#include "detector/taps.h"
#include "golden/seeded.h"

#if defined(FRCNN_TEST_HOST_GRID)
#include "fake_cuda.h"

enum { MIN_SIZE = 48, MAX_SIZE = 64, HEIGHT = 70, WIDTH = 90, N_SHAPES = 2, N_SHORT = 2, N_SEEDS = 1 };
#else
enum { MIN_SIZE = 0, MAX_SIZE = 0, HEIGHT = 427, WIDTH = 640, N_SHAPES = 1000, N_SHORT = 20, N_SEEDS = 3 };
#endif

typedef struct bench {
    edited_model *edited; /* NULL: the file as it is */
    frcnn_model *model;
    frcnn_detector *cpu, *gpu;
} bench;

static frcnn_detector *create(const frcnn_model *model, const char *device, const char *precision, int batch,
                              size_t max_memory)
{
    frcnn_detector *detector = NULL;
    frcnn_detector_options options;
    frcnn_detector_options_default(&options);
    options.device = device;
    options.precision = precision;
    options.batch = batch;
    options.max_memory = max_memory;
    assert_ok(frcnn_detector_create(&detector, model, &options));
    return detector;
}

static bench open_bench(const char *precision)
{
    bench b = {0};
    const char *path;
    if (MIN_SIZE == 0) {
        path = getenv("FRCNN_TEST_MODEL");
    } else {
        char settings[160];
        b.edited = edited_open();
        edited_save(b.edited);
        snprintf(settings, sizeof settings,
                 "{\"min_size\": %d, \"max_size\": %d, \"rpn_pre_nms_top_n\": 100, \"rpn_post_nms_top_n\": 24}",
                 MIN_SIZE, MAX_SIZE);
        edited_write_beside(b.edited, settings);
        path = b.edited->path;
    }
    assert_ok(frcnn_model_open(&b.model, path, NULL));
    b.cpu = create(b.model, "cpu", NULL, 1, 0);
    b.gpu = create(b.model, "cuda", precision, 1, 0);
    return b;
}

static void close_bench(bench *b)
{
    frcnn_detector_destroy(&b->cpu);
    frcnn_detector_destroy(&b->gpu);
    frcnn_model_destroy(&b->model);
    if (b->edited != NULL) edited_close(b->edited);
}

/* A picture with edges at all scales: squares of seeded colours, large ones first. */
static frcnn_image *make_image(int height, int width, uint64_t seed)
{
    frcnn_image *image = NULL;
    assert_ok(frcnn_image_create(&image, height, width, NULL));
    uint8_t *pixels = frcnn_image_get_pixels(image);
    for (int k = 0; k < 60; k++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        const int side = (height < width ? height : width) / (1 + k / 4) + 1;
        const int y0 = (int)((seed >> 33) % (uint64_t)height), x0 = (int)((seed >> 17) % (uint64_t)width);
        for (int y = y0; y < height && y < y0 + side; y++)
            for (int x = x0; x < width && x < x0 + side; x++)
                for (int c = 0; c < 3; c++) pixels[(y * width + x) * 3 + c] = (uint8_t)(seed >> (40 + 8 * c));
    }
    return image;
}

/* The largest difference of two taps as a part of the largest value, f32 or i64. */
static double compare_taps(const frcnn_taps *cpu, const frcnn_taps *gpu, const char *name)
{
    frcnn_tensor *expected = NULL, *found = NULL;
    double largest = 1e-30, difference = 0;
    assert_ok(frcnn_taps_read(cpu, name, &expected));
    assert_ok(frcnn_taps_read(gpu, name, &found));
    const int64_t n = frcnn_tensor_get_n_elements(expected);
    if (frcnn_tensor_get_n_elements(found) != n) fail_msg("%s: another number of values", name);
    const float *a = frcnn_tensor_get_const_data(expected), *b = frcnn_tensor_get_const_data(found);
    for (int64_t i = 0; i < n; i++) {
        const double apart = fabs((double)a[i] - (double)b[i]);
        if (!(apart <= difference)) difference = isnan(apart) ? INFINITY : apart;
        if (fabs((double)a[i]) > largest) largest = fabs((double)a[i]);
    }
    frcnn_tensor_destroy(&expected);
    frcnn_tensor_destroy(&found);
    return difference / largest;
}

/* Each stage on the CPU's proposals, so that a difference is of the stage alone. */
static void check_stages(const char *precision, double tolerance)
{
    static const char *const names[] = {"body.%d", "fpn.%d", "rpn.logits.%d", "rpn.deltas.%d"};
    static const char *const heads[] = {"roi.pooled", "roi.head", "roi.class_logits", "roi.box_deltas"};
    bench b = open_bench(precision);
    frcnn_image *image = make_image(HEIGHT, WIDTH, 3);
    frcnn_taps *cpu = NULL, *gpu = NULL;
    frcnn_proposals given = {0};
    assert_ok(frcnn_detector_get_proposals(b.cpu, image, &given));
    const int64_t n = frcnn_tensor_get_shape(given.boxes)[0];
    assert_true(n > 10);
    assert_ok(frcnn_taps_create(&cpu, b.cpu, image, frcnn_tensor_get_data(given.boxes), n));
    assert_ok(frcnn_taps_create(&gpu, b.gpu, image, frcnn_tensor_get_data(given.boxes), n));
    assert_true(compare_taps(cpu, gpu, "anchors") == 0);
    assert_true(compare_taps(cpu, gpu, "transform") <= (strcmp(precision, "f32") == 0 ? 0 : 4e-3));
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        const int n_maps = k < 2 ? b.model->backbone.n_maps : b.model->settings.n_levels;
        for (int level = 0; level < n_maps; level++) {
            char name[FRCNN_GRAPH_NAME];
            snprintf(name, sizeof name, names[k], level);
            const double apart = compare_taps(cpu, gpu, name);
            print_message("%s %-16s %.2e\n", precision, name, apart);
            assert_true(apart <= tolerance);
        }
    }
    for (size_t k = 0; k < sizeof heads / sizeof heads[0]; k++) {
        const double apart = compare_taps(cpu, gpu, heads[k]);
        print_message("%s %-16s %.2e\n", precision, heads[k], apart);
        assert_true(apart <= tolerance);
    }
    frcnn_taps_destroy(&cpu);
    frcnn_taps_destroy(&gpu);
    frcnn_proposals_deinit(&given);
    frcnn_image_destroy(&image);
    close_bench(&b);
}

/* Sums of up to some thousands of products in another order, layer upon layer: a few 1e-6 each. */
static void test_stages_f32(void **state)
{
    (void)state;
    check_stages("f32", 2e-5);
}

/* Values of 10 fraction bits (tf32, f16), 7 (bf16): half a unit is 2^-11 and 2^-8 of a value at each layer, and errors of
   some fifty layers add up like a random walk. */
static void test_stages_of_less_precision(void **state)
{
    (void)state;
    check_stages("f16", 2e-2);
    if (N_SEEDS == 1) return;
    check_stages("tf32", 2e-2);
    check_stages("bf16", 1.5e-1);
}

static int is_near(const frcnn_detection *a, const frcnn_detection *b, float pixels, float score)
{
    return a->class_index == b->class_index && fabsf(a->x1 - b->x1) <= pixels && fabsf(a->y1 - b->y1) <= pixels &&
           fabsf(a->x2 - b->x2) <= pixels && fabsf(a->y2 - b->y2) <= pixels && fabsf(a->score - b->score) <= score;
}

/* Each of a's detections above `least` has one near it in b. */
static void check_found(const frcnn_result *a, const frcnn_result *b, float least, float pixels, float score)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->detections[i].score < least) continue;
        size_t k = 0;
        while (k < b->count && !is_near(&a->detections[i], &b->detections[k], pixels, score)) k++;
        if (k == b->count)
            fail_msg("detection %zu of %zu, class %d, score %.4f, has none near it", i, a->count,
                     a->detections[i].class_index, (double)a->detections[i].score);
    }
}

/* From pixels to boxes, with the GPU's own proposals. */
static void test_detections(void **state)
{
    (void)state;
    bench b = open_bench("f32");
    size_t n = 0;
    for (uint64_t seed = 1; seed <= N_SEEDS; seed++) {
        frcnn_image *image = make_image(HEIGHT, WIDTH - 7 * (int)seed, seed);
        frcnn_result expected = {0}, found = {0};
        assert_ok(frcnn_detector_run(b.cpu, (const frcnn_image *const *)&image, 1, &expected));
        assert_ok(frcnn_detector_run(b.gpu, (const frcnn_image *const *)&image, 1, &found));
        assert_int_equal(found.resized_height, expected.resized_height);
        check_found(&expected, &found, b.model->settings.box_score_thresh + 1e-3f, 0.05f, 1e-3f);
        check_found(&found, &expected, b.model->settings.box_score_thresh + 1e-3f, 0.05f, 1e-3f);
        n += expected.count;
        frcnn_result_deinit(&expected);
        frcnn_result_deinit(&found);
        frcnn_image_destroy(&image);
    }
    print_message("%zu detections\n", n);
    close_bench(&b);
}

static void check_same(const frcnn_result *a, const frcnn_result *b)
{
    assert_int_equal(a->count, b->count);
    if (a->count > 0) assert_memory_equal(a->detections, b->detections, a->count * sizeof *a->detections);
}

/* Replayed or not, after other shapes, and in another order of threads. */
static void test_same_bytes(void **state)
{
    (void)state;
    bench b = open_bench("f16");
    frcnn_image *images[2] = {make_image(HEIGHT, WIDTH, 5), make_image(WIDTH, HEIGHT, 6)};
    frcnn_result first[2] = {{0}, {0}}, again = {0};
    for (int i = 0; i < 2; i++)
        assert_ok(frcnn_detector_run(b.gpu, (const frcnn_image *const *)&images[i], 1, &first[i]));
    for (int run = 0; run < N_RUNS; run++) {
        begin_run(run);
        for (int i = 0; i < 2; i++) {
            assert_ok(frcnn_detector_run(b.gpu, (const frcnn_image *const *)&images[i], 1, &again));
            check_same(&first[i], &again);
        }
    }
    begin_run(0);
    for (int i = 0; i < 2; i++) {
        frcnn_result_deinit(&first[i]);
        frcnn_image_destroy(&images[i]);
    }
    frcnn_result_deinit(&again);
    close_bench(&b);
}

#if defined(FRCNN_TEST_HOST_GRID)
/* Once there are a plan and its memory, a run puts its work on the stream and waits once, for the results. */
static void test_one_wait(void **state)
{
    (void)state;
    bench b = open_bench("f16");
    frcnn_image *image = make_image(HEIGHT, WIDTH, 7);
    frcnn_result result = {0};
    assert_ok(frcnn_detector_run(b.gpu, (const frcnn_image *const *)&image, 1, &result));
    const long n_waits = fake_cuda_count_waits(), n_syncs = fake_cuda_count_calls("cudaStreamSynchronize"),
               n_allocations = fake_cuda_count_allocations(), n_launches = fake_cuda_count_calls("launch"),
               n_replays = fake_cuda_count_calls("cudaGraphLaunch");
    fake_cuda_set_lazy(1);
    assert_ok(frcnn_detector_run(b.gpu, (const frcnn_image *const *)&image, 1, &result));
    assert_int_equal(fake_cuda_count_waits() - n_waits, 1);
    assert_int_equal(fake_cuda_count_calls("cudaStreamSynchronize") - n_syncs, 1);
    assert_int_equal(fake_cuda_count_allocations() - n_allocations, 0);
    assert_int_equal(fake_cuda_count_calls("launch") - n_launches, 0);
    assert_int_equal(fake_cuda_count_calls("cudaGraphLaunch") - n_replays, 1);
    fake_cuda_reset();
    frcnn_result_deinit(&result);
    frcnn_image_destroy(&image);
    close_bench(&b);
}
#endif

enum { BATCH = N_SEEDS == 1 ? 2 : 3 };

/* Images of one padded size, of different sizes each: every one gets what it gets alone. */
static void test_batch(void **state)
{
    (void)state;
    bench b = open_bench("f32");
    frcnn_detector *batched = create(b.model, "cuda", "f32", BATCH, 0);
    frcnn_image *images[BATCH];
    frcnn_result alone[BATCH] = {{0}}, together[BATCH] = {{0}};
    for (int i = 0; i < BATCH; i++) images[i] = make_image(HEIGHT, WIDTH - i, 10 + (uint64_t)i);
    assert_ok(frcnn_detector_run(b.gpu, (const frcnn_image *const *)images, BATCH, alone));
    assert_ok(frcnn_detector_run(batched, (const frcnn_image *const *)images, BATCH, together));
    for (int i = 0; i < BATCH; i++) {
        /* Another batch is another convolution, which may be computed in another order. */
        check_found(&alone[i], &together[i], b.model->settings.box_score_thresh + 1e-3f, 0.05f, 1e-3f);
        frcnn_result_deinit(&alone[i]);
        frcnn_result_deinit(&together[i]);
        frcnn_image_destroy(&images[i]);
    }
    frcnn_detector_destroy(&batched);
    close_bench(&b);
}

/* Batches are halved until there is room; one image that has none is an error, and the detector goes on. */
static void test_memory_is_short(void **state)
{
    (void)state;
    bench b = open_bench("f32");
    frcnn_plan_info info;
    frcnn_image *images[4];
    frcnn_result results[4] = {{0}};
    for (int i = 0; i < 4; i++) images[i] = make_image(HEIGHT, WIDTH, 20 + (uint64_t)i);
    assert_ok(frcnn_detector_get_plan_info(b.gpu, HEIGHT, WIDTH, &info));
    const size_t room = info.weights_bytes + info.anchors_bytes + 3 * info.arena_bytes;
    frcnn_detector *detector = create(b.model, "cuda", "f32", 4, room);
    assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)images, 4, results));
    assert_int_equal(frcnn_detector_get_info(detector)->halved_batch, 2);
    frcnn_detector_destroy(&detector);
    detector = create(b.model, "cuda", "f32", 1, info.weights_bytes);
    assert_fails(frcnn_detector_run(detector, (const frcnn_image *const *)images, 1, results), FRCNN_ERROR_NO_MEMORY,
                 "are needed");
    frcnn_detector_destroy(&detector);
    for (int i = 0; i < 4; i++) {
        frcnn_result_deinit(&results[i]);
        frcnn_image_destroy(&images[i]);
    }
    close_bench(&b);
}

static size_t get_free_bytes(void)
{
    frcnn_device_info info;
    assert_ok(frcnn_device_get_info((frcnn_device){FRCNN_CUDA, 0}, &info));
    return info.free_bytes;
}

/* Plans come and go: after many shapes the device holds no more than it did after some. */
static void test_many_shapes_in_bounded_memory(void **state)
{
    (void)state;
    bench b = open_bench("f16");
    frcnn_result result = {0};
    size_t free_before = 0;
    const int n = is_short() ? N_SHORT : N_SHAPES;
    for (int i = 0; i < n; i++) {
        frcnn_image *image = make_image(64 + i % 37 * 16, 64 + i % 41 * 16, (uint64_t)i);
        assert_ok(frcnn_detector_run(b.gpu, (const frcnn_image *const *)&image, 1, &result));
        assert_true(b.gpu->n_plans <= FRCNN_MAX_PLANS);
        frcnn_image_destroy(&image);
        if (i == n / 2) free_before = get_free_bytes();
    }
    assert_true(get_free_bytes() + ((size_t)256 << 20) >= free_before);
    frcnn_result_deinit(&result);
    close_bench(&b);
}

static int run_short(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detections),
#if defined(FRCNN_TEST_HOST_GRID)
        cmocka_unit_test(test_one_wait),
#else
        cmocka_unit_test(test_many_shapes_in_bounded_memory),
#endif
        cmocka_unit_test(test_memory_is_short),
    };
    return RUN_CUDA_TESTS(tests);
}

int main(void)
{
    if (is_short()) return run_short();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stages_f32),
        cmocka_unit_test(test_detections),
        cmocka_unit_test(test_same_bytes),
#if defined(FRCNN_TEST_HOST_GRID)
        cmocka_unit_test(test_one_wait),
#endif
        cmocka_unit_test(test_batch),
        cmocka_unit_test(test_memory_is_short),
        cmocka_unit_test(test_many_shapes_in_bounded_memory),
        cmocka_unit_test(test_stages_of_less_precision),
    };
    return RUN_CUDA_TESTS(tests);
}
