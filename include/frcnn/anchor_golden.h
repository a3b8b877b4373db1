/** Golden files: anchors pinned, so that a change of them, here or in another program, is seen and understood.
 *
 *      frcnn_anchor_golden *golden = NULL;
 *      frcnn_anchor_dump dump;
 *      frcnn_anchor_difference difference;
 *      char text[FRCNN_ANCHOR_DIFFERENCE_TEXT];
 *      status = frcnn_anchor_golden_save("anchors.json", &config, &grids);             once
 *      status = frcnn_anchor_golden_open(&golden, "anchors.json");                     ever after
 *      status = frcnn_anchor_golden_load_dump(&dump, golden, "theirs.npy");
 *      status = frcnn_anchor_golden_compare(golden, dump.tensors, dump.n_tensors, &difference);
 *      frcnn_anchor_difference_describe(text, sizeof text, &difference);
 *
 *  A golden file is JSON: "frcnn_anchors" (the version of the format, 1), what anchors are made from (convention, order,
 *  offset, base size, image; each level's sizes, ratios, strides, grid), and what must come out of that: for each level the
 *  count, the base anchors, a few rows, and the SHA-256 of all its values as float32, little-endian, row after row; the same
 *  of all levels. Floats are the shortest that read back to the same float32.
 */
#ifndef FRCNN_ANCHOR_GOLDEN_H
#define FRCNN_ANCHOR_GOLDEN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "frcnn/anchors.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct frcnn_anchor_golden frcnn_anchor_golden;

/** Writes the golden file of these anchors; it is there whole or not at all, and the same anchors give the same bytes.
 *  Errors: INVALID (config, grids), IO, NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_golden_save(const char *path, const frcnn_anchor_config *config,
                                                                const frcnn_anchor_grids *grids);

/** Reads one. Every key has to be there, and no other. Whether the anchors are right is not looked at here.
 *  Errors: IO; FORMAT (with path, key, what was expected and found); UNSUPPORTED (another version); NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_golden_open(frcnn_anchor_golden **out, const char *path);
/** Takes NULL and nulls the handle. */
FRCNN_API void frcnn_anchor_golden_close(frcnn_anchor_golden **golden);
/** Borrowed. */
FRCNN_API const frcnn_anchor_config *frcnn_anchor_golden_get_config(const frcnn_anchor_golden *golden);
FRCNN_API const frcnn_anchor_grids *frcnn_anchor_golden_get_grids(const frcnn_anchor_golden *golden);
/** How many anchors there are, and their SHA-256: 64 lower-case hex digits; borrowed. */
FRCNN_API int64_t frcnn_anchor_golden_get_total(const frcnn_anchor_golden *golden);
FRCNN_API const char *frcnn_anchor_golden_get_sha256(const frcnn_anchor_golden *golden);

enum { FRCNN_ANCHOR_ADVICE_TEXT = 512, FRCNN_ANCHOR_DIFFERENCE_TEXT = 2048 };

/** How anchors differ from a golden file's. Values are equal where they compare equal: -0 is 0. */
typedef struct frcnn_anchor_difference {
    int is_equal;
    int is_base;                 /**< base anchors were compared, as there were as many as those */
    int is_yx;                   /**< boxes are (y1, x1, y2, x2) */
    int64_t n_expected, n_found; /**< anchors */
    int64_t n_anchors, n_values; /**< that differ, of those that both have; -1 where only the SHA-256 says so */
    double largest;              /**< largest difference of two values; infinite where one is not finite */
    /** The first value that differs: level, cell, anchor of the cell, 0 to 3 of the box; -1 where there is none. Where only
     *  the SHA-256 differs level is set alone, and is -1 where only that of all levels does. */
    int level, y, x, anchor, coordinate;
    float expected, found;
    int64_t ulps;    /**< float32 values from one to the other; -1 where one is no number */
    int count_level; /**< the first level with another count, where tensors were one a level; else -1 */
    int64_t level_n_expected, level_n_found; /**< its counts */
    const char *cause;     /**< the mistake that leads to what was found, a static string; NULL where none does */
    int64_t n_unexplained; /**< values that differ from what that mistake gives, beyond rounding; 0: all is explained */
    char advice[FRCNN_ANCHOR_ADVICE_TEXT]; /**< what the mistake is and how to undo it */
} frcnn_anchor_difference;

