/* Detectors: the same bytes however images are run, memory that stays within its bounds, and faults that leave the
   detector usable. */
#include "edited_model.h"

#include "detector/detector_type.h"
#include "detector/taps.h"
#include "tensor/memory.h"

/* Smooth waves with a dark and a light block: enough for a few detections. */
static const frcnn_device cpu = {FRCNN_CPU, 0};

static frcnn_image *make_image(int height, int width, int phase)
{
    frcnn_image *image = NULL;
    assert_ok(frcnn_image_create(&image, height, width, NULL));
    uint8_t *pixel = frcnn_image_get_pixels(image);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++, pixel += 3) {
            const int is_block = (x / 40 + y / 30 + phase) % 5 == 0;
            pixel[0] = (uint8_t)(is_block ? 30 : (x * 3 + phase * 40) % 256);
            pixel[1] = (uint8_t)(is_block ? 200 : (y * 2 + x) % 256);
            pixel[2] = (uint8_t)((x * y / 50 + phase * 17) % 256);
        }
    return image;
}

static frcnn_model *open_default(float score_thresh)
{
    frcnn_model *model = NULL;
    frcnn_model_options options;
    frcnn_model_options_default(&options);
    options.score_thresh = score_thresh;
    assert_ok(frcnn_model_open(&model, edited_default, &options));
    return model;
}

static frcnn_detector *create(const frcnn_model *model, int n_threads, int batch, size_t max_memory)
{
    frcnn_detector *detector = NULL;
    frcnn_detector_options options;
    frcnn_detector_options_default(&options);
    options.n_threads = n_threads;
    options.batch = batch;
    options.max_memory = max_memory;
    assert_ok(frcnn_detector_create(&detector, model, &options));
    return detector;
}

static void assert_same_result(const frcnn_result *found, const frcnn_result *expected)
{
    assert_int_equal(found->count, expected->count);
    assert_memory_equal(found->detections, expected->detections, expected->count * sizeof *expected->detections);
    assert_int_equal(found->is_capped, expected->is_capped);
}

enum { N_IMAGES = 5 };

static void test_same_bytes_for_threads_and_batches(void **state)
{
    (void)state;
    static const int sizes[N_IMAGES][2] = {{240, 320}, {240, 320}, {300, 400}, {200, 333}, {240, 320}};
    frcnn_model *model = NULL;
    frcnn_model_options options;
    frcnn_model_options_default(&options);
    /* Maps of a hundred pixels: the sanitizers take their time. */
    options.min_size = 96;
    options.max_size = 160;
    options.score_thresh = 0.0f;
    assert_ok(frcnn_model_open(&model, edited_default, &options));
    frcnn_image *images[N_IMAGES];
    frcnn_result expected[N_IMAGES] = {{0}};
    frcnn_detector *detector = create(model, 1, 1, 0);
    for (int i = 0; i < N_IMAGES; i++) {
        images[i] = make_image(sizes[i][0], sizes[i][1], i);
        assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)&images[i], 1, &expected[i]));
        assert_true(expected[i].count > 0);
    }
    frcnn_detector_destroy(&detector);
    for (int n_threads = 1; n_threads <= 3; n_threads++)
        for (int batch = 1; batch <= 3; batch += 2) {
            frcnn_result results[N_IMAGES] = {{0}};
            detector = create(model, n_threads, batch, 0);
            for (int twice = 0; twice < 2; twice++) {
                assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)images, N_IMAGES, results));
                for (int i = 0; i < N_IMAGES; i++) assert_same_result(&results[i], &expected[i]);
            }
            for (int i = 0; i < N_IMAGES; i++) frcnn_result_deinit(&results[i]);
            frcnn_detector_destroy(&detector);
        }
    for (int i = 0; i < N_IMAGES; i++) {
        frcnn_result_deinit(&expected[i]);
        frcnn_image_destroy(&images[i]);
    }
    frcnn_model_destroy(&model);
}

