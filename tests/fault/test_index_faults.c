#include "fault/every_allocation.h"

#include "frcnn/ops.h"
#include "tensor/error.h"

enum { MAX_TENSORS = 32 };

typedef struct handles {
    frcnn_tensor *tensors[MAX_TENSORS];
    int n;
} handles;

static frcnn_tensor **next(handles *bag)
{
    assert_true(bag->n < MAX_TENSORS);
    return &bag->tensors[bag->n++];
}

/* A transposed view of each input, so that all are copied first. */
static frcnn_status make_inputs(handles *bag, frcnn_tensor *views[5])
{
    static const frcnn_dtype dtypes[] = {FRCNN_F32, FRCNN_F64, FRCNN_I64, FRCNN_I32, FRCNN_BOOL};
    const int64_t shape[] = {3, 2};
    const int order[] = {1, 0};
    for (int i = 0; i < 5; i++) {
        frcnn_tensor **tensor = next(bag);
        FRCNN_TRY(frcnn_tensor_create(tensor, dtypes[i], 2, shape));
        frcnn_tensor **view = next(bag);
        FRCNN_TRY(frcnn_tensor_permute(view, *tensor, order));
        views[i] = *view;
    }
    return FRCNN_OK;
}

static frcnn_status run_with(handles *bag)
{
    frcnn_tensor *in[5];
    FRCNN_TRY(make_inputs(bag, in));
    FRCNN_TRY(frcnn_tensor_topk(next(bag), next(bag), in[0], 1, 0, 1));
    FRCNN_TRY(frcnn_tensor_sort(next(bag), next(bag), in[1], 0, 1));
    FRCNN_TRY(frcnn_tensor_argsort(next(bag), in[1], 1, 0));
    FRCNN_TRY(frcnn_tensor_nonzero(next(bag), in[0]));
    FRCNN_TRY(frcnn_tensor_unique(next(bag), next(bag), next(bag), in[1]));
    FRCNN_TRY(frcnn_tensor_one_hot(next(bag), in[2], 3));
    FRCNN_TRY(frcnn_tensor_gather(next(bag), in[0], 1, in[2]));
    FRCNN_TRY(frcnn_tensor_masked_select(next(bag), in[0], in[4]));
    frcnn_tensor **row = next(bag);
    FRCNN_TRY(frcnn_tensor_narrow(row, in[3], 0, 0, 1));
    frcnn_tensor **index = next(bag);
    FRCNN_TRY(frcnn_tensor_squeeze(index, *row, 0));
    return frcnn_tensor_index_select(next(bag), in[0], 1, *index);
}

static frcnn_status run_all(void)
{
    handles all = {{NULL}, 0};
    const frcnn_status status = run_with(&all);
    for (int i = 0; i < MAX_TENSORS; i++) {
        if (status == FRCNN_OK && i < all.n) assert_non_null(all.tensors[i]);
        frcnn_tensor_destroy(&all.tensors[i]);
    }
    return status;
}

static void every_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(assert_every_allocation_may_fail(run_all) >= 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_allocation_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
