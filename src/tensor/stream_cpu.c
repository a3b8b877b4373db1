#include <string.h>

#include "tensor/clock.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/onednn.h"
#include "tensor/stream_ops.h"

struct frcnn_stream {
    double marks[FRCNN_STREAM_MARKS]; /* milliseconds */
};

static frcnn_status create(frcnn_stream **out, int index)
{
    void *block = NULL;
    (void)index;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof **out, "stream"));
    *out = block;
    return FRCNN_OK;
}

static const char *get_name(const frcnn_stream *stream)
{
    (void)stream;
    return frcnn_onednn_get_isa();
}

static void destroy(frcnn_stream **stream)
{
    frcnn_free(*stream);
    *stream = NULL;
}

static frcnn_status alloc(frcnn_stream *stream, void **out, size_t bytes, const char *what)
{
    (void)stream;
    return frcnn_alloc(out, bytes, 1, what);
}

static void give_back(frcnn_stream *stream, void *memory)
{
    (void)stream;
    frcnn_free(memory);
}

static void trim(frcnn_stream *stream)
{
    (void)stream;
}

static frcnn_status alloc_staging(frcnn_stream *stream, void **out, size_t bytes)
{
    return alloc(stream, out, bytes, "staging");
}

static frcnn_status copy(frcnn_stream *stream, void *dst, const void *src, size_t bytes)
{
    (void)stream;
    memcpy(dst, src, bytes);
    return FRCNN_OK;
}

static frcnn_status wait(frcnn_stream *stream)
{
    (void)stream;
    return FRCNN_OK;
}

static frcnn_status end_recording(frcnn_stream *stream, frcnn_recording **out)
{
    (void)stream;
    *out = NULL;
    return FRCNN_OK;
}

/* Nothing was ever recorded. */
static frcnn_status replay(frcnn_stream *stream, frcnn_recording *recording)
{
    (void)stream;
    (void)recording;
    return FRCNN_OK;
}

static void destroy_recording(frcnn_recording **recording)
{
    *recording = NULL;
}

static frcnn_status mark(frcnn_stream *stream, int index)
{
    stream->marks[index] = frcnn_clock_get_milliseconds();
    return FRCNN_OK;
}

static double get_elapsed(frcnn_stream *stream, int from, int to)
{
    return stream->marks[to] - stream->marks[from];
}

const frcnn_stream_ops frcnn_stream_ops_cpu = {
    .shares_memory = 1,
    .create = create,
    .get_name = get_name,
    .destroy = destroy,
    .bind = wait,
    .alloc = alloc,
    .free = give_back,
    .trim = trim,
    .alloc_staging = alloc_staging,
    .free_staging = give_back,
    .upload = copy,
    .download = copy,
    .wait = wait,
    .begin_recording = wait,
    .end_recording = end_recording,
    .replay = replay,
    .destroy_recording = destroy_recording,
    .mark = mark,
    .get_elapsed = get_elapsed,
};
