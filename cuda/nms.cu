/* Bit masks over pairs of 64-box words. One kernel compares all pairs of a list, a block for each tile of 64 x 64 in the upper
   triangle; a second one, a block for each list, walks the words in order, settles each among its own boxes and strikes
   what its kept boxes overlap from the words behind, until enough are kept. While a word is settled, the rows of the next
   are already on their way.
   A list of more than PASS boxes is done in passes, so that the masks stay small: before each pass but the first, its boxes
   are compared with those kept so far. Most lists are capped in the first, and what follows then has nothing to do. */
#include "kernel.h"

#include "level_grid.h"
#include "nms_chunk.h"

extern "C" {
#include "segment_nms.h"
#include "tensor/index/score_key_body.h"
}

enum {
    CHUNK = FRCNN_NMS_CHUNK,
    PASS_WORDS = 64,
    PASS = PASS_WORDS * CHUNK, /* boxes */
    TILE_BLOCK = 256,
    LANES = TILE_BLOCK / CHUNK, /* threads that share a row of a tile */
    SCAN_BLOCK = 512,
    SCAN_GROUPS = SCAN_BLOCK / PASS_WORDS,
    ROWS = CHUNK / SCAN_GROUPS /* of a word, for a thread of the scan */
};

/** This block's list in the pass that begins at box begin. */
struct list_part {
    int level;
    unsigned block; /**< of those that the pass has for the list */
    size_t list;    /**< of all lists */
    size_t place;   /**< of the part's first box */
    size_t word;    /**< of its first word */
    size_t kept;    /**< of the list's first kept box */
    size_t mask;    /**< of its first word */
    int n;          /**< boxes; 0 or less: the list ends before */
    int stride;     /**< words of a row of masks */
};

FRCNN_DEVICE list_part find_part(const frcnn_segment_nms &nms, int level, unsigned block, int64_t begin)
{
    const size_t image = blockIdx.y;
    list_part part;
    const int64_t n = nms.places.n[level] - begin;
    part.level = level;
    part.block = block;
    part.list = image * nms.places.n_levels + level;
    part.place = image * nms.places.total + nms.places.first[level] + begin;
    part.word = image * nms.words.total + nms.words.first[level] + begin / CHUNK;
    part.kept = image * nms.kept.total + nms.kept.first[level];
    part.mask = image * nms.masks.total + nms.masks.first[level];
    part.n = n < PASS ? (int)n : (int)PASS;
    part.stride = nms.words.n[level] < PASS_WORDS ? (int)nms.words.n[level] : (int)PASS_WORDS;
    return part;
}

FRCNN_DEVICE list_part find_part_in_grid(const frcnn_segment_nms &nms, const frcnn_level_grid &grid, int64_t begin)
{
    unsigned block, n_blocks;
    const int level = frcnn_level_grid_find(grid, &block, &n_blocks);
    return find_part(nms, level, block, begin);
}

/** The words of 64 bits whose bits LANES neighbours have found, to all of them. */
FRCNN_DEVICE frcnn_nms_word combine(frcnn_nms_word word)
{
    for (int step = 1; step < LANES; step *= 2) word |= __shfl_xor_sync(0xffffffffu, word, step);
    return word;
}

/** Row i of a tile beside the diagonal: which boxes of the tile's columns box i overlaps. On the diagonal: which boxes
 *  before box i overlap it. */
FRCNN_KERNEL(TILE_BLOCK) mark_overlaps(const frcnn_segment_nms nms, const frcnn_level_grid grid, int64_t begin)
{
    FRCNN_SHARED float4 columns[CHUNK];
    const list_part part = find_part_in_grid(nms, grid, begin);
    const int row_word = part.block / part.stride, column_word = part.block % part.stride;
    if (column_word < row_word || column_word * CHUNK >= part.n) return;
    const float4 *const boxes = reinterpret_cast<const float4 *>(nms.boxes) + part.place;
    const int n_columns = part.n - column_word * CHUNK;
    if (threadIdx.x < CHUNK && (int)threadIdx.x < n_columns)
        columns[threadIdx.x] = boxes[column_word * CHUNK + threadIdx.x];
    __syncthreads();

    const int in_word = threadIdx.x / LANES, first = threadIdx.x % LANES;
    const int row = row_word * CHUNK + in_word;
    const int end = row_word == column_word ? in_word : n_columns < CHUNK ? n_columns : CHUNK;
    frcnn_nms_word bits = 0;
    if (row < part.n) {
        const float4 box = boxes[row];
#pragma unroll 4
        for (int column = first; column < end; column += LANES)
            if (frcnn_nms_get_iou(columns[column], box) > nms.threshold) bits |= (frcnn_nms_word)1 << column;
    }
    bits = combine(bits);
    if (first == 0 && row < part.n) nms.mask_words[part.mask + (size_t)row * part.stride + column_word] = bits;
}

