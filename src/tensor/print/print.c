#include "frcnn/print.h"

#include <errno.h>
#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/print/element_text.h"
#include "tensor/print/shown.h"
#include "tensor/print/text_builder.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

static const char PREFIX[] = "tensor(";
enum { INDENT = sizeof PREFIX - 1 };

typedef struct printer {
    frcnn_shown shown;
    frcnn_element_form form;
    int64_t linewidth;
    frcnn_text_builder text;
} printer;

static frcnn_status add_element(printer *p, int64_t offset)
{
    char text[FRCNN_ELEMENT_TEXT_BYTES];
    const int width = frcnn_element_text(text, &p->form, offset);
    if (width < p->form.width) FRCNN_TRY(frcnn_text_builder_repeat(&p->text, ' ', (size_t)(p->form.width - width)));
    return frcnn_text_builder_add(&p->text, text);
}

/* What stands before the nth piece of a dimension. */
static frcnn_status add_separator(printer *p, int dim, int64_t piece)
{
    size_t n_newlines = (size_t)(p->form.tensor->n_dims - dim - 1);
    if (n_newlines == 0) {
        const int64_t n_per_line = (p->linewidth - INDENT - dim) / (p->form.width + 2);
        if (n_per_line > 1 && piece % n_per_line != 0) return frcnn_text_builder_add(&p->text, ", ");
        n_newlines = 1;
    }
    FRCNN_TRY(frcnn_text_builder_add(&p->text, ","));
    FRCNN_TRY(frcnn_text_builder_repeat(&p->text, '\n', n_newlines));
    return frcnn_text_builder_repeat(&p->text, ' ', (size_t)INDENT + (size_t)dim + 1);
}

static frcnn_status add_dim(printer *p, int dim, int64_t offset)
{
    const frcnn_tensor *tensor = p->form.tensor;
    if (dim == tensor->n_dims) return add_element(p, offset);
    const char *dots = dim == tensor->n_dims - 1 && p->shown.edge > 0 ? " ..." : "...";
    const int64_t n = frcnn_shown_count(&p->shown, dim);
    FRCNN_TRY(frcnn_text_builder_add(&p->text, "["));
    for (int64_t piece = 0; piece < n; piece++) {
        const int64_t index = frcnn_shown_get_index(&p->shown, dim, piece);
        if (piece > 0) FRCNN_TRY(add_separator(p, dim, piece));
        if (index < 0)
            FRCNN_TRY(frcnn_text_builder_add(&p->text, dots));
        else
            FRCNN_TRY(add_dim(p, dim + 1, offset + index * tensor->strides[dim]));
    }
    return frcnn_text_builder_add(&p->text, "]");
}

/* A suffix goes to a line of its own where the last one is full. *n_line is that line's length. */
static frcnn_status add_suffix(printer *p, size_t *n_line, const char *name, const char *value)
{
    const size_t n = strlen(name) + strlen(value);
    if (*n_line + n + 2 > (size_t)p->linewidth) {
        FRCNN_TRY(frcnn_text_builder_add(&p->text, ",\n"));
        FRCNN_TRY(frcnn_text_builder_repeat(&p->text, ' ', INDENT));
        *n_line = INDENT + n;
    } else {
        FRCNN_TRY(frcnn_text_builder_add(&p->text, ", "));
        *n_line += n + 2;
    }
    FRCNN_TRY(frcnn_text_builder_add(&p->text, name));
    return frcnn_text_builder_add(&p->text, value);
}

/* A shape as Python prints a tuple: (2, 3), (2,), (). */
static void tuple_text(char text[FRCNN_SHAPE_TEXT_BYTES + 1], int n_dims, const int64_t *shape)
{
    frcnn_shape_format(text, n_dims, shape);
    const size_t n = strlen(text);
    text[0] = '(';
    snprintf(text + n - 1, 3, "%s", n_dims == 1 ? ",)" : ")");
}

static const char *get_torch_name(frcnn_dtype dtype)
{
    static const char *const names[] = {
        [FRCNN_F32] = "torch.float32",   [FRCNN_F64] = "torch.float64", [FRCNN_F16] = "torch.float16",
        [FRCNN_BF16] = "torch.bfloat16", [FRCNN_U8] = "torch.uint8",    [FRCNN_I8] = "torch.int8",
        [FRCNN_I16] = "torch.int16",     [FRCNN_I32] = "torch.int32",   [FRCNN_I64] = "torch.int64",
        [FRCNN_BOOL] = "torch.bool"};
    return names[dtype];
}

