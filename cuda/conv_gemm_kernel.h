/** The kernel of conv_gemm.h, for the files that make its tiles. */
#ifndef FRCNN_CONV_GEMM_KERNEL_H
#define FRCNN_CONV_GEMM_KERNEL_H

#include "async_copy.h"
#include "conv_gemm.h"
#include "mma.h"

#include <type_traits>

/* Shared memory of a stage: rows of 128 bytes of K, pixels first, then channels of dst. Chunk c of 16 bytes of row r stands at
   place c ^ r % 8, so that eight rows' chunks of the same K are in different banks. */
enum { FRCNN_GEMM_CHUNK_BYTES = 16, FRCNN_GEMM_N_CHUNKS = FRCNN_GEMM_STEP_BYTES / FRCNN_GEMM_CHUNK_BYTES };

/* What a pixel of dst sees of src: the offset at its first tap, and which taps are inside, rows of the kernel in the lower
   half of the bits and columns in the upper half. */
struct alignas(8) frcnn_gemm_taps_row {
    int offset;
    unsigned taps;
};

/* By elements: the offset and the coordinates at its first tap. */
struct frcnn_gemm_elements_row {
    int offset;
    int y, x;
};

/* A step of K by taps: where the loads go on. */
struct frcnn_gemm_cursor {
    int kernel_y, kernel_x, channel;
};

template <typename Op, int N_PIXELS, int N_CHANNELS, int WARP_PIXELS, int WARP_CHANNELS, int N_STAGES, int N_RESIDENT,
          bool BY_ELEMENTS>
struct frcnn_gemm_shape {
    using op = Op;
    using element = typename Op::element;
    static constexpr int n_pixels = N_PIXELS;
    static constexpr int n_channels = N_CHANNELS;
    static constexpr int warp_pixels = WARP_PIXELS;
    static constexpr int warp_channels = WARP_CHANNELS;
    static constexpr int n_threads = N_PIXELS / WARP_PIXELS * (N_CHANNELS / WARP_CHANNELS) * 32;
    static constexpr int n_resident = N_RESIDENT; /* blocks of an SM, as far as registers go */
    static constexpr bool by_elements = BY_ELEMENTS;
    static constexpr int chunk_elements = FRCNN_GEMM_CHUNK_BYTES / (int)sizeof(element);
    static constexpr int step_elements = FRCNN_GEMM_STEP_BYTES / (int)sizeof(element);
    static constexpr int n_stages = N_STAGES;
    using row = std::conditional_t<BY_ELEMENTS, frcnn_gemm_elements_row, frcnn_gemm_taps_row>;
    static constexpr int table_bytes = N_PIXELS * (int)sizeof(row);
    static constexpr int stage_bytes = (N_PIXELS + N_CHANNELS) * FRCNN_GEMM_STEP_BYTES;
    static constexpr int sum_pitch = N_CHANNELS + 8; /* rows of fragments fall into different banks */
    static constexpr int sum_bytes = N_PIXELS * sum_pitch * (int)sizeof(float);
    /* Rows that all threads together load at once. */
    static constexpr int load_rows = n_threads / FRCNN_GEMM_N_CHUNKS;
    static_assert(load_rows % 8 == 0 && N_PIXELS % load_rows == 0 && N_CHANNELS % load_rows == 0, "loads");
    static_assert(n_threads >= N_CHANNELS, "epilogue");
};

FRCNN_DEVICE int frcnn_divide(int x, const frcnn_divisor &by)
{
    return (int)((__umulhi((unsigned)x, by.multiplier) + (unsigned)x) >> by.shift);
}

/* Place of a chunk in a stage. */
FRCNN_DEVICE int frcnn_gemm_place(int row, int chunk)
{
    return row * FRCNN_GEMM_STEP_BYTES + ((chunk ^ (row & 7)) * FRCNN_GEMM_CHUNK_BYTES);
}

/* Bits of the taps along one side that see an image of in pixels, the first at first. */
FRCNN_DEVICE unsigned frcnn_gemm_taps_inside(int first, int kernel, int dilation, int in)
{
    unsigned bits = 0;
    for (int i = 0; i < kernel; ++i)
        if ((unsigned)(first + i * dilation) < (unsigned)in) bits |= 1u << i;
    return bits;
}

FRCNN_DEVICE frcnn_gemm_elements_row frcnn_gemm_find_row(const frcnn_gemm_problem &problem, int pixel, int group)
{
    const int row = pixel / problem.epilogue.out_w;
    const int x = (pixel - row * problem.epilogue.out_w) * problem.stride_w - problem.padding_w;
    const int image = row / problem.epilogue.out_h;
    const int y = (row - image * problem.epilogue.out_h) * problem.stride_h - problem.padding_h;
    const int offset = ((image * problem.in_h + y) * problem.in_w + x) * problem.in_c + group * problem.group_in_c;
    return frcnn_gemm_elements_row{offset, y, x};
}

