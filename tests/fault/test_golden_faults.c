/* Every allocation of golden files, of reading dumps and of finding what is wrong with them fails once. */
#include "checkpoint/scratch_folder.h"
#include "fault/every_allocation.h"

#include "frcnn/anchor_golden.h"

static char dump_path[160];

static frcnn_status compare(const frcnn_anchor_golden *golden)
{
    frcnn_anchor_dump dump;
    frcnn_anchor_difference difference;
    frcnn_status status = frcnn_anchor_golden_load_dump(&dump, golden, dump_path);
    if (status != FRCNN_OK) return status;
    status =
        frcnn_anchor_golden_compare(golden, (const frcnn_tensor *const *)dump.tensors, dump.n_tensors, &difference);
    if (status == FRCNN_OK) assert_non_null(difference.cause);
    frcnn_anchor_dump_deinit(&dump);
    return status;
}

static frcnn_status run(void)
{
    frcnn_anchor_config config;
    frcnn_anchor_grids grids;
    frcnn_anchor_golden *golden = NULL;
    frcnn_anchor_difference difference;
    frcnn_anchor_config_default(&config, FRCNN_ANCHORS_DETECTRON2);
    assert_ok(frcnn_anchor_grids_from_image(&grids, &config, 64, 96));
    frcnn_status status = frcnn_anchor_golden_save(scratch_path, &config, &grids);
    if (status == FRCNN_OK) status = frcnn_anchor_golden_open(&golden, scratch_path);
    if (status == FRCNN_OK) status = frcnn_anchor_golden_check(golden, &difference);
    if (status == FRCNN_OK) status = compare(golden);
    frcnn_anchor_golden_close(&golden);
    return status;
}

/* mmdetection's anchors with an offset are half a stride away from Detectron2's: nearly the whole table is tried. */
static void golden_files_survive_every_failing_allocation(void **state)
{
    (void)state;
    static const char *const formats[] = {"npy", "csv", "json", "safetensors"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        frcnn_anchor_config config;
        frcnn_anchor_grids grids;
        frcnn_anchor_config_default(&config, FRCNN_ANCHORS_MMDET);
        config.offset = 0.5;
        assert_ok(frcnn_anchor_grids_from_image(&grids, &config, 64, 96));
        snprintf(dump_path, sizeof dump_path, "%s/dump.%s", scratch_folder, formats[i]);
        assert_ok(frcnn_anchors_save(dump_path, NULL, &config, &grids));
        assert_true(assert_every_allocation_may_fail(run) >= 100);
        unlink(dump_path);
    }
}

static frcnn_status save_junit(void)
{
    static const frcnn_anchor_check_result results[] = {
        {"a", FRCNN_ANCHOR_EQUAL, NULL},
        {"b", FRCNN_ANCHOR_DIFFERENT, "one\ntwo"},
        {"c", FRCNN_ANCHOR_UNREADABLE, "three"},
    };
    return frcnn_anchor_checks_save_junit(scratch_path, results, sizeof results / sizeof *results);
}

static void reports_survive_every_failing_allocation(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(save_junit) >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_files_survive_every_failing_allocation),
        cmocka_unit_test(reports_survive_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, scratch_set_up, scratch_tear_down);
}
