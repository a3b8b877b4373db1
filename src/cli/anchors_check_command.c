#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/terminal_text.h"
#include "cli/values.h"
#include "frcnn/frcnn.h"

enum { OPTION_FROM = 0x100, OPTION_TAP, OPTION_JUNIT };

static const struct argp_option options[] = {
    {"from", OPTION_FROM, "DUMP", 0,
     "Compare the anchors of this .npy, .csv, .json or .safetensors file, not those that frcnn makes", 1},
    {"tap", OPTION_TAP, NULL, 0, "Write the results to standard output as TAP", 1},
    {"junit", OPTION_JUNIT, "FILE", 0, "Write the results to FILE as JUnit's XML", 1},
    {0},
};

typedef struct arguments {
    const char *from, *junit;
    int is_tap;
    int n_files;
    char **files; /* of argv */
} arguments;

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    arguments *self = state->input;
    switch (key) {
    case OPTION_FROM:
        self->from = argument;
        return 0;
    case OPTION_TAP:
        self->is_tap = 1;
        return 0;
    case OPTION_JUNIT:
        if (strcmp(argument, "-") == 0) frcnn_value_refuse(state, "--junit", "a file to write", argument);
        self->junit = argument;
        return 0;
    case ARGP_KEY_ARG:
        self->files[self->n_files++] = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "expected golden files, as frcnn anchors pin writes them");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What a dump's dtype did to its values before they were compared. */
static const char *get_conversion(frcnn_dtype dtype)
{
    if (dtype == FRCNN_F64) return "\nnote: the dump is float64; its values were rounded to float32";
    if (dtype == FRCNN_F16) return "\nnote: the dump is float16; its values were widened to float32";
    if (dtype == FRCNN_BF16) return "\nnote: the dump is bfloat16; its values were widened to float32";
    return "";
}

static frcnn_status compare(const frcnn_anchor_golden *golden, const char *from, frcnn_anchor_difference *difference,
                            const char **note)
{
    frcnn_anchor_dump dump;
    if (from == NULL) return frcnn_anchor_golden_check(golden, difference);
    frcnn_status status = frcnn_anchor_golden_load_dump(&dump, golden, from);
    if (status != FRCNN_OK) return status;
    status = frcnn_anchor_golden_compare(golden, (const frcnn_tensor *const *)dump.tensors, dump.n_tensors, difference);
    *note = get_conversion(dump.dtype);
    frcnn_anchor_dump_deinit(&dump);
    return status;
}

enum { TEXT_BYTES = FRCNN_ANCHOR_DIFFERENCE_TEXT + 128 };

/* text has room for TEXT_BYTES. */
static frcnn_anchor_outcome check(const char *path, const char *from, char *text)
{
    frcnn_anchor_golden *golden = NULL;
    frcnn_anchor_difference difference;
    const char *note = "";
    frcnn_status status = frcnn_anchor_golden_open(&golden, path);
    if (status == FRCNN_OK) status = compare(golden, from, &difference, &note);
    frcnn_anchor_golden_close(&golden);
    if (status != FRCNN_OK) {
        snprintf(text, TEXT_BYTES, "%s", frcnn_error_message());
        return FRCNN_ANCHOR_UNREADABLE;
    }
    frcnn_anchor_difference_describe(text, TEXT_BYTES, &difference);
    const size_t n = strlen(text);
    snprintf(text + n, TEXT_BYTES - n, "%s", note);
    return difference.is_equal ? FRCNN_ANCHOR_EQUAL : FRCNN_ANCHOR_DIFFERENT;
}

static void print(const frcnn_anchor_check_result *result)
{
    static const char *const words[] = {"equal", "DIFFERENT", "UNREADABLE"};
    frcnn_terminal_write(stderr, result->name, 0);
    fprintf(stderr, ": %s\n", words[result->outcome]);
    for (const char *line = result->text; *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        fprintf(stderr, "  %.*s\n", (int)length, line);
        line += length;
        if (*line == '\n') line++;
    }
}

/* Returns 0 with an error printed where a report could not be written. */
static int write_reports(const arguments *self, const frcnn_anchor_check_result *results)
{
    const size_t n = (size_t)self->n_files;
    int is_written = 1;
    if (self->is_tap && frcnn_anchor_checks_print_tap(stdout, results, n) != FRCNN_OK) {
        frcnn_terminal_print_error();
        is_written = 0;
    }
    if (self->junit != NULL && frcnn_anchor_checks_save_junit(self->junit, results, n) != FRCNN_OK) {
        frcnn_terminal_print_error();
        is_written = 0;
    }
    return is_written;
}

static int run(const arguments *self, frcnn_anchor_check_result *results, char (*texts)[TEXT_BYTES])
{
    int n_equal = 0;
    int n_unreadable = 0;
    for (int i = 0; i < self->n_files; i++) {
        const frcnn_anchor_outcome outcome = check(self->files[i], self->from, texts[i]);
        results[i] = (frcnn_anchor_check_result){self->files[i], outcome, texts[i]};
        n_equal += outcome == FRCNN_ANCHOR_EQUAL;
        n_unreadable += outcome == FRCNN_ANCHOR_UNREADABLE;
        print(&results[i]);
    }
    if (!write_reports(self, results) || n_unreadable == self->n_files) return FRCNN_EXIT_NOTHING_DONE;
    return n_equal == self->n_files ? FRCNN_EXIT_DONE : FRCNN_EXIT_SOME_FAILED;
}

int frcnn_command_anchors_check(int argc, char **argv)
{
    static const struct argp parser = {
        .options = options,
        .parser = parse_option,
        .args_doc = "FILE…",
        .doc =
            "Checks anchors against golden files. The status is 0 where all are equal, 1 where one is not; the first "
            "difference is told, and the mistake that leads to it where it is a known one.\v"
            "  frcnn anchors check anchors.json                      what frcnn makes now\n"
            "  frcnn anchors check anchors.json --from theirs.npy    another program's",
    };
    const size_t n = (size_t)argc;
    arguments self = {.files = calloc(n, sizeof *self.files)};
    frcnn_anchor_check_result *results = calloc(n, sizeof *results);
    char(*texts)[TEXT_BYTES] = calloc(n, sizeof *texts);
    int status = FRCNN_EXIT_NOTHING_DONE;
    if (self.files == NULL || results == NULL || texts == NULL) {
        frcnn_terminal_complain("out of memory");
    } else {
        argp_parse(&parser, argc, argv, 0, NULL, &self);
        status = run(&self, results, texts);
    }
    free(self.files);
    free(results);
    free(texts);
    return status;
}