/** Makes the anchors from the file's parameters once more and compares with what the file says of them: base anchors, rows,
 *  SHA-256. What the file says is "expected". Errors: INVALID (parameters), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_golden_check(const frcnn_anchor_golden *golden,
                                                                 frcnn_anchor_difference *out);

/** Compares anchors made elsewhere with those of the golden file's parameters, value by value, and looks for the mistake that
 *  explains a difference. tensors: all anchors in one, or one for each level; [N, 4], or any shape that ends in 4, of
 *  floating-point values, which are rounded or widened to f32. Boxes are in the convention's order. As many rows as there
 *  are base anchors are compared with those. Errors: INVALID (another number of tensors; a shape or dtype), NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_golden_compare(const frcnn_anchor_golden *golden,
                                                                   const frcnn_tensor *const *tensors, int n_tensors,
                                                                   frcnn_anchor_difference *out);

/** Says it in words, in a few lines without an end of the last; text has room for FRCNN_ANCHOR_DIFFERENCE_TEXT or is cut. */
FRCNN_API void frcnn_anchor_difference_describe(char *text, size_t text_bytes,
                                                const frcnn_anchor_difference *difference);

/** Anchors from a file. */
typedef struct frcnn_anchor_dump {
    int n_tensors; /**< 1, or one for each level */
    frcnn_tensor *tensors[FRCNN_MAX_LEVELS];
    frcnn_dtype dtype; /**< as the file has them; f32 for text */
} frcnn_anchor_dump;

/** Reads what another program wrote, by the end of the path's name:
 *  .npy          [N, 4], or any shape that ends in 4
 *  .csv          a header that names x1, y1, x2 and y2 among its columns, in any order, or four columns without header
 *  .json         rows of four numbers, a list of such lists for each level, or what frcnn_anchors_save writes
 *  .safetensors  "level.0" to the last, or one tensor
 *  Where columns have names they come out in the order of golden's convention. End it with frcnn_anchor_dump_deinit.
 *  Errors: IO; FORMAT (with path and line or row, what was expected and found); INVALID (name, shape, dtype);
 *  UNSUPPORTED; NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_golden_load_dump(frcnn_anchor_dump *out,
                                                                     const frcnn_anchor_golden *golden,
                                                                     const char *path);
FRCNN_API void frcnn_anchor_dump_deinit(frcnn_anchor_dump *dump);

typedef enum frcnn_anchor_outcome {
    FRCNN_ANCHOR_EQUAL = 0,
    FRCNN_ANCHOR_DIFFERENT = 1,
    FRCNN_ANCHOR_UNREADABLE = 2
} frcnn_anchor_outcome;

/** One check, for reports that machines read. */
typedef struct frcnn_anchor_check_result {
    const char *name;
    frcnn_anchor_outcome outcome;
    const char *text; /**< the difference in words, or the error; NULL where there is none */
} frcnn_anchor_check_result;

/** Writes results as TAP 13, texts as comments. Errors: IO. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_checks_print_tap(FILE *stream,
                                                                     const frcnn_anchor_check_result *results,
                                                                     size_t n_results);
/** Writes results as JUnit's XML: a suite "frcnn anchors check", a difference is a failure, an unreadable file an error.
 *  Errors: IO, NO_MEMORY. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_anchor_checks_save_junit(const char *path,
                                                                      const frcnn_anchor_check_result *results,
                                                                      size_t n_results);

#ifdef __cplusplus
}
#endif
#endif
