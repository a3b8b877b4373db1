/* Detections of a batch in three launches. Boxes of different classes never suppress each other, so each class of each image
   is a list of its own, short as a rule, and all lists run side by side:
   - a warp for each RoI: softmax, and each class over the threshold decoded and appended to its class's list. The order in
     which RoIs arrive there does not matter, because
   - a block for each list sorts it by [inverted ordered score | RoI] and then goes through it 64 boxes at a time, against the
     boxes kept so far and among themselves. It stops when max_detections + 1 are kept: as many are never needed of one class.
     One list against its kept boxes is less work than masks over all pairs, and needs no memory for them;
   - a warp for each kept box finds its rank among all of the image by a binary search in each list, and writes it.
   With no threshold at all the first step makes n_rows * (n_classes - 1) candidates, and the lists are n_rows long, no more. */
#include "kernel.h"

#include "nms_chunk.h"

extern "C" {
#include "cuda_postprocess.h"
#include "roi/postprocess_body.h"
#include "rpn/nms.h"
#include "tensor/index/score_key_body.h"
#include "tensor/workspace.h"
}

enum {
    SCORE_BLOCK = 128,
    MERGE_BLOCK = 128,
    NMS_BLOCK = 256,
    CHUNK = FRCNN_NMS_CHUNK,
    LANES = NMS_BLOCK / CHUNK, /* threads for each box of a chunk */
    SHARED_KEYS = 2048         /* longer lists are sorted where they lie */
};

/** What the kernels work on; everything lies in the device's memory. A list is one class, but background, of one image. */
typedef struct post_work {
    int n_lists; /**< of an image */
    int64_t max_keep;
    float threshold;
    uint32_t *n_candidates; /**< [n, n_lists] */
    uint32_t *n_kept;       /**< [n, n_lists] */
    uint64_t *keys;         /**< [n, n_lists, n_rows]: score and RoI of each candidate */
    float4 *boxes;          /**< [n, n_lists, n_rows], by RoI */
    uint64_t *kept_keys;    /**< [n, n_lists, max_keep] */
    float4 *kept_boxes;     /**< [n, n_lists, max_keep] */
} post_work;

FRCNN_DEVICE float4 load_box(const float *boxes, size_t i)
{
    return reinterpret_cast<const float4 *>(boxes)[i];
}

/** The largest of a row, by a whole warp; a NaN is passed over, and makes NaN of every score later. */
FRCNN_DEVICE float find_largest(const float *logits, int n)
{
    float largest = -INFINITY;
    for (int c = threadIdx.x % 32; c < n; c += 32) largest = logits[c] > largest ? logits[c] : largest;
    for (int step = 1; step < 32; step *= 2) {
        const float other = __shfl_xor_sync(0xffffffffu, largest, step);
        largest = other > largest ? other : largest;
    }
    return largest;
}

/** The softmax's divisor as frcnn_class_scores has it: summed in order, by all lanes of a warp alike. */
FRCNN_DEVICE float sum_weights(const float *logits, int n, float largest)
{
    double sum = 0.0;
    for (int begin = 0; begin < n; begin += 32) {
        const int own = begin + threadIdx.x % 32;
        const float weight = own < n ? frcnn_class_weight(logits[own], largest) : 0.0f;
        for (int lane = 0; lane < 32 && begin + lane < n; lane++) sum += (double)__shfl_sync(0xffffffffu, weight, lane);
    }
    return (float)sum;
}

FRCNN_DEVICE frcnn_detection_rule get_rule(const frcnn_postprocess_run &run, size_t image)
{
    const frcnn_frame frame = run.frames[image];
    return {run.coder,          run.decodes_in_image,    run.clips_to_image,     run.min_size,      (float)frame.height,
            (float)frame.width, (float)frame.src_height, (float)frame.src_width, (float)frame.scale};
}

