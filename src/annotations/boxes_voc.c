#include "annotations/boxes_voc.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "annotations/boxes_build.h"
#include "checkpoint/labels.h"
#include "tensor/error.h"
#include "tensor/number_text.h"

static pthread_once_t xml_once = PTHREAD_ONCE_INIT;

static void start_xml(void)
{
    xmlInitParser();
}

static const xmlNode *find_child(const xmlNode *parent, const char *name)
{
    for (const xmlNode *node = parent == NULL ? NULL : parent->children; node != NULL; node = node->next)
        if (node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0) return node;
    return NULL;
}

/* Text inside an element, without white space round it, cut to what fits; "" where there is none. */
static void get_text(const xmlNode *node, char text[FRCNN_MAX_LABEL_BYTES + 2])
{
    text[0] = '\0';
    xmlChar *content = node == NULL ? NULL : xmlNodeGetContent(node);
    if (content == NULL) return;
    const char *start = (const char *)content + strspn((const char *)content, " \t\r\n");
    size_t n_bytes = strlen(start);
    while (n_bytes > 0 && strchr(" \t\r\n", start[n_bytes - 1]) != NULL) n_bytes--;
    if (n_bytes > FRCNN_MAX_LABEL_BYTES + 1) n_bytes = FRCNN_MAX_LABEL_BYTES + 1;
    memcpy(text, start, n_bytes);
    text[n_bytes] = '\0';
    xmlFree(content);
}

static frcnn_status get_number(const xmlNode *parent, const char *name, const char *path, double *out)
{
    char text[FRCNN_MAX_LABEL_BYTES + 2];
    const xmlNode *node = find_child(parent, name);
    get_text(node, text);
    FRCNN_FAIL_IF(!frcnn_number_text_read(text, out), FRCNN_ERROR_FORMAT,
                  "%s: line %ld: expected <%s> with a number, found %s%.40s%s", path,
                  xmlGetLineNo(node == NULL ? parent : node), name, node == NULL ? "none" : "'", text,
                  node == NULL ? "" : "'");
    return FRCNN_OK;
}

static int is_side(double value)
{
    return value >= 1 && value <= FRCNN_MAX_ANNOTATED_SIDE && value == (int)value;
}

static frcnn_status read_size(const xmlNode *root, const char *name, size_t stem_bytes, const char *path,
                              const frcnn_image_sizes *images, int *height, int *width)
{
    double stated[2] = {0, 0};
    const xmlNode *size = find_child(root, "size");
    if (size != NULL) {
        FRCNN_TRY(get_number(size, "height", path, &stated[0]));
        FRCNN_TRY(get_number(size, "width", path, &stated[1]));
    }
    if (is_side(stated[0]) && is_side(stated[1])) {
        *height = (int)stated[0];
        *width = (int)stated[1];
        return FRCNN_OK;
    }
    const char *found = NULL;
    if (images != NULL) FRCNN_TRY(frcnn_image_sizes_find(images, name, stem_bytes, &found, height, width));
    FRCNN_FAIL_IF(found == NULL, FRCNN_ERROR_FORMAT,
                  "%s: line %ld: expected <size> with a width and height from 1 to 65535, or an image '%.*s' in '%s', "
                  "found neither",
                  path, xmlGetLineNo(size == NULL ? root : size), (int)stem_bytes, name,
                  images == NULL ? "." : frcnn_image_sizes_get_folder(images));
    return FRCNN_OK;
}

/* The category of that name, made where it is the first. */
static frcnn_status find_category(frcnn_boxes *self, const xmlNode *object, const char *path, int *category)
{
    char name[FRCNN_MAX_LABEL_BYTES + 2];
    const xmlNode *node = find_child(object, "name");
    get_text(node, name);
    const char *fault = frcnn_labels_check(name, strlen(name));
    FRCNN_FAIL_IF(fault != NULL, FRCNN_ERROR_FORMAT, "%s: line %ld: expected <name> with a class name, found %s", path,
                  xmlGetLineNo(node == NULL ? object : node), node == NULL ? "none" : fault);
    const frcnn_category *categories = frcnn_boxes_get_categories(self);
    const size_t n = frcnn_boxes_get_n_categories(self);
    for (size_t i = 0; i < n; i++)
        if (strcmp(categories[i].name, name) == 0) {
            *category = (int)i;
            return FRCNN_OK;
        }
    FRCNN_FAIL_IF(n >= FRCNN_MAX_LABELS, FRCNN_ERROR_FORMAT, "%s: expected at most %d classes, found more", path,
                  FRCNN_MAX_LABELS);
    FRCNN_TRY(frcnn_boxes_add_category(self, (int32_t)n + 1, name));
    *category = (int)n;
    return FRCNN_OK;
}