static void test_later_runs_allocate_nothing(void **state)
{
    (void)state;
    frcnn_model *model = open_default(-1.0f);
    frcnn_detector *detector = create(model, 0, 1, 0);
    frcnn_result result = {0};
    frcnn_image *images[2] = {make_image(240, 320, 0), make_image(200, 420, 1)};
    int64_t before = 0;
    for (int round = 0; round < 3; round++) {
        if (round == 1) before = frcnn_memory_get_count();
        for (int i = 0; i < 2; i++)
            assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)&images[i], 1, &result));
    }
    assert_int_equal(frcnn_memory_get_count(), before);
    frcnn_image_destroy(&images[0]);
    frcnn_image_destroy(&images[1]);
    frcnn_result_deinit(&result);
    frcnn_detector_destroy(&detector);
    frcnn_model_destroy(&model);
}

/* Fifty shapes, and the same again: nothing is made twice. More shapes than plans are kept: the oldest go. */
static void test_many_shapes_in_bounded_memory(void **state)
{
    (void)state;
    frcnn_model *model = NULL;
    frcnn_model_options options;
    frcnn_model_options_default(&options);
    options.min_size = 32;
    options.max_size = 4096;
    assert_ok(frcnn_model_open(&model, edited_default, &options));
    frcnn_detector *detector = create(model, 1, 1, 0);
    frcnn_result result = {0};
    int64_t after_first_pass = 0;
    for (int i = 0; i < 100 + FRCNN_MAX_PLANS; i++) {
        const int shape = i < 100 ? i % 50 : i;
        frcnn_image *image = NULL;
        if (i == 50) after_first_pass = frcnn_memory_get_count();
        assert_ok(frcnn_image_create(&image, 32, 32 * (shape + 1), NULL));
        assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)&image, 1, &result));
        assert_true(detector->n_plans <= FRCNN_MAX_PLANS);
        frcnn_image_destroy(&image);
        /* An image is two allocations. */
        if (i == 99) assert_int_equal(frcnn_memory_get_count() - after_first_pass, 2 * 50);
    }
    frcnn_result_deinit(&result);
    frcnn_detector_destroy(&detector);
    frcnn_model_destroy(&model);
}

static void test_memory_limit(void **state)
{
    (void)state;
    frcnn_model *model = open_default(-1.0f);
    frcnn_result result = {0};
    frcnn_image *small = make_image(300, 300, 0), *large = make_image(288, 512, 1);
    frcnn_detector *detector = create(model, 1, 1, (size_t)1 << 20);
    assert_fails(frcnn_detector_run(detector, (const frcnn_image *const *)&small, 1, &result), FRCNN_ERROR_NO_MEMORY,
                 "1 MiB are allowed");
    assert_int_equal(result.count, 0);
    frcnn_detector_destroy(&detector);
    /* Room for the weights and the small image's buffers, not for the large one's. */
    frcnn_plan_info info;
    detector = create(model, 1, 1, 0);
    assert_ok(frcnn_detector_get_plan_info(detector, 300, 300, &info));
    frcnn_detector_destroy(&detector);
    detector = create(model, 1, 1, info.arena_bytes + info.weights_bytes + 100000);
    assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)&small, 1, &result));
    assert_fails(frcnn_detector_run(detector, (const frcnn_image *const *)&large, 1, &result), FRCNN_ERROR_NO_MEMORY,
                 "288x512");
    assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)&small, 1, &result));
    frcnn_detector_destroy(&detector);
    frcnn_result_deinit(&result);
    frcnn_image_destroy(&small);
    frcnn_image_destroy(&large);
    frcnn_model_destroy(&model);
}

/* What a plan says of its weights is what it packs, also where one layer is packed twice: on small maps oneDNN
   may ask for another order than on larger ones. */
