#include "tensor/print/element_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tensor/compute.h"
#include "tensor/float_text.h"
#include "tensor/half.h"

/* An element, which need not be aligned. */
typedef union element {
    float f32;
    double f64;
    uint16_t bits16;
    uint8_t u8;
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
} element;

static element get_element(const frcnn_tensor *tensor, int64_t offset)
{
    const size_t size = frcnn_dtype_get_size(frcnn_tensor_get_dtype(tensor));
    element e;
    memcpy(&e, (const unsigned char *)frcnn_tensor_get_const_data(tensor) + (size_t)offset * size, size);
    return e;
}

static double get_real(const frcnn_tensor *tensor, int64_t offset)
{
    const element e = get_element(tensor, offset);
    switch (frcnn_tensor_get_dtype(tensor)) {
    case FRCNN_F64:
        return e.f64;
    case FRCNN_F16:
        return (double)frcnn_f16_to_f32(e.bits16);
    case FRCNN_BF16:
        return (double)frcnn_bf16_to_f32(e.bits16);
    default:
        return (double)e.f32;
    }
}

static int64_t get_whole(const frcnn_tensor *tensor, int64_t offset)
{
    const element e = get_element(tensor, offset);
    switch (frcnn_tensor_get_dtype(tensor)) {
    case FRCNN_I8:
        return e.i8;
    case FRCNN_I16:
        return e.i16;
    case FRCNN_I32:
        return e.i32;
    case FRCNN_I64:
        return e.i64;
    default:
        return e.u8;
    }
}

static void real_text(char text[FRCNN_ELEMENT_TEXT_BYTES], const frcnn_element_form *form, double value)
{
    if (!isfinite(value)) {
        snprintf(text, FRCNN_ELEMENT_TEXT_BYTES, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return;
    }
    if (form->is_sci)
        snprintf(text, FRCNN_ELEMENT_TEXT_BYTES, "%.*e", form->precision, value);
    else if (form->is_whole)
        snprintf(text, FRCNN_ELEMENT_TEXT_BYTES, "%.0f.", value);
    else
        snprintf(text, FRCNN_ELEMENT_TEXT_BYTES, "%.*f", form->precision, value);
    frcnn_float_text_restore_point(text);
}

int frcnn_element_text(char text[FRCNN_ELEMENT_TEXT_BYTES], const frcnn_element_form *form, int64_t offset)
{
    const frcnn_dtype dtype = frcnn_tensor_get_dtype(form->tensor);
    if (frcnn_compute_is_float(dtype))
        real_text(text, form, get_real(form->tensor, offset));
    else if (dtype == FRCNN_BOOL)
        snprintf(text, FRCNN_ELEMENT_TEXT_BYTES, "%s", get_whole(form->tensor, offset) != 0 ? "True" : "False");
    else
        snprintf(text, FRCNN_ELEMENT_TEXT_BYTES, "%" PRId64, get_whole(form->tensor, offset));
    return (int)strlen(text);
}

/* What is to be known of the finite floats but 0 before a form is chosen. */
typedef struct range {
    const frcnn_tensor *tensor;
    int64_t n;
    double min, max; /* of the magnitudes */
    int is_whole;
} range;

static void extend_range(void *context, int64_t offset)
{
    range *seen = context;
    const double value = get_real(seen->tensor, offset);
    if (!isfinite(value) || value == 0) return;
    const double magnitude = fabs(value);
    if (seen->n == 0 || magnitude < seen->min) seen->min = magnitude;
    if (seen->n == 0 || magnitude > seen->max) seen->max = magnitude;
    if (value != ceil(value)) seen->is_whole = 0;
    seen->n++;
}

static void extend_width(void *context, int64_t offset)
{
    frcnn_element_form *form = context;
    char text[FRCNN_ELEMENT_TEXT_BYTES];
    if (frcnn_compute_is_float(frcnn_tensor_get_dtype(form->tensor))) {
        /* Longer ones of these stick out. */
        const double value = get_real(form->tensor, offset);
        if (!isfinite(value) || value == 0) return;
    }
    const int width = frcnn_element_text(text, form, offset);
    if (width > form->width) form->width = width;
}

void frcnn_element_form_choose(frcnn_element_form *out, const frcnn_shown *shown, int precision,
                               frcnn_sci_mode sci_mode)
{
    *out = (frcnn_element_form){.tensor = shown->tensor, .precision = precision, .is_whole = 1, .width = 1};
    if (frcnn_compute_is_float(frcnn_tensor_get_dtype(shown->tensor))) {
        range seen = {.tensor = shown->tensor, .is_whole = 1};
        frcnn_shown_visit(shown, extend_range, &seen);
        if (seen.n == 0) return;
        out->is_whole = seen.is_whole;
        const int is_wide = seen.max / seen.min > 1000.0 || seen.max > 1.0e8 || seen.min < 1.0e-4;
        out->is_sci = sci_mode == FRCNN_SCI_ON || (sci_mode == FRCNN_SCI_AUTO && is_wide);
    }
    frcnn_shown_visit(shown, extend_width, out);
}
