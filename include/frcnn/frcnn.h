/** The whole public API. */
#ifndef FRCNN_H
#define FRCNN_H

#include "frcnn/anchors.h"
#include "frcnn/annotations.h"
#include "frcnn/arithmetic.h"
#include "frcnn/boxes.h"
#include "frcnn/checkpoint.h"
#include "frcnn/creation.h"
#include "frcnn/detector.h"
#include "frcnn/device.h"
#include "frcnn/draw.h"
#include "frcnn/image.h"
#include "frcnn/index.h"
#include "frcnn/inputs.h"
#include "frcnn/join.h"
#include "frcnn/journal.h"
#include "frcnn/layers.h"
#include "frcnn/losses.h"
#include "frcnn/model.h"
#include "frcnn/npy.h"
#include "frcnn/ops.h"
#include "frcnn/picture.h"
#include "frcnn/print.h"
#include "frcnn/random.h"
#include "frcnn/reduce.h"
#include "frcnn/report.h"
#include "frcnn/run.h"
#include "frcnn/status.h"
#include "frcnn/tensor.h"
#include "frcnn/version.h"

#endif
