#include "checkpoint/npy_header.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "checkpoint/file_kind.h"
#include "checkpoint/npy_dtype.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"

static const char MAGIC[] = "\x93NUMPY";
enum {
    MAGIC_BYTES = sizeof MAGIC - 1,
    VERSION_BYTES = 2,
    ALIGNMENT = 64,
    GROWTH_DIGITS = 21, /* NumPy leaves room for so many in the first size, so that a file can grow in place */
    MAX_FOUND = 40      /* bytes of a header that a message shows */
};

static size_t read_little_endian(const unsigned char *bytes, size_t n)
{
    size_t value = 0;
    while (n-- > 0) value = value << 8 | bytes[n];
    return value;
}

/* Checks what stands before the dictionary, whose place is *begin and *n_bytes. */
static frcnn_status read_start(size_t *begin, size_t *n_bytes, const char *path, const unsigned char *data, size_t size)
{
    const size_t n_compared = size < MAGIC_BYTES ? size : MAGIC_BYTES;
    const int is_npy = n_compared > 0 && memcmp(data, MAGIC, n_compared) == 0;
    const char *kind = is_npy ? NULL : frcnn_file_kind_describe(data, size);
    FRCNN_FAIL_IF(kind != NULL, FRCNN_ERROR_UNSUPPORTED, "%s: expected a .npy file, found %s", path, kind);
    FRCNN_FAIL_IF(!is_npy, FRCNN_ERROR_FORMAT, "%s: expected a .npy file, which begins with \\x93NUMPY, found %s", path,
                  size == 0 ? "an empty file" : "other bytes");
    FRCNN_FAIL_IF(size < MAGIC_BYTES + VERSION_BYTES, FRCNN_ERROR_FORMAT,
                  "%s: expected the version of a .npy file, found the end of the file after %zu bytes", path, size);
    const int major = data[MAGIC_BYTES];
    const int minor = data[MAGIC_BYTES + 1];
    FRCNN_FAIL_IF(major < 1 || major > 3 || minor != 0, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected version 1.0, 2.0 or 3.0 of the .npy format, found %d.%d", path, major, minor);
    const size_t length_bytes = major == 1 ? 2 : 4;
    *begin = MAGIC_BYTES + VERSION_BYTES + length_bytes;
    FRCNN_FAIL_IF(size < *begin, FRCNN_ERROR_FORMAT,
                  "%s: expected the length of the header, found the end of the file after %zu bytes", path, size);
    *n_bytes = read_little_endian(data + MAGIC_BYTES + VERSION_BYTES, length_bytes);
    FRCNN_FAIL_IF(*n_bytes > size - *begin, FRCNN_ERROR_FORMAT,
                  "%s: expected a header of %zu bytes, found %zu before the end of the file", path, *n_bytes,
                  size - *begin);
    return FRCNN_OK;
}

/* What is left of the dictionary. */
typedef struct cursor {
    const char *path;
    const char *at, *end;
} cursor;

static void skip_space(cursor *c)
{
    while (c->at < c->end && strchr(" \t\n\r\f", *c->at) != NULL && *c->at != '\0') c->at++;
}

static frcnn_status fail_expected(const cursor *c, const char *what)
{
    const ptrdiff_t left = c->end - c->at;
    if (left == 0) return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: header: expected %s, found its end", c->path, what);
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: header: expected %s, found \"%.*s\"", c->path, what,
                      (int)(left < MAX_FOUND ? left : MAX_FOUND), c->at);
}

/* 1 where the next character but white space is this one; then it is passed. */
static int accept(cursor *c, char wanted)
{
    skip_space(c);
    if (c->at == c->end || *c->at != wanted) return 0;
    c->at++;
    return 1;
}

static int accept_word(cursor *c, const char *word)
{
    const size_t n = strlen(word);
    skip_space(c);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0) return 0;
    c->at += n;
    return 1;
}

/* A Python string without escapes, in quotes of either kind. */
static frcnn_status read_string(cursor *c, const char **text, size_t *n_bytes, const char *what)
{
    skip_space(c);
    const int is_quoted = c->at < c->end && (*c->at == '\'' || *c->at == '"');
    const char *close = is_quoted ? memchr(c->at + 1, *c->at, (size_t)(c->end - c->at - 1)) : NULL;
    if (close == NULL) return fail_expected(c, what);
    *text = c->at + 1;
    *n_bytes = (size_t)(close - c->at - 1);
    c->at = close + 1;
    return FRCNN_OK;
}