FRCNN_DEVICE void frcnn_gemm_make_row(const frcnn_gemm_problem &problem, int pixel, int group,
                                      frcnn_gemm_elements_row *made)
{
    if (pixel < problem.n_pixels)
        *made = frcnn_gemm_find_row(problem, pixel, group);
    else
        *made = frcnn_gemm_elements_row{0, -(1 << 30), 0}; /* sees nothing */
}

FRCNN_DEVICE void frcnn_gemm_make_row(const frcnn_gemm_problem &problem, int pixel, int group,
                                      frcnn_gemm_taps_row *made)
{
    *made = frcnn_gemm_taps_row{0, 0};
    if (pixel >= problem.n_pixels) return;
    const frcnn_gemm_elements_row row = frcnn_gemm_find_row(problem, pixel, group);
    made->offset = row.offset;
    made->taps = frcnn_gemm_taps_inside(row.y, problem.kernel_h, problem.dilation_h, problem.in_h) |
                 frcnn_gemm_taps_inside(row.x, problem.kernel_w, problem.dilation_w, problem.in_w) << 16;
}

FRCNN_DEVICE frcnn_gemm_cursor frcnn_gemm_cursor_start(const frcnn_gemm_problem &problem, int step, int step_elements)
{
    const int n_taps = problem.kernel_h * problem.kernel_w;
    const int tap = step % n_taps;
    frcnn_gemm_cursor cursor;
    cursor.kernel_y = tap / problem.kernel_w;
    cursor.kernel_x = tap % problem.kernel_w;
    cursor.channel = step / n_taps * step_elements;
    return cursor;
}

FRCNN_DEVICE void frcnn_gemm_cursor_advance(const frcnn_gemm_problem &problem, frcnn_gemm_cursor *cursor,
                                            int step_elements)
{
    if (++cursor->kernel_x < problem.kernel_w) return;
    cursor->kernel_x = 0;
    if (++cursor->kernel_y < problem.kernel_h) return;
    cursor->kernel_y = 0;
    cursor->channel += step_elements;
}

/* Starts the loads of a step's weights: this thread's chunk of K, from k on, where is_inside. Channels behind the group's last
   are loaded as that one; their sums are not stored. */
template <typename Shape>
FRCNN_DEVICE void frcnn_gemm_load_weights(const frcnn_gemm_problem &problem, unsigned char *stage, int first_channel,
                                          int group, int k, bool is_inside)
{
    const int first_row = (int)threadIdx.x / FRCNN_GEMM_N_CHUNKS;
    unsigned char *place = stage + Shape::n_pixels * FRCNN_GEMM_STEP_BYTES +
                           frcnn_gemm_place(first_row, (int)threadIdx.x % FRCNN_GEMM_N_CHUNKS);
    const int last = (group + 1) * problem.group_out_c - 1;
    const int channel = group * problem.group_out_c + first_channel + first_row;
    const typename Shape::element *src =
        reinterpret_cast<const typename Shape::element *>(problem.weight) + (is_inside ? k : 0);
#pragma unroll
    for (int i = 0; i < Shape::n_channels; i += Shape::load_rows)
        frcnn_async_copy16<0>(place + i * FRCNN_GEMM_STEP_BYTES, src + min(channel + i, last) * problem.pitch,
                              is_inside);
}

/* Starts the loads of a step's pixels, one tap of them. */
template <typename Shape, int IS_CACHED>
FRCNN_DEVICE void frcnn_gemm_load_pixels(const frcnn_gemm_problem &problem, const frcnn_gemm_taps_row *rows,
                                         unsigned char *stage, int offset, unsigned tap, bool is_inside)
{
    const int first_row = (int)threadIdx.x / FRCNN_GEMM_N_CHUNKS;
    const typename Shape::element *src = reinterpret_cast<const typename Shape::element *>(problem.src);
    unsigned char *place = stage + frcnn_gemm_place(first_row, (int)threadIdx.x % FRCNN_GEMM_N_CHUNKS);
    constexpr int n_rows = Shape::n_pixels / Shape::load_rows;
    int offsets[n_rows]; /* below 0: zeros */
#pragma unroll
    for (int i = 0; i < n_rows; ++i) {
        const frcnn_gemm_taps_row row = rows[first_row + i * Shape::load_rows];
        offsets[i] = is_inside && (row.taps & tap) == tap ? row.offset + offset : -1;
    }
#pragma unroll
    for (int i = 0; i < n_rows; ++i)
        frcnn_async_copy16<IS_CACHED>(place + i * Shape::load_rows * FRCNN_GEMM_STEP_BYTES, src + max(offsets[i], 0),
                                      offsets[i] >= 0);
}