static frcnn_status add_suffixes(printer *p, frcnn_device device)
{
    const frcnn_tensor *tensor = p->form.tensor;
    const int is_empty = tensor->n_elements == 0;
    const char *newline = strrchr(p->text.text, '\n');
    /* PyTorch counts one character that is not there, and two in the first line. */
    size_t n_line = newline == NULL ? p->text.n_bytes + 2 : strlen(newline) + 1;
    if (device.kind != FRCNN_CPU) {
        char name[FRCNN_DEVICE_TEXT_BYTES];
        char text[FRCNN_DEVICE_TEXT_BYTES + 2];
        snprintf(text, sizeof text, "'%s'", frcnn_device_format(name, device));
        FRCNN_TRY(add_suffix(p, &n_line, "device=", text));
    }
    if (is_empty ? tensor->n_dims != 1 : p->shown.edge == 0) {
        char text[FRCNN_SHAPE_TEXT_BYTES + 1];
        tuple_text(text, tensor->n_dims, tensor->shape);
        FRCNN_TRY(add_suffix(p, &n_line, "size=", text));
    }
    const int is_told =
        tensor->dtype == FRCNN_F32 || (!is_empty && (tensor->dtype == FRCNN_I64 || tensor->dtype == FRCNN_BOOL));
    if (!is_told) FRCNN_TRY(add_suffix(p, &n_line, "dtype=", get_torch_name(tensor->dtype)));
    return frcnn_text_builder_add(&p->text, ")");
}

static frcnn_status check_options(const frcnn_format_options *options)
{
    FRCNN_CHECK_OPTIONS("format", options);
    FRCNN_FAIL_IF(options->precision < 0 || options->precision > FRCNN_MAX_PRECISION, FRCNN_ERROR_INVALID,
                  "format: expected a precision from 0 to %d, found %d", FRCNN_MAX_PRECISION, options->precision);
    FRCNN_FAIL_IF(options->threshold < 0, FRCNN_ERROR_INVALID, "format: expected a threshold of 0 or more, found %lld",
                  (long long)options->threshold);
    FRCNN_FAIL_IF(options->edgeitems < 0, FRCNN_ERROR_INVALID, "format: expected edgeitems of 0 or more, found %d",
                  options->edgeitems);
    FRCNN_FAIL_IF(options->linewidth < 0, FRCNN_ERROR_INVALID, "format: expected a linewidth of 0 or more, found %d",
                  options->linewidth);
    FRCNN_FAIL_IF((int)options->sci_mode < FRCNN_SCI_AUTO || (int)options->sci_mode > FRCNN_SCI_ON, FRCNN_ERROR_INVALID,
                  "format: %d is no sci_mode", (int)options->sci_mode);
    return FRCNN_OK;
}

void frcnn_format_options_default(frcnn_format_options *options)
{
    *options = (frcnn_format_options){
        .struct_size = sizeof *options, .precision = 4, .threshold = 1000, .edgeitems = 3, .linewidth = 80};
}

/* Of a tensor on the CPU, whose values are those of one on a device. */
static frcnn_status format(char **text, const frcnn_tensor *tensor, frcnn_device device,
                           const frcnn_format_options *chosen)
{
    frcnn_status status = FRCNN_OK;
    printer p = {.shown = {tensor, tensor->n_elements > chosen->threshold, chosen->edgeitems},
                 .linewidth = chosen->linewidth};
    frcnn_element_form_choose(&p.form, &p.shown, chosen->precision, chosen->sci_mode);
    FRCNN_TRY_CLEANUP(frcnn_text_builder_add(&p.text, PREFIX));
    if (tensor->n_elements == 0)
        FRCNN_TRY_CLEANUP(frcnn_text_builder_add(&p.text, "[]"));
    else
        FRCNN_TRY_CLEANUP(add_dim(&p, 0, 0));
    FRCNN_TRY_CLEANUP(add_suffixes(&p, device));
    *text = p.text.text;
    return FRCNN_OK;

cleanup:
    frcnn_free(p.text.text);
    return status;
}

frcnn_status frcnn_tensor_format(char **text, const frcnn_tensor *tensor, const frcnn_format_options *options)
{
    const frcnn_device cpu = {FRCNN_CPU, 0};
    frcnn_format_options chosen;
    frcnn_tensor *copy = NULL;
    frcnn_format_options_default(&chosen);
    if (options != NULL) {
        FRCNN_TRY(check_options(options));
        chosen = *options;
    }
    FRCNN_TRY(frcnn_tensor_to_device(&copy, tensor, cpu));
    const frcnn_status status = format(text, copy, tensor->device, &chosen);
    frcnn_tensor_destroy(&copy);
    return status;
}

frcnn_status frcnn_tensor_print(FILE *stream, const frcnn_tensor *tensor, const frcnn_format_options *options)
{
    char *text = NULL;
    FRCNN_TRY(frcnn_tensor_format(&text, tensor, options));
    errno = 0;
    frcnn_status status = FRCNN_OK;
    if (fputs(text, stream) == EOF || fputc('\n', stream) == EOF)
        status = frcnn_fail(FRCNN_ERROR_IO, "a tensor cannot be printed: %s", strerror(errno));
    frcnn_text_destroy(&text);
    return status;
}

void frcnn_text_destroy(char **text)
{
    if (text == NULL) return;
    frcnn_free(*text);
    *text = NULL;
}