static void test_weights_are_counted_as_packed(void **state)
{
    (void)state;
    static const int sizes[][2] = {{480, 640}, {427, 640}, {64, 2000}, {2000, 64}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        frcnn_model *model = open_default(-1.0f);
        frcnn_detector *detector = create(model, 1, 1, 0);
        frcnn_image *image = make_image(sizes[i][0], sizes[i][1], 0);
        frcnn_result result = {0};
        frcnn_plan_info info;
        assert_ok(frcnn_detector_get_plan_info(detector, sizes[i][0], sizes[i][1], &info));
        assert_int_equal(frcnn_weight_cache_get_bytes(model->weights, cpu), 0);
        assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)&image, 1, &result));
        assert_int_equal(frcnn_weight_cache_get_bytes(model->weights, cpu), info.weights_bytes);
        frcnn_result_deinit(&result);
        frcnn_image_destroy(&image);
        frcnn_detector_destroy(&detector);
        frcnn_model_destroy(&model);
    }
}

/* Anchors are kept with each plan, and count: plans of many shapes go before they outgrow the limit. */
static void test_memory_limit_counts_anchors(void **state)
{
    (void)state;
    frcnn_model *model = open_default(-1.0f);
    frcnn_plan_info info;
    frcnn_detector *detector = create(model, 1, 1, 0);
    assert_ok(frcnn_detector_get_plan_info(detector, 288, 512, &info));
    frcnn_detector_destroy(&detector);
    assert_int_equal(info.anchors_bytes, 9192 * 4 * sizeof(float));
    const size_t least = info.arena_bytes + info.anchors_bytes + info.weights_bytes;
    detector = create(model, 1, 1, least - 1);
    frcnn_result result = {0};
    frcnn_image *large = make_image(288, 512, 0);
    assert_fails(frcnn_detector_run(detector, (const frcnn_image *const *)&large, 1, &result), FRCNN_ERROR_NO_MEMORY,
                 "288x512");
    frcnn_image_destroy(&large);
    frcnn_detector_destroy(&detector);
    /* Room for the anchors of two such plans. */
    const size_t max_memory = least + info.anchors_bytes;
    detector = create(model, 1, 1, max_memory);
    for (int i = 0; i < 16; i++) {
        frcnn_image *image = make_image(288, 512 - 32 * (i % 8), i);
        assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)&image, 1, &result));
        size_t bytes = detector->memory.arena_bytes + frcnn_weight_cache_get_bytes(model->weights, cpu);
        for (int k = 0; k < detector->n_plans; k++) bytes += frcnn_plan_get_anchors_bytes(detector->plans[k]);
        assert_true(bytes <= max_memory);
        frcnn_image_destroy(&image);
    }
    frcnn_result_deinit(&result);
    frcnn_detector_destroy(&detector);
    frcnn_model_destroy(&model);
}

/* Anchors of a large image are gigabytes: they are not made before there is room for them. */
static void test_what_does_not_fit_is_not_made(void **state)
{
    (void)state;
    frcnn_model *model = open_default(-1.0f);
    frcnn_plan *plan = NULL;
    frcnn_detector *detector = create(model, 1, 1, 0);
    assert_ok(frcnn_plan_create(&plan, model, &detector->executor, 1, 8192, 8192, 0));
    assert_int_equal(frcnn_plan_get_anchors_bytes(plan), plan->sizes.n_anchors * 4 * (int64_t)sizeof(float));
    assert_null(plan->anchors);
    frcnn_plan_destroy(&plan);
    frcnn_detector_destroy(&detector);
    frcnn_model_destroy(&model);
}

/* A tensor of zeros in the place of a tensor of the file; the caller destroys it. */
static frcnn_tensor *replace(edited_model *m, const char *name, int n_dims, const int64_t *shape)
{
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, n_dims, shape));
    m->tensors[edited_find(m, name)] = tensor;
    return tensor;
}

