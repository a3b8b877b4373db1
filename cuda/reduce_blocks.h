/** How blocks of threads reduce [repeats, outer, n, inner] over repeats and n.
 *
 *  The threads of a block lie as [outers, rows, columns]. Each takes every rows-th element of one result, and those of one
 *  result are folded in halves. Where results are few their elements are cut into chunks, whose parts a second kernel
 *  joins. The cut follows from the sizes alone, so the order of a sum does too.
 *
 *  A policy says what is reduced; it is a kernel's argument, and its functions are static:
 *
 *      Element     the type of src
 *      Acc         what one thread keeps: Acc start(), void take(Acc *, Element, int64_t row)
 *      Part        what is folded: Part lift(const Acc *), void join(Part *, const Part *)
 *      void write(const Policy &, int64_t at, const Part *)
 */
#ifndef FRCNN_REDUCE_BLOCKS_H
#define FRCNN_REDUCE_BLOCKS_H

#include "kernel.h"
#include "tensor_memory.h"

extern "C" {
#include "tensor/reduce/reduction.h"
}

enum {
    FRCNN_REDUCE_THREADS = 256,
    FRCNN_REDUCE_COLUMNS = 32,    /* at most: as many f32 as one access reads */
    FRCNN_REDUCE_OWN_ROWS = 4,    /* that a thread takes before further threads share its result */
    FRCNN_REDUCE_CHUNK_ROWS = 16, /* the same before further blocks do */
    FRCNN_REDUCE_BLOCKS = 1024    /* that keep any GPU busy */
};

/** Rows are those of all repeats. Lanes are powers of 2; their product is FRCNN_REDUCE_THREADS. */
typedef struct frcnn_reduce_cut {
    int64_t n_repeats, n_outer, n, n_inner;
    int outer_lanes, row_lanes, column_lanes;
    int64_t n_outer_tiles, n_column_tiles, n_chunks, chunk_rows;
} frcnn_reduce_cut;

static inline int64_t frcnn_divide_up(int64_t n, int64_t by)
{
    return n / by + (n % by != 0);
}

static inline void frcnn_reduce_cut_rows(frcnn_reduce_cut *cut)
{
    const int64_t n_rows = cut->n_repeats * cut->n;
    const int64_t n_tiles = cut->n_outer_tiles * cut->n_column_tiles;
    const int64_t room = n_tiles < FRCNN_REDUCE_BLOCKS ? FRCNN_REDUCE_BLOCKS / n_tiles : 1;
    const int64_t wanted = frcnn_divide_up(n_rows, (int64_t)cut->row_lanes * FRCNN_REDUCE_CHUNK_ROWS);
    const int64_t n_chunks = wanted < 1 ? 1 : wanted < room ? wanted : room;
    cut->chunk_rows = frcnn_divide_up(frcnn_divide_up(n_rows, n_chunks), cut->row_lanes) * cut->row_lanes;
    cut->n_chunks = n_rows == 0 ? 1 : frcnn_divide_up(n_rows, cut->chunk_rows);
}

/** n_outer and n_inner are 1 or more. */
static inline frcnn_reduce_cut frcnn_reduce_cut_up(int64_t n_repeats, int64_t n_outer, int64_t n, int64_t n_inner)
{
    frcnn_reduce_cut cut = {n_repeats, n_outer, n, n_inner, 1, 1, 1, 0, 0, 0, 0};
    while (cut.column_lanes < n_inner && cut.column_lanes < FRCNN_REDUCE_COLUMNS) cut.column_lanes *= 2;
    while (cut.row_lanes * cut.column_lanes < FRCNN_REDUCE_THREADS &&
           (int64_t)cut.row_lanes * FRCNN_REDUCE_OWN_ROWS < n_repeats * n)
        cut.row_lanes *= 2;
    cut.outer_lanes = FRCNN_REDUCE_THREADS / (cut.row_lanes * cut.column_lanes);
    cut.n_outer_tiles = frcnn_divide_up(n_outer, cut.outer_lanes);
    cut.n_column_tiles = frcnn_divide_up(n_inner, cut.column_lanes);
    frcnn_reduce_cut_rows(&cut);
    return cut;
}

/** Where a thread is: its result, and the rows that it takes, every row_lanes-th from first to end - 1. */
typedef struct frcnn_reduce_place {
    int row_lane;
    int is_inside;
    int64_t outer, column, chunk, first, end;
} frcnn_reduce_place;

FRCNN_DEVICE frcnn_reduce_place frcnn_reduce_find_place(const frcnn_reduce_cut &cut)
{
    frcnn_reduce_place place;
    const int thread = (int)threadIdx.x;
    const int64_t block = (int64_t)blockIdx.x;
    const int64_t tile = block / cut.n_chunks;
    const int64_t n_rows = cut.n_repeats * cut.n;
    place.row_lane = thread / cut.column_lanes % cut.row_lanes;
    place.chunk = block % cut.n_chunks;
    place.column = tile % cut.n_column_tiles * cut.column_lanes + thread % cut.column_lanes;
    place.outer = tile / cut.n_column_tiles * cut.outer_lanes + thread / (cut.column_lanes * cut.row_lanes);
    place.is_inside = place.outer < cut.n_outer && place.column < cut.n_inner;
    place.first = place.chunk * cut.chunk_rows + place.row_lane;
    place.end = place.chunk * cut.chunk_rows + cut.chunk_rows < n_rows ? (place.chunk + 1) * cut.chunk_rows : n_rows;
    return place;
}

