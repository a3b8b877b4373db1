#include "run/class_filter.h"

#include <stdio.h>
#include <string.h>

#include "tensor/error.h"

static int is_named(const char *word, size_t word_bytes, const frcnn_category *category)
{
    char id[16];
    snprintf(id, sizeof id, "%d", category->id);
    return (strlen(category->name) == word_bytes && memcmp(category->name, word, word_bytes) == 0) ||
           (strlen(id) == word_bytes && memcmp(id, word, word_bytes) == 0);
}

frcnn_status frcnn_class_filter_parse(const char *list, const frcnn_category *classes, size_t n, char *is_kept)
{
    memset(is_kept, 0, n);
    for (const char *word = list;;) {
        const size_t word_bytes = strcspn(word, ",");
        int is_known = 0;
        for (size_t i = 0; i < n; i++) {
            if (!is_named(word, word_bytes, &classes[i])) continue;
            is_kept[i] = 1;
            is_known = 1;
        }
        FRCNN_FAIL_IF(!is_known, FRCNN_ERROR_INVALID,
                      "classes: expected names or ids of the model's %zu classes, found '%.*s'", n, (int)word_bytes,
                      word);
        if (word[word_bytes] == '\0') return FRCNN_OK;
        word += word_bytes + 1;
    }
}

void frcnn_class_filter_apply(const char *is_kept, frcnn_result *result)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < result->count; i++)
        if (is_kept[result->detections[i].class_index]) result->detections[n_kept++] = result->detections[i];
    result->count = n_kept;
}