/* Indices of 32 bits reach every anchor of a level, and every class of every proposal. */
static void test_indices_that_do_not_fit(void **state)
{
    (void)state;
    static const struct {
        const char *logits, *deltas, *json, *text;
        int64_t n, in_c;
        int n_dims; /* of a weight */
    } cases[] = {
        {"rpn.head.cls_logits", "rpn.head.bbox_pred",
         "{\"anchor_sizes\": [[1,2,3,4,5,6,7,8],[1,2,3,4,5,6,7,8],[1,2,3,4,5,6,7,8],[1,2,3,4,5,6,7,8]],"
         "\"anchor_ratios\": [1,2,3,4,5,6,7,8]}",
         "level 0: expected at most 4294967295 anchors, found 4294967296", 64, 128, 4},
        {"roi_heads.box_predictor.cls_score", "roi_heads.box_predictor.bbox_pred",
         "{\"anchor_sizes\": [[32],[64],[128],[256]], \"rpn_post_nms_top_n\": 715828}",
         "expected at most 715827 proposals for 3000 classes, found 715828", 3000, 256, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        edited_model *m = edited_open();
        frcnn_tensor *owned[4];
        frcnn_model *model = NULL;
        frcnn_plan *plan = NULL;
        char name[EDITED_NAME];
        for (int k = 0; k < 4; k++) {
            const int is_bias = k % 2;
            const int64_t shape[] = {k < 2 ? cases[i].n : 4 * cases[i].n, cases[i].in_c, 1, 1};
            snprintf(name, sizeof name, "%s.%s", k < 2 ? cases[i].logits : cases[i].deltas,
                     is_bias ? "bias" : "weight");
            owned[k] = replace(m, name, is_bias ? 1 : cases[i].n_dims, shape);
        }
        m->settings = NULL;
        edited_save(m);
        edited_write_beside(m, cases[i].json);
        assert_ok(frcnn_model_open(&model, m->path, NULL));
        frcnn_detector *detector = create(model, 1, 1, 0);
        assert_fails(frcnn_plan_create(&plan, model, &detector->executor, 1, 65536, 65536, 0), FRCNN_ERROR_INVALID,
                     cases[i].text);
        assert_null(plan);
        frcnn_detector_destroy(&detector);
        frcnn_model_destroy(&model);
        for (int k = 0; k < 4; k++) frcnn_tensor_destroy(&owned[k]);
        edited_close(m);
    }
}

/* Each proposal comes from an anchor of its own that overlaps it; scores fall. */
static void test_proposals_name_their_anchors(void **state)
{
    (void)state;
    frcnn_model *model = open_default(0.05f);
    frcnn_detector *detector = create(model, 1, 1, 0);
    frcnn_image *image = make_image(120, 160, 1);
    frcnn_model_sizes sizes;
    frcnn_proposals proposals;
    assert_ok(frcnn_model_get_sizes(model, 120, 160, &sizes));
    assert_ok(frcnn_detector_get_proposals(detector, image, &proposals));
    const int64_t n = frcnn_tensor_get_n_elements(proposals.scores);
    assert_in_range(n, 1, frcnn_model_get_info(model)->settings->rpn_post_nms_top_n);
    assert_int_equal(frcnn_tensor_get_n_elements(proposals.boxes), 4 * n);
    assert_int_equal(frcnn_tensor_get_n_elements(proposals.anchors), n);
    frcnn_anchor_grids grids;
    frcnn_tensor *all = NULL;
    const frcnn_anchor_config *config = frcnn_model_get_info(model)->anchors;
    assert_ok(frcnn_anchor_grids_from_maps(&grids, config, sizes.padded_height, sizes.padded_width, sizes.grid_height,
                                           sizes.grid_width));
    assert_ok(frcnn_anchors_create(&all, config, &grids));
    const float *rows = frcnn_tensor_get_const_data(all), *boxes = frcnn_tensor_get_const_data(proposals.boxes);
    const float *scores = frcnn_tensor_get_const_data(proposals.scores);
    const int64_t *anchors = frcnn_tensor_get_const_data(proposals.anchors);
    int64_t n_apart = 0;
    for (int64_t i = 0; i < n; i++) {
        assert_in_range(anchors[i], 0, sizes.n_anchors - 1);
        assert_true(i == 0 || scores[i] <= scores[i - 1]);
        for (int64_t j = 0; j < i; j++) assert_true(anchors[j] != anchors[i]);
        const float *a = rows + 4 * anchors[i], *b = boxes + 4 * i;
        n_apart += a[2] < b[0] || b[2] < a[0] || a[3] < b[1] || b[3] < a[1];
    }
    assert_true(n_apart * 20 <= n);
    frcnn_tensor_destroy(&all);
    frcnn_proposals_deinit(&proposals);
    assert_null(proposals.boxes);
    frcnn_image_destroy(&image);
    frcnn_detector_destroy(&detector);
    frcnn_model_destroy(&model);
}

static void test_odd_images(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {8, 8}, {2, 3000}, {3000, 2}, {65535, 1}, {100, 80}};
    frcnn_model *model = open_default(0.0f);
    frcnn_detector *detector = create(model, 1, 1, 0);
    frcnn_result result = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        frcnn_image *image = make_image(sizes[i][0], sizes[i][1], 0);
        assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)&image, 1, &result));
        assert_true(result.count > 0);
        for (size_t k = 0; k < result.count; k++) {
            const frcnn_detection *d = &result.detections[k];
            assert_true(d->x1 >= 0.0f && d->y1 >= 0.0f);
            /* Scaling a border back to the image may end an ulp past it. */
            assert_true(d->x2 <= (float)sizes[i][1] * 1.000001f && d->y2 <= (float)sizes[i][0] * 1.000001f);
        }
        frcnn_image_destroy(&image);
    }
    frcnn_result_deinit(&result);
    frcnn_detector_destroy(&detector);
    frcnn_model_destroy(&model);
}

