#include "frcnn/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

#include "checkpoint/checkpoint_entries.h"
#include "checkpoint/checkpoint_pages.h"
#include "checkpoint/file_kind.h"
#include "tensor/devices.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* The content tells the format: safetensors, which begins with a length, is what all else is not. */
static frcnn_status read_entries(frcnn_checkpoint *checkpoint)
{
    switch (frcnn_file_kind_get(frcnn_file_mapping_get_data(checkpoint->mapping),
                                frcnn_file_mapping_get_size(checkpoint->mapping))) {
    case FRCNN_FILE_ZIP:
        return frcnn_torch_archive_read(checkpoint);
    case FRCNN_FILE_TORCH_LEGACY:
        return frcnn_torch_legacy_read(checkpoint);
    case FRCNN_FILE_PICKLE:
        return frcnn_pickle_file_read(checkpoint);
    default:
        return frcnn_safetensors_read(checkpoint);
    }
}

frcnn_status frcnn_checkpoint_open(frcnn_checkpoint **out, const char *path)
{
    frcnn_status status = FRCNN_OK;
    frcnn_checkpoint *checkpoint = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed((void **)&checkpoint, 1, sizeof *checkpoint, "a checkpoint"));
    FRCNN_TRY_CLEANUP(frcnn_string_copy(&checkpoint->path, path));
    FRCNN_TRY_CLEANUP(frcnn_file_mapping_open(&checkpoint->mapping, path));
    FRCNN_TRY_CLEANUP(read_entries(checkpoint));
    *out = checkpoint;
    checkpoint = NULL;

cleanup:
    frcnn_checkpoint_close(&checkpoint);
    return status;
}

void frcnn_checkpoint_close(frcnn_checkpoint **handle)
{
    if (handle == NULL || *handle == NULL) return;
    frcnn_checkpoint *checkpoint = *handle;
    for (size_t i = 0; i < checkpoint->n_entries; i++) {
        frcnn_tensor_destroy(&checkpoint->entries[i].tensor);
        frcnn_free(checkpoint->entries[i].name);
    }
    for (size_t i = 0; i < checkpoint->n_metadata; i++) {
        frcnn_free(checkpoint->metadata[i].key);
        frcnn_free(checkpoint->metadata[i].value);
    }
    frcnn_free(checkpoint->entries);
    frcnn_free(checkpoint->metadata);
    frcnn_file_mapping_release(checkpoint->mapping);
    frcnn_free(checkpoint->path);
    frcnn_free(checkpoint);
    *handle = NULL;
}

size_t frcnn_checkpoint_get_count(const frcnn_checkpoint *checkpoint)
{
    return checkpoint->n_entries;
}

const char *frcnn_checkpoint_get_name(const frcnn_checkpoint *checkpoint, size_t index)
{
    return checkpoint->entries[index].name;
}

const frcnn_tensor *frcnn_checkpoint_get_tensor(const frcnn_checkpoint *checkpoint, size_t index)
{
    return checkpoint->entries[index].tensor;
}

static int compare_to_entry(const void *name, const void *entry)
{
    return strcmp(name, ((const frcnn_checkpoint_entry *)entry)->name);
}

const frcnn_tensor *frcnn_checkpoint_find(const frcnn_checkpoint *checkpoint, const char *name)
{
    if (checkpoint->n_entries == 0) return NULL;
    const frcnn_checkpoint_entry *entry =
        bsearch(name, checkpoint->entries, checkpoint->n_entries, sizeof *entry, compare_to_entry);
    return entry == NULL ? NULL : entry->tensor;
}

frcnn_status frcnn_checkpoint_load(frcnn_tensor **out, const frcnn_checkpoint *checkpoint, const char *name,
                                   frcnn_device device)
{
    FRCNN_TRY(frcnn_device_check(checkpoint->path, device));
    const frcnn_tensor *found = frcnn_checkpoint_find(checkpoint, name);
    FRCNN_FAIL_IF(found == NULL, FRCNN_ERROR_INVALID, "%s: expected a tensor \"%.200s\", found none of that name",
                  checkpoint->path, name);
    if (device.kind != FRCNN_CPU) return frcnn_tensor_to_device(out, found, device);
    return frcnn_tensor_cast(out, found, frcnn_tensor_get_dtype(found));
}

const char *frcnn_checkpoint_get_metadata(const frcnn_checkpoint *checkpoint, const char *key)
{
    for (size_t i = 0; i < checkpoint->n_metadata; i++)
        if (strcmp(checkpoint->metadata[i].key, key) == 0) return checkpoint->metadata[i].value;
    return NULL;
}

const char *frcnn_checkpoint_get_path(const frcnn_checkpoint *checkpoint)
{
    return checkpoint->path;
}

frcnn_status frcnn_checkpoint_digest(const frcnn_checkpoint *checkpoint, char hex[65])
{
    static const char digits[] = "0123456789abcdef";
    struct sha256_ctx hash;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&hash);
    sha256_update(&hash, frcnn_file_mapping_get_size(checkpoint->mapping),
                  frcnn_file_mapping_get_data(checkpoint->mapping));
    sha256_digest(&hash, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[64] = '\0';
    return FRCNN_OK;
}

void frcnn_checkpoint_drop_pages(const frcnn_checkpoint *checkpoint)
{
    frcnn_file_mapping_drop_pages(checkpoint->mapping);
}
