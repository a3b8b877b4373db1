/** How the library fails: a code, and a message in this thread's buffer set where the fault is seen. */
#ifndef FRCNN_ERROR_H
#define FRCNN_ERROR_H

#include "frcnn/status.h"

/** Stores the message of this thread and returns code, so that `return frcnn_fail(…)` reads well. Control characters
 *  in the text (a path may hold any byte) are stored as \xNN. */
FRCNN_NODISCARD frcnn_status frcnn_fail(frcnn_status code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Puts "prefix: " in front of this thread's message. */
void frcnn_error_prefix(const char *prefix);

/** Stores a message that another thread's job carried here. */
void frcnn_error_set(const char *message);

/** Returns the failure where the condition holds. */
#define FRCNN_FAIL_IF(condition, code, ...)                                                                            \
    do {                                                                                                               \
        if (condition) return frcnn_fail(code, __VA_ARGS__);                                                           \
    } while (0)

/** Hands a failure on to the caller. */
#define FRCNN_TRY(expression)                                                                                          \
    do {                                                                                                               \
        const frcnn_status try_status = (expression);                                                                  \
        if (try_status != FRCNN_OK) return try_status;                                                                 \
    } while (0)

/** The same in a function that has a `status` to return and something to clean up. */
#define FRCNN_TRY_CLEANUP(expression)                                                                                  \
    do {                                                                                                               \
        status = (expression);                                                                                         \
        if (status != FRCNN_OK) goto cleanup;                                                                          \
    } while (0)

/** Fails with INVALID where options are neither NULL nor set by frcnn_NOUN_options_default. */
#define FRCNN_CHECK_OPTIONS(noun, options)                                                                             \
    FRCNN_FAIL_IF((options) != NULL && (options)->struct_size != sizeof *(options), FRCNN_ERROR_INVALID,               \
                  noun " options: expected struct_size %zu, found %zu: start from frcnn_" noun "_options_default",     \
                  sizeof *(options), (options)->struct_size)

#endif
