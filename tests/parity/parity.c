/* parity MODEL IMAGE GOLDEN: every stage of a model on an image against a golden file (make_goldens.py).
   Exit status: 0 all within bounds, 1 a difference, 2 something could not be read or run. */
#include <stdio.h>

#include "frcnn/frcnn.h"
#include "parity/golden_stages.h"
#include "tensor/error.h"

static frcnn_status compare(parity_report *report, const char *model_path, const char *image_path,
                            const char *golden_path)
{
    frcnn_model *model = NULL;
    frcnn_detector *detector = NULL;
    frcnn_image *image = NULL;
    frcnn_checkpoint *golden = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_model_open(&model, model_path, NULL));
    FRCNN_TRY_CLEANUP(frcnn_detector_create(&detector, model, NULL));
    FRCNN_TRY_CLEANUP(frcnn_image_open(&image, image_path, NULL));
    FRCNN_TRY_CLEANUP(frcnn_checkpoint_open(&golden, golden_path));
    status = parity_compare_stages(report, detector, frcnn_model_get_info(model), image, golden);

cleanup:
    frcnn_checkpoint_close(&golden);
    frcnn_image_destroy(&image);
    frcnn_detector_destroy(&detector);
    frcnn_model_destroy(&model);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: parity MODEL IMAGE GOLDEN\n");
        return 2;
    }
    parity_report report = {.stream = stdout};
    if (compare(&report, argv[1], argv[2], argv[3]) != FRCNN_OK) {
        fprintf(stderr, "parity: %s\n", frcnn_error_message());
        return 2;
    }
    printf("%d comparisons, %d beyond their bounds\n", report.n_checks, report.n_failures);
    return report.n_failures > 0;
}
