/** UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef FRCNN_UTF8_H
#define FRCNN_UTF8_H

#include <stddef.h>
#include <stdint.h>

/** Reads the character at the start of text and returns its bytes, 1 to 4; 0 where text is empty or starts with no
 *  valid character, *code_point is then untouched. NUL is a character like any other. */
size_t frcnn_utf8_decode(uint32_t *code_point, const char *text, size_t n_bytes);

/** The bytes of valid UTF-8 at the start of text: n_bytes where all of it is. */
size_t frcnn_utf8_get_valid(const char *text, size_t n_bytes);

#endif
