#include "image/text.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "image/file_bytes.h"
#include "image/font_files.h"
#include "image/image_type.h"
#include "image/stb_memory.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/utf8.h"

/* stb_truetype leaves out what it has no memory for; this remembers that it did. */
static _Thread_local int is_out_of_memory;

static void *allocate(size_t n_bytes)
{
    void *block = frcnn_stb_malloc(n_bytes);
    if (block == NULL) is_out_of_memory = 1;
    return block;
}

#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_STATIC
#define STBTT_malloc(size, user) ((void)(user), allocate(size))
#define STBTT_free(block, user) ((void)(user), frcnn_stb_free(block))
#define STBTT_assert(condition) ((void)0)
#include <stb_easy_font.h>
#include <stb_truetype.h>

/* A font file, read when a character first asks for it. Never freed: labels are drawn as long as the process lives. */
typedef struct face {
    frcnn_font_file file;
    int is_tried, is_usable;
    stbtt_fontinfo info;
    uint8_t *bytes;
} face;

static face faces[FRCNN_MAX_FONT_FILES];
static size_t n_faces;
static pthread_mutex_t faces_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t faces_once = PTHREAD_ONCE_INIT;

static void find_faces(void)
{
    static frcnn_font_file files[FRCNN_MAX_FONT_FILES];
    n_faces = frcnn_font_files_find(files);
    for (size_t i = 0; i < n_faces; i++) faces[i].file = files[i];
}

static int load_face(face *self)
{
    pthread_mutex_lock(&faces_lock);
    if (!self->is_tried) {
        self->is_tried = 1;
        size_t n_bytes = 0;
        if (frcnn_file_read(&self->bytes, &n_bytes, self->file.path) == FRCNN_OK) {
            const int offset = stbtt_GetFontOffsetForIndex(self->bytes, self->file.index);
            self->is_usable = offset >= 0 && stbtt_InitFont(&self->info, self->bytes, offset);
        }
    }
    const int is_usable = self->is_usable;
    pthread_mutex_unlock(&faces_lock);
    return is_usable;
}

/* The face that line heights come from; NULL where the system has no font. */
static const face *get_main_face(void)
{
    pthread_once(&faces_once, find_faces);
    for (size_t i = 0; i < n_faces; i++)
        if (load_face(&faces[i])) return &faces[i];
    return NULL;
}

/* How one character is drawn. */
typedef struct glyph {
    enum { GLYPH_OF_FACE, GLYPH_OF_EASY_FONT, GLYPH_BOX } kind;
    const face *face;
    int index;
    char character;
    double advance;
} glyph;

static double get_scale(const face *self, int size)
{
    return (double)stbtt_ScaleForMappingEmToPixels(&self->info, (float)size);
}

/* stb_easy_font's capitals are 7 units high, and those of other fonts about 0.73 em. */
static int get_easy_scale(int size)
{
    const int scale = (int)lround(0.73 * size / 7);
    return scale < 1 ? 1 : scale;
}

static glyph find_glyph(uint32_t character, int size)
{
    const int is_control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    const face *main_face = get_main_face();
    for (size_t i = 0; i < n_faces && !is_control; i++) {
        if (!frcnn_font_file_may_have(&faces[i].file, character) || !load_face(&faces[i])) continue;
        const int index = stbtt_FindGlyphIndex(&faces[i].info, (int)character);
        if (index == 0) continue;
        int advance = 0;
        int bearing = 0;
        stbtt_GetGlyphHMetrics(&faces[i].info, index, &advance, &bearing);
        return (glyph){
            .kind = GLYPH_OF_FACE, .face = &faces[i], .index = index, .advance = advance * get_scale(&faces[i], size)};
    }
    if (main_face == NULL && character >= 0x20 && character < 0x7f) {
        char text[2] = {(char)character, '\0'};
        return (glyph){.kind = GLYPH_OF_EASY_FONT,
                       .character = (char)character,
                       .advance = stb_easy_font_width(text) * get_easy_scale(size)};
    }
    return (glyph){.kind = GLYPH_BOX, .advance = 0.7 * size};
}

/* The character at *text, which moves behind it. What is no UTF-8 comes back as U+FFFD, a byte at a time. */
static uint32_t next_character(const char **text)
{
    enum { MOST_BYTES = 4 };
    uint32_t character = 0xfffd;
    const size_t n_bytes = frcnn_utf8_decode(&character, *text, strnlen(*text, MOST_BYTES));
    *text += n_bytes > 0 ? n_bytes : 1;
    return character;
}

frcnn_text_extent frcnn_text_measure(const char *utf8, int size)
{
    double width = 0;
    while (*utf8 != '\0') width += find_glyph(next_character(&utf8), size).advance;
    width = width < 1e6 ? width : 1e6;
    frcnn_text_extent extent = {
        .width = (int)ceil(width), .ascent = 7 * get_easy_scale(size), .descent = 2 * get_easy_scale(size)};
    const face *main_face = get_main_face();
    if (main_face == NULL) return extent;
    int left = 0;
    int bottom = 0;
    int right = 0;
    int top = 0;
    const double scale = get_scale(main_face, size);
    if (stbtt_GetCodepointBox(&main_face->info, 'd', &left, &bottom, &right, &top))
        extent.ascent = (int)ceil(top * scale);
    if (stbtt_GetCodepointBox(&main_face->info, 'g', &left, &bottom, &right, &top))
        extent.descent = (int)ceil(-bottom * scale);
    return extent;
}

