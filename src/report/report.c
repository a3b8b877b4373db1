#include "frcnn/report.h"

#include <string.h>

#include "report/coco.h"
#include "tensor/error.h"

/* A format of reports: a name to ask for it, and what writes it. */
typedef struct format {
    frcnn_report_format value;
    const char *name;
    frcnn_status (*save)(const char *folder, const char *journal);
} format;

static frcnn_status save_coco(const char *folder, const char *journal)
{
    FRCNN_TRY(frcnn_coco_save_results(folder, journal));
    return frcnn_coco_save(folder, journal);
}

static const format formats_known[] = {
    {FRCNN_REPORT_COCO, "coco", save_coco},
    {FRCNN_REPORT_ALL, "all", NULL},
    {FRCNN_REPORT_NONE, "none", NULL},
};

enum { N_FORMATS = sizeof formats_known / sizeof *formats_known };

frcnn_status frcnn_report_parse_formats(unsigned *formats, const char *list)
{
    unsigned asked = 0;
    for (const char *word = list;;) {
        const size_t word_bytes = strcspn(word, ",");
        size_t i = 0;
        while (i < N_FORMATS &&
               (strlen(formats_known[i].name) != word_bytes || memcmp(formats_known[i].name, word, word_bytes) != 0))
            i++;
        FRCNN_FAIL_IF(i == N_FORMATS, FRCNN_ERROR_INVALID, "formats: expected coco, all or none, found '%.*s'",
                      (int)word_bytes, word);
        asked |= (unsigned)formats_known[i].value;
        if (word[word_bytes] == '\0') break;
        word += word_bytes + 1;
    }
    *formats = asked;
    return FRCNN_OK;
}

frcnn_status frcnn_report_save(const char *folder, unsigned formats, const char *journal)
{
    FRCNN_FAIL_IF((formats & ~(unsigned)FRCNN_REPORT_ALL) != 0, FRCNN_ERROR_INVALID,
                  "formats: expected values of frcnn_report_format, found %u", formats);
    for (size_t i = 0; i < N_FORMATS; i++)
        if (formats_known[i].save != NULL && (formats & (unsigned)formats_known[i].value) != 0)
            FRCNN_TRY(formats_known[i].save(folder, journal));
    return FRCNN_OK;
}
