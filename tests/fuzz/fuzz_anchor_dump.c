/* A dump, as CSV or JSON by its first byte, is refused with its name, or holds boxes. */
#include <string.h>

#include "anchors/anchor_dump_read.h"
#include "fuzz.h"

static void check_accepted(const frcnn_anchor_dump *dump)
{
    FUZZ_CHECK(dump->n_tensors >= 1 && dump->n_tensors <= FRCNN_MAX_LEVELS);
    for (int i = 0; i < dump->n_tensors; i++) {
        FUZZ_CHECK(frcnn_tensor_get_n_dims(dump->tensors[i]) == 2);
        FUZZ_CHECK(frcnn_tensor_get_shape(dump->tensors[i])[1] == 4);
        FUZZ_CHECK(frcnn_tensor_get_dtype(dump->tensors[i]) == FRCNN_F32);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    frcnn_anchor_dump dump = {0};
    const int is_csv = size == 0 || (data[0] != '[' && data[0] != '{');
    for (int is_yx = 0; is_yx < 2; is_yx++) {
        if (frcnn_anchor_dump_parse(&dump, data, size, is_csv, is_yx, "input") == FRCNN_OK) {
            check_accepted(&dump);
        } else {
            FUZZ_CHECK(dump.n_tensors == 0);
            FUZZ_CHECK(strncmp(frcnn_error_message(), "input: ", 7) == 0);
        }
        frcnn_anchor_dump_deinit(&dump);
    }
    return 0;
}
