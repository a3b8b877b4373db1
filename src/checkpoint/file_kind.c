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

/* Longer signatures stand before their own beginnings. */
static const signature signatures[] = {
    {0, 4, "PK\x03\x04", "a zip archive, as PyTorch writes its .pth files"},
    {0, 14, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", "a .pth file of PyTorch before 1.6"},
    {0, 2, "\x80\x02", "a Python pickle"},
    {0, 2, "\x80\x03", "a Python pickle"},
    {0, 2, "\x80\x04", "a Python pickle"},
    {0, 2, "\x80\x05", "a Python pickle"},
    {257, 5, "ustar", "a tar archive"},
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

const char *frcnn_file_kind_get(const unsigned char *data, size_t size)
{
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        const signature *s = &signatures[i];
        if (size >= s->offset + s->length && memcmp(data + s->offset, s->bytes, s->length) == 0) return s->kind;
    }
    if (is_onnx(data, size)) return "an ONNX model";
    return size == 0 ? NULL : get_text_kind((const char *)data, size);
}
