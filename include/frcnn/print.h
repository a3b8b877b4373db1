/** Tensors as text, as PyTorch prints them.
 *
 *      char *text = NULL;
 *      status = frcnn_tensor_format(&text, t, NULL);       "tensor([[0.7576, 0.2793],\n        [0.4031, 0.7347]])"
 *      frcnn_text_destroy(&text);
 */
#ifndef FRCNN_PRINT_H
#define FRCNN_PRINT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "frcnn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum frcnn_sci_mode {
    FRCNN_SCI_AUTO = 0, /**< where max > 1000 * min, max > 1e8 or min < 1e-4 of the finite magnitudes but 0 */
    FRCNN_SCI_OFF = 1,
    FRCNN_SCI_ON = 2
} frcnn_sci_mode;

/** What torch.set_printoptions sets. */
typedef struct frcnn_format_options {
    size_t struct_size; /**< set by frcnn_format_options_default */
    int precision;      /**< digits behind the point, 0 to 1074; default 4 */
    int64_t threshold;  /**< tensors of more elements are summarised, 0 or more; default 1000; INT64_MAX: none is */
    int edgeitems;      /**< elements at either end of a summarised dimension, 0 or more; default 3 */
    int linewidth;      /**< characters after which a row of elements is broken, 0 or more; default 80 */
    frcnn_sci_mode sci_mode; /**< whether floats have an exponent; default FRCNN_SCI_AUTO */
} frcnn_format_options;

FRCNN_API void frcnn_format_options_default(frcnn_format_options *options);

/** The text that str(tensor) gives in PyTorch, for any dtype, shape, strides and device, whatever the locale; without a
 *  newline at the end. *text ends with frcnn_text_destroy. options NULL: the defaults.
 *  Errors: INVALID (an option out of range), NO_MEMORY.
 *  Source: PyTorch 2.14.1, torch/_tensor_str.py. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_format(char **text, const frcnn_tensor *tensor,
                                                           const frcnn_format_options *options);

/** Writes the same text and a newline to a stream. Errors: as frcnn_tensor_format, and IO. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_tensor_print(FILE *stream, const frcnn_tensor *tensor,
                                                          const frcnn_format_options *options);

/** Frees a text that the library made. Takes NULL and nulls the handle. */
FRCNN_API void frcnn_text_destroy(char **text);

#ifdef __cplusplus
}
#endif
#endif
