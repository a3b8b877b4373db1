/** What every test includes: CMocka in the order it wants, and asserts that say what went wrong. */
#ifndef FRCNN_TESTS_SUPPORT_H
#define FRCNN_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frcnn/status.h"

/** The call succeeds; else its message is printed. */
#define assert_ok(expression)                                                                                          \
    do {                                                                                                               \
        if ((expression) != FRCNN_OK) fail_msg("%s", frcnn_error_message());                                           \
    } while (0)

/** The call fails with this code and a message that holds this text. */
#define assert_fails(expression, code, text)                                                                           \
    do {                                                                                                               \
        assert_int_equal(expression, code);                                                                            \
        if (strstr(frcnn_error_message(), text) == NULL)                                                               \
            fail_msg("\"%s\" is not in: %s", text, frcnn_error_message());                                             \
    } while (0)

/** Whether FRCNN_TEST_SHORT is set, as it is where a tool that looks at every access slows all down: what is done often is
 *  done less often. */
static inline int is_short(void)
{
    return getenv("FRCNN_TEST_SHORT") != NULL;
}

#endif
