#include <math.h>
#include <string.h>

#include "checkpoint/settings.h"
#include "detector/model_type.h"
#include "frcnn/checkpoint.h"
#include "tensor/compute.h"
#include "tensor/ends_with.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* What is written: views of the checkpoint's tensors, or copies of another dtype. */
typedef struct saved {
    size_t n;
    const char **names;
    frcnn_tensor **tensors;
} saved;

/* A value that was finite stays so. */
static frcnn_status check_range(const frcnn_model *model, const char *name, const frcnn_tensor *from,
                                const frcnn_tensor *to)
{
    frcnn_tensor *wide[2] = {NULL};
    frcnn_status status = frcnn_tensor_cast(&wide[0], from, FRCNN_F32);
    if (status == FRCNN_OK) status = frcnn_tensor_cast(&wide[1], to, FRCNN_F32);
    if (status == FRCNN_OK) {
        const float *before = frcnn_tensor_get_const_data(wide[0]), *after = frcnn_tensor_get_const_data(wide[1]);
        const int64_t n = frcnn_tensor_get_n_elements(from);
        int64_t i = 0;
        while (i < n && (isfinite(after[i]) || !isfinite(before[i]))) i++;
        if (i < n)
            status =
                frcnn_fail(FRCNN_ERROR_INVALID, "%s: %.200s: expected values that %s can hold, found %g",
                           model->info.path, name, frcnn_dtype_get_name(frcnn_tensor_get_dtype(to)), (double)before[i]);
    }
    frcnn_tensor_destroy(&wide[0]);
    frcnn_tensor_destroy(&wide[1]);
    return status;
}

static frcnn_status add(saved *s, const frcnn_model *model, const char *name, const frcnn_tensor *tensor,
                        const frcnn_dtype *dtype)
{
    const frcnn_dtype from = frcnn_tensor_get_dtype(tensor);
    const frcnn_dtype to = dtype != NULL && frcnn_compute_is_float(from) ? *dtype : from;
    s->names[s->n] = name;
    if (from == to) {
        FRCNN_TRY(frcnn_tensor_share(&s->tensors[s->n], tensor));
        s->n++;
        return FRCNN_OK;
    }
    FRCNN_TRY(frcnn_tensor_cast(&s->tensors[s->n], tensor, to));
    s->n++;
    return check_range(model, name, tensor, s->tensors[s->n - 1]);
}

/* The detector's tensors but counters of training, which nothing reads. */
static frcnn_status collect(saved *s, const frcnn_model *model, const frcnn_dtype *dtype)
{
    const size_t n = frcnn_checkpoint_get_count(model->checkpoint), n_prefix = strlen(model->prefix);
    void *names = NULL, *tensors = NULL;
    FRCNN_TRY(frcnn_alloc(&names, n, sizeof *s->names, "a model's tensors"));
    s->names = names;
    FRCNN_TRY(frcnn_alloc_zeroed(&tensors, n, sizeof *s->tensors, "a model's tensors"));
    s->tensors = tensors;
    for (size_t i = 0; i < n; i++) {
        const char *name = frcnn_checkpoint_get_name(model->checkpoint, i);
        if (strncmp(name, model->prefix, n_prefix) != 0 || frcnn_ends_with(name, ".num_batches_tracked")) continue;
        FRCNN_TRY(add(s, model, name + n_prefix, frcnn_checkpoint_get_tensor(model->checkpoint, i), dtype));
    }
    return FRCNN_OK;
}

frcnn_status frcnn_model_save(const frcnn_model *model, const char *path, const frcnn_dtype *dtype)
{
    static const char *const keys[] = {"format", "frcnn"};
    saved s = {0};
    char *settings = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_FAIL_IF(dtype != NULL && *dtype != FRCNN_F32 && *dtype != FRCNN_F16 && *dtype != FRCNN_BF16,
                  FRCNN_ERROR_INVALID, "dtype: expected f32, f16 or bf16, found %s", frcnn_dtype_get_name(*dtype));
    FRCNN_TRY_CLEANUP(collect(&s, model, dtype));
    FRCNN_TRY_CLEANUP(frcnn_settings_print(&settings, &model->settings, model->categories, model->info.n_categories));
    const char *const values[] = {"pt", settings};
    FRCNN_TRY_CLEANUP(
        frcnn_safetensors_save(path, s.n, s.names, (const frcnn_tensor *const *)s.tensors, 2, keys, values));
cleanup:
    for (size_t i = 0; i < s.n; i++) frcnn_tensor_destroy(&s.tensors[i]);
    frcnn_free(s.tensors);
    frcnn_free(s.names);
    frcnn_free(settings);
    return status;
}
