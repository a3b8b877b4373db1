#include "anchors/anchor_overlay_html.h"

#include <stdio.h>
#include <string.h>

#include "anchors/anchor_config.h"
#include "anchors/anchor_overlay_pictures.h"
#include "tensor/atomic_file.h"
#include "tensor/error.h"
#include "tensor/utf8.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>\n"
    "body { font: 16px/1.5 system-ui, sans-serif; color: #1f2530; background: #f5f6f8; max-width: 75rem;\n"
    "  margin: 2rem auto; padding: 0 1rem; }\n"
    "h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }\n"
    "table { border-collapse: collapse; background: #fff; } .wide { overflow-x: auto; }\n"
    "th, td { padding: 0.35rem 0.8rem; border: 1px solid #dfe4ec; text-align: right; white-space: nowrap; }\n"
    "th { background: #eef1f5; } td:first-child, th:first-child { text-align: left; }\n"
    ".swatch { display: inline-block; width: 0.9em; height: 0.9em; margin-right: 0.5em; vertical-align: -0.08em; }\n"
    "figure { margin: 1.5rem 0; } img { max-width: 100%; height: auto; border: 1px solid #dfe4ec; }\n"
    "figcaption { color: #58616f; }\n</style>\n";

/* A character as it stands in HTML; control characters, which HTML has no word for, become spaces. */
static void write_character(FILE *stream, const char *text, size_t n_bytes)
{
    if (n_bytes > 1) {
        fwrite(text, 1, n_bytes, stream);
        return;
    }
    switch (*text) {
    case '&':
        fputs("&amp;", stream);
        break;
    case '<':
        fputs("&lt;", stream);
        break;
    case '>':
        fputs("&gt;", stream);
        break;
    case '"':
        fputs("&quot;", stream);
        break;
    default:
        fputc(*text > 0 && *text < ' ' ? ' ' : *text, stream);
    }
}

/* Bytes that are no UTF-8 become U+FFFD, one each. */
static void write_text(FILE *stream, const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        uint32_t code_point = 0;
        const size_t n_bytes = frcnn_utf8_decode(&code_point, text, left);
        if (n_bytes == 0)
            fputs("\xef\xbf\xbd", stream);
        else
            write_character(stream, text, n_bytes);
        text += n_bytes > 0 ? n_bytes : 1;
        left -= n_bytes > 0 ? n_bytes : 1;
    }
}

static void write_numbers(FILE *stream, const double *values, int n)
{
    for (int i = 0; i < n; i++) fprintf(stream, "%s%.6g", i > 0 ? ", " : "", values[i]);
}

static void write_levels(FILE *stream, const frcnn_overlay *self)
{
    const frcnn_anchor_grids *grids = self->grids;
    int64_t total = 0;
    fputs("<h2>Levels</h2>\n<div class=\"wide\"><table>\n<tr><th>Level</th><th>Stride (y × x)</th><th>Grid (y × x)</th>"
          "<th>Sizes</th><th>Ratios (h / w)</th><th>Per cell</th><th>Anchors</th></tr>\n",
          stream);
    for (int i = 0; i < self->config->n_levels; i++) {
        const frcnn_anchor_level_config *level = &self->config->levels[i];
        const int64_t n = frcnn_tensor_get_n_elements(self->anchors[i]) / 4;
        total += n;
        fprintf(stream,
                "<tr><td><span class=\"swatch\" style=\"background: #%06x\"></span>%d</td><td>%d × %d</td>"
                "<td>%d × %d</td>",
                (unsigned)frcnn_overlay_get_level_color(i), i, grids->stride_y[i], grids->stride_x[i], grids->grid_h[i],
                grids->grid_w[i]);
        fputs("<td>", stream);
        write_numbers(stream, level->sizes, level->n_sizes);
        if (frcnn_anchor_convention_has_base_size(self->config->convention))
            fprintf(stream, " times %.6g", frcnn_anchor_config_get_base_size(self->config, i));
        fputs("</td><td>", stream);
        write_numbers(stream, level->ratios, level->n_ratios);
        fprintf(stream, "</td><td>%d</td><td>%lld</td></tr>\n", frcnn_overlay_get_n_base(self, i), (long long)n);
    }
    fprintf(stream, "<tr><th>All</th><td></td><td></td><td></td><td></td><td></td><td>%lld</td></tr>\n</table></div>\n",
            (long long)total);
}

static void write_share(FILE *stream, int64_t part, int64_t all)
{
    if (all == 0)
        fputs("<td>–</td>", stream);
    else
        fprintf(stream, "<td>%.3f</td>", (double)part / (double)all);
}

static void write_recall(FILE *stream, const frcnn_anchor_recall *recall)
{
    fputs("<h2>Recall</h2>\n<p>The share of annotated boxes that some anchor overlaps at least as much.</p>\n"
          "<div class=\"wide\"><table>\n<tr><th>Objects</th><th>Boxes</th><th>IoU 0.5</th><th>IoU 0.7</th></tr>\n",
          stream);
    static const char *const names[FRCNN_N_BOX_SIZES] = {"all", "small", "medium", "large"};
    for (int i = 0; i < FRCNN_N_BOX_SIZES; i++) {
        fprintf(stream, "<tr><td>%s</td><td>%lld</td>", names[i], (long long)recall->n_boxes[i]);
        write_share(stream, recall->n_reached_50[i], recall->n_boxes[i]);
        write_share(stream, recall->n_reached_70[i], recall->n_boxes[i]);
        fputs("</tr>\n", stream);
    }
    fputs("</table></div>\n", stream);
}

static void write_page(FILE *stream, const frcnn_overlay *self, const frcnn_overlay_file *files, int n_files)
{
    const frcnn_anchor_overlay_options *options = &self->options;
    fputs(head, stream);
    fputs("<title>", stream);
    write_text(stream, options->title);
    fputs("</title>\n</head>\n<body>\n<h1>", stream);
    write_text(stream, options->title);
    fprintf(stream, "</h1>\n<p>Convention %s. Padded image %d × %d (height × width)",
            frcnn_anchor_convention_get_name(self->config->convention), self->grids->image_h, self->grids->image_w);
    if (options->resized_h != self->grids->image_h || options->resized_w != self->grids->image_w)
        fprintf(stream, ", the image in it %d × %d", options->resized_h, options->resized_w);
    fputs(". Anchors that leave the image are dashed.</p>\n", stream);
    write_levels(stream, self);
    if (options->targets != NULL) write_recall(stream, &self->recall);
    fputs("<h2>Pictures</h2>\n", stream);
    for (int i = 0; i < n_files; i++) {
        fprintf(stream, "<figure><a href=\"%s\"><img src=\"%s\" width=\"%d\" height=\"%d\" alt=\"", files[i].name,
                files[i].name, files[i].width, files[i].height);
        write_text(stream, files[i].caption);
        fputs("\"></a><figcaption>", stream);
        write_text(stream, files[i].caption);
        fputs("</figcaption></figure>\n", stream);
    }
    fputs("</body>\n</html>\n", stream);
}

frcnn_status frcnn_overlay_save_html(const char *path, const frcnn_overlay *self, const frcnn_overlay_file *files,
                                     int n_files)
{
    frcnn_atomic_file *file = NULL;
    FRCNN_TRY(frcnn_atomic_file_open(&file, path));
    write_page(frcnn_atomic_file_get_stream(file), self, files, n_files);
    return frcnn_atomic_file_commit(&file);
}
