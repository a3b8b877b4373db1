/* The format: 8 bytes with the length of a JSON header, the header, the tensors' bytes. The checks are those of the
   reference reader (safetensors 0.8.0), and a key that appears twice is refused. */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint/checkpoint_entries.h"
#include "checkpoint/file_kind.h"
#include "checkpoint/json_text.h"
#include "checkpoint/safetensors_dtype.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { LENGTH_BYTES = 8, MAX_HEADER_BYTES = 100000000 };

static const char METADATA[] = "__metadata__";
static const int64_t MAX_INTEGER = (INT64_C(1) << 53) - 1;

/* A tensor as the header describes it. */
typedef struct description {
    const char *name;
    const frcnn_safetensors_dtype *dtype;
    int n_dims; /* above FRCNN_MAX_DIMS: the shape is not kept */
    int64_t shape[FRCNN_MAX_DIMS];
    int64_t begin, end; /* bytes from the end of the header */
} description;

static uint64_t read_length(const unsigned char *data)
{
    uint64_t length = 0;
    for (int i = LENGTH_BYTES; i-- > 0;) length = length << 8 | data[i];
    return length;
}

/* Checks the first bytes; *n_bytes is the header's length. */
static frcnn_status check_start(size_t *n_bytes, const char *path, const unsigned char *data, size_t size)
{
    const int begins_well = size > LENGTH_BYTES && data[LENGTH_BYTES] == '{' && read_length(data) <= MAX_HEADER_BYTES;
    const char *kind = begins_well ? NULL : frcnn_file_kind_describe(data, size);
    FRCNN_FAIL_IF(kind != NULL, FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected a checkpoint (.safetensors, .pth or .pkl), found %s", path, kind);
    FRCNN_FAIL_IF(size < LENGTH_BYTES, FRCNN_ERROR_FORMAT,
                  "%s: expected a checkpoint (.safetensors, .pth or .pkl), found a file of %zu bytes", path, size);
    const uint64_t length = read_length(data);
    FRCNN_FAIL_IF(length > MAX_HEADER_BYTES, FRCNN_ERROR_FORMAT,
                  "%s: expected a .safetensors header of at most %d bytes, found a length of %" PRIu64, path,
                  MAX_HEADER_BYTES, length);
    FRCNN_FAIL_IF(length > size - LENGTH_BYTES, FRCNN_ERROR_FORMAT,
                  "%s: expected a .safetensors header of %" PRIu64 " bytes, found only %zu before the end of the file",
                  path, length, size - LENGTH_BYTES);
    FRCNN_FAIL_IF(length == 0 || data[LENGTH_BYTES] != '{', FRCNN_ERROR_FORMAT,
                  "%s: expected a .safetensors header that begins with '{'", path);
    *n_bytes = (size_t)length;
    return FRCNN_OK;
}

static frcnn_status read_metadata(frcnn_checkpoint *checkpoint, const cJSON *metadata)
{
    char found[FRCNN_JSON_DESCRIPTION];
    FRCNN_FAIL_IF(!cJSON_IsObject(metadata), FRCNN_ERROR_FORMAT, "%s: %s: expected an object, found %s",
                  checkpoint->path, METADATA, frcnn_json_describe(metadata, found));
    size_t n = 0;
    for (const cJSON *item = metadata->child; item != NULL; item = item->next) {
        FRCNN_FAIL_IF(!cJSON_IsString(item), FRCNN_ERROR_FORMAT, "%s: %s \"%.200s\": expected a text, found %s",
                      checkpoint->path, METADATA, item->string, frcnn_json_describe(item, found));
        n++;
    }
    FRCNN_TRY(frcnn_alloc((void **)&checkpoint->metadata, n, sizeof *checkpoint->metadata, "a checkpoint's metadata"));
    for (const cJSON *item = metadata->child; item != NULL; item = item->next) {
        frcnn_checkpoint_text *text = &checkpoint->metadata[checkpoint->n_metadata++];
        *text = (frcnn_checkpoint_text){NULL, NULL};
        FRCNN_TRY(frcnn_string_copy(&text->key, item->string));
        FRCNN_TRY(frcnn_string_copy(&text->value, item->valuestring));
    }
    return FRCNN_OK;
}

static frcnn_status read_shape(description *out, int64_t *n_elements, const cJSON *shape, const char *path)
{
    char found[FRCNN_JSON_DESCRIPTION];
    FRCNN_FAIL_IF(!cJSON_IsArray(shape), FRCNN_ERROR_FORMAT, "%s: tensor \"%.200s\": shape: expected a list, found %s",
                  path, out->name, frcnn_json_describe(shape, found));
    /* Without its zeros the product must fit too: it is what strides are made of. */
    int64_t without_zeros = 1;
    *n_elements = 1;
    for (const cJSON *item = shape->child; item != NULL; item = item->next) {
        int64_t length = 0;
        FRCNN_FAIL_IF(!frcnn_json_get_integer(item, 0, MAX_INTEGER, &length), FRCNN_ERROR_FORMAT,
                      "%s: tensor \"%.200s\": shape: expected whole numbers from 0 to 2^53 - 1, found %s", path,
                      out->name, frcnn_json_describe(item, found));
        FRCNN_FAIL_IF(!frcnn_mul_int64(without_zeros, length == 0 ? 1 : length, &without_zeros), FRCNN_ERROR_FORMAT,
                      "%s: tensor \"%.200s\": shape: the number of elements overflows", path, out->name);
        *n_elements = length == 0 ? 0 : *n_elements * length;
        if (out->n_dims < FRCNN_MAX_DIMS) out->shape[out->n_dims] = length;
        out->n_dims++;
    }
    return FRCNN_OK;
}

static frcnn_status read_offsets(description *out, const cJSON *offsets, int64_t data_bytes, const char *path)
{
    char found[FRCNN_JSON_DESCRIPTION];
    const int n = cJSON_IsArray(offsets) ? cJSON_GetArraySize(offsets) : -1;
    FRCNN_FAIL_IF(n != 2, FRCNN_ERROR_FORMAT, "%s: tensor \"%.200s\": data_offsets: expected a list of 2, found %s",
                  path, out->name, n < 0 ? frcnn_json_describe(offsets, found) : "another number of values");
    FRCNN_FAIL_IF(!frcnn_json_get_integer(offsets->child, 0, MAX_INTEGER, &out->begin) ||
                      !frcnn_json_get_integer(offsets->child->next, 0, MAX_INTEGER, &out->end),
                  FRCNN_ERROR_FORMAT, "%s: tensor \"%.200s\": data_offsets: expected whole numbers from 0 to 2^53 - 1",
                  path, out->name);
    FRCNN_FAIL_IF(out->end < out->begin, FRCNN_ERROR_FORMAT,
                  "%s: tensor \"%.200s\": data_offsets: the end, %" PRId64 ", lies before the begin, %" PRId64, path,
                  out->name, out->end, out->begin);
    FRCNN_FAIL_IF(out->end > data_bytes, FRCNN_ERROR_FORMAT,
                  "%s: tensor \"%.200s\": expected its bytes up to %" PRId64 ", found the end of the data at %" PRId64
                  ": is the file cut short?",
                  path, out->name, out->end, data_bytes);
    return FRCNN_OK;
}

static frcnn_status read_description(description *out, const cJSON *item, int64_t data_bytes, const char *path)
{
    char found[FRCNN_JSON_DESCRIPTION];
    out->name = item->string;
    out->n_dims = 0;
    FRCNN_FAIL_IF(!cJSON_IsObject(item), FRCNN_ERROR_FORMAT, "%s: tensor \"%.200s\": expected an object, found %s",
                  path, out->name, frcnn_json_describe(item, found));
    const cJSON *dtype = cJSON_GetObjectItemCaseSensitive(item, "dtype");
    FRCNN_FAIL_IF(!cJSON_IsString(dtype), FRCNN_ERROR_FORMAT, "%s: tensor \"%.200s\": dtype: expected a text, found %s",
                  path, out->name, frcnn_json_describe(dtype, found));
    out->dtype = frcnn_safetensors_dtype_find(dtype->valuestring);
    FRCNN_FAIL_IF(out->dtype == NULL, FRCNN_ERROR_FORMAT,
                  "%s: tensor \"%.200s\": dtype: \"%.50s\" is none that the format has", path, out->name,
                  dtype->valuestring);

    int64_t n_elements = 0;
    FRCNN_TRY(read_shape(out, &n_elements, cJSON_GetObjectItemCaseSensitive(item, "shape"), path));
    FRCNN_TRY(read_offsets(out, cJSON_GetObjectItemCaseSensitive(item, "data_offsets"), data_bytes, path));
    int64_t n_bits = 0;
    FRCNN_FAIL_IF(!frcnn_mul_int64(n_elements, out->dtype->n_bits, &n_bits), FRCNN_ERROR_FORMAT,
                  "%s: tensor \"%.200s\": shape: the number of bytes overflows", path, out->name);
    FRCNN_FAIL_IF(n_bits % 8 != 0 || n_bits / 8 != out->end - out->begin, FRCNN_ERROR_FORMAT,
                  "%s: tensor \"%.200s\": expected %" PRId64 " bits for its shape and %s, found %" PRId64 " bytes",
                  path, out->name, n_bits, out->dtype->name, out->end - out->begin);
    return FRCNN_OK;
}

static int compare_places(const void *a, const void *b)
{
    const description *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end) return x->end < y->end ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const description *)a)->name, ((const description *)b)->name);
}

