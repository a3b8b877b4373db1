#include "run/run_resume.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "run/journal_reader.h"
#include "tensor/error.h"

enum { MAX_VALUE_CHARACTERS = 80, MAX_NAME_BYTES = 128 };

/* Says which member differs: name is its path from the header down, as settings.min_size. */
static frcnn_status fail_member(const char *path, const char *name, const cJSON *before, const cJSON *now)
{
    char *before_text = before == NULL ? NULL : cJSON_PrintUnformatted(before);
    char *now_text = now == NULL ? NULL : cJSON_PrintUnformatted(now);
    const frcnn_status status =
        frcnn_fail(FRCNN_ERROR_INVALID, "%s: expected the same %s to go on with this run: it was %.*s, now it is %.*s",
                   path, name, MAX_VALUE_CHARACTERS, before_text == NULL ? "not there" : before_text,
                   MAX_VALUE_CHARACTERS, now_text == NULL ? "not there" : now_text);
    cJSON_free(before_text);
    cJSON_free(now_text);
    return status;
}

/* The model's name may change, its content may not. */
static int may_differ(const char *name)
{
    return strcmp(name, "model.name") == 0;
}

static frcnn_status compare_members(const char *path, const char *outer, const cJSON *before, const cJSON *now)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, now)
    {
        char name[MAX_NAME_BYTES];
        snprintf(name, sizeof name, "%s%s%s", outer, outer[0] == '\0' ? "" : ".", item->string);
        const cJSON *old = cJSON_GetObjectItemCaseSensitive(before, item->string);
        if (cJSON_IsObject(item) && cJSON_IsObject(old))
            FRCNN_TRY(compare_members(path, name, old, item));
        else if (!cJSON_Compare(old, item, 1) && !may_differ(name))
            return fail_member(path, name, old, item);
    }
    cJSON_ArrayForEach(item, before)
    {
        char name[MAX_NAME_BYTES];
        snprintf(name, sizeof name, "%s%s%s", outer, outer[0] == '\0' ? "" : ".", item->string);
        if (!cJSON_HasObjectItem(now, item->string)) return fail_member(path, name, item, NULL);
    }
    return FRCNN_OK;
}

static frcnn_status compare_headers(const char *path, const char *before_text, const char *now_text)
{
    cJSON *before = cJSON_Parse(before_text), *now = cJSON_Parse(now_text);
    const frcnn_status status = before == NULL || now == NULL
                                    ? frcnn_fail(FRCNN_ERROR_NO_MEMORY, "%s: out of memory for the header", path)
                                    : compare_members(path, "", before, now);
    cJSON_Delete(before);
    cJSON_Delete(now);
    return status;
}

/* Whether the first line has an end: a run that was killed at once may leave less. */
static frcnn_status has_header(const char *path, int *has)
{
    FILE *stream = fopen(path, "re");
    FRCNN_FAIL_IF(stream == NULL, FRCNN_ERROR_IO, "%s: cannot read this journal: %s", path, strerror(errno));
    int byte = fgetc(stream);
    while (byte != EOF && byte != '\n') byte = fgetc(stream);
    fclose(stream);
    *has = byte == '\n';
    return FRCNN_OK;
}

frcnn_status frcnn_run_resume(const char *path, const char *header_line, frcnn_resume_visit visit, void *context,
                              int64_t *whole_bytes)
{
    int has = 0;
    FRCNN_TRY(has_header(path, &has));
    *whole_bytes = 0;
    if (!has) return FRCNN_OK;
    frcnn_journal *journal = NULL;
    FRCNN_TRY(frcnn_journal_open(&journal, path));
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(compare_headers(path, frcnn_journal_get_header_text(journal), header_line));
    const frcnn_journal_entry *entry = NULL;
    for (int64_t i = 0; (status = frcnn_journal_read(journal, &entry)) == FRCNN_OK && entry != NULL; i++)
        FRCNN_TRY_CLEANUP(visit(context, i, entry));
    if (status == FRCNN_OK) *whole_bytes = frcnn_journal_get_read_bytes(journal);

cleanup:
    frcnn_journal_close(&journal);
    return status;
}
