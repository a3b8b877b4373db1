/** A stream: memory of one device and work on it, in order. On the CPU work is done when a call returns; on a GPU a call
 *  only puts it on the stream, and wait waits for all of it. */
#ifndef FRCNN_STREAM_OPS_H
#define FRCNN_STREAM_OPS_H

#include <stddef.h>

#include "frcnn/status.h"

typedef struct frcnn_stream frcnn_stream;
/** Work that was recorded, to be put on its stream again and again. */
typedef struct frcnn_recording frcnn_recording;

enum { FRCNN_STREAM_MARKS = 8 };

/** A stream serves one thread at a time. */
typedef struct frcnn_stream_ops {
    /** 1: the device reads the CPU's memory, so nothing needs to be uploaded. */
    int shares_memory;

    /** On device index of its kind. The caller owns *out. Errors: UNSUPPORTED (a device that is not there, or that this
     *  build has no code for), BACKEND, NO_MEMORY. */
    frcnn_status (*create)(frcnn_stream **out, int index);
    /** The instruction set or the GPU, "AVX-512 …": lives as long as the stream. */
    const char *(*get_name)(const frcnn_stream *stream);
    /** Waits for its work first. Takes a pointer to NULL. */
    void (*destroy)(frcnn_stream **stream);
    /** Makes the stream's device this thread's: what other tables' functions put on the stream needs that. Every function
     *  of this table does it too. Errors: BACKEND. */
    frcnn_status (*bind)(frcnn_stream *stream);

    /** bytes of the device's memory, aligned to 256 (the CPU: FRCNN_ALIGNMENT), uninitialised. what names it in the message.
     *  Errors: NO_MEMORY, whose message says how much was asked and how much is free. */
    frcnn_status (*alloc)(frcnn_stream *stream, void **out, size_t bytes, const char *what);
    /** Behind the work that is on the stream now. Takes NULL. */
    void (*free)(frcnn_stream *stream, void *memory);
    /** Gives memory that was freed, and is kept for later, back to the device. */
    void (*trim)(frcnn_stream *stream);

    /** The CPU's memory that a GPU reads and writes by itself. Errors: NO_MEMORY. */
    frcnn_status (*alloc_staging)(frcnn_stream *stream, void **out, size_t bytes);
    void (*free_staging)(frcnn_stream *stream, void *memory);

    /** To the device and from it. Memory of alloc_staging may be used again only after wait; other memory at once.
     *  Errors: BACKEND. */
    frcnn_status (*upload)(frcnn_stream *stream, void *dst, const void *src, size_t bytes);
    frcnn_status (*download)(frcnn_stream *stream, void *dst, const void *src, size_t bytes);
    /** Errors: BACKEND, with what went wrong in any work before. */
    frcnn_status (*wait)(frcnn_stream *stream);

    /** Between begin and end work is recorded, not done; memory is neither taken nor given back, and nothing waited for.
     *  end follows begin also where work failed in between. *out NULL: this device records nothing, and the work was
     *  done. The caller owns *out. Errors: BACKEND. */
    frcnn_status (*begin_recording)(frcnn_stream *stream);
    frcnn_status (*end_recording)(frcnn_stream *stream, frcnn_recording **out);
    frcnn_status (*replay)(frcnn_stream *stream, frcnn_recording *recording);
    /** No replay is under way. Takes a pointer to NULL. */
    void (*destroy_recording)(frcnn_recording **recording);

    /** Notes when the work so far is done, as mark 0 … FRCNN_STREAM_MARKS - 1; may be recorded. */
    frcnn_status (*mark)(frcnn_stream *stream, int mark);
    /** Milliseconds from one mark to another, of work that was waited for. */
    double (*get_elapsed)(frcnn_stream *stream, int from, int to);
} frcnn_stream_ops;

extern const frcnn_stream_ops frcnn_stream_ops_cpu;

#endif
