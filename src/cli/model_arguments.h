/** Options about the model that several subcommands share: what to open and how to read it. */
#ifndef FRCNN_MODEL_ARGUMENTS_H
#define FRCNN_MODEL_ARGUMENTS_H

#include <argp.h>

#include "frcnn/model.h"

/** To be a child of a subcommand's parser, with a frcnn_model_options as its input. */
extern const struct argp frcnn_model_arguments;

#endif
