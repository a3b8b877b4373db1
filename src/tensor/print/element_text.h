/** One element as text, in the form that all shown elements of a tensor have in common. */
#ifndef FRCNN_ELEMENT_TEXT_H
#define FRCNN_ELEMENT_TEXT_H

#include "frcnn/print.h"
#include "tensor/print/shown.h"

enum {
    FRCNN_MAX_PRECISION = 1074,                          /**< digits behind the point that an f64 may have */
    FRCNN_ELEMENT_TEXT_BYTES = FRCNN_MAX_PRECISION + 330 /**< 309 digits before it, sign, point, NUL */
};

typedef struct frcnn_element_form {
    const frcnn_tensor *tensor;
    int precision;
    int is_sci;   /**< floats with an exponent */
    int is_whole; /**< floats that are whole numbers: "1." */
    int width;    /**< shorter texts are to be filled with spaces on the left */
} frcnn_element_form;

/** The form of the shown elements. */
void frcnn_element_form_choose(frcnn_element_form *out, const frcnn_shown *shown, int precision,
                               frcnn_sci_mode sci_mode);

/** The element at an offset, in elements from the first, without filling; returns the number of characters. */
int frcnn_element_text(char text[FRCNN_ELEMENT_TEXT_BYTES], const frcnn_element_form *form, int64_t offset);

#endif
