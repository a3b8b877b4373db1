/* A radix select over all lists of a batch at once. A key is [32 bits of inverted ordered logit | anchor]; what is looked for
   is a bound of which k keys, or few more, are at most. Two passes over the keys count digits of 12 bits from the top, in
   shared memory first; the block that is the last of its list to be done finds the digit in which the kth key lies. Where
   that leaves more keys than there is room for, as with thousands of equal logits, that same block goes on alone through the
   lower bits and the anchors until the bound is the kth key itself. A third pass collects. So the usual case costs three
   short launches with no wait between them, and all others are as right. */
#include "kernel.h"

#include "level_grid.h"

extern "C" {
#include "segment_topk.h"
#include "tensor/index/score_key_body.h"
}

enum {
    BLOCK = 512,
    PER_THREAD = 4,
    PER_BLOCK = BLOCK * PER_THREAD,
    N_WARPS = BLOCK / 32,
    DIGIT_BITS = 12,
    N_DIGITS = 1 << DIGIT_BITS,
    DIGITS_PER_THREAD = N_DIGITS / BLOCK,
    FIRST_SHIFT = 64 - DIGIT_BITS,
    SECOND_SHIFT = FIRST_SHIFT - DIGIT_BITS,
    LOGIT_SHIFT = 32, /* of the logit's bits in a key */
    SLACK = 256       /* candidates above k that there is room for */
};

typedef unsigned long long key64;

/** How far the search for a list's bound has come. */
struct topk_progress {
    key64 bound;       /**< once it is found */
    uint32_t prefix;   /**< the kth key's upper bits, as far as they are known */
    uint32_t rank;     /**< of the kth key among those that begin with prefix, from 1 */
    uint32_t is_found; /**< 1: bound is set */
    uint32_t n_blocks_done[2];
};

/** What a block shares while it finds a digit. */
struct digit_search {
    uint32_t counts[N_DIGITS];
    uint32_t warp_sums[N_WARPS];
    uint32_t digit; /**< in which the key of the rank lies */
    uint32_t below; /**< keys of lesser digits */
    uint32_t is_last;
};

/** Where this block's list begins in the arrays, and what is asked of it. */
struct list_place {
    int level;
    unsigned block, n_blocks;
    size_t list;  /**< of all lists */
    size_t first; /**< key */
    uint32_t n, k, capacity;
};

FRCNN_DEVICE list_place find_list(const frcnn_segment_topk &topk, const frcnn_level_grid &grid)
{
    list_place place;
    place.level = frcnn_level_grid_find(grid, &place.block, &place.n_blocks);
    place.list = (size_t)blockIdx.y * topk.anchors.n_levels + place.level;
    place.first = (size_t)blockIdx.y * topk.anchors.total + topk.anchors.first[place.level];
    place.n = (uint32_t)topk.anchors.n[place.level];
    place.k = (uint32_t)topk.k[place.level];
    place.capacity = (uint32_t)topk.candidates.n[place.level];
    return place;
}

FRCNN_DEVICE void clear_counts(digit_search *search)
{
    for (int i = threadIdx.x; i < N_DIGITS; i += BLOCK) search->counts[i] = 0;
    __syncthreads();
}

/** Adds the block's counts to those of its list. Returns true, in all threads, in the last block of the list, whose counts
 *  then are the list's. */
FRCNN_DEVICE bool add_counts(digit_search *search, uint32_t *counts, uint32_t *n_blocks_done, unsigned n_blocks)
{
    __syncthreads();
    for (int i = threadIdx.x; i < N_DIGITS; i += BLOCK)
        if (search->counts[i] != 0) atomicAdd(&counts[i], search->counts[i]);
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) search->is_last = atomicAdd(n_blocks_done, 1u) == n_blocks - 1;
    __syncthreads();
    if (search->is_last == 0) return false;
    __threadfence();
    for (int i = threadIdx.x; i < N_DIGITS; i += BLOCK) search->counts[i] = __ldcg(&counts[i]);
    __syncthreads();
    return true;
}

