#include "checkpoint/file_kind.h"

#include <string.h>
#include <strings.h>

#include "tensor/utf8.h"

enum { TEXT_BYTES = 512 };

typedef struct signature {
    size_t offset;
    size_t length;
    const char *bytes;
    const char *kind;
} signature;

static const signature signatures[] = {
    {0, 4, "PK\x03\x04", "a zip archive"},
    {0, 2, "\x80\x02", "a Python pickle"},
    {0, 2, "\x80\x03", "a Python pickle"},
    {0, 2, "\x80\x04", "a Python pickle"},
    {0, 2, "\x80\x05", "a Python pickle"},
    {257, 5, "ustar", "a tar archive, as PyTorch wrote before 0.1.10 or as downloads are packed"},
    {0, 8, "PYTORCH1", "a preview format of PyTorch 1.0"},
    {0, 8, "\x89HDF\r\n\x1a\n", "an HDF5 file"},
    {0, 4, "GGUF", "a GGUF file"},
    {0, 6, "\x93NUMPY", "an array of NumPy's, a .npy file"},
    {0, 2, "\x1f\x8b", "a gzip archive"},
    {0, 3, "\xff\xd8\xff", "a JPEG image"},
    {0, 8, "\x89PNG\r\n\x1a\n", "a PNG image"},
    {0, 19, "version https://git", "a Git LFS pointer, not the file itself (git lfs pull fetches it)"},
};

/* An ONNX model is a protocol buffer that begins with its small ir_version, then the producer's name or another
   length-delimited field. */
static int is_onnx(const unsigned char *data, size_t size)
{
    return size > 4 && data[0] == 0x08 && data[1] > 0 && data[1] < 0x20 && (data[2] == 0x12 || data[2] == 0x3a);
}

static int is_white_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* What kind of text it is; NULL where it holds bytes that no text has. */
static const char *get_text_kind(const char *text, size_t size)
{
    const size_t looked_at = size < TEXT_BYTES ? size : TEXT_BYTES;
    const size_t valid = frcnn_utf8_get_valid(text, looked_at);
    /* The last character may be cut by the limit, never by the end of the file. */
    if (valid < looked_at && (looked_at == size || looked_at - valid > 3)) return NULL;
    for (size_t i = 0; i < valid; i++)
        if ((unsigned char)text[i] < 0x20 && !is_white_space(text[i])) return NULL;

    size_t start = valid >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (start < valid && is_white_space(text[start])) start++;
    const size_t left = valid - start;
    if (left >= 14 && strncasecmp(text + start, "<!doctype html", 14) == 0)
        return "an HTML page (was the download a login page?)";
    if (left >= 5 && strncasecmp(text + start, "<html", 5) == 0) return "an HTML page (was the download a login page?)";
    if (left >= 1 && text[start] == '{') return "a JSON text";
    return "a text file";
}

static int begins(const unsigned char *data, size_t size, const char *bytes, size_t n_bytes)
{
    return size >= n_bytes && memcmp(data, bytes, n_bytes) == 0;
}

frcnn_file_kind frcnn_file_kind_get(const unsigned char *data, size_t size)
{
    /* A pickle of the number that PyTorch began its files with. */
    static const char legacy[] = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
    if (begins(data, size, "PK\x03\x04", 4)) return FRCNN_FILE_ZIP;
    if (begins(data, size, legacy, sizeof legacy - 1)) return FRCNN_FILE_TORCH_LEGACY;
    /* A header's length of safetensors may begin as any pickle does. */
    if (size > 8 && data[8] == '{' && memcmp(data + 4, "\0\0\0", 4) == 0) return FRCNN_FILE_OTHER;
    if (size > 2 && data[0] == 0x80 && data[1] >= 2 && data[1] <= 5) return FRCNN_FILE_PICKLE;
    return FRCNN_FILE_OTHER;
}

const char *frcnn_file_kind_describe(const unsigned char *data, size_t size)
{
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        const signature *s = &signatures[i];
        if (size >= s->offset + s->length && memcmp(data + s->offset, s->bytes, s->length) == 0) return s->kind;
    }
    if (is_onnx(data, size)) return "an ONNX model";
    return size == 0 ? NULL : get_text_kind((const char *)data, size);
}
