/** Feature pyramid network (Lin et al. 2017) as torchvision names and lays it out. */
#ifndef FRCNN_FPN_H
#define FRCNN_FPN_H

#include "frcnn/model.h"
#include "tensor/graph.h"
#include "tensor/weights.h"

typedef struct frcnn_fpn {
    int n_maps;   /**< maps that come in, finest first */
    int has_pool; /**< 1: one more level comes out, every second row and column of the coarsest */
    int64_t channels;
    frcnn_layer inner[FRCNN_MAX_LEVELS]; /**< 1x1 laterals */
    frcnn_layer outer[FRCNN_MAX_LEVELS]; /**< 3x3 on the sums */
} frcnn_fpn;

/** How many maps PREFIX.inner_blocks takes; 0 where there are none. */
int frcnn_fpn_count_maps(const frcnn_weights *weights, const char *prefix);
/** Channels of map index as PREFIX.inner_blocks takes it. */
int64_t frcnn_fpn_get_in_channels(const frcnn_weights *weights, const char *prefix, int index);

/** Takes the tensors under PREFIX, by today's names and those of older files (without the inserted ".0"). What is
 *  missing is noted in weights. */
void frcnn_fpn_init(frcnn_fpn *fpn, frcnn_weights *weights, const char *prefix, int has_pool, float norm_eps);

/** maps [n_maps], finest first -> out [n_maps + has_pool]. Errors: as the graph's. */
FRCNN_NODISCARD frcnn_status frcnn_fpn_build(const frcnn_fpn *fpn, frcnn_graph *graph, const int *maps, int *out);

#endif