/** A warp for each RoI. */
FRCNN_KERNEL(SCORE_BLOCK) collect_candidates(const frcnn_postprocess_run run, const post_work work)
{
    const size_t image = blockIdx.y;
    const int64_t roi = (int64_t)blockIdx.x * (SCORE_BLOCK / 32) + threadIdx.x / 32;
    if (roi >= run.counts[image]) return;
    const size_t row = image * run.n_rows + roi;
    const float *const logits = run.predictions + row * 5 * run.n_classes;
    const float *const deltas = logits + run.n_classes;
    const float largest = find_largest(logits, run.n_classes);
    const float divisor = sum_weights(logits, run.n_classes, largest);
    const float4 corners = load_box(run.boxes, row);
    const float proposal[4] = {corners.x, corners.y, corners.z, corners.w};
    const frcnn_detection_rule rule = get_rule(run, image);
    for (int c = 1 + threadIdx.x % 32; c < run.n_classes; c += 32) {
        const float score = frcnn_class_weight(logits[c], largest) / divisor;
        const float own_deltas[4] = {deltas[4 * c], deltas[4 * c + 1], deltas[4 * c + 2], deltas[4 * c + 3]};
        float box[4];
        if (!(score > run.score_thresh) || !frcnn_detection_decode(&rule, proposal, own_deltas, box)) continue;
        const size_t list = image * work.n_lists + c - 1;
        const uint32_t at = atomicAdd(&work.n_candidates[list], 1u);
        work.keys[list * run.n_rows + at] = frcnn_score_key(score, (uint32_t)roi);
        work.boxes[list * run.n_rows + roi] = make_float4(box[0], box[1], box[2], box[3]);
    }
}

FRCNN_DEVICE void order_pair(uint64_t *keys, uint32_t n, uint32_t i, uint32_t j)
{
    if (j >= n) return;
    const uint64_t a = keys[i], b = keys[j];
    if (b < a) {
        keys[i] = b;
        keys[j] = a;
    }
}

/** Sorts n keys, ascending, by all threads of the block. Batcher's bitonic network in the form whose every comparison puts
 *  the lesser key first: so keys that are not there, behind the last, count as the greatest and need no place. */
FRCNN_DEVICE void sort_keys(uint64_t *keys, uint32_t n)
{
    for (uint32_t size = 2; size / 2 < n; size *= 2) {
        for (uint32_t pair = threadIdx.x; pair < n; pair += NMS_BLOCK) {
            const uint32_t in_half = pair & (size / 2 - 1), begin = 2 * (pair - in_half);
            order_pair(keys, n, begin + in_half, begin + size - 1 - in_half);
        }
        __syncthreads();
        for (uint32_t step = size / 4; step > 0; step /= 2) {
            for (uint32_t pair = threadIdx.x; pair < n; pair += NMS_BLOCK) {
                const uint32_t i = 2 * pair - (pair & (step - 1));
                order_pair(keys, n, i, i + step);
            }
            __syncthreads();
        }
    }
}

/** What a block shares while it goes through a list. */
struct nms_chunk {
    float4 boxes[CHUNK];
    frcnn_nms_word before[CHUNK]; /**< which boxes before each overlap it */
    frcnn_nms_word struck;        /**< boxes that overlap one kept before */
    frcnn_nms_word kept;
};

/** Compares the chunk's n boxes with each other and with n_kept kept ones, LANES threads for each. */
FRCNN_DEVICE void compare_chunk(nms_chunk *chunk, int n, const float4 *kept_boxes, uint32_t n_kept, float threshold)
{
    const int i = threadIdx.x / LANES, first = threadIdx.x % LANES;
    frcnn_nms_word before = 0;
    if (i < n) {
        const float4 box = chunk->boxes[i];
        bool is_struck = false;
        for (uint32_t k = first; k < n_kept && !is_struck; k += LANES)
            is_struck = frcnn_nms_get_iou(kept_boxes[k], box) > threshold;
        if (is_struck) atomicOr(&chunk->struck, (frcnn_nms_word)1 << i);
        for (int j = first; j < i; j += LANES)
            if (frcnn_nms_get_iou(chunk->boxes[j], box) > threshold) before |= (frcnn_nms_word)1 << j;
    }
    for (int step = 1; step < LANES; step *= 2) before |= __shfl_xor_sync(0xffffffffu, before, step);
    if (first == 0) chunk->before[i] = before;
}

