#include "run/image_ids.h"

#include <stdlib.h>

#include "tensor/error.h"
#include "tensor/memory.h"

/* An input that found an image of the truth. */
typedef struct claim {
    int64_t id;
    int is_exact; /* by the whole name */
    size_t input;
} claim;

/* By id; the best claim to an id first. */
static int compare_claims(const void *a, const void *b)
{
    const claim *x = a, *y = b;
    if (x->id != y->id) return x->id < y->id ? -1 : 1;
    if (x->is_exact != y->is_exact) return y->is_exact - x->is_exact;
    return x->input < y->input ? -1 : x->input > y->input;
}

static size_t find_claims(claim *claims, const frcnn_inputs *inputs, const frcnn_annotations *truth)
{
    size_t n_claims = 0;
    for (size_t i = 0; i < frcnn_inputs_get_count(inputs); i++) {
        claim *one = &claims[n_claims];
        const int how = frcnn_annotations_find_image(truth, frcnn_inputs_get(inputs, i)->name, &one->id);
        if (how == 0) continue;
        one->is_exact = how == 2;
        one->input = i;
        n_claims++;
    }
    qsort(claims, n_claims, sizeof *claims, compare_claims);
    return n_claims;
}

frcnn_status frcnn_image_ids_create(int64_t **out, const frcnn_inputs *inputs, const frcnn_annotations *truth,
                                    int64_t *n_unknown)
{
    const size_t count = frcnn_inputs_get_count(inputs);
    void *ids_block = NULL, *claims_block = NULL;
    FRCNN_TRY(frcnn_alloc(&ids_block, count, sizeof(int64_t), "image ids"));
    int64_t *ids = ids_block;
    *n_unknown = 0;
    for (size_t i = 0; i < count; i++) ids[i] = (int64_t)i + 1;
    if (truth != NULL) {
        const frcnn_status status = frcnn_alloc(&claims_block, count, sizeof(claim), "image ids");
        if (status != FRCNN_OK) {
            frcnn_free(ids);
            return status;
        }
        claim *claims = claims_block;
        const size_t n_claims = find_claims(claims, inputs, truth);
        for (size_t i = 0; i < count; i++) ids[i] = -1;
        for (size_t i = 0; i < n_claims; i++)
            if (i == 0 || claims[i].id != claims[i - 1].id) ids[claims[i].input] = claims[i].id;
        for (size_t i = 0; i < count; i++)
            if (ids[i] < 0) ids[i] = frcnn_annotations_get_max_image_id(truth) + ++*n_unknown;
        frcnn_free(claims);
    }
    *out = ids;
    return FRCNN_OK;
}
