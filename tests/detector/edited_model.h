/** The default model's file with changes: tensors left out, renamed, doubled or made anew, and other metadata. */
#ifndef FRCNN_TESTS_EDITED_MODEL_H
#define FRCNN_TESTS_EDITED_MODEL_H

#include "support.h"

#include <stdlib.h>
#include <unistd.h>

#include "frcnn/frcnn.h"

enum { EDITED_MAX_TENSORS = 700, EDITED_NAME = 160 };

static const char edited_default[] = FRCNN_SOURCE_DIR "/data/everyday10.safetensors";

typedef struct edited_model {
    frcnn_checkpoint *checkpoint;
    size_t n;
    char names[EDITED_MAX_TENSORS][EDITED_NAME];
    const frcnn_tensor *tensors[EDITED_MAX_TENSORS];
    const char *settings; /**< the "frcnn" metadata; NULL: none */
    char folder[64], path[96], beside[112];
} edited_model;

static inline edited_model *edited_open(void)
{
    edited_model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    assert_ok(frcnn_checkpoint_open(&m->checkpoint, edited_default));
    m->n = frcnn_checkpoint_get_count(m->checkpoint);
    for (size_t i = 0; i < m->n; i++) {
        snprintf(m->names[i], EDITED_NAME, "%s", frcnn_checkpoint_get_name(m->checkpoint, i));
        m->tensors[i] = frcnn_checkpoint_get_tensor(m->checkpoint, i);
    }
    m->settings = frcnn_checkpoint_get_metadata(m->checkpoint, "frcnn");
    snprintf(m->folder, sizeof m->folder, "/tmp/frcnn-test-XXXXXX");
    assert_non_null(mkdtemp(m->folder));
    snprintf(m->path, sizeof m->path, "%s/model.safetensors", m->folder);
    snprintf(m->beside, sizeof m->beside, "%s.json", m->path);
    return m;
}

static inline void edited_close(edited_model *m)
{
    unlink(m->path);
    unlink(m->beside);
    assert_int_equal(rmdir(m->folder), 0);
    frcnn_checkpoint_close(&m->checkpoint);
    free(m);
}

static inline size_t edited_find(const edited_model *m, const char *name)
{
    size_t i = 0;
    while (i < m->n && strcmp(m->names[i], name) != 0) i++;
    assert_true(i < m->n);
    return i;
}

static inline void edited_remove(edited_model *m, const char *name)
{
    const size_t i = edited_find(m, name);
    m->n--;
    memcpy(m->names[i], m->names[m->n], EDITED_NAME);
    m->tensors[i] = m->tensors[m->n];
}

static inline void edited_add(edited_model *m, const char *name, const frcnn_tensor *tensor)
{
    assert_true(m->n < EDITED_MAX_TENSORS);
    snprintf(m->names[m->n], EDITED_NAME, "%s", name);
    m->tensors[m->n++] = tensor;
}

/** Every name that begins with from begins with to instead. */
static inline void edited_rename(edited_model *m, const char *from, const char *to)
{
    for (size_t i = 0; i < m->n; i++) {
        char rest[EDITED_NAME];
        const size_t n_from = strlen(from), n_to = strlen(to);
        if (strncmp(m->names[i], from, n_from) != 0) continue;
        memcpy(rest, m->names[i] + n_from, EDITED_NAME - n_from);
        const size_t n_rest = strlen(rest) + 1;
        assert_true(n_to + n_rest <= EDITED_NAME);
        memcpy(m->names[i], to, n_to);
        memcpy(m->names[i] + n_to, rest, n_rest);
    }
}

static inline void edited_save(const edited_model *m)
{
    const char *names[EDITED_MAX_TENSORS];
    const char *keys[] = {"frcnn"};
    for (size_t i = 0; i < m->n; i++) names[i] = m->names[i];
    assert_ok(frcnn_safetensors_save(m->path, m->n, names, m->tensors, m->settings != NULL, keys, &m->settings));
}

static inline void edited_write_beside(const edited_model *m, const char *json)
{
    FILE *stream = fopen(m->beside, "wb");
    assert_non_null(stream);
    assert_true(fputs(json, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

/** Saves and opens; the model must be refused with that code and text. */
static inline void edited_is_refused(const edited_model *m, const frcnn_model_options *options, frcnn_status code,
                                     const char *text)
{
    frcnn_model *model = NULL;
    edited_save(m);
    assert_fails(frcnn_model_open(&model, m->path, options), code, text);
    assert_null(model);
}

#endif
