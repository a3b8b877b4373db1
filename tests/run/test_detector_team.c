/* Detectors that share out threads and memory: whatever shapes the others work on, each has room for its own. */
#include "support.h"

#include "frcnn/frcnn.h"
#include "run/detector_team.h"

static void run_size(frcnn_detector *detector, int height, int width)
{
    frcnn_image *image = NULL;
    frcnn_result result = {0};
    assert_ok(frcnn_image_create(&image, height, width, NULL));
    assert_ok(frcnn_detector_run(detector, (const frcnn_image *const *)&image, 1, &result));
    frcnn_result_deinit(&result);
    frcnn_image_destroy(&image);
}

/* Weights are shared, and other shapes may add to them. */
static void test_one_detector_leaves_room_for_others(void **state)
{
    (void)state;
    frcnn_model *model = NULL;
    frcnn_plan_info info;
    frcnn_detector *probe = NULL;
    frcnn_detector_team team;
    frcnn_detector_options options;
    assert_ok(frcnn_model_open(&model, NULL, NULL));
    frcnn_detector_options_default(&options);
    options.n_threads = 1;
    assert_ok(frcnn_detector_create(&probe, model, &options));
    assert_ok(frcnn_detector_get_plan_info(probe, 288, 512, &info));
    frcnn_detector_destroy(&probe);
    options.n_threads = 3;
    for (int n = 2; n <= 4; n++) {
        options.max_memory = info.weights_bytes + (size_t)n * (info.arena_bytes + info.anchors_bytes);
        assert_ok(frcnn_detector_team_init(&team, model, &options, -1));
        assert_in_range(team.count, 1, 3);
        assert_int_equal(team.info.n_threads, 3);
        run_size(team.detectors[0], 427, 640);
        run_size(team.detectors[team.count - 1], 288, 512);
        frcnn_detector_team_deinit(&team);
    }
    frcnn_model_destroy(&model);
}

static void test_no_more_detectors_than_inputs(void **state)
{
    (void)state;
    static const struct {
        int64_t n_inputs;
        int count;
    } cases[] = {{-1, 3}, {0, 1}, {1, 1}, {2, 2}, {100, 3}};
    frcnn_model *model = NULL;
    frcnn_detector_team team;
    frcnn_detector_options options;
    assert_ok(frcnn_model_open(&model, NULL, NULL));
    frcnn_detector_options_default(&options);
    options.n_threads = 3;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_ok(frcnn_detector_team_init(&team, model, &options, cases[i].n_inputs));
        assert_int_equal(team.count, cases[i].count);
        frcnn_detector_team_deinit(&team);
    }
    options.n_threads = -1;
    assert_fails(frcnn_detector_team_init(&team, model, &options, -1), FRCNN_ERROR_INVALID, "threads");
    frcnn_model_destroy(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_detector_leaves_room_for_others),
        cmocka_unit_test(test_no_more_detectors_than_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