/** Finds the digit in which the key of this rank lies, by all threads of the block. */
FRCNN_DEVICE void find_digit(digit_search *search, uint32_t rank)
{
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const uint32_t *own = search->counts + threadIdx.x * DIGITS_PER_THREAD;
    uint32_t own_sum = 0;
    for (int i = 0; i < DIGITS_PER_THREAD; i++) own_sum += own[i];
    uint32_t sum = own_sum; /* with those of the lanes before */
    for (int step = 1; step < 32; step *= 2) {
        const uint32_t other = __shfl_up_sync(0xffffffffu, sum, step);
        if (lane >= step) sum += other;
    }
    if (lane == 31) search->warp_sums[warp] = sum;
    __syncthreads();
    uint32_t below = sum - own_sum;
    for (int i = 0; i < warp; i++) below += search->warp_sums[i];
    if (below < rank && rank <= below + own_sum) {
        int i = 0;
        while (rank > below + own[i]) below += own[i++];
        search->digit = threadIdx.x * DIGITS_PER_THREAD + i;
        search->below = below;
    }
    __syncthreads();
}

/** The last key that begins with prefix, whose lowest bit is bit shift of keys. */
FRCNN_DEVICE key64 last_key(key64 prefix, int shift)
{
    return (prefix << shift) | (((key64)1 << shift) - 1);
}

/** Goes on below prefix, which ends at bit shift, until what is at most the bound has room. All threads of a block. */
FRCNN_DEVICE key64 search_alone(digit_search *search, const uint32_t *logit_keys, const list_place &place, key64 prefix,
                                uint32_t rank, int shift)
{
    uint32_t n_at_most = place.capacity + 1;
    while (shift > 0 && n_at_most > place.capacity) {
        const int bits = shift < DIGIT_BITS ? shift : DIGIT_BITS;
        const int above = shift;
        shift -= bits;
        clear_counts(search);
        for (uint32_t i = threadIdx.x; i < place.n; i += BLOCK) {
            const key64 key = (key64)logit_keys[i] << LOGIT_SHIFT | i;
            if (key >> above == prefix) atomicAdd(&search->counts[(key >> shift) & ((1u << bits) - 1)], 1u);
        }
        __syncthreads();
        find_digit(search, rank);
        prefix = prefix << bits | search->digit;
        rank -= search->below;
        n_at_most = place.k - rank + search->counts[search->digit];
        __syncthreads();
    }
    return last_key(prefix, shift);
}

FRCNN_KERNEL(BLOCK) count_first_digits(const frcnn_segment_topk topk, const frcnn_level_grid grid)
{
    FRCNN_SHARED digit_search search;
    const list_place place = find_list(topk, grid);
    const uint32_t n_per_cell = topk.n_per_cell;
    const size_t n_cells = place.n / n_per_cell;
    const float *const head = topk.heads[place.level] + (size_t)blockIdx.y * n_cells * 5 * n_per_cell;
    clear_counts(&search);
#pragma unroll
    for (int i = 0; i < PER_THREAD; i++) {
        const uint32_t anchor = place.block * PER_BLOCK + i * BLOCK + threadIdx.x;
        if (anchor >= place.n) break;
        const uint32_t cell = anchor / n_per_cell;
        const bool is_dropped = topk.is_dropped != NULL && topk.is_dropped[place.first + anchor] != 0;
        const float logit = is_dropped ? -INFINITY : head[(size_t)cell * 5 * n_per_cell + (anchor - cell * n_per_cell)];
        const uint32_t key = (uint32_t)(frcnn_score_key(logit, 0) >> LOGIT_SHIFT);
        topk.logit_keys[place.first + anchor] = key;
        atomicAdd(&search.counts[key >> (FIRST_SHIFT - LOGIT_SHIFT)], 1u);
    }
    topk_progress *const state = &topk.states[place.list];
    if (!add_counts(&search, topk.digit_counts + place.list * 2 * N_DIGITS, &state->n_blocks_done[0], place.n_blocks))
        return;
    find_digit(&search, place.k);
    if (threadIdx.x != 0) return;
    state->prefix = search.digit;
    state->rank = place.k - search.below;
    state->is_found = search.below + search.counts[search.digit] <= place.capacity;
    state->bound = last_key(search.digit, FIRST_SHIFT);
}