/** A block for each list. */
FRCNN_KERNEL(NMS_BLOCK) suppress(const frcnn_postprocess_run run, const post_work work)
{
    FRCNN_SHARED uint64_t shared_keys[SHARED_KEYS];
    FRCNN_SHARED nms_chunk chunk;
    const size_t list = (size_t)blockIdx.y * work.n_lists + blockIdx.x;
    const uint32_t n = work.n_candidates[list], max_keep = (uint32_t)work.max_keep;
    if (n == 0) return;
    const float4 *const boxes = work.boxes + list * run.n_rows;
    uint64_t *const kept_keys = work.kept_keys + list * max_keep;
    float4 *const kept_boxes = work.kept_boxes + list * max_keep;
    uint64_t *keys = work.keys + list * run.n_rows;
    if (n <= SHARED_KEYS) {
        for (uint32_t i = threadIdx.x; i < n; i += NMS_BLOCK) shared_keys[i] = keys[i];
        keys = shared_keys;
        __syncthreads();
    }
    sort_keys(keys, n);

    uint32_t n_kept = 0;
    for (uint32_t begin = 0; begin < n && n_kept < max_keep; begin += CHUNK) {
        const int n_boxes = n - begin < CHUNK ? (int)(n - begin) : (int)CHUNK;
        if ((int)threadIdx.x < n_boxes)
            chunk.boxes[threadIdx.x] = boxes[frcnn_score_key_get_index(keys[begin + threadIdx.x])];
        if (threadIdx.x == 0) chunk.struck = 0;
        __syncthreads();
        compare_chunk(&chunk, n_boxes, kept_boxes, n_kept, work.threshold);
        __syncthreads();
        if (threadIdx.x < 32) {
            const frcnn_nms_word settled = frcnn_nms_resolve(chunk.before[threadIdx.x], chunk.before[threadIdx.x + 32],
                                                             frcnn_nms_first(n_boxes) & ~chunk.struck);
            const frcnn_nms_word kept = frcnn_nms_keep_first(settled, max_keep - n_kept);
            if (threadIdx.x == 0) chunk.kept = kept;
        }
        __syncthreads();
        if (threadIdx.x < CHUNK && (chunk.kept >> threadIdx.x & 1) != 0) {
            const uint32_t at = n_kept + frcnn_nms_count_before(chunk.kept, threadIdx.x);
            kept_keys[at] = keys[begin + threadIdx.x];
            kept_boxes[at] = chunk.boxes[threadIdx.x];
        }
        n_kept += __popcll(chunk.kept);
        __syncthreads();
    }
    if (threadIdx.x == 0) work.n_kept[list] = n_kept;
}