/* Starts the loads of a step of one tap. */
template <typename Shape>
FRCNN_DEVICE void frcnn_gemm_load_tap(const frcnn_gemm_problem &problem, const frcnn_gemm_taps_row *rows,
                                      unsigned char *stage, int first_channel, int group,
                                      const frcnn_gemm_cursor &cursor)
{
    const int channel = cursor.channel + (int)threadIdx.x % FRCNN_GEMM_N_CHUNKS * Shape::chunk_elements;
    const bool is_inside = channel < problem.group_in_c;
    const int offset =
        (cursor.kernel_y * problem.dilation_h * problem.in_w + cursor.kernel_x * problem.dilation_w) * problem.in_c +
        channel;
    const unsigned tap = 1u << cursor.kernel_y | 1u << (16 + cursor.kernel_x);
    if (problem.is_cached)
        frcnn_gemm_load_pixels<Shape, 1>(problem, rows, stage, offset, tap, is_inside);
    else
        frcnn_gemm_load_pixels<Shape, 0>(problem, rows, stage, offset, tap, is_inside);
    frcnn_gemm_load_weights<Shape>(
        problem, stage, first_channel, group,
        (cursor.kernel_y * problem.kernel_w + cursor.kernel_x) * problem.group_in_c + channel, is_inside);
}

/* Where one element of K is seen. */
struct frcnn_gemm_element {
    int y, x, offset;
    int is_inside;
};

FRCNN_DEVICE frcnn_gemm_element frcnn_gemm_element_find(const frcnn_gemm_problem &problem, int k)
{
    const int tap = frcnn_divide(k, problem.by_group_in_c);
    const int kernel_y = frcnn_divide(tap, problem.by_kernel_w);
    frcnn_gemm_element found;
    found.y = kernel_y * problem.dilation_h;
    found.x = (tap - kernel_y * problem.kernel_w) * problem.dilation_w;
    found.offset = (found.y * problem.in_w + found.x) * problem.in_c + (k - tap * problem.group_in_c);
    found.is_inside = kernel_y < problem.kernel_h;
    return found;
}

/* Loads a step element by element; the pixels' part is there when this returns. */
template <typename Shape>
FRCNN_DEVICE void frcnn_gemm_load_elements(const frcnn_gemm_problem &problem, const typename Shape::row *rows,
                                           unsigned char *stage, int first_channel, int group, int step)
{
    using element = typename Shape::element;
    const int chunk = (int)threadIdx.x % FRCNN_GEMM_N_CHUNKS;
    const int first_row = (int)threadIdx.x / FRCNN_GEMM_N_CHUNKS;
    const int k = step * Shape::step_elements + chunk * Shape::chunk_elements;
    const element *src = reinterpret_cast<const element *>(problem.src);
    unsigned char *place = stage + frcnn_gemm_place(first_row, chunk);
    frcnn_gemm_load_weights<Shape>(problem, stage, first_channel, group, k, k < problem.pitch);
    frcnn_gemm_element elements[Shape::chunk_elements];
#pragma unroll
    for (int i = 0; i < Shape::chunk_elements; ++i) elements[i] = frcnn_gemm_element_find(problem, k + i);
#pragma unroll
    for (int i = 0; i < Shape::n_pixels; i += Shape::load_rows) {
        const frcnn_gemm_elements_row row = rows[first_row + i];
        frcnn_vector<element, Shape::chunk_elements> values;
#pragma unroll
        for (int j = 0; j < Shape::chunk_elements; ++j) {
            const bool is_valid = elements[j].is_inside != 0 &&
                                  (unsigned)(row.y + elements[j].y) < (unsigned)problem.in_h &&
                                  (unsigned)(row.x + elements[j].x) < (unsigned)problem.in_w;
            frcnn_from_float(0.0f, &values.values[j]);
            if (is_valid) values.values[j] = src[row.offset + elements[j].offset];
        }
        *reinterpret_cast<frcnn_vector<element, Shape::chunk_elements> *>(place + i * FRCNN_GEMM_STEP_BYTES) = values;
    }
}

/* Sums of a tile from shared memory to dst, N channels at a time. Residuals are loaded some rows ahead: dst may be the
   residual, so the compiler can't. */
