/* A journal is refused with its path and line, or what it tells keeps the promises of the header. */
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "run/journal_reader.h"

static void check_entry(const frcnn_journal_entry *entry)
{
    FUZZ_CHECK(entry->file != NULL);
    if (entry->error != NULL) {
        FUZZ_CHECK(entry->n_detections == 0 && entry->width == 0 && entry->height == 0);
        return;
    }
    FUZZ_CHECK(entry->width >= 1 && entry->height >= 1);
    for (size_t i = 0; i < entry->n_detections; i++) {
        const frcnn_journal_detection *one = &entry->detections[i];
        FUZZ_CHECK(isfinite(one->x) && isfinite(one->y) && isfinite(one->width * one->height) && isfinite(one->score));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    const int file = fuzz_make_file(path, data, size);
    frcnn_journal *journal = NULL;
    if (frcnn_journal_open(&journal, path) == FRCNN_OK) {
        const frcnn_journal_entry *entry = NULL;
        frcnn_status status = FRCNN_OK;
        while ((status = frcnn_journal_read(journal, &entry)) == FRCNN_OK && entry != NULL) check_entry(entry);
        FUZZ_CHECK(status == FRCNN_OK || strstr(frcnn_error_message(), ": line ") != NULL);
        FUZZ_CHECK(frcnn_journal_get_read_bytes(journal) <= (int64_t)size);
        frcnn_journal_close(&journal);
    } else {
        FUZZ_CHECK(journal == NULL);
        FUZZ_CHECK(strncmp(frcnn_error_message(), path, strlen(path)) == 0);
    }
    close(file);
    return 0;
}
