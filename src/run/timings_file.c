#include "run/timings_file.h"

#include <string.h>

void frcnn_timings_write_header(FILE *stream)
{
    fputs("file,width,height,decode_ms,resize_ms,backbone_ms,rpn_ms,roi_ms,post_ms,draw_ms\n", stream);
}

static void write_field(FILE *stream, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (; *text != '\0'; text++) {
        if (*text == '"') fputc('"', stream);
        fputc(*text, stream);
    }
    fputc('"', stream);
}

void frcnn_timings_write(FILE *stream, const frcnn_item *item)
{
    write_field(stream, item->name);
    if (item->status != FRCNN_OK) {
        fputs(",,,,,,,,,\n", stream);
        return;
    }
    const frcnn_stage_times *times = &item->result.times;
    fprintf(stream, ",%d,%d,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f\n", item->width, item->height, item->decode_ms,
            times->resize, times->backbone, times->rpn, times->roi, times->post, item->draw_ms);
}
