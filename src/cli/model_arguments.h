/** Options that several subcommands share: how to read a model, and what to compute on. */
#ifndef FRCNN_MODEL_ARGUMENTS_H
#define FRCNN_MODEL_ARGUMENTS_H

#include <argp.h>

#include "frcnn/detector.h"
#include "frcnn/model.h"

/** To be a child of a subcommand's parser, with a frcnn_model_options as its input. */
extern const struct argp frcnn_model_arguments;
/** The same with a frcnn_detector_options as its input. */
extern const struct argp frcnn_detector_arguments;

#endif