/* The tensors' bytes fill the data, each byte once. */
static frcnn_status check_layout(description *tensors, size_t n, int64_t data_bytes, const char *path)
{
    qsort(tensors, n, sizeof *tensors, compare_places);
    int64_t covered = 0;
    for (size_t i = 0; i < n; i++) {
        FRCNN_FAIL_IF(tensors[i].begin < covered, FRCNN_ERROR_FORMAT,
                      "%s: tensor \"%.200s\" begins at byte %" PRId64 " of the data, inside \"%.200s\"", path,
                      tensors[i].name, tensors[i].begin, tensors[i - 1].name);
        FRCNN_FAIL_IF(tensors[i].begin > covered, FRCNN_ERROR_FORMAT,
                      "%s: bytes %" PRId64 " to %" PRId64 " of the data, before tensor \"%.200s\", belong to no tensor",
                      path, covered, tensors[i].begin, tensors[i].name);
        covered = tensors[i].end;
    }
    FRCNN_FAIL_IF(covered < data_bytes, FRCNN_ERROR_FORMAT,
                  "%s: expected the end of the file after %" PRId64 " bytes of data, found %" PRId64, path, covered,
                  data_bytes);
    return FRCNN_OK;
}

static frcnn_status make_tensor(frcnn_tensor **out, frcnn_file_mapping *mapping, const description *about,
                                unsigned char *data)
{
    const size_t n_bytes = (size_t)(about->end - about->begin);
    const size_t item_bytes = frcnn_dtype_get_size(about->dtype->dtype);
    unsigned char *bytes = data + about->begin;
    if ((uintptr_t)bytes % item_bytes != 0) {
        frcnn_tensor *copy = NULL;
        FRCNN_TRY(frcnn_tensor_create(&copy, about->dtype->dtype, about->n_dims, about->shape));
        memcpy(frcnn_tensor_get_data(copy), bytes, n_bytes);
        *out = copy;
        return FRCNN_OK;
    }
    frcnn_file_mapping_hold(mapping);
    const frcnn_status status = frcnn_tensor_from_memory(out, about->dtype->dtype, about->n_dims, about->shape, bytes,
                                                         frcnn_file_mapping_release, mapping);
    if (status != FRCNN_OK) frcnn_file_mapping_release(mapping);
    return status;
}

