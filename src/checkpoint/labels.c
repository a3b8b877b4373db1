#include "checkpoint/labels.h"

#include <string.h>

#include "checkpoint/file_mapping.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/utf8.h"

const char *frcnn_labels_check(const char *name, size_t n_bytes)
{
    if (n_bytes == 0) return "an empty name";
    if (n_bytes > FRCNN_MAX_LABEL_BYTES) return "a name of more than 1000 bytes";
    if (frcnn_utf8_get_valid(name, n_bytes) != n_bytes) return "bytes that are no UTF-8";
    for (size_t i = 0; i < n_bytes; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f) return "a control character";
    return NULL;
}

void frcnn_labels_destroy(char ***handle, size_t n)
{
    if (handle == NULL || *handle == NULL) return;
    char **names = *handle;
    for (size_t i = 0; i < n; i++) frcnn_free(names[i]);
    frcnn_free(names);
    *handle = NULL;
}

/* The lines of text, of which the last may lack its end. */
static size_t count_lines(const char *text, size_t n_bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < n_bytes; i++) n += text[i] == '\n';
    return n + (n_bytes > 0 && text[n_bytes - 1] != '\n');
}

static frcnn_status read_lines(char **names, size_t *n_read, const char *text, size_t n_lines, size_t n_bytes,
                               const char *path)
{
    const char *end = text + n_bytes;
    for (size_t line = 0; line < n_lines; line++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *line_end = newline == NULL ? end : newline;
        size_t length = (size_t)(line_end - text);
        if (length > 0 && text[length - 1] == '\r') length--;
        const char *fault = frcnn_labels_check(text, length);
        FRCNN_FAIL_IF(fault != NULL, FRCNN_ERROR_FORMAT, "%s: line %zu: expected a class name, found %s", path,
                      line + 1, fault);
        FRCNN_TRY(frcnn_alloc((void **)&names[line], length + 1, 1, "a class name"));
        memcpy(names[line], text, length);
        names[line][length] = '\0';
        *n_read = line + 1;
        text = newline == NULL ? end : newline + 1;
    }
    return FRCNN_OK;
}

frcnn_status frcnn_labels_read(char ***out, size_t *n_out, const char *path)
{
    frcnn_status status = FRCNN_OK;
    frcnn_file_mapping *mapping = NULL;
    char **names = NULL;
    size_t n_read = 0;
    FRCNN_TRY(frcnn_file_mapping_open(&mapping, path));
    const char *text = (const char *)frcnn_file_mapping_get_data(mapping);
    size_t n_bytes = frcnn_file_mapping_get_size(mapping);
    if (n_bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        n_bytes -= 3;
    }
    while (n_bytes > 0 && (text[n_bytes - 1] == '\n' || text[n_bytes - 1] == '\r')) n_bytes--;

    const size_t n_lines = count_lines(text, n_bytes);
    if (n_lines == 0 || n_lines > FRCNN_MAX_LABELS) {
        status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: expected 1 to %d class names, one a line, found %zu lines", path,
                            FRCNN_MAX_LABELS, n_lines);
        goto cleanup;
    }
    FRCNN_TRY_CLEANUP(frcnn_alloc((void **)&names, n_lines, sizeof *names, "class names"));
    FRCNN_TRY_CLEANUP(read_lines(names, &n_read, text, n_lines, n_bytes, path));
    *out = names;
    *n_out = n_lines;
    names = NULL;

cleanup:
    frcnn_labels_destroy(&names, n_read);
    frcnn_file_mapping_release(mapping);
    return status;
}