/** Strikes boxes that those kept in the passes before overlap: a block for each word. */
FRCNN_KERNEL(TILE_BLOCK) strike_overlapped(const frcnn_segment_nms nms, const frcnn_level_grid grid, int64_t begin)
{
    FRCNN_SHARED frcnn_nms_word struck;
    const list_part part = find_part_in_grid(nms, grid, begin);
    const int in_word = threadIdx.x / LANES, first = threadIdx.x % LANES;
    const int at = part.block * CHUNK + in_word;
    const uint32_t n_kept = nms.n_kept[part.list];
    if ((int)part.block * CHUNK >= part.n || n_kept >= nms.kept.n[part.level]) return;
    if (threadIdx.x == 0) struck = 0;
    __syncthreads();
    if (at < part.n) {
        const float4 *const boxes = reinterpret_cast<const float4 *>(nms.boxes);
        const float4 box = boxes[part.place + at];
        const size_t image_place = (size_t)blockIdx.y * nms.places.total;
        bool is_struck = false;
        for (uint32_t i = first; i < n_kept && !is_struck; i += LANES) {
            const uint32_t place = frcnn_score_key_get_index(nms.kept_keys[part.kept + i]);
            is_struck = frcnn_nms_get_iou(boxes[image_place + place], box) > nms.threshold;
        }
        if (is_struck) atomicOr(&struck, (frcnn_nms_word)1 << in_word);
    }
    __syncthreads();
    if (threadIdx.x == 0) nms.alive[part.word + part.block] &= ~struck;
}

/** A thread's share of a word's rows: ROWS of them, in the column of the thread, where that lies behind the word. */
FRCNN_DEVICE void load_rows(const frcnn_segment_nms &nms, const list_part &part, int word, frcnn_nms_word *rows)
{
    const int column = threadIdx.x % PASS_WORDS, first = word * CHUNK + threadIdx.x / PASS_WORDS * ROWS;
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
        const int row = first + i;
        const bool is_needed = column > word && column * CHUNK < part.n && row < part.n;
        rows[i] = is_needed ? nms.mask_words[part.mask + (size_t)row * part.stride + column] : 0;
    }
}

/** Which boxes before box i of the word overlap it. */
FRCNN_DEVICE frcnn_nms_word load_before(const frcnn_segment_nms &nms, const list_part &part, int word, int i)
{
    const int row = word * CHUNK + i;
    return row < part.n ? nms.mask_words[part.mask + (size_t)row * part.stride + word] : 0;
}

/** Writes the keys of a word's kept boxes, from place n_kept of the list on, by a whole warp. */
FRCNN_DEVICE void write_kept(const frcnn_segment_nms &nms, const list_part &part, int word, frcnn_nms_word kept,
                             uint32_t n_kept)
{
    for (int i = threadIdx.x; i < CHUNK; i += 32)
        if ((kept >> i & 1) != 0)
            nms.kept_keys[part.kept + n_kept + frcnn_nms_count_before(kept, i)] =
                nms.keys[part.place + word * CHUNK + i];
}

