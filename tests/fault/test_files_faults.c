/** Every allocation of loading and saving single tensors fails once. */
#include "checkpoint/scratch_folder.h"
#include "fault/every_allocation.h"

#include "frcnn/checkpoint.h"
#include "frcnn/npy.h"

static const frcnn_device cpu = {FRCNN_CPU, 0};
static frcnn_tensor *tensor;

static frcnn_status save_npy(void)
{
    return frcnn_npy_save(tensor, scratch_path);
}

static frcnn_status load_npy(void)
{
    frcnn_tensor *loaded = NULL;
    const frcnn_status status = frcnn_npy_load(&loaded, scratch_path, cpu);
    assert_true((status == FRCNN_OK) == (loaded != NULL));
    frcnn_tensor_destroy(&loaded);
    return status;
}

static frcnn_status load_checkpoint(void)
{
    frcnn_checkpoint *checkpoint = NULL;
    frcnn_tensor *loaded = NULL;
    frcnn_status status = frcnn_checkpoint_open(&checkpoint, scratch_path);
    if (status == FRCNN_OK) status = frcnn_checkpoint_load(&loaded, checkpoint, "t", cpu);
    assert_true((status == FRCNN_OK) == (loaded != NULL));
    frcnn_checkpoint_close(&checkpoint);
    frcnn_tensor_destroy(&loaded);
    return status;
}

static void every_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3};
    const int order[] = {1, 0};
    frcnn_tensor *rows = NULL;
    assert_ok(frcnn_tensor_create(&rows, FRCNN_I16, 2, shape));
    assert_ok(frcnn_tensor_permute(&tensor, rows, order));
    assert_true(assert_every_allocation_may_fail(save_npy) >= 5);
    assert_true(assert_every_allocation_may_fail(load_npy) >= 4);

    static const char fortran[] = "\x93NUMPY\x01\x00\x3e\x00"
                                  "{'descr':'>i2','fortran_order':True,'shape':(2,1)}           \n"
                                  "\x00\x01\x02\x03";
    scratch_write(fortran, sizeof fortran - 1);
    assert_true(assert_every_allocation_may_fail(load_npy) >= 5);

    const char *name = "t";
    const frcnn_tensor *const saved = tensor;
    assert_ok(frcnn_safetensors_save(scratch_path, 1, &name, &saved, 0, NULL, NULL));
    assert_true(assert_every_allocation_may_fail(load_checkpoint) >= 8);
    frcnn_tensor_destroy(&tensor);
    frcnn_tensor_destroy(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, scratch_set_up, scratch_tear_down);
}
