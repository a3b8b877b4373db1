#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/machine.h"
#include "cli/terminal_text.h"

enum { BAR_COLUMNS = 20, DEFAULT_COLUMNS = 80, BAR_EVERY_MS = 100, LINE_EVERY_MS = 10000, TEXT_BYTES = 128 };

void frcnn_progress_init(frcnn_progress *progress, frcnn_progress_kind kind, const frcnn_model_info *model)
{
    *progress = (frcnn_progress){.kind = kind, .categories = model->categories, .n_categories = model->n_categories};
    progress->start_ms = frcnn_machine_get_milliseconds();
    progress->shown_ms = progress->start_ms;
}

double frcnn_progress_get_seconds(const frcnn_progress *progress)
{
    return (frcnn_machine_get_milliseconds() - progress->start_ms) * 1e-3;
}

/* "12/100", and how fast, and how long still. */
static void describe(char text[TEXT_BYTES], const frcnn_progress *self, const frcnn_run_event *event)
{
    const double seconds = frcnn_progress_get_seconds(self);
    const double rate = seconds > 0 ? (double)self->n_done / seconds : 0;
    int n = event->n_total < 0 ? snprintf(text, TEXT_BYTES, "%" PRId64 " images, %.1f images/s", event->n_done, rate)
                               : snprintf(text, TEXT_BYTES, "%" PRId64 "/%" PRId64 ", %.1f images/s", event->n_done,
                                          event->n_total, rate);
    if (event->n_total < 0 || rate <= 0) return;
    const long left = (long)((double)(event->n_total - event->n_done) / rate + 0.5);
    snprintf(text + n, (size_t)(TEXT_BYTES - n), ", ETA %ld:%02ld:%02ld", left / 3600, left / 60 % 60, left % 60);
}

static void draw_bar(const frcnn_progress *self, const frcnn_run_event *event)
{
    struct winsize size = {0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) size.ws_col = DEFAULT_COLUMNS;
    char text[TEXT_BYTES];
    describe(text, self, event);
    fputs("\r\033[K", stderr);
    size_t used = strlen(text) + 2;
    if (event->n_total > 0 && used + BAR_COLUMNS + 3 < size.ws_col) {
        const int n_full = (int)(BAR_COLUMNS * event->n_done / event->n_total);
        fputc('[', stderr);
        for (int i = 0; i < BAR_COLUMNS; i++) fputc(i < n_full ? '=' : ' ', stderr);
        fputs("] ", stderr);
        used += BAR_COLUMNS + 3;
    }
    fputs(text, stderr);
    if (used + 8 < size.ws_col) {
        fputs("  ", stderr);
        frcnn_terminal_write(stderr, event->name, size.ws_col - used - 1);
    }
    fflush(stderr);
}

/* "2 person, 1 dog": most frequent first, equally frequent ones in the model's order. */
static void print_counts(const frcnn_progress *self, const frcnn_result *result)
{
    size_t last_count = SIZE_MAX, last_class = 0;
    for (int n_printed = 0;; n_printed++) {
        size_t best_count = 0, best_class = 0;
        for (size_t c = 0; c < self->n_categories; c++) {
            size_t count = 0;
            for (size_t i = 0; i < result->count; i++) count += (size_t)result->detections[i].class_index == c;
            const int comes_later = count < last_count || (count == last_count && c > last_class);
            if (comes_later && count > best_count) {
                best_count = count;
                best_class = c;
            }
        }
        if (best_count == 0) {
            if (n_printed == 0) fputs("nothing", stderr);
            return;
        }
        fprintf(stderr, "%s%zu ", n_printed == 0 ? "" : ", ", best_count);
        frcnn_terminal_write(stderr, self->categories[best_class].name, 0);
        last_count = best_count;
        last_class = best_class;
    }
}

static void print_image(const frcnn_progress *self, const frcnn_run_event *event)
{
    frcnn_terminal_write(stderr, event->name, 0);
    if (event->error != NULL) {
        fputs(": failed: ", stderr);
        frcnn_terminal_write(stderr, event->error, 0);
        fputc('\n', stderr);
        return;
    }
    const frcnn_stage_times *times = &event->result->times;
    fprintf(stderr, " %dx%d → %dx%d: ", event->height, event->width, event->result->resized_height,
            event->result->resized_width);
    print_counts(self, event->result);
    fprintf(stderr, " · decode %.1f resize %.1f backbone %.1f rpn %.1f roi %.1f post %.1f draw %.1f ms\n",
            event->decode_ms, times->resize, times->backbone, times->rpn, times->roi, times->post, event->draw_ms);
}

void frcnn_progress_listen(void *context, const frcnn_run_event *event)
{
    frcnn_progress *self = context;
    self->n_done++;
    if (self->kind == FRCNN_PROGRESS_VERBOSE) print_image(self, event);
    const double now = frcnn_machine_get_milliseconds();
    const double every = self->kind == FRCNN_PROGRESS_BAR ? BAR_EVERY_MS : LINE_EVERY_MS;
    if (self->kind == FRCNN_PROGRESS_NONE || self->kind == FRCNN_PROGRESS_VERBOSE) return;
    if (now - self->shown_ms < every) return;
    self->shown_ms = now;
    if (self->kind == FRCNN_PROGRESS_BAR) {
        draw_bar(self, event);
    } else {
        char text[TEXT_BYTES];
        describe(text, self, event);
        fprintf(stderr, "%s\n", text);
    }
}

void frcnn_progress_end(const frcnn_progress *progress)
{
    if (progress->kind == FRCNN_PROGRESS_BAR) fputs("\r\033[K", stderr);
}