static void test_cap_is_told(void **state)
{
    (void)state;
    frcnn_model *model = NULL;
    frcnn_model_options options;
    frcnn_model_options_default(&options);
    options.score_thresh = 0.0f;
    options.max_detections = 3;
    assert_ok(frcnn_model_open(&model, edited_default, &options));
    frcnn_detector *detector = create(model, 1, 1, 0);
    frcnn_result result = {0};
    frcnn_image *image = make_image(240, 320, 0);
    assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)&image, 1, &result));
    assert_int_equal(result.count, 3);
    assert_int_equal(result.is_capped, 1);
    assert_true(result.detections[0].score >= result.detections[2].score);
    frcnn_image_destroy(&image);
    frcnn_result_deinit(&result);
    frcnn_detector_destroy(&detector);
    frcnn_model_destroy(&model);
}

static void test_options_out_of_range(void **state)
{
    (void)state;
    frcnn_model *model = open_default(-1.0f);
    frcnn_detector *detector = NULL;
    frcnn_detector_options options;
    frcnn_detector_options_default(&options);
    options.batch = 0;
    assert_fails(frcnn_detector_create(&detector, model, &options), FRCNN_ERROR_INVALID, "batch");
    frcnn_detector_options_default(&options);
    options.n_threads = -1;
    assert_fails(frcnn_detector_create(&detector, model, &options), FRCNN_ERROR_INVALID, "threads");
    frcnn_detector_options_default(&options);
    options.device = "tpu";
    assert_fails(frcnn_detector_create(&detector, model, &options), FRCNN_ERROR_INVALID,
                 "expected auto, cpu, cuda or cuda:N, found 'tpu'");
    options.device = "cuda:99";
    assert_fails(frcnn_detector_create(&detector, model, &options), FRCNN_ERROR_UNSUPPORTED,
                 "device: expected auto or cpu");
    frcnn_detector_options_default(&options);
    options.struct_size = 0;
    assert_fails(frcnn_detector_create(&detector, model, &options), FRCNN_ERROR_INVALID, "struct_size");
    assert_null(detector);
    frcnn_model_destroy(&model);
}

