/* Proposals of a batch in seven short launches: three choose each level's candidates (topk.cu), one ranks, decodes and filters
   them, two are the NMS (nms.cu), one merges the levels. Where boxes are filtered before they are chosen, one more decodes
   them all in front. Both rankings count for each key the keys before it: some thousand
   keys are compared all with all, spread over the device, in less time than the passes of a sort take to start. Above
   MAX_RANKED the square of the number wins, and a radix sort of each list takes the place of counting.
   A candidate that is dropped keeps its rank and only takes no part in the NMS, so nothing is compacted. The key of a place is
   [inverted ordered score | place in the image]: levels and ranks ascend with the places, so keys alone decide the merge. */
#include "kernel.h"

#include "level_grid.h"

extern "C" {
#include "list_stages.h"
#include "rpn/nms.h"
#include "rpn/proposals_body.h"
#include "rpn/rpn_ops.h"
#include "segment_nms.h"
#include "segment_topk.h"
#include "tensor/index/score_key_body.h"
}

enum {
    BLOCK = 256,
    LANES = 8, /* threads that rank one key */
    PER_BLOCK = BLOCK / LANES,
    MAX_RANKED_CANDIDATES = 4608, /* of a list */
    MAX_RANKED_KEPT = 16384       /* of an image */
};

/** What the kernels work on; everything lies in the device's memory. */
typedef struct proposal_work {
    frcnn_segment_topk topk;
    frcnn_segment_nms nms;
    float4 *boxes;        /**< [n, places.total] */
    uint64_t *keys;       /**< [n, places.total] */
    uint32_t *sources;    /**< [n, places.total], rows of anchors */
    uint8_t *is_dropped;  /**< [n, anchors.total], where boxes are filtered first; otherwise NULL */
    uint64_t *sorted;     /**< as many as candidates or kept keys of the batch, where one of them is sorted */
    void *sort_workspace; /**< for the longest list that is sorted */
    size_t sort_bytes;
    size_t zeroed_bytes; /**< at the workspace's beginning */
    int sorts_candidates;
    int sorts_kept;
} proposal_work;

/** Rank of a key among n keys, found by LANES neighbours together. */
FRCNN_DEVICE uint32_t count_before(const uint64_t *keys, uint32_t n, uint64_t key, int lane)
{
    uint32_t count = 0;
#pragma unroll 8
    for (uint32_t i = lane; i < n; i += LANES) count += keys[i] < key ? 1 : 0;
    return count;
}

FRCNN_DEVICE uint32_t sum_of_lanes(uint32_t count)
{
    for (int step = 1; step < LANES; step *= 2) count += __shfl_xor_sync(0xffffffffu, count, step);
    return count;
}

/** Decodes an anchor of a level. True where the box is a proposal. */
FRCNN_DEVICE bool decode_anchor(const frcnn_proposals_run &run, int level, uint32_t anchor, int64_t source, float *box,
                                float *score)
{
    const size_t image = blockIdx.y, n_per_cell = run.n_per_cell;
    const uint32_t cell = anchor / run.n_per_cell, in_cell = anchor % run.n_per_cell;
    const float *const head = run.heads[level] + (image * run.n_cells[level] + cell) * 5 * n_per_cell;
    const float *const deltas = head + n_per_cell + 4 * in_cell;
    const float4 corners = reinterpret_cast<const float4 *>(run.anchors)[source];
    const float anchor_box[4] = {corners.x, corners.y, corners.z, corners.w};
    const float own_deltas[4] = {deltas[0], deltas[1], deltas[2], deltas[3]};
    frcnn_proposal_params params = run.params;
    if (run.scales_min_size) params.min_size *= (float)run.frames[image].scale;
    return frcnn_proposal_decode(&params, anchor_box, own_deltas, head[in_cell], (float)run.frames[image].height,
                                 (float)run.frames[image].width, box, score) != 0;
}

/** Marks all anchors that are no proposals. */
FRCNN_KERNEL(BLOCK)
drop_anchors(const frcnn_proposals_run run, const proposal_work work, const frcnn_level_grid grid)
{
    unsigned block, n_blocks;
    const int level = frcnn_level_grid_find(grid, &block, &n_blocks);
    const uint32_t anchor = block * BLOCK + threadIdx.x;
    const int64_t source = work.topk.anchors.first[level] + anchor;
    float box[4], score;
    if (anchor < work.topk.anchors.n[level])
        work.is_dropped[blockIdx.y * work.topk.anchors.total + source] =
            !decode_anchor(run, level, anchor, source, box, &score);
}

