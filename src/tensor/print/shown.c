#include "tensor/print/shown.h"

#include "tensor/storage.h"

static int is_cut(const frcnn_shown *shown, int dim)
{
    return shown->is_summarized && shown->tensor->shape[dim] > 2 * shown->edge;
}

int64_t frcnn_shown_count(const frcnn_shown *shown, int dim)
{
    return is_cut(shown, dim) ? 2 * shown->edge + 1 : shown->tensor->shape[dim];
}

int64_t frcnn_shown_get_index(const frcnn_shown *shown, int dim, int64_t piece)
{
    if (!is_cut(shown, dim) || piece < shown->edge) return piece;
    if (piece == shown->edge) return -1;
    return shown->tensor->shape[dim] - frcnn_shown_count(shown, dim) + piece;
}

static void visit_dim(const frcnn_shown *shown, int dim, int64_t offset, void (*visit)(void *context, int64_t offset),
                      void *context)
{
    if (dim == shown->tensor->n_dims) {
        visit(context, offset);
        return;
    }
    const int64_t n = frcnn_shown_count(shown, dim);
    for (int64_t piece = 0; piece < n; piece++) {
        const int64_t index = frcnn_shown_get_index(shown, dim, piece);
        if (index >= 0) visit_dim(shown, dim + 1, offset + index * shown->tensor->strides[dim], visit, context);
    }
}

void frcnn_shown_visit(const frcnn_shown *shown, void (*visit)(void *context, int64_t offset), void *context)
{
    visit_dim(shown, 0, 0, visit, context);
}