static frcnn_status read_dtype(frcnn_npy_header *out, cursor *c)
{
    const char *text = NULL;
    size_t n = 0;
    skip_space(c);
    FRCNN_FAIL_IF(c->at < c->end && (*c->at == '[' || *c->at == '('), FRCNN_ERROR_UNSUPPORTED,
                  "%s: descr: expected the dtype of plain numbers, found a structured one, \"%.*s\"", c->path,
                  (int)(c->end - c->at < MAX_FOUND ? c->end - c->at : MAX_FOUND), c->at);
    FRCNN_TRY(read_string(c, &text, &n, "descr as a text"));
    const int has_order = n > 0 && memchr("<>|=", text[0], 4) != NULL;
    const char *name = text + has_order;
    const size_t n_name = n - (size_t)has_order;
    FRCNN_FAIL_IF(
        n_name > 0 && name[0] == 'O', FRCNN_ERROR_UNSUPPORTED,
        "%s: descr: expected the dtype of plain numbers, found \"%.*s\", Python objects in a pickle, which are "
        "not read",
        c->path, (int)(n < MAX_FOUND ? n : MAX_FOUND), text);
    FRCNN_FAIL_IF(!frcnn_npy_dtype_find(&out->dtype, name, n_name), FRCNN_ERROR_UNSUPPORTED,
                  "%s: descr: expected f2, f4, f8, i1, i2, i4, i8, u1 or b1, found \"%.*s\"", c->path,
                  (int)(n < MAX_FOUND ? n : MAX_FOUND), text);
    out->is_big_endian = text[0] == '>' && frcnn_dtype_get_size(out->dtype) > 1;
    return FRCNN_OK;
}

static frcnn_status read_order(frcnn_npy_header *out, cursor *c)
{
    if (accept_word(c, "True"))
        out->is_fortran = 1;
    else if (accept_word(c, "False"))
        out->is_fortran = 0;
    else
        return fail_expected(c, "fortran_order as True or False");
    return FRCNN_OK;
}

