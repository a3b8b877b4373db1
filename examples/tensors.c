#include <stdio.h>

#include <frcnn/frcnn.h>

int main(void)
{
    const int64_t shape[] = {2, 3};
    const float values[] = {1, 2, 4, 3, 0, 1};
    frcnn_tensor *logits = NULL, *scores = NULL, *best = NULL, *classes = NULL;

    frcnn_status status = frcnn_tensor_from_data(&logits, FRCNN_F32, 2, shape, values);
    if (status == FRCNN_OK) status = frcnn_tensor_softmax(&scores, logits, 1);
    if (status == FRCNN_OK) status = frcnn_tensor_max(&best, &classes, scores, 1, 0);
    if (status == FRCNN_OK) status = frcnn_tensor_print(stdout, best, NULL);    /* tensor([0.8438, 0.8438]) */
    if (status == FRCNN_OK) status = frcnn_tensor_print(stdout, classes, NULL); /* tensor([2, 0]) */
    if (status != FRCNN_OK) fprintf(stderr, "%s\n", frcnn_error_message());

    frcnn_tensor_destroy(&classes);
    frcnn_tensor_destroy(&best);
    frcnn_tensor_destroy(&scores);
    frcnn_tensor_destroy(&logits);
    return status == FRCNN_OK ? 0 : 1;
}
