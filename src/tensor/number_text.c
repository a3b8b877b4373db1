#include "tensor/number_text.h"

#include <ctype.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

int frcnn_number_text_read(const char *text, double *out)
{
    char *end = NULL;
    pthread_once(&c_locale_once, make_c_locale);
    if (text[0] == '\0' || isspace((unsigned char)text[0]) || strpbrk(text, "xX(") != NULL) return 0;
    const double value = c_locale == (locale_t)0 ? strtod(text, &end) : strtod_l(text, &end, c_locale);
    if (*end != '\0') return 0;
    *out = value;
    return 1;
}