void frcnn_image_fill(frcnn_image *image, int left, int top, int right, int bottom, uint32_t color)
{
    left = left > 0 ? left : 0;
    top = top > 0 ? top : 0;
    right = right < image->width ? right : image->width;
    bottom = bottom < image->height ? bottom : image->height;
    for (int y = top; y < bottom; y++) {
        uint8_t *row = image->pixels + (size_t)y * (size_t)image->width * 3;
        for (int x = left; x < right; x++) {
            row[3 * x] = (uint8_t)(color >> 16);
            row[3 * x + 1] = (uint8_t)(color >> 8);
            row[3 * x + 2] = (uint8_t)color;
        }
    }
}

static void blend(frcnn_image *image, int left, int top, const uint8_t *coverage, int width, int height, uint32_t color)
{
    for (int y = top < 0 ? -top : 0; y < height && top + y < image->height; y++) {
        uint8_t *row = image->pixels + (size_t)(top + y) * (size_t)image->width * 3;
        for (int x = left < 0 ? -left : 0; x < width && left + x < image->width; x++) {
            const int alpha = coverage[(size_t)y * (size_t)width + (size_t)x];
            for (int c = 0; c < 3; c++) {
                uint8_t *value = &row[3 * (left + x) + c];
                const int target = (int)(color >> (16 - 8 * c) & 255);
                *value = (uint8_t)((*value * (255 - alpha) + target * alpha + 127) / 255);
            }
        }
    }
}

static frcnn_status draw_outline(frcnn_image *image, double x, int y, const glyph *shape, int size, uint32_t color)
{
    const stbtt_fontinfo *info = &shape->face->info;
    const float scale = (float)get_scale(shape->face, size);
    const float shift = (float)(x - floor(x));
    int left = 0;
    int top = 0;
    int right = 0;
    int bottom = 0;
    stbtt_GetGlyphBitmapBoxSubpixel(info, shape->index, scale, scale, shift, 0, &left, &top, &right, &bottom);
    const int width = right - left;
    const int height = bottom - top;
    if (width <= 0 || height <= 0) return FRCNN_OK;
    void *coverage = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&coverage, (size_t)width, (size_t)height, "letter"));
    stbtt_MakeGlyphBitmapSubpixel(info, coverage, width, height, width, scale, scale, shift, 0, shape->index);
    blend(image, (int)floor(x) + left, y + top, coverage, width, height, color);
    frcnn_free(coverage);
    return FRCNN_OK;
}

static void draw_easy(frcnn_image *image, int x, int y, char character, int size, uint32_t color)
{
    enum { MAX_QUADS = 64, FLOATS_PER_CORNER = 4, CORNERS = 4 };
    float corners[MAX_QUADS * CORNERS * FLOATS_PER_CORNER];
    char text[2] = {character, '\0'};
    const int n_quads = stb_easy_font_print(0, 0, text, NULL, corners, sizeof corners);
    const int scale = get_easy_scale(size);
    for (int i = 0; i < n_quads; i++) {
        const float *first = corners + i * CORNERS * FLOATS_PER_CORNER;
        const float *third = first + 2 * FLOATS_PER_CORNER;
        const int baseline = 7;
        frcnn_image_fill(image, x + scale * (int)first[0], y + scale * ((int)first[1] - baseline),
                         x + scale * (int)third[0], y + scale * ((int)third[1] - baseline), color);
    }
}

static void draw_box(frcnn_image *image, double x, int y, int size, uint32_t color)
{
    const int line = size / 14 > 1 ? size / 14 : 1;
    const int left = (int)floor(x + 0.08 * size);
    const int right = (int)floor(x + 0.62 * size);
    const int top = y - (int)lround(0.73 * size);
    frcnn_image_fill(image, left, top, right, top + line, color);
    frcnn_image_fill(image, left, y - line, right, y, color);
    frcnn_image_fill(image, left, top, left + line, y, color);
    frcnn_image_fill(image, right - line, top, right, y, color);
}

frcnn_status frcnn_text_draw(frcnn_image *image, int x, int y, const char *utf8, int size, uint32_t color)
{
    double pen = x;
    is_out_of_memory = 0;
    while (*utf8 != '\0' && pen < image->width) {
        const glyph shape = find_glyph(next_character(&utf8), size);
        switch (shape.kind) {
        case GLYPH_OF_FACE:
            FRCNN_TRY(draw_outline(image, pen, y, &shape, size, color));
            break;
        case GLYPH_OF_EASY_FONT:
            draw_easy(image, (int)floor(pen), y, shape.character, size, color);
            break;
        case GLYPH_BOX:
            draw_box(image, pen, y, size, color);
            break;
        }
        pen += shape.advance;
    }
    return is_out_of_memory ? FRCNN_ERROR_NO_MEMORY : FRCNN_OK;
}
