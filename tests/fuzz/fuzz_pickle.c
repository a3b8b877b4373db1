/* A pickle either is read, and then every tensor lies within its storage or bytes, or is refused by name. */
#include <string.h>

#include "checkpoint/pickle.h"
#include "fuzz.h"

static void check_tensor(const frcnn_pickle_tensor *tensor)
{
    int64_t last = tensor->offset, count = 1;
    FUZZ_CHECK(tensor->n_dims >= 0 && tensor->n_dims <= FRCNN_MAX_DIMS);
    for (int i = 0; i < tensor->n_dims; i++) {
        FUZZ_CHECK(tensor->shape[i] >= 0 && tensor->strides[i] >= 0);
        if (tensor->shape[i] == 0) return;
    }
    if (tensor->unknown_dtype != NULL) return;
    for (int i = 0; i < tensor->n_dims; i++) {
        last += (tensor->shape[i] - 1) * tensor->strides[i];
        count *= tensor->shape[i];
    }
    FUZZ_CHECK(last >= 0 && count > 0);
    if (tensor->storage != NULL)
        FUZZ_CHECK(last < tensor->storage->n_elements);
    else
        FUZZ_CHECK((size_t)count * frcnn_dtype_get_size(tensor->dtype) == tensor->n_bytes &&
                   (size_t)last < (size_t)count);
}

/* What lies two levels deep is enough: deeper, the same value may stand more often than can be counted. */
static void check(const frcnn_pickle_value *value, int depth)
{
    if (value->kind == FRCNN_PICKLE_TENSOR) check_tensor(value->as.tensor);
    if (value->kind == FRCNN_PICKLE_DICT) FUZZ_CHECK(value->as.list.n_items % 2 == 0);
    if (depth == 0 ||
        (value->kind != FRCNN_PICKLE_DICT && value->kind != FRCNN_PICKLE_LIST && value->kind != FRCNN_PICKLE_TUPLE))
        return;
    for (size_t i = 0; i < value->as.list.n_items; i++) check(value->as.list.items[i], depth - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int fields = 5; fields <= 6; fields++) {
        const frcnn_pickle_rules rules = {"fuzz", fields};
        frcnn_pickle *pickle = NULL;
        size_t n_read = 0;
        const frcnn_status status = frcnn_pickle_read(&pickle, &n_read, data, size, &rules);
        if (status == FRCNN_OK) {
            FUZZ_CHECK(n_read > 0 && n_read <= size);
            check(frcnn_pickle_get_root(pickle), 2);
            frcnn_pickle_destroy(&pickle);
        } else {
            FUZZ_CHECK(status == FRCNN_ERROR_FORMAT || status == FRCNN_ERROR_UNSUPPORTED);
            FUZZ_CHECK(pickle == NULL && strncmp(frcnn_error_message(), "fuzz: ", 6) == 0);
        }
    }
    return 0;
}