template <typename Shape, typename T, int N>
FRCNN_DEVICE void frcnn_gemm_store_tile(const frcnn_conv_epilogue &epilogue, const int *residual_pixels,
                                        const float *sums, int first_pixel, int n_pixels, int channel, int channel_end)
{
    constexpr int n_ahead = 8;
    constexpr int n_columns = Shape::n_channels / N;
    constexpr int n_rows = Shape::n_threads / n_columns;
    const int column = (int)threadIdx.x % n_columns * N;
    channel += column;
    if (channel >= channel_end) return;
    const int row_end = min(Shape::n_pixels, n_pixels - first_pixel);
    float bias[N];
    frcnn_conv_epilogue_load_bias(bias, &epilogue, channel);
    for (int first = (int)threadIdx.x / n_columns; first < row_end; first += n_rows * n_ahead) {
        frcnn_vector<T, N> added[n_ahead];
#pragma unroll
        for (int i = 0; i < n_ahead; ++i)
            if (first + i * n_rows < row_end)
                frcnn_conv_epilogue_load(&added[i], &epilogue, residual_pixels[first + i * n_rows], channel);
#pragma unroll
        for (int i = 0; i < n_ahead; ++i) {
            const int row = first + i * n_rows;
            if (row >= row_end) continue;
            const frcnn_vector<float, N> sum =
                *reinterpret_cast<const frcnn_vector<float, N> *>(sums + row * Shape::sum_pitch + column);
            frcnn_conv_epilogue_store<T, N>(&epilogue, first_pixel + row, channel, sum.values, bias, added[i]);
        }
    }
}

template <typename Shape, typename T>
FRCNN_DEVICE void frcnn_gemm_store(const frcnn_conv_epilogue &epilogue, const int *residual_pixels, const float *sums,
                                   int first_pixel, int n_pixels, int channel, int channel_end)
{
    if (epilogue.is_aligned)
        frcnn_gemm_store_tile<Shape, T, 4>(epilogue, residual_pixels, sums, first_pixel, n_pixels, channel,
                                           channel_end);
    else
        frcnn_gemm_store_tile<Shape, T, 1>(epilogue, residual_pixels, sums, first_pixel, n_pixels, channel,
                                           channel_end);
}

/* The tile's sums, which are in shared memory, through the epilogue; a part of K leaves its sums for conv_gemm.cu. */
template <typename Shape>
FRCNN_DEVICE void frcnn_gemm_finish(const frcnn_gemm_problem &problem, const int *residual_pixels, const float *sums,
                                    int first_pixel, int channel, int channel_end)
{
    frcnn_conv_epilogue epilogue = problem.epilogue;
    if (problem.n_parts > 1) {
        epilogue.bias = nullptr;
        epilogue.residual = nullptr;
        epilogue.activation = FRCNN_LINEAR;
        epilogue.dst = problem.parts + (int64_t)blockIdx.y * problem.n_pixels * epilogue.out_c;
    }
    if (problem.n_parts > 1 || problem.dst_is_f32)
        frcnn_gemm_store<Shape, float>(epilogue, residual_pixels, sums, first_pixel, problem.n_pixels, channel,
                                       channel_end);
    else
        frcnn_gemm_store<Shape, typename Shape::element>(epilogue, residual_pixels, sums, first_pixel, problem.n_pixels,
                                                         channel, channel_end);
}

/* Starts the loads of the next step, where there is one, into its stage. */
template <typename Shape>
FRCNN_DEVICE void frcnn_gemm_load(const frcnn_gemm_problem &problem, const typename Shape::row *rows,
                                  unsigned char *stages, int first_channel, int group, int step, int step_end, int slot,
                                  frcnn_gemm_cursor *cursor)
{
    if (step < step_end) {
        unsigned char *stage = stages + slot * Shape::stage_bytes;
        if constexpr (Shape::by_elements) {
            frcnn_gemm_load_elements<Shape>(problem, rows, stage, first_channel, group, step);
        } else {
            frcnn_gemm_load_tap<Shape>(problem, rows, stage, first_channel, group, *cursor);
            frcnn_gemm_cursor_advance(problem, cursor, Shape::step_elements);
        }
    }
    frcnn_async_commit(); /* an empty group too: waiting counts groups */
}

