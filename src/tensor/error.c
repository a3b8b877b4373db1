#include "tensor/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_BYTES = 2048 };

static _Thread_local char thread_message[MESSAGE_BYTES];

/* Copies text into this thread's buffer with control characters made visible; bytes above 127 stay, they may be UTF-8. */
static void store(const char *text)
{
    static const char hex[] = "0123456789abcdef";
    size_t n = 0;
    for (const char *c = text; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        const int is_control = byte < 0x20 || byte == 0x7f;
        if (n + (is_control ? 4 : 1) >= MESSAGE_BYTES) break;
        if (is_control) {
            thread_message[n++] = '\\';
            thread_message[n++] = 'x';
            thread_message[n++] = hex[byte >> 4];
            thread_message[n++] = hex[byte & 15];
        } else {
            thread_message[n++] = *c;
        }
    }
    thread_message[n] = '\0';
}

const char *frcnn_error_message(void)
{
    return thread_message;
}

frcnn_status frcnn_fail(frcnn_status code, const char *format, ...)
{
    char text[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    store(text);
    return code;
}

void frcnn_error_prefix(const char *prefix)
{
    char text[2 * MESSAGE_BYTES];
    snprintf(text, sizeof text, "%s: %s", prefix, thread_message);
    store(text);
}

void frcnn_error_set(const char *message)
{
    store(message);
}
