/* A model that was written opens as the same model. */
#include "edited_model.h"

static void assert_same_settings(const frcnn_model_info *a, const frcnn_model_info *b)
{
    assert_memory_equal(a->settings, b->settings, sizeof *a->settings);
    assert_int_equal(a->n_categories, b->n_categories);
    for (size_t i = 0; i < a->n_categories; i++) assert_string_equal(a->categories[i].name, b->categories[i].name);
    assert_int_equal(a->n_parameters, b->n_parameters);
}

/* With a prefix, settings of FILE.json and counters of training; without them in what is written. */
static void test_same_model(void **state)
{
    (void)state;
    edited_model *m = edited_open();
    frcnn_model *model = NULL, *again = NULL;
    frcnn_checkpoint *checkpoint = NULL;
    frcnn_tensor *counter = NULL;
    char path[128];
    const int64_t one = 1;
    assert_ok(frcnn_tensor_create(&counter, FRCNN_I64, 1, &one));
    edited_add(m, "backbone.body.0.1.num_batches_tracked", counter);
    for (size_t i = 0; i < m->n; i++) {
        char name[EDITED_NAME];
        assert_in_range(snprintf(name, sizeof name, "module.%s", m->names[i]), 1, sizeof name - 1);
        memcpy(m->names[i], name, sizeof name);
    }
    edited_save(m);
    edited_write_beside(m, "{\"min_size\": 200, \"box_score_thresh\": 0.125}");
    snprintf(path, sizeof path, "%s/out.safetensors", m->folder);
    assert_ok(frcnn_model_open(&model, m->path, NULL));
    assert_ok(frcnn_model_save(model, path, NULL));
    assert_ok(frcnn_model_open(&again, path, NULL));
    assert_same_settings(frcnn_model_get_info(model), frcnn_model_get_info(again));
    assert_int_equal(frcnn_model_get_info(again)->settings->min_size, 200);
    assert_ok(frcnn_checkpoint_open(&checkpoint, path));
    assert_int_equal(frcnn_checkpoint_get_count(checkpoint), m->n - 1);
    assert_non_null(frcnn_checkpoint_find(checkpoint, "rpn.head.cls_logits.weight"));
    frcnn_checkpoint_close(&checkpoint);
    frcnn_model_destroy(&model);
    frcnn_model_destroy(&again);
    frcnn_tensor_destroy(&counter);
    unlink(path);
    edited_close(m);
}

static void test_dtypes(void **state)
{
    (void)state;
    static const frcnn_dtype dtypes[] = {FRCNN_F32, FRCNN_F16, FRCNN_BF16};
    edited_model *m = edited_open();
    frcnn_model *model = NULL, *again = NULL;
    assert_ok(frcnn_model_open(&model, edited_default, NULL));
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
        frcnn_checkpoint *checkpoint = NULL;
        assert_ok(frcnn_model_save(model, m->path, &dtypes[i]));
        assert_ok(frcnn_model_open(&again, m->path, NULL));
        assert_same_settings(frcnn_model_get_info(model), frcnn_model_get_info(again));
        frcnn_model_destroy(&again);
        assert_ok(frcnn_checkpoint_open(&checkpoint, m->path));
        for (size_t k = 0; k < frcnn_checkpoint_get_count(checkpoint); k++)
            assert_int_equal(frcnn_tensor_get_dtype(frcnn_checkpoint_get_tensor(checkpoint, k)), dtypes[i]);
        frcnn_checkpoint_close(&checkpoint);
    }
    const frcnn_dtype whole = FRCNN_I64;
    assert_fails(frcnn_model_save(model, m->path, &whole), FRCNN_ERROR_INVALID, "expected f32, f16 or bf16, found i64");
    frcnn_model_destroy(&model);
    edited_close(m);
}

/* A value beyond f16 is refused by name, and no file is left. */
static void test_too_large(void **state)
{
    (void)state;
    static const char name[] = "roi_heads.box_head.fc6.bias";
    const frcnn_dtype half = FRCNN_F16;
    edited_model *m = edited_open();
    frcnn_model *model = NULL;
    frcnn_tensor *large = NULL;
    char path[128];
    snprintf(path, sizeof path, "%s/out.safetensors", m->folder);
    const size_t i = edited_find(m, name);
    assert_ok(frcnn_tensor_cast(&large, m->tensors[i], FRCNN_F32));
    ((float *)frcnn_tensor_get_data(large))[1] = 70000.0f;
    m->tensors[i] = large;
    edited_save(m);
    assert_ok(frcnn_model_open(&model, m->path, NULL));
    assert_fails(frcnn_model_save(model, path, &half), FRCNN_ERROR_INVALID,
                 "roi_heads.box_head.fc6.bias: expected values that f16 can hold, found 70000");
    assert_int_not_equal(access(path, F_OK), 0);
    frcnn_model_destroy(&model);
    frcnn_tensor_destroy(&large);
    edited_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_model),
        cmocka_unit_test(test_dtypes),
        cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