/** How many of n ascending keys are below the bound. */
FRCNN_DEVICE uint32_t count_below(const uint64_t *keys, uint32_t n, uint64_t bound)
{
    uint32_t low = 0, high = n;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (keys[middle] < bound)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

FRCNN_DEVICE uint32_t sum_of_warp(uint32_t count)
{
    for (int step = 1; step < 32; step *= 2) count += __shfl_xor_sync(0xffffffffu, count, step);
    return count;
}

/** How many of the image's kept boxes come before this one, or limit where they are as many or more; by a whole warp. Equal
 *  scores of one RoI stand in the order of classes. */
FRCNN_DEVICE uint32_t find_rank(const post_work &work, uint64_t key, int own_list, uint32_t limit)
{
    const size_t image_list = (size_t)blockIdx.y * work.n_lists;
    uint32_t rank = 0;
    for (int begin = 0; begin < work.n_lists && rank < limit; begin += 32) {
        const int list = begin + threadIdx.x % 32;
        uint32_t count = 0;
        if (list < work.n_lists)
            count = count_below(work.kept_keys + (image_list + list) * work.max_keep, work.n_kept[image_list + list],
                                list < own_list ? key + 1 : key);
        rank += sum_of_warp(count);
    }
    return rank < limit ? rank : limit;
}

/** The image's number of detections, by one warp. */
FRCNN_DEVICE void write_found(const frcnn_postprocess_run &run, const post_work &work)
{
    const size_t image = blockIdx.y;
    const uint32_t max_detections = (uint32_t)run.max_detections;
    uint32_t n = 0;
    for (int list = threadIdx.x % 32; list < work.n_lists; list += 32) n += work.n_kept[image * work.n_lists + list];
    n = sum_of_warp(n);
    if (threadIdx.x % 32 != 0) return;
    run.found[image].count = (int32_t)(n < max_detections ? n : max_detections);
    run.found[image].is_capped = n > max_detections;
}

/** A warp for each place of a kept box. */
FRCNN_KERNEL(MERGE_BLOCK) merge_lists(const frcnn_postprocess_run run, const post_work work)
{
    const size_t image = blockIdx.y;
    const int64_t place = (int64_t)blockIdx.x * (MERGE_BLOCK / 32) + threadIdx.x / 32;
    const int list = (int)(place / work.max_keep);
    const uint32_t max_detections = (uint32_t)run.max_detections;
    if (place == 0) write_found(run, work);
    if (list >= work.n_lists) return;
    const size_t image_list = image * work.n_lists + list;
    const uint32_t at = (uint32_t)(place % work.max_keep);
    if (at >= work.n_kept[image_list]) return;
    const uint64_t key = work.kept_keys[image_list * work.max_keep + at];
    const uint32_t rank = find_rank(work, key, list, max_detections);
    if (rank >= max_detections || threadIdx.x % 32 != 0) return;
    const float4 corners = work.kept_boxes[image_list * work.max_keep + at];
    const float box[4] = {corners.x, corners.y, corners.z, corners.w};
    const frcnn_detection_rule rule = get_rule(run, image);
    float scaled[4];
    frcnn_detection_scale(&rule, box, scaled);
    frcnn_detection *const detection = run.detections + image * max_detections + rank;
    detection->x1 = scaled[0];
    detection->y1 = scaled[1];
    detection->x2 = scaled[2];
    detection->y2 = scaled[3];
    detection->score = frcnn_score_key_get_score(key);
    detection->class_index = list;
}

template <typename T> static T *take(frcnn_workspace *workspace, int64_t n)
{
    return static_cast<T *>(frcnn_workspace_take(workspace, n, sizeof(T)));
}

/** Lays out the workspace, what begins as zeros in front. Returns its bytes; SIZE_MAX where that overflows. */
static size_t plan_work(const frcnn_postprocess_run *run, post_work *work)
{
    frcnn_workspace w = {run->workspace, 0};
    int64_t n_lists, n_places, n_kept;
    *work = {};
    work->n_lists = run->n_classes - 1;
    work->max_keep = run->n_rows < run->max_detections ? run->n_rows : (int64_t)run->max_detections + 1;
    if (__builtin_mul_overflow((int64_t)run->n, (int64_t)work->n_lists, &n_lists) ||
        __builtin_mul_overflow(n_lists, run->n_rows, &n_places) ||
        __builtin_mul_overflow(n_lists, work->max_keep, &n_kept) || run->n_rows > 1 << 30)
        return SIZE_MAX;
    work->n_candidates = take<uint32_t>(&w, 2 * n_lists);
    work->n_kept = work->n_candidates ? work->n_candidates + n_lists : nullptr;
    work->keys = take<uint64_t>(&w, n_places);
    work->boxes = take<float4>(&w, n_places);
    work->kept_keys = take<uint64_t>(&w, n_kept);
    work->kept_boxes = take<float4>(&w, n_kept);
    return w.bytes;
}

extern "C" size_t frcnn_postprocess_cuda_get_workspace(const frcnn_postprocess_run *run)
{
    frcnn_postprocess_run sized = *run;
    post_work work;
    sized.workspace = NULL;
    return plan_work(&sized, &work);
}

extern "C" frcnn_status frcnn_postprocess_cuda(const frcnn_postprocess_run *run, frcnn_stream *stream)
{
    const int max_images = 65535, rows_per_block = SCORE_BLOCK / 32, places_per_block = MERGE_BLOCK / 32;
    post_work work;
    const size_t bytes = plan_work(run, &work);
    const int64_t n_places = work.n_lists * work.max_keep;
    FRCNN_FAIL_IF(bytes == SIZE_MAX || run->n > max_images || n_places > INT32_MAX, FRCNN_ERROR_BACKEND,
                  "postprocess: %lld RoIs of %d images are too many at once for this GPU", (long long)run->n_rows,
                  run->n);
    if (run->n == 0) return FRCNN_OK;
    if (n_places == 0)
        return frcnn_cuda_check(cudaMemsetAsync(run->found, 0, run->n * sizeof *run->found, stream->handle),
                                "postprocess: clearing memory");
    FRCNN_TRY(frcnn_cuda_check(
        cudaMemsetAsync(work.n_candidates, 0, 2 * sizeof *work.n_candidates * run->n * work.n_lists, stream->handle),
        "postprocess: clearing memory"));
    work.threshold = frcnn_nms_round_threshold(run->nms_thresh);
    const dim3 grid_of_rows((unsigned)((run->n_rows + rows_per_block - 1) / rows_per_block), run->n);
    const dim3 grid_of_lists(work.n_lists, run->n);
    const dim3 grid_of_places((unsigned)((n_places + places_per_block - 1) / places_per_block), run->n);
    FRCNN_TRY(FRCNN_LAUNCH(collect_candidates, grid_of_rows, SCORE_BLOCK, 0, stream->handle, *run, work));
    FRCNN_TRY(FRCNN_LAUNCH(suppress, grid_of_lists, NMS_BLOCK, 0, stream->handle, *run, work));
    return FRCNN_LAUNCH(merge_lists, grid_of_places, MERGE_BLOCK, 0, stream->handle, *run, work);
}
