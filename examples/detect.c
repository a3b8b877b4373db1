#include <stdio.h>

#include <frcnn/frcnn.h>

int main(int argc, char **argv)
{
    frcnn_model *model = NULL;
    frcnn_detector *detector = NULL;
    frcnn_image *image = NULL;
    frcnn_result result = {0};

    if (argc != 2) return 2;
    frcnn_status status = frcnn_image_open(&image, argv[1], NULL);
    if (status == FRCNN_OK) status = frcnn_model_open(&model, NULL, NULL); /* NULL: the default model */
    if (status == FRCNN_OK) status = frcnn_detector_create(&detector, model, NULL);
    const frcnn_image *images[] = {image};
    if (status == FRCNN_OK) status = frcnn_detector_run(detector, images, 1, &result);
    if (status != FRCNN_OK) fprintf(stderr, "%s\n", frcnn_error_message());

    for (size_t i = 0; i < result.count; i++) {
        const frcnn_detection *d = &result.detections[i];
        const char *name = frcnn_model_get_info(model)->categories[d->class_index].name;
        printf("%s %.2f from (%.0f, %.0f) to (%.0f, %.0f)\n", name, d->score, d->x1, d->y1, d->x2, d->y2);
    }
    frcnn_result_deinit(&result);
    frcnn_detector_destroy(&detector);
    frcnn_model_destroy(&model);
    frcnn_image_destroy(&image);
    return status == FRCNN_OK ? 0 : 1;
}