/* A norm's epsilon is a setting: another one gives other maps. A variance of 0 with none is refused. */
static void test_norm_epsilon(void **state)
{
    (void)state;
    edited_model *m = edited_open();
    frcnn_image *image = make_image(64, 64, 0);
    frcnn_tensor *maps[2] = {NULL};
    static const char *const settings[2] = {"{\"norm_eps\": 1e-5}", "{\"norm_eps\": 0.1}"};
    frcnn_model *model = NULL;
    frcnn_detector *detector = NULL;
    edited_save(m);
    for (int i = 0; i < 2; i++) {
        edited_write_beside(m, settings[i]);
        assert_ok(frcnn_model_open(&model, m->path, NULL));
        detector = create(model, 1, 1, 0);
        frcnn_taps *taps = NULL;
        assert_ok(frcnn_taps_create(&taps, detector, image, NULL, 0));
        assert_ok(frcnn_taps_read(taps, "body.2", &maps[i]));
        frcnn_taps_destroy(&taps);
        frcnn_detector_destroy(&detector);
        frcnn_model_destroy(&model);
    }
    const float *a = frcnn_tensor_get_const_data(maps[0]), *b = frcnn_tensor_get_const_data(maps[1]);
    assert_true(a[0] != b[0]);
    frcnn_tensor_destroy(&maps[0]);
    frcnn_tensor_destroy(&maps[1]);

    frcnn_tensor *zeros = NULL;
    const int64_t shape[] = {32};
    assert_ok(frcnn_tensor_create(&zeros, FRCNN_F32, 1, shape));
    m->tensors[edited_find(m, "backbone.body.0.1.running_var")] = zeros;
    edited_save(m);
    edited_write_beside(m, "{\"norm_eps\": 0}");
    assert_fails(frcnn_model_open(&model, m->path, NULL), FRCNN_ERROR_UNSUPPORTED,
                 "backbone.body.0.1.running_var: expected finite values above 0, found 0 + eps 0 at 0");
    frcnn_tensor_destroy(&zeros);
    frcnn_image_destroy(&image);
    edited_close(m);
}

/* Maps that a residual block reads next come out as they were. The first channels of column 1 in row 3 (of the last map,
   row 1), computed with torchvision 0.29.1 from the same weights and a grey image. */
static void test_any_layers_return_maps(void **state)
{
    (void)state;
    static const float expected[3][4] = {{2.89204f, -2.97037f, -0.444871f, -2.678f},
                                         {-2.36426f, -5.38841f, 1.105f, 1.00621f},
                                         {-1.00905f, 0.28552f, 1.55769f, 1.48483f}};
    edited_model *m = edited_open();
    frcnn_image *image = NULL;
    frcnn_model *model = NULL;
    edited_save(m);
    edited_write_beside(m, "{\"return_layers\": [5, 12, 17], \"min_size\": 64, \"max_size\": 64}");
    assert_ok(frcnn_model_open(&model, m->path, NULL));
    assert_ok(frcnn_image_create(&image, 64, 64, NULL));
    memset(frcnn_image_get_pixels(image), 128, (size_t)3 * 64 * 64);
    frcnn_detector *detector = create(model, 1, 1, 0);
    frcnn_taps *taps = NULL;
    assert_ok(frcnn_taps_create(&taps, detector, image, NULL, 0));
    for (int i = 0; i < 3; i++) {
        char name[16];
        frcnn_tensor *map = NULL;
        snprintf(name, sizeof name, "body.%d", i);
        assert_ok(frcnn_taps_read(taps, name, &map));
        const int64_t *shape = frcnn_tensor_get_shape(map);
        const float *values = frcnn_tensor_get_const_data(map);
        assert_int_equal(shape[1], 8 >> i);
        for (int c = 0; c < 4; c++)
            assert_float_equal(values[((i == 2 ? 1 : 3) * shape[2] + 1) * shape[3] + c], expected[i][c], 1e-4);
        frcnn_tensor_destroy(&map);
    }
    frcnn_taps_destroy(&taps);
    frcnn_result result = {0};
    assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)&image, 1, &result));
    frcnn_result_deinit(&result);
    frcnn_detector_destroy(&detector);
    frcnn_image_destroy(&image);
    frcnn_model_destroy(&model);
    edited_close(m);
}

