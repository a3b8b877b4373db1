/* A list of class names is refused, or every name in it could stand in any output. */
#include <string.h>

#include "checkpoint/labels.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    const int file = fuzz_make_file(path, data, size);
    char **names = NULL;
    size_t n = 0;
    const frcnn_status status = frcnn_labels_read(&names, &n, path);
    if (status == FRCNN_OK) {
        FUZZ_CHECK(n > 0);
        for (size_t i = 0; i < n; i++) FUZZ_CHECK(frcnn_labels_check(names[i], strlen(names[i])) == NULL);
    } else {
        FUZZ_CHECK(status == FRCNN_ERROR_FORMAT);
        FUZZ_CHECK(names == NULL);
    }
    frcnn_labels_destroy(&names, n);
    close(file);
    return 0;
}