/** Makes the box, key and source of a place, and sets its bit where it is a proposal. */
FRCNN_DEVICE void decode(const frcnn_proposals_run &run, const proposal_work &work, int level, uint32_t rank,
                         uint64_t candidate)
{
    const size_t image = blockIdx.y;
    const uint32_t anchor = frcnn_score_key_get_index(candidate);
    const int64_t source = work.topk.anchors.first[level] + anchor;
    const uint32_t in_image = (uint32_t)work.nms.places.first[level] + rank;
    const size_t place = image * work.nms.places.total + in_image;
    float box[4] = {0.0f, 0.0f, 0.0f, 0.0f}, score;
    const bool is_proposal = decode_anchor(run, level, anchor, source, box, &score);
    work.boxes[place] = make_float4(box[0], box[1], box[2], box[3]);
    work.keys[place] = frcnn_score_key(score, in_image);
    work.sources[place] = (uint32_t)source;
    if (is_proposal)
        atomicOr(reinterpret_cast<unsigned long long *>(work.nms.alive) + image * work.nms.words.total +
                     work.nms.words.first[level] + rank / 64,
                 1ull << rank % 64);
}

/** Ranks each candidate of its list, or takes its place in the sorted list for its rank, and decodes the best. */
template <bool IS_SORTED>
FRCNN_KERNEL(BLOCK)
rank_and_decode(const frcnn_proposals_run run, const proposal_work work, const frcnn_level_grid grid)
{
    unsigned block, n_blocks;
    const int level = frcnn_level_grid_find(grid, &block, &n_blocks);
    const size_t list = (size_t)blockIdx.y * run.n_levels + level;
    const size_t first = (size_t)blockIdx.y * work.topk.candidates.total + work.topk.candidates.first[level];
    const uint64_t *const keys = (IS_SORTED ? work.sorted : work.topk.candidate_keys) + first;
    const uint32_t n = work.topk.n_candidates[list], k = (uint32_t)work.topk.k[level];
    const uint32_t per_block = IS_SORTED ? BLOCK : PER_BLOCK;
    const int lane = IS_SORTED ? 0 : threadIdx.x % LANES;
    const uint32_t at = block * per_block + threadIdx.x / (BLOCK / per_block);
    const uint64_t key = at < n ? keys[at] : 0;
    const uint32_t rank = IS_SORTED ? at : sum_of_lanes(at < n ? count_before(keys, n, key, lane) : 0);
    if (at < n && rank < k && lane == 0) decode(run, work, level, rank, key);
}

/** Writes a proposal where it belongs, by its key. */
FRCNN_DEVICE void write_proposal(const frcnn_proposals_run &run, const proposal_work &work, uint32_t rank, uint64_t key)
{
    const size_t row = (size_t)blockIdx.y * run.params.post_nms_top_n + rank;
    const size_t place = (size_t)blockIdx.y * work.nms.places.total + frcnn_score_key_get_index(key);
    const float4 corners = work.boxes[place];
    float box[4] = {corners.x, corners.y, corners.z, corners.w};
    frcnn_box_close(run.params.coder, box);
    reinterpret_cast<float4 *>(run.boxes)[row] = make_float4(box[0], box[1], box[2], box[3]);
    run.scores[row] = frcnn_score_key_get_score(key);
    run.sources[row] = work.sources[place];
}

/** Merges the levels' kept boxes: each is ranked among all of its image, and the first are written. */
template <bool IS_SORTED>
FRCNN_KERNEL(BLOCK)
merge_levels(const frcnn_proposals_run run, const proposal_work work, const frcnn_level_grid grid)
{
    unsigned block, n_blocks;
    const int level = frcnn_level_grid_find(grid, &block, &n_blocks);
    const size_t image = blockIdx.y;
    const uint32_t *const n_kept = work.nms.n_kept + image * run.n_levels;
    const uint64_t *const kept_keys = (IS_SORTED ? work.sorted : work.nms.kept_keys) + image * work.nms.kept.total;
    const uint32_t n_out = (uint32_t)run.params.post_nms_top_n;
    uint32_t n_all = 0;
    for (int i = 0; i < run.n_levels; i++) n_all += n_kept[i];
    if (blockIdx.x == 0 && threadIdx.x == 0) run.counts[image] = n_all < n_out ? n_all : n_out;
    if (IS_SORTED) {
        const uint32_t rank = blockIdx.x * BLOCK + threadIdx.x;
        if (rank < n_all && rank < n_out) write_proposal(run, work, rank, kept_keys[rank]);
        return;
    }
    const int lane = threadIdx.x % LANES;
    const uint32_t at = block * PER_BLOCK + threadIdx.x / LANES;
    const bool is_kept = at < n_kept[level];
    const uint64_t key = is_kept ? kept_keys[work.nms.kept.first[level] + at] : 0;
    uint32_t rank = 0;
    for (int i = 0; i < run.n_levels && is_kept; i++)
        rank += count_before(kept_keys + work.nms.kept.first[i], n_kept[i], key, lane);
    rank = sum_of_lanes(rank);
    if (is_kept && rank < n_out && lane == 0) write_proposal(run, work, rank, key);
}