static void test_taps_that_are_none(void **state)
{
    (void)state;
    frcnn_model *model = open_default(-1.0f);
    frcnn_detector *detector = create(model, 1, 1, 0);
    frcnn_image *image = make_image(64, 64, 0);
    frcnn_tensor *out = NULL;
    frcnn_taps *taps = NULL;
    const float roi[] = {0.0f, 0.0f, 9.0f, 9.0f};
    assert_fails(frcnn_taps_create(&taps, detector, image, roi, 201), FRCNN_ERROR_INVALID, "200");
    assert_null(taps);
    assert_ok(frcnn_taps_create(&taps, detector, image, roi, 1));
    assert_fails(frcnn_taps_read(taps, "nothing", &out), FRCNN_ERROR_INVALID, "nothing");
    assert_fails(frcnn_taps_read(taps, "", &out), FRCNN_ERROR_INVALID, "no value");
    assert_null(out);
    assert_ok(frcnn_taps_read(taps, "roi.head", &out));
    assert_int_equal(frcnn_tensor_get_shape(out)[0], 1);
    frcnn_tensor_destroy(&out);
    frcnn_taps_destroy(&taps);
    frcnn_image_destroy(&image);
    frcnn_detector_destroy(&detector);
    frcnn_model_destroy(&model);
}

/* Every allocation of opening a model, and a spread of those of a first run, fails once: a clean status, nothing lost,
   and the next try works. */
static void test_faults(void **state)
{
    (void)state;
    frcnn_image *image = make_image(64, 64, 0);
    frcnn_result result = {0};
    frcnn_model *model = NULL;
    frcnn_detector *detector = NULL;
    int64_t before = frcnn_memory_get_count();
    assert_ok(frcnn_model_open(&model, edited_default, NULL));
    const int64_t n_open = frcnn_memory_get_count() - before;
    frcnn_model_destroy(&model);
    for (int64_t i = 1; i <= n_open; i += i < 20 ? 1 : 37) {
        frcnn_memory_fail_at(i);
        assert_int_equal(frcnn_model_open(&model, edited_default, NULL), FRCNN_ERROR_NO_MEMORY);
        assert_null(model);
    }
    frcnn_memory_fail_at(0);
    assert_ok(frcnn_model_open(&model, edited_default, NULL));
    detector = create(model, 1, 1, 0);
    before = frcnn_memory_get_count();
    assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)&image, 1, &result));
    const int64_t n_run = frcnn_memory_get_count() - before;
    frcnn_detector_destroy(&detector);
    frcnn_result_deinit(&result);
    for (int64_t i = 1; i <= n_run; i += i < 20 ? 1 : 23) {
        detector = create(model, 1, 1, 0);
        frcnn_memory_fail_at(i);
        assert_int_equal(frcnn_detector_run(detector, (const frcnn_image *const *)&image, 1, &result),
                         FRCNN_ERROR_NO_MEMORY);
        frcnn_memory_fail_at(0);
        assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)&image, 1, &result));
        frcnn_detector_destroy(&detector);
        frcnn_result_deinit(&result);
    }
    frcnn_model_destroy(&model);
    frcnn_image_destroy(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes_for_threads_and_batches),
        cmocka_unit_test(test_later_runs_allocate_nothing),
        cmocka_unit_test(test_many_shapes_in_bounded_memory),
        cmocka_unit_test(test_memory_limit),
        cmocka_unit_test(test_weights_are_counted_as_packed),
        cmocka_unit_test(test_memory_limit_counts_anchors),
        cmocka_unit_test(test_what_does_not_fit_is_not_made),
        cmocka_unit_test(test_indices_that_do_not_fit),
        cmocka_unit_test(test_proposals_name_their_anchors),
        cmocka_unit_test(test_odd_images),
        cmocka_unit_test(test_cap_is_told),
        cmocka_unit_test(test_options_out_of_range),
        cmocka_unit_test(test_norm_epsilon),
        cmocka_unit_test(test_any_layers_return_maps),
        cmocka_unit_test(test_taps_that_are_none),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
