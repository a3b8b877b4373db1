/** Names of files for people's eyes: any bytes go in, nothing comes out that a terminal would obey. */
#ifndef FRCNN_TERMINAL_TEXT_H
#define FRCNN_TERMINAL_TEXT_H

#include <stddef.h>
#include <stdio.h>

/** Writes text to stream; control characters and bytes that are no UTF-8 become '?'. At most n_columns characters, where
 *  longer text loses its start to "…"; 0: all of it. */
void frcnn_terminal_write(FILE *stream, const char *text, size_t n_columns);

/** Prints "frcnn: ", the text and a newline to standard error, written as above; 1023 bytes of it at most. */
void frcnn_terminal_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Prints "frcnn: " and this thread's last error of the library to standard error. Returns 0, as functions do that failed. */
int frcnn_terminal_print_error(void);

#endif
