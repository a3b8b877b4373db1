/** One element of a dtype from a number in C. */
#ifndef FRCNN_SCALAR_ELEMENT_H
#define FRCNN_SCALAR_ELEMENT_H

#include "frcnn/tensor.h"

/** As many bytes as the dtype has. */
typedef struct frcnn_element {
    unsigned char bytes[8];
} frcnn_element;

/** 1 where value is one of the dtype's or can be cut or rounded to one: what PyTorch converts without an error. An
 *  unsigned dtype takes a negative integer whose magnitude it holds, and wraps it. */
int frcnn_element_holds(frcnn_dtype dtype, frcnn_scalar value);

/** what begins the message. Errors: INVALID (a value that the dtype does not hold). */
FRCNN_NODISCARD frcnn_status frcnn_element_from_scalar(frcnn_element *out, const char *what, frcnn_dtype dtype,
                                                       frcnn_scalar value);

#endif
