/** What tuning found to be fastest, for the whole process. */
#ifndef FRCNN_CONV_CHOICE_H
#define FRCNN_CONV_CHOICE_H

extern "C" {
#include "tensor/layers/conv2d.h"
}

struct frcnn_conv_choice {
    int engine;
    int variant;
};

/** 1 and *choice where a choice for conv on the device is remembered. Thread-safe, as the others. */
int frcnn_conv_choice_find(frcnn_conv_choice *choice, const frcnn_conv2d *conv, int device);
/** Remembers it in a table of fixed size: another convolution may lose its place. */
void frcnn_conv_choice_remember(const frcnn_conv2d *conv, int device, frcnn_conv_choice choice);
void frcnn_conv_choice_forget_all(void);

#endif