static frcnn_status read_object(frcnn_boxes *self, const xmlNode *object, const char *path)
{
    static const char *const names[4] = {"xmin", "ymin", "xmax", "ymax"};
    const xmlNode *bndbox = find_child(object, "bndbox");
    char difficult[FRCNN_MAX_LABEL_BYTES + 2];
    double corners[4];
    frcnn_box box = {0};
    FRCNN_TRY(find_category(self, object, path, &box.category));
    FRCNN_FAIL_IF(bndbox == NULL, FRCNN_ERROR_FORMAT, "%s: line %ld: expected <bndbox> in <object>, found none", path,
                  xmlGetLineNo(object));
    for (int i = 0; i < 4; i++) FRCNN_TRY(get_number(bndbox, names[i], path, &corners[i]));
    /* Pixels count from 1, and the last one is part of the box. */
    corners[0] -= 1;
    corners[1] -= 1;
    get_text(find_child(object, "difficult"), difficult);
    box.is_difficult = strcmp(difficult, "1") == 0;
    const frcnn_box_place place = {path, "line ", "", (size_t)xmlGetLineNo(bndbox)};
    return frcnn_boxes_add(self, frcnn_boxes_get_n_images(self) - 1, corners, &box, &place);
}

static frcnn_status read_root(frcnn_boxes *self, const xmlNode *root, const char *path, const frcnn_image_sizes *images)
{
    char name[FRCNN_MAX_LABEL_BYTES + 2];
    int height = 0, width = 0;
    FRCNN_FAIL_IF(root == NULL || strcmp((const char *)root->name, "annotation") != 0, FRCNN_ERROR_FORMAT,
                  "%s: line %ld: expected <annotation> as VOC files have it, found <%.40s>", path,
                  root == NULL ? 1L : xmlGetLineNo(root), root == NULL ? "" : (const char *)root->name);
    get_text(find_child(root, "filename"), name);
    const char *slash = strrchr(path, '/');
    const char *file = slash == NULL ? path : slash + 1;
    const char *point = strrchr(file, '.');
    size_t stem_bytes = point == NULL ? strlen(file) : (size_t)(point - file);
    if (stem_bytes > FRCNN_MAX_LABEL_BYTES) stem_bytes = FRCNN_MAX_LABEL_BYTES;
    char stem[FRCNN_MAX_LABEL_BYTES + 2];
    memcpy(stem, file, stem_bytes);
    stem[stem_bytes] = '\0';
    FRCNN_TRY(read_size(root, stem, stem_bytes, path, images, &height, &width));
    FRCNN_TRY(frcnn_boxes_add_image(self, name[0] == '\0' ? stem : name, height, width));
    for (const xmlNode *node = root->children; node != NULL; node = node->next)
        if (node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, "object") == 0)
            FRCNN_TRY(read_object(self, node, path));
    return FRCNN_OK;
}

static frcnn_status fail_with(xmlParserCtxt *parser, const char *path)
{
    const xmlError *error = xmlCtxtGetLastError(parser);
    if (error != NULL && error->code == XML_ERR_NO_MEMORY)
        return frcnn_fail(FRCNN_ERROR_NO_MEMORY, "%s: libxml2 found no memory", path);
    const char *message = error == NULL || error->message == NULL ? "no document" : error->message;
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: line %d: expected XML, found: %.*s", path,
                      error == NULL ? 1 : error->line, (int)strcspn(message, "\n"), message);
}

frcnn_status frcnn_boxes_read_voc(frcnn_boxes *self, const char *text, size_t n_bytes, const char *path,
                                  const frcnn_image_sizes *images)
{
    FRCNN_FAIL_IF(n_bytes > INT_MAX, FRCNN_ERROR_FORMAT, "%s: %zu bytes of XML are too many", path, n_bytes);
    pthread_once(&xml_once, start_xml);
    xmlParserCtxt *parser = xmlNewParserCtxt();
    FRCNN_FAIL_IF(parser == NULL, FRCNN_ERROR_NO_MEMORY, "%s: libxml2 found no memory", path);
    /* No entity is put in and no other file read. */
    xmlDoc *document =
        xmlCtxtReadMemory(parser, text, (int)n_bytes, NULL, NULL,
                          XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES);
    const frcnn_status status =
        document == NULL ? fail_with(parser, path) : read_root(self, xmlDocGetRootElement(document), path, images);
    xmlFreeDoc(document);
    xmlFreeParserCtxt(parser);
    return status;
}
