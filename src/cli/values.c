#include "cli/values.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* strtol and strtod skip spaces and take signs that mean nothing here. */
static int starts_number(const char *text)
{
    return isdigit((unsigned char)text[text[0] == '-']) || (text[text[0] == '-'] == '.');
}

int frcnn_value_int(const char *text, int lowest, int highest, int *value)
{
    char *end = NULL;
    errno = 0;
    const long number = strtol(text, &end, 10);
    if (!starts_number(text) || *end != '\0' || end == text || errno != 0 || number < lowest || number > highest)
        return 0;
    *value = (int)number;
    return 1;
}

int frcnn_value_double(const char *text, double lowest, double highest, double *value)
{
    char *end = NULL;
    const double number = strtod(text, &end);
    if (!starts_number(text) || *end != '\0' || end == text || !(number >= lowest && number <= highest)) return 0;
    *value = number;
    return 1;
}

int frcnn_value_size(const char *text, int *height, int *width)
{
    char *end = NULL;
    if (!isdigit((unsigned char)text[0])) return 0;
    const unsigned long first = strtoul(text, &end, 10);
    int second = 0;
    if (*end != 'x' || first < 1 || first > UINT16_MAX || !frcnn_value_int(end + 1, 1, UINT16_MAX, &second)) return 0;
    *height = (int)first;
    *width = second;
    return 1;
}

int frcnn_value_bytes(const char *text, size_t *bytes)
{
    static const char units[] = "KMG";
    char *end = NULL;
    if (!isdigit((unsigned char)text[0])) return 0;
    double number = strtod(text, &end);
    const char *unit = *end == '\0' ? NULL : strchr(units, toupper((unsigned char)*end));
    if (unit != NULL) {
        number = ldexp(number, 10 * (int)(unit - units + 1));
        end++;
    }
    if (*end != '\0' || !(number >= 1 && number < ldexp(1, 62))) return 0;
    *bytes = (size_t)number;
    return 1;
}

int frcnn_value_doubles(const char *text, int capacity, double *values, int *n)
{
    int count = 0;
    for (const char *start = text;; start++) {
        char *end = NULL;
        if (count == capacity || !starts_number(start)) return 0;
        const double number = strtod(start, &end);
        if ((*end != ',' && *end != '\0') || end == start || !isfinite(number)) return 0;
        values[count++] = number;
        if (*end == '\0') break;
        start = end;
    }
    *n = count;
    return 1;
}

int frcnn_value_floats(const char *text, int capacity, float *values, int *n)
{
    enum { MOST = 16 };
    double numbers[MOST];
    if (!frcnn_value_doubles(text, capacity < MOST ? capacity : MOST, numbers, n)) return 0;
    for (int i = 0; i < *n; i++) values[i] = (float)numbers[i];
    return 1;
}

void frcnn_value_refuse(const struct argp_state *state, const char *option, const char *expected, const char *found)
{
    argp_error(state, "%s: expected %s, found '%s'", option, expected, found);
}

int frcnn_value_read_lists(const char *text, frcnn_value_lists *lists)
{
    char part[512];
    memset(lists, 0, sizeof *lists);
    for (const char *start = text;; start++) {
        const size_t length = strcspn(start, "/");
        if (length >= sizeof part || lists->n_lists == FRCNN_MAX_LEVELS) return 0;
        memcpy(part, start, length);
        part[length] = '\0';
        const int level = lists->n_lists++;
        if (!frcnn_value_doubles(part, FRCNN_MAX_SIZES, lists->values[level], &lists->n[level])) return 0;
        start += length;
        if (*start == '\0') return 1;
    }
}