template <typename T> static T *take(frcnn_workspace *workspace, int64_t n)
{
    return static_cast<T *>(frcnn_workspace_take(workspace, n, sizeof(T)));
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t get_longest(const frcnn_segments *segments)
{
    int64_t n = 0;
    for (int level = 0; level < segments->n_levels; level++) n = greater(n, segments->n[level]);
    return n;
}

/** The lists of a run; false where there is nothing to choose, or more than 31 bits count. */
static bool fill_segments(const frcnn_proposals_run *run, proposal_work *work)
{
    work->topk.n_images = work->nms.n_images = run->n;
    work->topk.n_per_cell = run->n_per_cell;
    for (int level = 0; level < run->n_levels; level++) {
        int64_t n;
        if (__builtin_mul_overflow(run->n_cells[level], (int64_t)run->n_per_cell, &n) ||
            n > INT32_MAX - work->topk.anchors.total)
            return false;
        work->topk.heads[level] = run->heads[level];
        work->topk.k[level] = run->params.pre_nms_top_n < n ? run->params.pre_nms_top_n : n;
        frcnn_segments_append(&work->topk.anchors, n);
        frcnn_segments_append(&work->nms.places, work->topk.k[level]);
    }
    return true;
}

/** Takes the parts of the work from two workspaces; zeroed is what must be zeros before each run. Returns false where they
 *  are more than can be counted. */
static bool lay_out(const frcnn_proposals_run *run, proposal_work *work, frcnn_workspace *workspace,
                    frcnn_workspace *zeroed)
{
    *work = {};
    if (!fill_segments(run, work)) return false;
    const int64_t n_places = run->n * work->nms.places.total;
    if (run->params.filters_first) work->is_dropped = take<uint8_t>(workspace, run->n * work->topk.anchors.total);
    work->topk.is_dropped = work->is_dropped;
    frcnn_segment_topk_plan(&work->topk, workspace, zeroed);
    work->boxes = take<float4>(workspace, n_places);
    work->keys = take<uint64_t>(workspace, n_places);
    work->sources = take<uint32_t>(workspace, n_places);
    work->nms.boxes = reinterpret_cast<const float *>(work->boxes);
    work->nms.keys = work->keys;
    work->nms.threshold = frcnn_nms_round_threshold(run->params.nms_thresh);
    work->nms.max_keep = run->params.post_nms_top_n;
    frcnn_segment_nms_plan(&work->nms, workspace, zeroed);

    const int64_t n_candidates = get_longest(&work->topk.candidates), n_kept = work->nms.kept.total;
    work->sorts_candidates = n_candidates > MAX_RANKED_CANDIDATES;
    work->sorts_kept = n_kept > MAX_RANKED_KEPT;
    if (work->sorts_candidates || work->sorts_kept) {
        work->sort_bytes = frcnn_cuda_sort_get_workspace(greater(n_candidates, n_kept));
        work->sorted = take<uint64_t>(workspace, run->n * greater(work->topk.candidates.total, n_kept));
        work->sort_workspace = frcnn_workspace_take(workspace, 1, work->sort_bytes);
    }
    return workspace->bytes != SIZE_MAX && zeroed->bytes != SIZE_MAX;
}

/** Lays out the run's workspace, what begins as zeros in front. Returns its bytes; SIZE_MAX where that overflows. */
static size_t plan_work(const frcnn_proposals_run *run, proposal_work *work)
{
    frcnn_workspace counted = {NULL, 0}, zeroed_counted = {NULL, 0};
    if (!lay_out(run, work, &counted, &zeroed_counted)) return SIZE_MAX;
    frcnn_workspace zeroed = {run->workspace, 0}, workspace = {run->workspace, zeroed_counted.bytes};
    if (!lay_out(run, work, &workspace, &zeroed)) return SIZE_MAX;
    work->zeroed_bytes = zeroed.bytes;
    return workspace.bytes;
}

static size_t get_proposals_workspace(const frcnn_proposals_run *run)
{
    frcnn_proposals_run sized = *run;
    proposal_work work;
    sized.workspace = NULL;
    return plan_work(&sized, &work);
}

static frcnn_status fill(void *memory, int byte, size_t bytes, frcnn_stream *stream)
{
    return frcnn_cuda_check(cudaMemsetAsync(memory, byte, bytes, stream->handle), "proposals: clearing memory");
}

/** Sorts n keys from first on; places without a key hold all bits, which sort last. */
static frcnn_status sort_list(const proposal_work *work, const uint64_t *keys, int64_t first, int64_t n,
                              frcnn_stream *stream)
{
    return n > 0 ? frcnn_cuda_sort_keys(keys + first, NULL, n, 64, work->sorted + first, NULL, work->sort_workspace,
                                        work->sort_bytes, stream->handle)
                 : FRCNN_OK;
}

static frcnn_status filter_anchors(const frcnn_proposals_run *run, const proposal_work *work, frcnn_stream *stream)
{
    const frcnn_level_grid levels = frcnn_level_grid_make(&work->topk.anchors, BLOCK);
    const dim3 grid(frcnn_level_grid_get_n_blocks(&levels), run->n);
    return FRCNN_LAUNCH(drop_anchors, grid, BLOCK, 0, stream->handle, *run, *work, levels);
}

static frcnn_status decode_candidates(const frcnn_proposals_run *run, const proposal_work *work, frcnn_stream *stream)
{
    const frcnn_segments *candidates = &work->topk.candidates;
    const frcnn_level_grid levels = frcnn_level_grid_make(candidates, work->sorts_candidates ? BLOCK : PER_BLOCK);
    const dim3 grid(frcnn_level_grid_get_n_blocks(&levels), run->n);
    if (!work->sorts_candidates)
        return FRCNN_LAUNCH((rank_and_decode<false>), grid, BLOCK, 0, stream->handle, *run, *work, levels);
    for (int i = 0; i < run->n; i++)
        for (int level = 0; level < run->n_levels; level++)
            FRCNN_TRY(sort_list(work, work->topk.candidate_keys, i * candidates->total + candidates->first[level],
                                candidates->n[level], stream));
    return FRCNN_LAUNCH((rank_and_decode<true>), grid, BLOCK, 0, stream->handle, *run, *work, levels);
}

static frcnn_status merge(const frcnn_proposals_run *run, const proposal_work *work, frcnn_stream *stream)
{
    const frcnn_segments *kept = &work->nms.kept;
    const frcnn_level_grid levels = frcnn_level_grid_make(kept, PER_BLOCK);
    const dim3 grid(frcnn_level_grid_get_n_blocks(&levels), run->n);
    if (!work->sorts_kept)
        return FRCNN_LAUNCH((merge_levels<false>), grid, BLOCK, 0, stream->handle, *run, *work, levels);
    for (int i = 0; i < run->n; i++)
        FRCNN_TRY(sort_list(work, work->nms.kept_keys, i * kept->total, kept->total, stream));
    return FRCNN_LAUNCH((merge_levels<true>), grid, BLOCK, 0, stream->handle, *run, *work, levels);
}

static frcnn_status make_proposals(const frcnn_proposals_run *run, frcnn_stream *stream)
{
    const int max_images = 65535;
    proposal_work work;
    FRCNN_FAIL_IF(plan_work(run, &work) == SIZE_MAX || run->n > max_images, FRCNN_ERROR_BACKEND,
                  "proposals: those of %d images are too many at once for this GPU", run->n);
    if (run->n == 0) return FRCNN_OK;
    if (work.nms.kept.total == 0) return fill(run->counts, 0, (size_t)run->n * sizeof *run->counts, stream);
    FRCNN_TRY(fill(run->workspace, 0, work.zeroed_bytes, stream));
    if (work.sorts_candidates)
        FRCNN_TRY(fill(work.topk.candidate_keys, 0xff,
                       (size_t)(run->n * work.topk.candidates.total) * sizeof *work.topk.candidate_keys, stream));
    if (work.sorts_kept)
        FRCNN_TRY(fill(work.nms.kept_keys, 0xff, (size_t)(run->n * work.nms.kept.total) * sizeof *work.nms.kept_keys,
                       stream));
    if (run->params.filters_first) FRCNN_TRY(filter_anchors(run, &work, stream));
    FRCNN_TRY(frcnn_segment_topk_run(&work.topk, stream));
    FRCNN_TRY(decode_candidates(run, &work, stream));
    FRCNN_TRY(frcnn_segment_nms_run(&work.nms, stream));
    return merge(run, &work, stream);
}

extern "C" const frcnn_rpn_ops frcnn_rpn_ops_cuda = {get_proposals_workspace, make_proposals};