static frcnn_status read_size(int64_t *size, cursor *c)
{
    skip_space(c);
    const char *first = c->at;
    int64_t value = 0;
    int fits = 1;
    for (; fits && c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
        fits = frcnn_mul_int64(value, 10, &value) && frcnn_add_int64(value, *c->at - '0', &value);
    if (c->at == first || !fits || (*first == '0' && c->at - first > 1)) {
        c->at = first;
        return fail_expected(c, "a size of the shape, a whole number below 2^63");
    }
    if (c->at < c->end && *c->at == 'L') c->at++; /* a long, as Python 2 wrote them */
    *size = value;
    return FRCNN_OK;
}

static frcnn_status read_shape(frcnn_npy_header *out, cursor *c)
{
    if (!accept(c, '(')) return fail_expected(c, "shape as a tuple");
    int n_commas = 0;
    out->n_dims = 0;
    while (!accept(c, ')')) {
        int64_t size = 0;
        if (out->n_dims != n_commas) return fail_expected(c, "\",\" or \")\" in the shape");
        FRCNN_TRY(read_size(&size, c));
        if (out->n_dims < FRCNN_MAX_DIMS) out->shape[out->n_dims] = size;
        out->n_dims++;
        n_commas += accept(c, ',');
    }
    FRCNN_FAIL_IF(out->n_dims == 1 && n_commas == 0, FRCNN_ERROR_FORMAT,
                  "%s: header: expected shape as a tuple, found a number in brackets", c->path);
    FRCNN_FAIL_IF(out->n_dims > FRCNN_MAX_DIMS, FRCNN_ERROR_UNSUPPORTED,
                  "%s: shape: expected at most %d dimensions, found %d", c->path, FRCNN_MAX_DIMS, out->n_dims);
    return FRCNN_OK;
}

/* {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }: each key once, in any order. */
static frcnn_status read_dictionary(frcnn_npy_header *out, cursor *c)
{
    static const struct {
        const char *name;
        frcnn_status (*read)(frcnn_npy_header *out, cursor *c);
    } keys[] = {{"descr", read_dtype}, {"fortran_order", read_order}, {"shape", read_shape}};
    enum { N_KEYS = sizeof keys / sizeof *keys };
    int is_seen[N_KEYS] = {0};

    if (!accept(c, '{')) return fail_expected(c, "a dictionary");
    for (int n_seen = 0, has_comma = 1; !accept(c, '}'); n_seen++) {
        const char *key = NULL;
        size_t n = 0;
        if (!has_comma) return fail_expected(c, "\",\" or \"}\"");
        const cursor before = *c;
        FRCNN_TRY(read_string(c, &key, &n, "a key"));
        int k = 0;
        while (k < N_KEYS && (is_seen[k] || strlen(keys[k].name) != n || memcmp(keys[k].name, key, n) != 0)) k++;
        if (k == N_KEYS) return fail_expected(&before, "the keys descr, fortran_order and shape, each once");
        if (!accept(c, ':')) return fail_expected(c, "\":\"");
        FRCNN_TRY(keys[k].read(out, c));
        is_seen[k] = 1;
        has_comma = accept(c, ',');
    }
    for (int k = 0; k < N_KEYS; k++)
        FRCNN_FAIL_IF(!is_seen[k], FRCNN_ERROR_FORMAT, "%s: header: expected the key %s, found none", c->path,
                      keys[k].name);
    skip_space(c);
    if (c->at < c->end) return fail_expected(c, "nothing but white space after the dictionary");
    return FRCNN_OK;
}

frcnn_status frcnn_npy_header_read(frcnn_npy_header *out, const char *path, const unsigned char *data, size_t size)
{
    frcnn_npy_header header = {0};
    size_t begin = 0, n_bytes = 0;
    char shape[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_TRY(read_start(&begin, &n_bytes, path, data, size));
    cursor c = {path, (const char *)data + begin, (const char *)data + begin + n_bytes};
    FRCNN_TRY(read_dictionary(&header, &c));
    header.begin = begin + n_bytes;
    header.n_bytes = size - header.begin;

    /* Without its zeros the product must fit too: it is what strides are made of. */
    int64_t expected = (int64_t)frcnn_dtype_get_size(header.dtype);
    int is_empty = 0;
    for (int d = 0; d < header.n_dims; d++) {
        is_empty |= header.shape[d] == 0;
        FRCNN_FAIL_IF(header.shape[d] > 0 && !frcnn_mul_int64(expected, header.shape[d], &expected), FRCNN_ERROR_FORMAT,
                      "%s: shape: %s is more than memory can address", path,
                      frcnn_shape_format(shape, header.n_dims, header.shape));
    }
    if (is_empty) expected = 0;
    FRCNN_FAIL_IF((uint64_t)expected != header.n_bytes, FRCNN_ERROR_FORMAT,
                  "%s: expected %" PRId64 " bytes for the shape %s of %s, found %zu after the header%s", path, expected,
                  frcnn_shape_format(shape, header.n_dims, header.shape), frcnn_dtype_get_name(header.dtype),
                  header.n_bytes, (uint64_t)expected > header.n_bytes ? ": is the file cut short?" : "");
    *out = header;
    return FRCNN_OK;
}

frcnn_status frcnn_npy_header_write(char text[FRCNN_NPY_HEADER_BYTES], size_t *n_bytes, const char *path,
                                    const frcnn_tensor *tensor)
{
    enum { START = MAGIC_BYTES + VERSION_BYTES + 2 };
    const frcnn_dtype dtype = frcnn_tensor_get_dtype(tensor);
    const int n_dims = frcnn_tensor_get_n_dims(tensor);
    const int64_t *shape = frcnn_tensor_get_shape(tensor);
    const char *name = frcnn_npy_dtype_get_name(dtype);
    FRCNN_FAIL_IF(name == NULL, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected a dtype that NumPy has, found %s: cast the tensor to f32", path,
                  frcnn_dtype_get_name(dtype));

    char sizes[FRCNN_SHAPE_TEXT_BYTES];
    frcnn_shape_format(sizes, n_dims, shape);
    const int n_first = n_dims == 0 ? GROWTH_DIGITS : snprintf(NULL, 0, "%" PRId64, shape[0]);
    const size_t n_text = (size_t)snprintf(text + START, FRCNN_NPY_HEADER_BYTES - START,
                                           "{'descr': '%c%s', 'fortran_order': False, 'shape': (%.*s%s), }%*s",
                                           frcnn_dtype_get_size(dtype) == 1 ? '|' : '<', name, (int)strlen(sizes) - 2,
                                           sizes + 1, n_dims == 1 ? "," : "", GROWTH_DIGITS - n_first, "");
    /* Where the newline would end at a multiple already, NumPy adds another ALIGNMENT spaces. */
    *n_bytes = ((START + n_text + 1) / ALIGNMENT + 1) * ALIGNMENT;
    memset(text + START + n_text, ' ', *n_bytes - START - n_text - 1);
    text[*n_bytes - 1] = '\n';
    memcpy(text, MAGIC, MAGIC_BYTES);
    text[MAGIC_BYTES] = 1;
    text[MAGIC_BYTES + 1] = 0;
    text[START - 2] = (char)((*n_bytes - START) & 0xff);
    text[START - 1] = (char)((*n_bytes - START) >> 8);
    return FRCNN_OK;
}
