/** Elements that are moved but not looked at: as unsigned words of their size, and runs of them as words as wide as size and
 *  addresses allow. */
#ifndef FRCNN_MOVED_WORDS_H
#define FRCNN_MOVED_WORDS_H

#include "kernel.h"

/** Runs a statement with Word as the unsigned type of 1, 2, 4 or 8 bytes. */
#define FRCNN_WORD_DISPATCH(n_bytes, statement)                                                                        \
    do {                                                                                                               \
        if ((n_bytes) == 1) {                                                                                          \
            typedef uint8_t Word;                                                                                      \
            statement;                                                                                                 \
        } else if ((n_bytes) == 2) {                                                                                   \
            typedef uint16_t Word;                                                                                     \
            statement;                                                                                                 \
        } else if ((n_bytes) == 4) {                                                                                   \
            typedef uint32_t Word;                                                                                     \
            statement;                                                                                                 \
        } else {                                                                                                       \
            typedef uint64_t Word;                                                                                     \
            statement;                                                                                                 \
        }                                                                                                              \
    } while (0)

/** The same for what frcnn_word_bytes gives: 16 bytes too. */
#define FRCNN_WIDE_WORD_DISPATCH(n_bytes, statement)                                                                   \
    do {                                                                                                               \
        if ((n_bytes) == 16) {                                                                                         \
            typedef uint4 Word;                                                                                        \
            statement;                                                                                                 \
        } else {                                                                                                       \
            FRCNN_WORD_DISPATCH(n_bytes, statement);                                                                   \
        }                                                                                                              \
    } while (0)

/** The widest word that runs of n_bytes, after each other from both addresses on, are made of. */
static inline int frcnn_word_bytes(int64_t n_bytes, const void *src, const void *dst)
{
    const uintptr_t bits = (uintptr_t)n_bytes | reinterpret_cast<uintptr_t>(src) | reinterpret_cast<uintptr_t>(dst);
    int bytes = 16;
    while (bits % (uintptr_t)bytes != 0) bytes /= 2;
    return bytes;
}

#endif
