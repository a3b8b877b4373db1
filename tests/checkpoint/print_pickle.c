/* print_pickle FILE: what the pickle in a file is read into, as one line of text; else the message, and status 1. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "checkpoint/file_mapping.h"
#include "checkpoint/pickle.h"

static void print(const frcnn_pickle_value *value);

static void print_list(const frcnn_pickle_value *value, char open, char close)
{
    putchar(open);
    for (size_t i = 0; i < value->as.list.n_items; i++) {
        if (i > 0) fputs(value->kind == FRCNN_PICKLE_DICT && i % 2 != 0 ? ": " : ", ", stdout);
        print(value->as.list.items[i]);
    }
    putchar(close);
}

static void print_bytes(const char *bytes, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) printf("%02x", (unsigned)(unsigned char)bytes[i]);
}

static void print_tensor(const frcnn_pickle_tensor *tensor)
{
    printf("tensor(%s", tensor->unknown_dtype != NULL ? tensor->unknown_dtype : frcnn_dtype_get_name(tensor->dtype));
    for (int i = 0; i < tensor->n_dims; i++) printf(" %" PRId64 "/%" PRId64, tensor->shape[i], tensor->strides[i]);
    printf(" at %" PRId64, tensor->offset);
    if (tensor->storage != NULL)
        printf(" of %.*s, %" PRId64, (int)tensor->storage->n_key_bytes, tensor->storage->key,
               tensor->storage->n_elements);
    if (tensor->is_big_endian) fputs(" big", stdout);
    putchar(' ');
    print_bytes((const char *)tensor->bytes, tensor->n_bytes);
    putchar(')');
}

static void print(const frcnn_pickle_value *value)
{
    switch (value->kind) {
    case FRCNN_PICKLE_NONE:
        fputs("None", stdout);
        break;
    case FRCNN_PICKLE_BOOL:
        fputs(value->as.integer ? "True" : "False", stdout);
        break;
    case FRCNN_PICKLE_INT:
        printf("%" PRId64, value->as.integer);
        break;
    case FRCNN_PICKLE_FLOAT:
        printf("%.17g", value->as.number);
        break;
    case FRCNN_PICKLE_TEXT:
        printf("'%.*s'", (int)value->as.text.n_bytes, value->as.text.bytes);
        break;
    case FRCNN_PICKLE_BYTES:
        fputs("b:", stdout);
        print_bytes(value->as.text.bytes, value->as.text.n_bytes);
        break;
    case FRCNN_PICKLE_TUPLE:
        print_list(value, '(', ')');
        break;
    case FRCNN_PICKLE_LIST:
        print_list(value, '[', ']');
        break;
    case FRCNN_PICKLE_DICT:
        print_list(value, '{', '}');
        break;
    case FRCNN_PICKLE_TENSOR:
        print_tensor(value->as.tensor);
        break;
    case FRCNN_PICKLE_STORAGE:
        printf("storage(%s)", value->as.storage->class_name);
        break;
    case FRCNN_PICKLE_OPAQUE:
        printf("<%.*s>", (int)value->as.text.n_bytes, value->as.text.bytes);
        break;
    }
}

int main(int argc, char **argv)
{
    const frcnn_pickle_rules rules = {argc == 2 ? argv[1] : "", 5};
    frcnn_file_mapping *file = NULL;
    frcnn_pickle *pickle = NULL;
    size_t n_read = 0;
    if (argc != 2) return 2;
    frcnn_status status = frcnn_file_mapping_open(&file, argv[1]);
    if (status == FRCNN_OK)
        status = frcnn_pickle_read(&pickle, &n_read, frcnn_file_mapping_get_data(file),
                                   frcnn_file_mapping_get_size(file), &rules);
    if (status == FRCNN_OK) {
        print(frcnn_pickle_get_root(pickle));
        printf("\n%zu\n", n_read);
    } else {
        puts(frcnn_error_message());
    }
    frcnn_pickle_destroy(&pickle);
    frcnn_file_mapping_release(file);
    return status == FRCNN_OK ? 0 : 1;
}
