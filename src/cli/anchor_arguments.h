/** Options by which the anchors commands are told whose anchors on which maps. */
#ifndef FRCNN_ANCHOR_ARGUMENTS_H
#define FRCNN_ANCHOR_ARGUMENTS_H

#include <argp.h>

#include "frcnn/anchors.h"
#include "frcnn/model.h"

/** As typed; all zero and NULL where nothing was. */
typedef struct frcnn_anchor_options {
    const char *model;
    const char *convention;
    const char *sizes, *ratios, *strides, *grids, *offset, *base_size, *octave;
    frcnn_anchor_order order;
    int image_h, image_w;
    frcnn_model_options model_options;
} frcnn_anchor_options;

/** To be a child of a subcommand's parser, with a frcnn_anchor_options as its input. */
extern const struct argp frcnn_anchor_arguments;

/** What the options mean; prints an error and returns 0 where they mean nothing. With neither a model nor a convention it is
 *  the default model. *model is the opened model, the caller's to destroy, or NULL where a convention was named. */
int frcnn_anchor_options_get_config(const frcnn_anchor_options *options, frcnn_anchor_config *config,
                                    frcnn_model **model);
/** The maps, by --image-size or --grids; prints an error and returns 0 where neither or both are given, or they do not fit. */
int frcnn_anchor_options_get_grids(const frcnn_anchor_options *options, const frcnn_anchor_config *config,
                                   frcnn_anchor_grids *grids);

#endif
