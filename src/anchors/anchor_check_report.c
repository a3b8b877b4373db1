/* Results of checks for machines: TAP and JUnit's XML. */
#include <stdarg.h>
#include <string.h>

#include <libxml/xmlwriter.h>

#include "frcnn/anchor_golden.h"
#include "tensor/atomic_file.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/utf8.h"

frcnn_status frcnn_anchor_checks_print_tap(FILE *stream, const frcnn_anchor_check_result *results, size_t n_results)
{
    fprintf(stream, "TAP version 13\n1..%zu\n", n_results);
    for (size_t i = 0; i < n_results; i++) {
        fprintf(stream, "%sok %zu - ", results[i].outcome == FRCNN_ANCHOR_EQUAL ? "" : "not ", i + 1);
        /* A # would begin a directive. */
        for (const char *c = results[i].name; *c != '\0'; c++)
            fputs((const char[]){*c == '#' || *c == '\n' ? '?' : *c, '\0'}, stream);
        fputc('\n', stream);
        for (const char *line = results[i].text; line != NULL && *line != '\0';) {
            const size_t length = strcspn(line, "\n");
            fprintf(stream, "# %.*s\n", (int)length, line);
            line += length;
            if (*line == '\n') line++;
        }
    }
    FRCNN_FAIL_IF(fflush(stream) != 0 || ferror(stream), FRCNN_ERROR_IO, "TAP: cannot be written");
    return FRCNN_OK;
}

/* A copy in which all that XML cannot hold is '?'. The caller frees it with frcnn_free. */
static frcnn_status copy_clean(char **out, const char *text)
{
    const size_t n_bytes = strlen(text);
    FRCNN_TRY(frcnn_string_copy(out, text));
    for (size_t i = 0; i < n_bytes;) {
        uint32_t code_point = 0;
        const size_t n = frcnn_utf8_decode(&code_point, text + i, n_bytes - i);
        const int is_control = code_point < 0x20 && code_point != '\n' && code_point != '\t';
        if (n == 0 || is_control || code_point == 0xfffe || code_point == 0xffff) memset(*out + i, '?', n > 0 ? n : 1);
        i += n > 0 ? n : 1;
    }
    return FRCNN_OK;
}

static frcnn_status fail_xml(void)
{
    return frcnn_fail(FRCNN_ERROR_NO_MEMORY, "JUnit: no memory for the XML");
}

static int add_attribute(xmlTextWriter *writer, const char *name, const char *value)
{
    return xmlTextWriterWriteAttribute(writer, BAD_CAST name, BAD_CAST value) >= 0;
}

static int add_count(xmlTextWriter *writer, const char *name, size_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", value);
    return add_attribute(writer, name, text);
}

static int start(xmlTextWriter *writer, const char *name)
{
    return xmlTextWriterStartElement(writer, BAD_CAST name) >= 0;
}

/* <failure message="first line">text</failure>, or <error …> */
static frcnn_status add_problem(xmlTextWriter *writer, const char *element, const char *text)
{
    char *clean = NULL;
    char message[256];
    FRCNN_TRY(copy_clean(&clean, text != NULL ? text : ""));
    const size_t length = strcspn(clean, "\n");
    size_t n_message = length < sizeof message ? length : sizeof message - 1;
    n_message = frcnn_utf8_get_valid(clean, n_message);
    memcpy(message, clean, n_message);
    message[n_message] = '\0';
    const int is_made = start(writer, element) && add_attribute(writer, "message", message) &&
                        xmlTextWriterWriteString(writer, BAD_CAST clean) >= 0 && xmlTextWriterEndElement(writer) >= 0;
    frcnn_free(clean);
    return is_made ? FRCNN_OK : fail_xml();
}

static frcnn_status add_case(xmlTextWriter *writer, const frcnn_anchor_check_result *result)
{
    char *name = NULL;
    FRCNN_TRY(copy_clean(&name, result->name));
    const int is_made = start(writer, "testcase") && add_attribute(writer, "classname", "frcnn anchors check") &&
                        add_attribute(writer, "name", name);
    frcnn_free(name);
    if (!is_made) return fail_xml();
    if (result->outcome == FRCNN_ANCHOR_DIFFERENT) FRCNN_TRY(add_problem(writer, "failure", result->text));
    if (result->outcome == FRCNN_ANCHOR_UNREADABLE) FRCNN_TRY(add_problem(writer, "error", result->text));
    return xmlTextWriterEndElement(writer) >= 0 ? FRCNN_OK : fail_xml();
}

static size_t count(const frcnn_anchor_check_result *results, size_t n_results, frcnn_anchor_outcome outcome)
{
    size_t n = 0;
    for (size_t i = 0; i < n_results; i++) n += results[i].outcome == outcome;
    return n;
}

static frcnn_status add_suite(xmlTextWriter *writer, const frcnn_anchor_check_result *results, size_t n_results)
{
    if (xmlTextWriterSetIndent(writer, 1) < 0 || xmlTextWriterStartDocument(writer, NULL, "UTF-8", NULL) < 0 ||
        !start(writer, "testsuites") || !start(writer, "testsuite") ||
        !add_attribute(writer, "name", "frcnn anchors check") || !add_count(writer, "tests", n_results) ||
        !add_count(writer, "failures", count(results, n_results, FRCNN_ANCHOR_DIFFERENT)) ||
        !add_count(writer, "errors", count(results, n_results, FRCNN_ANCHOR_UNREADABLE)))
        return fail_xml();
    for (size_t i = 0; i < n_results; i++) FRCNN_TRY(add_case(writer, &results[i]));
    return xmlTextWriterEndDocument(writer) >= 0 ? FRCNN_OK : fail_xml();
}

frcnn_status frcnn_anchor_checks_save_junit(const char *path, const frcnn_anchor_check_result *results,
                                            size_t n_results)
{
    xmlBuffer *buffer = xmlBufferCreate();
    xmlTextWriter *writer = buffer != NULL ? xmlNewTextWriterMemory(buffer, 0) : NULL;
    frcnn_status status = writer != NULL ? add_suite(writer, results, n_results) : fail_xml();
    xmlFreeTextWriter(writer);
    if (status == FRCNN_OK)
        status = frcnn_atomic_file_write(path, xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer));
    xmlBufferFree(buffer);
    return status;
}