static frcnn_status make_entries(frcnn_checkpoint *checkpoint, description *tensors, size_t n, unsigned char *data)
{
    qsort(tensors, n, sizeof *tensors, compare_names);
    for (size_t i = 0; i < n; i++) {
        FRCNN_FAIL_IF(!tensors[i].dtype->is_readable, FRCNN_ERROR_UNSUPPORTED,
                      "%s: tensor \"%.200s\": tensors of dtype %s are not read", checkpoint->path, tensors[i].name,
                      tensors[i].dtype->name);
        FRCNN_FAIL_IF(tensors[i].n_dims > FRCNN_MAX_DIMS, FRCNN_ERROR_UNSUPPORTED,
                      "%s: tensor \"%.200s\": expected at most %d dimensions, found %d", checkpoint->path,
                      tensors[i].name, FRCNN_MAX_DIMS, tensors[i].n_dims);
    }
    FRCNN_TRY(frcnn_alloc((void **)&checkpoint->entries, n, sizeof *checkpoint->entries, "a checkpoint's tensors"));
    for (size_t i = 0; i < n; i++) {
        frcnn_checkpoint_entry *entry = &checkpoint->entries[checkpoint->n_entries++];
        *entry = (frcnn_checkpoint_entry){NULL, NULL};
        FRCNN_TRY(frcnn_string_copy(&entry->name, tensors[i].name));
        FRCNN_TRY(make_tensor(&entry->tensor, checkpoint->mapping, &tensors[i], data));
    }
    return FRCNN_OK;
}

frcnn_status frcnn_safetensors_read(frcnn_checkpoint *checkpoint)
{
    frcnn_status status = FRCNN_OK;
    cJSON *header = NULL;
    description *tensors = NULL;
    unsigned char *file = frcnn_file_mapping_get_data(checkpoint->mapping);
    const size_t size = frcnn_file_mapping_get_size(checkpoint->mapping);
    size_t header_bytes = 0;
    FRCNN_TRY(check_start(&header_bytes, checkpoint->path, file, size));
    unsigned char *data = file + LENGTH_BYTES + header_bytes;
    const int64_t data_bytes = (int64_t)(size - LENGTH_BYTES - header_bytes);

    FRCNN_TRY(frcnn_json_parse(&header, (const char *)file + LENGTH_BYTES, header_bytes, checkpoint->path));
    size_t n = 0;
    FRCNN_TRY_CLEANUP(
        frcnn_alloc((void **)&tensors, (size_t)cJSON_GetArraySize(header), sizeof *tensors, "a checkpoint's header"));
    for (const cJSON *item = header->child; item != NULL; item = item->next) {
        if (strcmp(item->string, METADATA) == 0)
            FRCNN_TRY_CLEANUP(read_metadata(checkpoint, item));
        else
            FRCNN_TRY_CLEANUP(read_description(&tensors[n++], item, data_bytes, checkpoint->path));
    }
    FRCNN_TRY_CLEANUP(check_layout(tensors, n, data_bytes, checkpoint->path));
    FRCNN_TRY_CLEANUP(make_entries(checkpoint, tensors, n, data));

cleanup:
    frcnn_free(tensors);
    cJSON_Delete(header);
    return status;
}
