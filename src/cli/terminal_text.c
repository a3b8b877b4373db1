#include "cli/terminal_text.h"

#include <stdarg.h>
#include <string.h>

#include "frcnn/status.h"

/* Bytes of the character at text: 1 for one that must not be shown, *is_shown is then 0. */
static size_t get_character(const unsigned char *text, int *is_shown)
{
    *is_shown = 1;
    if (text[0] < 0x80) {
        *is_shown = text[0] >= 0x20 && text[0] != 0x7f;
        return 1;
    }
    const size_t n_bytes = text[0] >= 0xc2 && text[0] < 0xe0 ? 2 : (text[0] & 0xf0) == 0xe0 ? 3 : 4;
    int is_valid = text[0] >= 0xc2 && text[0] < 0xf5;
    for (size_t i = 1; is_valid && i < n_bytes; i++) is_valid = (text[i] & 0xc0) == 0x80;
    /* U+0080 to U+009F are control characters too. */
    *is_shown = is_valid && !(text[0] == 0xc2 && text[1] < 0xa0);
    return is_valid ? n_bytes : 1;
}

static size_t count_characters(const char *text)
{
    size_t n = 0;
    int is_shown = 0;
    for (; *text != '\0'; n++) text += get_character((const unsigned char *)text, &is_shown);
    return n;
}

void frcnn_terminal_write(FILE *stream, const char *text, size_t n_columns)
{
    const size_t n = n_columns == 0 ? 0 : count_characters(text);
    size_t n_dropped = 0;
    if (n > n_columns) {
        n_dropped = n - n_columns + 1;
        fputs("…", stream);
    }
    for (size_t i = 0; *text != '\0'; i++) {
        int is_shown = 0;
        const size_t n_bytes = get_character((const unsigned char *)text, &is_shown);
        if (i >= n_dropped) {
            if (is_shown)
                fwrite(text, 1, n_bytes, stream);
            else
                fputc('?', stream);
        }
        text += n_bytes;
    }
}

void frcnn_terminal_complain(const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fputs("frcnn: ", stderr);
    frcnn_terminal_write(stderr, text, 0);
    fputc('\n', stderr);
}

int frcnn_terminal_print_error(void)
{
    fputs("frcnn: ", stderr);
    frcnn_terminal_write(stderr, frcnn_error_message(), 0);
    fputc('\n', stderr);
    return 0;
}
