/** The whole public API. */
#ifndef FRCNN_H
#define FRCNN_H

#include "frcnn/annotations.h"
#include "frcnn/checkpoint.h"
#include "frcnn/detector.h"
#include "frcnn/draw.h"
#include "frcnn/image.h"
#include "frcnn/inputs.h"
#include "frcnn/journal.h"
#include "frcnn/model.h"
#include "frcnn/ops.h"
#include "frcnn/report.h"
#include "frcnn/run.h"
#include "frcnn/status.h"
#include "frcnn/tensor.h"
#include "frcnn/version.h"

#endif
