#include "support.h"

#include <stdlib.h>
#include <unistd.h>

#include "frcnn/anchor_overlay.h"
#include "tensor/memory.h"

static char folder[] = "/tmp/frcnn-overlay-XXXXXX";

/* Everything that a page can show, on one small level. */
static frcnn_status run(void)
{
    const frcnn_anchor_target targets[] = {{.x1 = 3, .y1 = 4, .x2 = 20, .y2 = 18, .area = 238, .label = "dog"},
                                           {.x1 = 1, .y1 = 1, .x2 = 2, .y2 = 2, .area = 1}};
    const int64_t two = 2;
    const int h = 2, w = 3;
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_anchor_overlay_options options;
    frcnn_tensor *anchors = NULL, *scores = NULL;
    frcnn_image *image = NULL;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_TORCHVISION);
    config.n_levels = 1;
    config.levels[0].sizes[0] = 16;
    frcnn_anchor_overlay_options_default(&options);
    frcnn_status status = frcnn_anchor_grids_from_maps(&grids, &config, 32, 48, &h, &w);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&anchors, FRCNN_I64, 1, &two);
    if (status == FRCNN_OK) status = frcnn_tensor_create(&scores, FRCNN_F32, 1, &two);
    if (status == FRCNN_OK) status = frcnn_image_create(&image, 16, 24, NULL);
    if (status == FRCNN_OK) {
        memset(frcnn_tensor_get_data(anchors), 0, 2 * sizeof(int64_t));
        memset(frcnn_tensor_get_data(scores), 0, 2 * sizeof(float));
        options.image = image;
        options.targets = targets;
        options.n_targets = 2;
        options.proposal_anchors = anchors;
        options.proposal_scores = scores;
        status = frcnn_anchor_overlay_save(folder, &config, &grids, &options);
    }
    frcnn_tensor_destroy(&anchors);
    frcnn_tensor_destroy(&scores);
    frcnn_image_destroy(&image);
    return status;
}

/* Letters make thousands of allocations, all alike: past the first ones only some are failed. */
static void overlays_survive_failing_allocations(void **state)
{
    (void)state;
    static const char *const names[] = {"index.html",    "base.png",    "level-0.png",
                                        "proposals.png", "matches.png", "contact.png"};
    enum { N_EACH = 40 };
    const int step = is_short() ? 1999 : 397;
    assert_non_null(mkdtemp(folder));
    assert_ok(run());
    const int64_t before = frcnn_memory_get_count();
    assert_ok(run());
    const int64_t n_allocations = frcnn_memory_get_count() - before;
    assert_true(n_allocations >= N_EACH);
    for (int64_t nth = 1; nth <= n_allocations; nth += nth < N_EACH || nth > n_allocations - N_EACH / 2 ? 1 : step) {
        frcnn_memory_fail_at(nth);
        assert_int_equal(run(), FRCNN_ERROR_NO_MEMORY);
        frcnn_memory_fail_at(0);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    /* No temporary file is left. */
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overlays_survive_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
