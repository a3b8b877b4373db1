/* torch.save's archives: STEM/data.pkl names storages, STEM/data/KEY holds the elements of each. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "checkpoint/state_dict.h"
#include "checkpoint/zip_directory.h"
#include "tensor/error.h"

enum { STORAGE_FIELDS = 5, NAME_BYTES = 512, KEY_BYTES = 64 };

typedef struct archive {
    frcnn_checkpoint *checkpoint;
    frcnn_zip_directory *directory;
    char stem[NAME_BYTES - KEY_BYTES - 8];
} archive;

static const char *get_path(const archive *a)
{
    return a->checkpoint->path;
}

static void join(char out[NAME_BYTES], const archive *a, const char *name)
{
    snprintf(out, NAME_BYTES, "%s%s", a->stem, name);
}

static int has(const archive *a, const char *name)
{
    char whole[NAME_BYTES];
    join(whole, a, name);
    return frcnn_zip_directory_has(a->directory, whole);
}

static frcnn_status find(const archive *a, const char *name, const unsigned char **bytes, size_t *n_bytes)
{
    char whole[NAME_BYTES];
    join(whole, a, name);
    return frcnn_zip_directory_find(a->directory, whole, bytes, n_bytes);
}

/* All names have the stem in front, with its slash. */
static frcnn_status read_stem(archive *a)
{
    const char *first = frcnn_zip_directory_get_first(a->directory);
    const char *slash = first != NULL ? strchr(first, '/') : NULL;
    const size_t n = slash != NULL ? (size_t)(slash - first) + 1 : 0;
    FRCNN_FAIL_IF(n >= sizeof a->stem, FRCNN_ERROR_FORMAT, "%s: expected names of at most %zu bytes in the archive",
                  get_path(a), sizeof a->stem);
    memcpy(a->stem, first != NULL ? first : "", n);
    a->stem[n] = '\0';
    FRCNN_FAIL_IF(
        has(a, "constants.pkl"), FRCNN_ERROR_UNSUPPORTED,
        "%s: expected a state dict, found a TorchScript archive: save the model's state_dict() with torch.save",
        get_path(a));
    FRCNN_FAIL_IF(!has(a, "data.pkl"), FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected a zip archive that torch.save wrote, found one without data.pkl", get_path(a));
    return FRCNN_OK;
}

static frcnn_status read_byte_order(const archive *a, int *is_big_endian)
{
    const unsigned char *text = NULL;
    size_t n_bytes = 0;
    *is_big_endian = 0;
    if (!has(a, "byteorder")) return FRCNN_OK;
    FRCNN_TRY(find(a, "byteorder", &text, &n_bytes));
    *is_big_endian = n_bytes >= 3 && memcmp(text, "big", 3) == 0;
    FRCNN_FAIL_IF(!*is_big_endian && !(n_bytes >= 6 && memcmp(text, "little", 6) == 0), FRCNN_ERROR_FORMAT,
                  "%s: expected a byte order of \"little\" or \"big\" in the archive", get_path(a));
    return FRCNN_OK;
}

static frcnn_status find_storage(void *context, const frcnn_pickle_storage *storage, const unsigned char **elements)
{
    const archive *a = context;
    char name[KEY_BYTES + 8] = "data/";
    size_t n_bytes = 0;
    const size_t n_key = storage->n_key_bytes;
    int is_number = n_key > 0 && n_key < KEY_BYTES;
    for (size_t i = 0; is_number && i < n_key; i++) is_number = storage->key[i] >= '0' && storage->key[i] <= '9';
    FRCNN_FAIL_IF(!is_number, FRCNN_ERROR_FORMAT, "%s: expected numbers for keys of storages, found \"%.*s\"",
                  get_path(a), (int)(n_key < KEY_BYTES ? n_key : KEY_BYTES), storage->key);
    memcpy(name + 5, storage->key, n_key);
    name[5 + n_key] = '\0';
    FRCNN_TRY(find(a, name, elements, &n_bytes));
    const size_t item = frcnn_dtype_get_size(storage->dtype);
    FRCNN_FAIL_IF((uint64_t)storage->n_elements != n_bytes / item || n_bytes % item != 0, FRCNN_ERROR_FORMAT,
                  "%s: storage \"%s\": expected %" PRId64 " elements of %zu bytes, found %zu bytes", get_path(a),
                  name + 5, storage->n_elements, item, n_bytes);
    return FRCNN_OK;
}

static frcnn_status read_archive(archive *a)
{
    const frcnn_pickle_rules rules = {get_path(a), STORAGE_FIELDS};
    frcnn_storage_source source = {find_storage, a, 0};
    const unsigned char *data = NULL;
    size_t n_bytes = 0, n_read = 0;
    frcnn_pickle *pickle = NULL;
    FRCNN_TRY(read_stem(a));
    FRCNN_TRY(read_byte_order(a, &source.is_big_endian));
    FRCNN_TRY(find(a, "data.pkl", &data, &n_bytes));
    FRCNN_TRY(frcnn_pickle_read(&pickle, &n_read, data, n_bytes, &rules));
    const frcnn_status status =
        n_read == n_bytes ? frcnn_state_dict_read(a->checkpoint, frcnn_pickle_get_root(pickle), &source)
                          : frcnn_fail(FRCNN_ERROR_FORMAT, "%s: data.pkl: expected its end after %zu bytes, found %zu",
                                       get_path(a), n_read, n_bytes);
    frcnn_pickle_destroy(&pickle);
    return status;
}

frcnn_status frcnn_torch_archive_read(frcnn_checkpoint *checkpoint)
{
    archive a = {.checkpoint = checkpoint};
    FRCNN_TRY(frcnn_zip_directory_open(&a.directory, frcnn_file_mapping_get_data(checkpoint->mapping),
                                       frcnn_file_mapping_get_size(checkpoint->mapping), checkpoint->path));
    const frcnn_status status = read_archive(&a);
    frcnn_zip_directory_close(&a.directory);
    return status;
}
