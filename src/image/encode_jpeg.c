#include "image/encode_jpeg.h"

/* jpeglib.h needs this first. */
#include <stdio.h>

#include <jpeglib.h>
#include <setjmp.h>

#include "image/image_type.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { FIRST_BYTES = 65536 };

/* What libjpeg's callbacks share with the function that called it. */
typedef struct session {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf on_error;
    frcnn_status status;
    uint8_t *bytes;
    size_t n_bytes, capacity;
} session;

static void leave(session *self, frcnn_status status)
{
    self->status = status;
    longjmp(self->on_error, 1);
}

static void fail(j_common_ptr jpeg)
{
    char reason[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, reason);
    leave(jpeg->client_data, frcnn_fail(FRCNN_ERROR_NO_MEMORY, "image encoder: %s", reason));
}

static void ignore_output(j_common_ptr jpeg)
{
    (void)jpeg;
}

static void grow(session *self, size_t capacity)
{
    void *block = self->bytes;
    const frcnn_status status = frcnn_realloc(&block, self->capacity, capacity, 1, "encoded image");
    if (status != FRCNN_OK) leave(self, status);
    self->bytes = block;
    self->destination.next_output_byte = self->bytes + self->capacity;
    self->destination.free_in_buffer = capacity - self->capacity;
    self->capacity = capacity;
}

static void begin(j_compress_ptr jpeg)
{
    grow(jpeg->client_data, FIRST_BYTES);
}

/* libjpeg calls this when the buffer is full, whatever free_in_buffer says. */
static boolean extend(j_compress_ptr jpeg)
{
    session *self = jpeg->client_data;
    grow(self, 2 * self->capacity);
    return TRUE;
}

static void finish(j_compress_ptr jpeg)
{
    session *self = jpeg->client_data;
    self->n_bytes = self->capacity - self->destination.free_in_buffer;
}

/* Not inlined: the function that calls setjmp holds no variable that could change behind it. */
static __attribute__((noinline)) void write_image(session *self, const frcnn_image *image, int quality)
{
    struct jpeg_compress_struct *jpeg = &self->jpeg;
    jpeg->dest = &self->destination;
    jpeg->image_height = (JDIMENSION)image->height;
    jpeg->image_width = (JDIMENSION)image->width;
    jpeg->input_components = 1;
    jpeg->in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    jpeg_start_compress(jpeg, TRUE);
    while (jpeg->next_scanline < jpeg->image_height) {
        JSAMPROW row = image->pixels + (size_t)jpeg->next_scanline * jpeg->image_width;
        jpeg_write_scanlines(jpeg, &row, 1);
    }
    jpeg_finish_compress(jpeg);
}

static frcnn_status run(session *self, const frcnn_image *image, int quality)
{
    if (setjmp(self->on_error) != 0) return self->status;
    jpeg_create_compress(&self->jpeg);
    write_image(self, image, quality);
    return FRCNN_OK;
}

frcnn_status frcnn_jpeg_encode_grey(uint8_t **bytes, size_t *n_bytes, const frcnn_image *image, int quality)
{
    session self = {.status = FRCNN_OK};
    self.jpeg.err = jpeg_std_error(&self.errors);
    self.jpeg.client_data = &self;
    self.errors.error_exit = fail;
    self.errors.output_message = ignore_output;
    self.destination.init_destination = begin;
    self.destination.empty_output_buffer = extend;
    self.destination.term_destination = finish;
    const frcnn_status status = run(&self, image, quality);
    jpeg_destroy_compress(&self.jpeg);
    if (status != FRCNN_OK) {
        frcnn_free(self.bytes);
        return status;
    }
    *bytes = self.bytes;
    *n_bytes = self.n_bytes;
    return FRCNN_OK;
}