template <class Policy>
FRCNN_DEVICE typename Policy::Part frcnn_reduce_take(const frcnn_reduce_cut &cut, const frcnn_reduce_place &place,
                                                     const typename Policy::Element *src)
{
    typename Policy::Acc acc = Policy::start();
    if (place.is_inside && place.first < place.end) {
        const int64_t repeat_stride = cut.n_outer * cut.n * cut.n_inner;
        const int64_t wrap = repeat_stride - cut.n * cut.n_inner;
        const int64_t row_step = cut.row_lanes % cut.n;
        const int64_t step = cut.row_lanes / cut.n * repeat_stride + row_step * cut.n_inner;
        int64_t row = place.first % cut.n;
        int64_t at = place.first / cut.n * repeat_stride + (place.outer * cut.n + row) * cut.n_inner + place.column;
        for (int64_t r = place.first; r < place.end; r += cut.row_lanes) {
            Policy::take(&acc, src[at], r);
            at += step;
            row += row_step;
            if (row >= cut.n) {
                row -= cut.n;
                at += wrap;
            }
        }
    }
    return Policy::lift(&acc);
}

/** Folds the parts of the threads of each result; the first of them has it. All threads of the block call this. */
template <class Policy>
FRCNN_DEVICE void frcnn_reduce_fold(const frcnn_reduce_cut &cut, int row_lane, typename Policy::Part *part,
                                    typename Policy::Part *shared)
{
    const int thread = (int)threadIdx.x;
    shared[thread] = *part;
    for (int lanes = cut.row_lanes / 2; lanes > 0; lanes /= 2) {
        __syncthreads();
        if (row_lane < lanes) Policy::join(&shared[thread], &shared[thread + lanes * cut.column_lanes]);
    }
    *part = shared[thread];
}

/** parts [n_chunks, n_outer, n_inner], where there are several chunks. */
template <class Policy>
FRCNN_KERNEL(FRCNN_REDUCE_THREADS)
frcnn_reduce_rows(frcnn_reduce_cut cut, Policy policy, const typename Policy::Element *src,
                  typename Policy::Part *parts)
{
    FRCNN_SHARED typename Policy::Part shared[FRCNN_REDUCE_THREADS];
    const frcnn_reduce_place place = frcnn_reduce_find_place(cut);
    typename Policy::Part part = frcnn_reduce_take<Policy>(cut, place, src);
    frcnn_reduce_fold<Policy>(cut, place.row_lane, &part, shared);
    if (!place.is_inside || place.row_lane != 0) return;
    const int64_t at = place.outer * cut.n_inner + place.column;
    if (cut.n_chunks == 1)
        Policy::write(policy, at, &part);
    else
        parts[place.chunk * cut.n_outer * cut.n_inner + at] = part;
}

/** parts [n, n_inner], of one outer and one chunk. */
template <class Policy>
FRCNN_KERNEL(FRCNN_REDUCE_THREADS)
frcnn_reduce_parts(frcnn_reduce_cut cut, Policy policy, const typename Policy::Part *parts)
{
    FRCNN_SHARED typename Policy::Part shared[FRCNN_REDUCE_THREADS];
    const frcnn_reduce_place place = frcnn_reduce_find_place(cut);
    const typename Policy::Acc nothing = Policy::start();
    typename Policy::Part part = Policy::lift(&nothing);
    if (place.is_inside)
        for (int64_t r = place.first; r < place.end; r += cut.row_lanes)
            Policy::join(&part, &parts[r * cut.n_inner + place.column]);
    frcnn_reduce_fold<Policy>(cut, place.row_lane, &part, shared);
    if (place.is_inside && place.row_lane == 0) Policy::write(policy, place.column, &part);
}

/** n_outer and n_inner are 1 or more. */
template <class Policy> static frcnn_status frcnn_reduce_run(const frcnn_reduction_job *job, const Policy &policy)
{
    const frcnn_reduce_cut cut = frcnn_reduce_cut_up(job->n_repeats, job->n_outer, job->n, job->n_inner);
    const int64_t n_results = job->n_outer * job->n_inner;
    const int64_t n_blocks = cut.n_outer_tiles * cut.n_column_tiles * cut.n_chunks;
    const cudaStream_t stream = frcnn_tensor_stream_get()->handle;
    frcnn_scratch scratch;
    FRCNN_FAIL_IF(n_blocks > INT32_MAX, FRCNN_ERROR_UNSUPPORTED, "reduction: %lld results are more than a grid holds",
                  (long long)n_results);
    if (cut.n_chunks > 1)
        FRCNN_TRY(scratch.alloc((size_t)(cut.n_chunks * n_results) * sizeof(typename Policy::Part), "reduction"));
    typename Policy::Part *const parts = scratch.get<typename Policy::Part>();
    FRCNN_TRY(FRCNN_LAUNCH((frcnn_reduce_rows<Policy>), (unsigned)n_blocks, FRCNN_REDUCE_THREADS, 0, stream, cut,
                           policy, static_cast<const typename Policy::Element *>(job->src), parts));
    if (cut.n_chunks == 1) return FRCNN_OK;
    frcnn_reduce_cut last = frcnn_reduce_cut_up(1, 1, cut.n_chunks, n_results);
    last.n_chunks = 1;
    last.chunk_rows = cut.n_chunks;
    return FRCNN_LAUNCH((frcnn_reduce_parts<Policy>), (unsigned)(last.n_outer_tiles * last.n_column_tiles),
                        FRCNN_REDUCE_THREADS, 0, stream, last, policy,
                        static_cast<const typename Policy::Part *>(parts));
}

#endif