FRCNN_KERNEL(BLOCK) count_second_digits(const frcnn_segment_topk topk, const frcnn_level_grid grid)
{
    FRCNN_SHARED digit_search search;
    const list_place place = find_list(topk, grid);
    topk_progress *const state = &topk.states[place.list];
    if (state->is_found != 0) return;
    const uint32_t first_digit = state->prefix;
    const uint32_t *const logit_keys = topk.logit_keys + place.first;
    clear_counts(&search);
#pragma unroll
    for (int i = 0; i < PER_THREAD; i++) {
        const uint32_t anchor = place.block * PER_BLOCK + i * BLOCK + threadIdx.x;
        if (anchor >= place.n) break;
        const uint32_t key = logit_keys[anchor];
        if (key >> (FIRST_SHIFT - LOGIT_SHIFT) == first_digit)
            atomicAdd(&search.counts[(key >> (SECOND_SHIFT - LOGIT_SHIFT)) % N_DIGITS], 1u);
    }
    uint32_t *const counts = topk.digit_counts + (place.list * 2 + 1) * N_DIGITS;
    if (!add_counts(&search, counts, &state->n_blocks_done[1], place.n_blocks)) return;
    find_digit(&search, state->rank);
    const key64 prefix = (key64)first_digit << DIGIT_BITS | search.digit;
    const uint32_t rank = state->rank - search.below;
    const bool has_room = place.k - rank + search.counts[search.digit] <= place.capacity;
    __syncthreads();
    const key64 bound = has_room ? last_key(prefix, SECOND_SHIFT)
                                 : search_alone(&search, logit_keys, place, prefix, rank, SECOND_SHIFT);
    if (threadIdx.x == 0) state->bound = bound;
}

FRCNN_KERNEL(BLOCK) collect_candidates(const frcnn_segment_topk topk, const frcnn_level_grid grid)
{
    const list_place place = find_list(topk, grid);
    const key64 bound = topk.states[place.list].bound;
    const unsigned lane = threadIdx.x % 32;
    uint64_t *const candidates =
        topk.candidate_keys + (size_t)blockIdx.y * topk.candidates.total + topk.candidates.first[place.level];
#pragma unroll
    for (int i = 0; i < PER_THREAD; i++) {
        const uint32_t anchor = place.block * PER_BLOCK + i * BLOCK + threadIdx.x;
        const key64 key =
            anchor < place.n ? (key64)topk.logit_keys[place.first + anchor] << LOGIT_SHIFT | anchor : ~(key64)0;
        const bool is_candidate = anchor < place.n && key <= bound;
        const unsigned ballot = __ballot_sync(0xffffffffu, is_candidate);
        uint32_t at = 0;
        if (lane == 0 && ballot != 0) at = atomicAdd(&topk.n_candidates[place.list], (unsigned)__popc(ballot));
        at = __shfl_sync(0xffffffffu, at, 0) + __popc(ballot & ((1u << lane) - 1));
        if (is_candidate) candidates[at] = key;
    }
}

template <typename T> static T *take(frcnn_workspace *workspace, int64_t n)
{
    return static_cast<T *>(frcnn_workspace_take(workspace, n, sizeof(T)));
}

extern "C" void frcnn_segment_topk_plan(frcnn_segment_topk *topk, frcnn_workspace *workspace, frcnn_workspace *zeroed)
{
    const int64_t n_lists = (int64_t)topk->n_images * topk->anchors.n_levels;
    topk->candidates.n_levels = 0;
    topk->candidates.total = 0;
    for (int level = 0; level < topk->anchors.n_levels; level++) {
        const int64_t n = topk->anchors.n[level], room = topk->k[level] + SLACK;
        frcnn_segments_append(&topk->candidates, n < room ? n : room);
    }
    topk->candidate_keys = take<uint64_t>(workspace, topk->n_images * topk->candidates.total);
    topk->logit_keys = take<uint32_t>(workspace, topk->n_images * topk->anchors.total);
    topk->n_candidates = take<uint32_t>(zeroed, n_lists);
    topk->digit_counts = take<uint32_t>(zeroed, n_lists * 2 * N_DIGITS);
    topk->states = take<topk_progress>(zeroed, n_lists);
}

extern "C" frcnn_status frcnn_segment_topk_run(const frcnn_segment_topk *topk, frcnn_stream *stream)
{
    const frcnn_level_grid levels = frcnn_level_grid_make(&topk->anchors, PER_BLOCK);
    const dim3 grid(frcnn_level_grid_get_n_blocks(&levels), topk->n_images);
    FRCNN_TRY(FRCNN_LAUNCH(count_first_digits, grid, BLOCK, 0, stream->handle, *topk, levels));
    FRCNN_TRY(FRCNN_LAUNCH(count_second_digits, grid, BLOCK, 0, stream->handle, *topk, levels));
    return FRCNN_LAUNCH(collect_candidates, grid, BLOCK, 0, stream->handle, *topk, levels);
}