FRCNN_KERNEL(SCAN_BLOCK) scan_words(const frcnn_segment_nms nms, int64_t begin)
{
    FRCNN_SHARED frcnn_nms_word alive[PASS_WORDS];
    FRCNN_SHARED frcnn_nms_word kept;
    const list_part part = find_part(nms, blockIdx.x, 0, begin);
    const int n_words = (part.n + CHUNK - 1) / CHUNK;
    const int group = threadIdx.x / PASS_WORDS, column = threadIdx.x % PASS_WORDS;
    const uint32_t max_keep = (uint32_t)nms.kept.n[part.level];
    if (part.n <= 0) return;
    if ((int)threadIdx.x < n_words) alive[threadIdx.x] = nms.alive[part.word + threadIdx.x];
    __syncthreads();

    uint32_t n_kept = nms.n_kept[part.list];
    frcnn_nms_word rows[ROWS], next_rows[ROWS];
    load_rows(nms, part, 0, rows);
    for (int word = 0; word < n_words && n_kept < max_keep; word++) {
        load_rows(nms, part, word + 1, next_rows);
        if (threadIdx.x < 32) {
            const frcnn_nms_word before_low = load_before(nms, part, word, threadIdx.x);
            const frcnn_nms_word before_high = load_before(nms, part, word, threadIdx.x + 32);
            const frcnn_nms_word settled =
                frcnn_nms_keep_first(frcnn_nms_resolve(before_low, before_high, alive[word]), max_keep - n_kept);
            write_kept(nms, part, word, settled, n_kept);
            if (threadIdx.x == 0) kept = settled;
        }
        __syncthreads();
        n_kept += __popcll(kept);
        frcnn_nms_word struck = 0;
#pragma unroll
        for (int i = 0; i < ROWS; i++)
            if ((kept >> (group * ROWS + i) & 1) != 0) struck |= rows[i];
        if (struck != 0) atomicAnd(&alive[column], ~struck);
#pragma unroll
        for (int i = 0; i < ROWS; i++) rows[i] = next_rows[i];
        __syncthreads();
    }
    if (threadIdx.x == 0) nms.n_kept[part.list] = n_kept;
}

template <typename T> static T *take(frcnn_workspace *workspace, int64_t n)
{
    return static_cast<T *>(frcnn_workspace_take(workspace, n, sizeof(T)));
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

extern "C" void frcnn_segment_nms_plan(frcnn_segment_nms *nms, frcnn_workspace *workspace, frcnn_workspace *zeroed)
{
    frcnn_segments none = {};
    nms->words = nms->kept = nms->masks = none;
    for (int level = 0; level < nms->places.n_levels; level++) {
        const int64_t n = nms->places.n[level], n_words = (n + CHUNK - 1) / CHUNK;
        frcnn_segments_append(&nms->words, n_words);
        frcnn_segments_append(&nms->kept, lesser(n, nms->max_keep));
        frcnn_segments_append(&nms->masks, lesser(n, PASS) * lesser(n_words, PASS_WORDS));
    }
    nms->alive = take<uint64_t>(zeroed, nms->n_images * nms->words.total);
    nms->n_kept = take<uint32_t>(zeroed, (int64_t)nms->n_images * nms->places.n_levels);
    nms->kept_keys = take<uint64_t>(workspace, nms->n_images * nms->kept.total);
    nms->mask_words = take<uint64_t>(workspace, nms->n_images * nms->masks.total);
}

static frcnn_status run_pass(const frcnn_segment_nms *nms, int64_t begin, frcnn_stream *stream)
{
    frcnn_level_grid tiles = {}, words = {};
    for (int level = 0; level < nms->places.n_levels; level++) {
        const int64_t n_words = lesser(nms->words.n[level], PASS_WORDS);
        const bool has_boxes = nms->places.n[level] > begin;
        frcnn_level_grid_append(&tiles, has_boxes ? n_words * n_words : 0);
        frcnn_level_grid_append(&words, has_boxes ? n_words : 0);
    }
    const dim3 grid_of_tiles(frcnn_level_grid_get_n_blocks(&tiles), nms->n_images);
    const dim3 grid_of_words(frcnn_level_grid_get_n_blocks(&words), nms->n_images);
    const dim3 grid_of_lists(nms->places.n_levels, nms->n_images);
    if (begin > 0)
        FRCNN_TRY(FRCNN_LAUNCH(strike_overlapped, grid_of_words, TILE_BLOCK, 0, stream->handle, *nms, words, begin));
    FRCNN_TRY(FRCNN_LAUNCH(mark_overlaps, grid_of_tiles, TILE_BLOCK, 0, stream->handle, *nms, tiles, begin));
    return FRCNN_LAUNCH(scan_words, grid_of_lists, SCAN_BLOCK, 0, stream->handle, *nms, begin);
}

extern "C" frcnn_status frcnn_segment_nms_run(const frcnn_segment_nms *nms, frcnn_stream *stream)
{
    int64_t n = 0;
    for (int level = 0; level < nms->places.n_levels; level++)
        if (nms->places.n[level] > n) n = nms->places.n[level];
    for (int64_t begin = 0; begin < n; begin += PASS) FRCNN_TRY(run_pass(nms, begin, stream));
    return FRCNN_OK;
}
