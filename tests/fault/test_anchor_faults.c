#include "fault/every_allocation.h"

#include "frcnn/anchors.h"

static frcnn_status run(void)
{
    frcnn_status status = FRCNN_OK;
    for (int i = 0; i < FRCNN_N_ANCHOR_CONVENTIONS && status == FRCNN_OK; i++) {
        frcnn_anchor_config config;
        frcnn_anchor_grids grids;
        frcnn_tensor *base = NULL;
        frcnn_tensor *level = NULL;
        frcnn_tensor *all = NULL;
        frcnn_anchor_config_default(&config, (frcnn_anchor_convention)i);
        status = frcnn_anchor_grids_from_image(&grids, &config, 64, 96);
        if (status == FRCNN_OK) status = frcnn_anchors_create_base(&base, &config, 0);
        if (status == FRCNN_OK) status = frcnn_anchors_create_level(&level, &config, &grids, 0);
        if (status == FRCNN_OK) status = frcnn_anchors_create(&all, &config, &grids);
        /* What failed handed nothing out. */
        if (status != FRCNN_OK) assert_null(all);
        frcnn_tensor_destroy(&base);
        frcnn_tensor_destroy(&level);
        frcnn_tensor_destroy(&all);
    }
    return status;
}

static void anchors_survive_every_failing_allocation(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run) >= 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anchors_survive_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
