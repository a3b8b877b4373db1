/* A truth file is refused with its path, or every image and category that it has is found. */
#include <string.h>

#include "frcnn/annotations.h"
#include "fuzz.h"

static void check_accepted(const frcnn_annotations *truth)
{
    static const frcnn_category classes[] = {{1, "person"}, {2, "car"}, {3, "dog"}};
    frcnn_category matched[3];
    frcnn_category_match how[3];
    int64_t id = -1;
    frcnn_annotations_match(truth, classes, 3, matched, how);
    for (int i = 0; i < 3; i++)
        FUZZ_CHECK((frcnn_annotations_find_category(truth, matched[i].id) != NULL) == (how[i] != FRCNN_NOT_MATCHED));
    if (frcnn_annotations_find_image(truth, "a/1.jpg", &id))
        FUZZ_CHECK(id >= 0 && id <= frcnn_annotations_get_max_image_id(truth));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    const int file = fuzz_make_file(path, data, size);
    frcnn_annotations *truth = NULL;
    if (frcnn_annotations_open(&truth, path) == FRCNN_OK) {
        check_accepted(truth);
    } else {
        FUZZ_CHECK(truth == NULL);
        FUZZ_CHECK(strncmp(frcnn_error_message(), path, strlen(path)) == 0);
    }
    frcnn_annotations_close(&truth);
    close(file);
    return 0;
}