/* grid.x goes over tiles, channels first: blocks that run together share pixels; grid.y over parts of K. */
template <typename Shape>
FRCNN_KERNEL(Shape::n_threads, Shape::n_resident)
frcnn_gemm_kernel(const frcnn_gemm_problem problem)
{
    using op = typename Shape::op;
    FRCNN_DYNAMIC_SHARED(unsigned char, shared);
    typename Shape::row *rows = reinterpret_cast<typename Shape::row *>(shared);
    unsigned char *stages = shared + Shape::table_bytes;

    const int tiles_per_group = (problem.group_out_c + Shape::n_channels - 1) / Shape::n_channels;
    const int n_channel_tiles = tiles_per_group * problem.groups;
    const int pixel_tile = (int)blockIdx.x / n_channel_tiles;
    const int channel_tile = (int)blockIdx.x - pixel_tile * n_channel_tiles;
    const int group = channel_tile / tiles_per_group;
    const int first_pixel = pixel_tile * Shape::n_pixels;
    const int first_channel = (channel_tile - group * tiles_per_group) * Shape::n_channels;
    const int first_step = (int)blockIdx.y * problem.steps_per_part;
    const int step_end = min(first_step + problem.steps_per_part, problem.n_steps);

    for (int i = (int)threadIdx.x; i < Shape::n_pixels; i += Shape::n_threads)
        frcnn_gemm_make_row(problem, first_pixel + i, group, &rows[i]);
    __syncthreads();

    frcnn_gemm_cursor cursor = frcnn_gemm_cursor_start(problem, first_step, Shape::step_elements);
    for (int i = 0; i < problem.n_stages - 1; ++i)
        frcnn_gemm_load<Shape>(problem, rows, stages, first_channel, group, first_step + i, step_end, i, &cursor);

    const int lane = (int)threadIdx.x % 32;
    const int warp = (int)threadIdx.x / 32;
    constexpr int n_channel_warps = Shape::n_channels / Shape::warp_channels;
    const int warp_pixel = warp / n_channel_warps * Shape::warp_pixels;
    const int warp_channel = warp % n_channel_warps * Shape::warp_channels;
    typename op::template sums<Shape::warp_pixels, Shape::warp_channels> sums;
    op::clear(&sums);
    int slot = 0;
    for (int step = first_step; step < step_end; ++step) {
        frcnn_async_wait<Shape::n_stages - 2>();
        __syncthreads(); /* this step's operands are there, and none reads those of the step before any more */
        const int free_slot = slot == 0 ? problem.n_stages - 1 : slot - 1;
        frcnn_gemm_load<Shape>(problem, rows, stages, first_channel, group, step + problem.n_stages - 1, step_end,
                               free_slot, &cursor);
        const unsigned char *stage = stages + slot * Shape::stage_bytes;
        op::multiply(&sums, stage + warp_pixel * FRCNN_GEMM_STEP_BYTES,
                     stage + (Shape::n_pixels + warp_channel) * FRCNN_GEMM_STEP_BYTES, lane);
        slot = slot == problem.n_stages - 1 ? 0 : slot + 1;
    }
    frcnn_async_wait<0>();
    __syncthreads();

    int *residual_pixels = reinterpret_cast<int *>(shared);
    float *tile = reinterpret_cast<float *>(stages);
    op::store(sums, tile + warp_pixel * Shape::sum_pitch + warp_channel, Shape::sum_pitch, lane);
    for (int i = (int)threadIdx.x; i < Shape::n_pixels && first_pixel + i < problem.n_pixels; i += Shape::n_threads)
        residual_pixels[i] = frcnn_conv_epilogue_get_residual_pixel(&problem.epilogue, first_pixel + i);
    __syncthreads();
    frcnn_gemm_finish<Shape>(problem, residual_pixels, tile, first_pixel, group * problem.group_out_c + first_channel,
                             (group + 1) * problem.group_out_c);
}

template <typename Shape> frcnn_status frcnn_gemm_prepare(size_t shared_bytes)
{
    return frcnn_cuda_allow_shared(frcnn_gemm_kernel<Shape>, shared_bytes);
}

template <typename Shape>
frcnn_status frcnn_gemm_launch(const frcnn_gemm_problem *problem, dim3 grid, size_t shared_bytes, cudaStream_t stream)
{
    return FRCNN_LAUNCH((frcnn_gemm_kernel<Shape>), grid, Shape::n_threads, shared_bytes, stream, *problem);
}

template <typename Shape> frcnn_gemm_tile frcnn_gemm_tile_make(const char *name, float macs_per_cycle)
{
    return frcnn_gemm_tile{name,
                           Shape::n_pixels,
                           Shape::n_channels,
                           Shape::n_threads,
                           Shape::by_elements,
                           Shape::n_stages,
                           Shape::n_resident,
                           Shape::table_bytes,
                           Shape::stage_bytes,
                           Shape::sum_bytes,
                           macs_per_cycle,
                           frcnn_gemm_prepare<Shape>,
                           frcnn_gemm_launch<Shape>};
}

#endif
