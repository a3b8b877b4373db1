#include "run/pnm_stream.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "tensor/error.h"
#include "tensor/memory.h"

enum { BUFFER_BYTES = 65536, MAX_HEADER_BYTES = 4096, MAX_SIDE = 65535, END = -1, STOPPED = -2, FAILED = -3 };

struct frcnn_pnm_stream {
    int descriptor, stop_descriptor;
    int64_t max_pixels;
    int is_over; /* 1 behind an error */
    size_t start, end;
    unsigned char buffer[BUFFER_BYTES];
};

/* A header while it is read: its bytes are kept, they belong to the image. */
typedef struct header {
    size_t n_bytes;
    unsigned char bytes[MAX_HEADER_BYTES];
    int end; /* 0, or what ended it early */
} header;

frcnn_status frcnn_pnm_stream_create(frcnn_pnm_stream **out, int descriptor, int stop_descriptor, int64_t max_pixels)
{
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_pnm_stream), "stream of images"));
    frcnn_pnm_stream *stream = block;
    stream->descriptor = descriptor;
    stream->stop_descriptor = stop_descriptor;
    stream->max_pixels = max_pixels;
    *out = stream;
    return FRCNN_OK;
}

void frcnn_pnm_stream_destroy(frcnn_pnm_stream **stream)
{
    frcnn_free(*stream);
    *stream = NULL;
}

/* Reads at most n_bytes, as soon as there are some; END, STOPPED or FAILED (errno) where there are none. */
static ssize_t read_some(const frcnn_pnm_stream *stream, void *bytes, size_t n_bytes)
{
    for (;;) {
        struct pollfd polled[] = {{stream->descriptor, POLLIN, 0}, {stream->stop_descriptor, POLLIN, 0}};
        if (poll(polled, 2, -1) < 0) {
            if (errno == EINTR) continue;
            return FAILED;
        }
        if (polled[1].revents != 0) return STOPPED;
        const ssize_t n_read = read(stream->descriptor, bytes, n_bytes);
        if (n_read > 0) return n_read;
        if (n_read == 0) return END;
        if (errno != EINTR && errno != EAGAIN) return FAILED;
    }
}

/* The next byte, or END, STOPPED, FAILED. */
static int read_byte(frcnn_pnm_stream *stream)
{
    if (stream->start == stream->end) {
        const ssize_t n_read = read_some(stream, stream->buffer, sizeof stream->buffer);
        if (n_read < 0) return (int)n_read;
        stream->start = 0;
        stream->end = (size_t)n_read;
    }
    return stream->buffer[stream->start++];
}

static int read_header_byte(frcnn_pnm_stream *stream, header *self)
{
    const int byte = self->n_bytes == MAX_HEADER_BYTES ? END : read_byte(stream);
    if (byte < 0)
        self->end = byte;
    else
        self->bytes[self->n_bytes++] = (unsigned char)byte;
    return byte;
}

/* The next number of a header, and the one byte behind it; -1 where there is none. Comments run to the line's end. */
static int64_t read_number(frcnn_pnm_stream *stream, header *self)
{
    int byte = read_header_byte(stream, self);
    while (byte == '#' || isspace(byte)) {
        if (byte == '#')
            while (byte >= 0 && byte != '\n') byte = read_header_byte(stream, self);
        byte = read_header_byte(stream, self);
    }
    if (byte < 0 || !isdigit(byte)) return -1;
    int64_t number = 0;
    while (byte >= 0 && isdigit(byte)) {
        number = number * 10 + (byte - '0');
        if (number > INT32_MAX) return -1;
        byte = read_header_byte(stream, self);
    }
    return byte >= 0 && isspace(byte) ? number : -1;
}

static frcnn_status fail_end(int end, const char *name, const char *what)
{
    if (end == FAILED) return frcnn_fail(FRCNN_ERROR_IO, "%s: cannot read: %s", name, strerror(errno));
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: expected %s, found the end of the stream", name, what);
}

/* Bytes of the image behind the header. */
static frcnn_status read_header(frcnn_pnm_stream *stream, const char *name, header *self, size_t *pixel_bytes)
{
    const int second = read_header_byte(stream, self);
    FRCNN_FAIL_IF(self->bytes[0] != 'P' || (second != '5' && second != '6' && second >= 0), FRCNN_ERROR_FORMAT,
                  "%s: expected a binary PPM or PGM image (P6 or P5), found other bytes", name);
    const int64_t width = read_number(stream, self);
    const int64_t height = width < 0 ? -1 : read_number(stream, self);
    const int64_t maximum = height < 0 ? -1 : read_number(stream, self);
    if (self->end != 0 && self->n_bytes < MAX_HEADER_BYTES) return fail_end(self->end, name, "a whole header");
    FRCNN_FAIL_IF(width < 1 || height < 1 || maximum < 1 || maximum > 65535, FRCNN_ERROR_FORMAT,
                  "%s: expected a header with width, height and largest value, found another", name);
    FRCNN_FAIL_IF(width > MAX_SIDE || height > MAX_SIDE || width * height > stream->max_pixels, FRCNN_ERROR_INVALID,
                  "%s: expected at most %" PRId64 " pixels and sides of %d, found %" PRId64 "x%" PRId64, name,
                  stream->max_pixels, MAX_SIDE, height, width);
    *pixel_bytes = (size_t)(width * height) * (second == '6' ? 3 : 1) * (maximum > 255 ? 2 : 1);
    return FRCNN_OK;
}

static frcnn_status read_pixels(frcnn_pnm_stream *stream, const char *name, unsigned char *dst, size_t n_bytes,
                                int *is_stopped)
{
    const size_t n_buffered = stream->end - stream->start;
    size_t n_done = n_buffered < n_bytes ? n_buffered : n_bytes;
    memcpy(dst, stream->buffer + stream->start, n_done);
    stream->start += n_done;
    while (n_done < n_bytes) {
        const ssize_t n_read = read_some(stream, dst + n_done, n_bytes - n_done);
        *is_stopped = n_read == STOPPED;
        if (*is_stopped) return FRCNN_OK;
        if (n_read < 0) return fail_end((int)n_read, name, "all pixels of the image");
        n_done += (size_t)n_read;
    }
    return FRCNN_OK;
}

frcnn_status frcnn_pnm_stream_read(frcnn_pnm_stream *stream, const char *name, void **bytes, size_t *n_bytes)
{
    *bytes = NULL;
    if (stream->is_over) return FRCNN_OK;
    header self = {0};
    const int first = read_header_byte(stream, &self);
    stream->is_over = 1;
    if (first == END || first == STOPPED) return FRCNN_OK;
    if (first < 0) return fail_end(first, name, "an image");
    size_t pixel_bytes = 0;
    const frcnn_status status = read_header(stream, name, &self, &pixel_bytes);
    if (self.end == STOPPED) return FRCNN_OK;
    FRCNN_TRY(status);
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, self.n_bytes + pixel_bytes, 1, name));
    memcpy(block, self.bytes, self.n_bytes);
    int is_stopped = 0;
    const frcnn_status pixel_status =
        read_pixels(stream, name, (unsigned char *)block + self.n_bytes, pixel_bytes, &is_stopped);
    if (pixel_status != FRCNN_OK || is_stopped) {
        frcnn_free(block);
        return pixel_status;
    }
    stream->is_over = 0;
    *bytes = block;
    *n_bytes = self.n_bytes + pixel_bytes;
    return FRCNN_OK;
}
