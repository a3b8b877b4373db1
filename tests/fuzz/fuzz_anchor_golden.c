/* A golden file is refused with its path, or can be checked, and described where it differs. */
#include <string.h>

#include "frcnn/anchor_golden.h"
#include "fuzz.h"

static void check_accepted(const frcnn_anchor_golden *golden)
{
    enum { SMALL = 10000 };
    const frcnn_anchor_config *config = frcnn_anchor_golden_get_config(golden);
    const frcnn_anchor_grids *grids = frcnn_anchor_golden_get_grids(golden);
    frcnn_anchor_difference difference;
    char text[FRCNN_ANCHOR_DIFFERENCE_TEXT];
    int64_t total = -1;
    FUZZ_CHECK(frcnn_anchors_count(&total, config, grids, config->n_levels) == FRCNN_OK);
    FUZZ_CHECK(total == frcnn_anchor_golden_get_total(golden));
    FUZZ_CHECK(strlen(frcnn_anchor_golden_get_sha256(golden)) == 64);
    if (total > SMALL) return;
    FUZZ_CHECK(frcnn_anchor_golden_check(golden, &difference) == FRCNN_OK);
    frcnn_anchor_difference_describe(text, sizeof text, &difference);
    FUZZ_CHECK(text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    const int file = fuzz_make_file(path, data, size);
    frcnn_anchor_golden *golden = NULL;
    if (frcnn_anchor_golden_open(&golden, path) == FRCNN_OK) {
        check_accepted(golden);
    } else {
        FUZZ_CHECK(golden == NULL);
        FUZZ_CHECK(strncmp(frcnn_error_message(), path, strlen(path)) == 0);
    }
    frcnn_anchor_golden_close(&golden);
    close(file);
    return 0;
}
