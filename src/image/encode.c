#include "frcnn/image.h"

#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "image/encode_jpeg.h"
#include "image/image_type.h"
#include "tensor/atomic_file.h"
#include "tensor/error.h"
#include "tensor/memory.h"

enum { JPEG_QUALITY = 92 };

/* stb_image_write goes on after a failed allocation, and would crash. Here a failure leaves it by longjmp; what it had
   allocated hangs on a list. */
typedef struct block_header {
    struct block_header *previous, *next;
    size_t n_bytes;
} block_header;

typedef struct writer {
    jmp_buf on_failure;
    block_header blocks; /* the list's head */
    uint8_t *bytes;      /* the encoded file */
    size_t n_bytes, capacity;
    frcnn_status status;
} writer;

static _Thread_local writer *current;

enum { HEADER_BYTES = (sizeof(block_header) + FRCNN_ALIGNMENT - 1) / FRCNN_ALIGNMENT * FRCNN_ALIGNMENT };

static void leave(frcnn_status status)
{
    current->status = status;
    longjmp(current->on_failure, 1);
}

static block_header *get_header(void *block)
{
    return (block_header *)(void *)((char *)block - HEADER_BYTES);
}

static void *allocate(size_t n_bytes)
{
    void *block = NULL;
    const frcnn_status status = frcnn_alloc(&block, n_bytes + HEADER_BYTES, 1, "image encoder");
    if (status != FRCNN_OK) leave(status);
    block_header *header = block;
    *header = (block_header){.previous = &current->blocks, .next = current->blocks.next, .n_bytes = n_bytes};
    if (header->next != NULL) header->next->previous = header;
    current->blocks.next = header;
    return (char *)block + HEADER_BYTES;
}

static void release(void *block)
{
    if (block == NULL) return;
    block_header *header = get_header(block);
    header->previous->next = header->next;
    if (header->next != NULL) header->next->previous = header->previous;
    frcnn_free(header);
}

static void *reallocate(void *block, size_t n_bytes)
{
    void *grown = allocate(n_bytes);
    if (block != NULL) {
        const size_t old_bytes = get_header(block)->n_bytes;
        memcpy(grown, block, old_bytes < n_bytes ? old_bytes : n_bytes);
        release(block);
    }
    return grown;
}

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#define STBIW_MALLOC(size) allocate(size)
#define STBIW_REALLOC(block, size) reallocate(block, size)
#define STBIW_FREE(block) release(block)
#include <stb_image_write.h>

static void append(void *context, void *data, int size)
{
    writer *self = context;
    const size_t needed = self->n_bytes + (size_t)size;
    if (needed > self->capacity) {
        const size_t capacity = 2 * needed;
        void *bytes = self->bytes;
        const frcnn_status status = frcnn_realloc(&bytes, self->n_bytes, capacity, 1, "encoded image");
        if (status != FRCNN_OK) leave(status);
        self->bytes = bytes;
        self->capacity = capacity;
    }
    memcpy(self->bytes + self->n_bytes, data, (size_t)size);
    self->n_bytes = needed;
}

/* Not inlined: the function that calls setjmp holds no variable that could change behind it. */
static __attribute__((noinline)) int write_file(writer *self, const frcnn_image *image, frcnn_image_format format)
{
    if (format == FRCNN_IMAGE_PNG)
        return stbi_write_png_to_func(append, self, image->width, image->height, image->n_channels, image->pixels,
                                      image->n_channels * image->width);
    return stbi_write_jpg_to_func(append, self, image->width, image->height, image->n_channels, image->pixels,
                                  JPEG_QUALITY);
}

static frcnn_status encode(writer *self, const frcnn_image *image, frcnn_image_format format)
{
    if (setjmp(self->on_failure) != 0) return self->status;
    return write_file(self, image, format) ? FRCNN_OK : frcnn_fail(FRCNN_ERROR_NO_MEMORY, "image encoder: it gave up");
}

static frcnn_status encode_with_stb(uint8_t **bytes, size_t *n_bytes, const frcnn_image *image,
                                    frcnn_image_format format)
{
    writer self = {.status = FRCNN_OK};
    current = &self;
    const frcnn_status status = encode(&self, image, format);
    current = NULL;
    while (self.blocks.next != NULL) {
        block_header *next = self.blocks.next->next;
        frcnn_free(self.blocks.next);
        self.blocks.next = next;
    }
    if (status != FRCNN_OK) {
        frcnn_free(self.bytes);
        return status;
    }
    *bytes = self.bytes;
    *n_bytes = self.n_bytes;
    return FRCNN_OK;
}

static frcnn_status check_image(const frcnn_image *image, const char *path, frcnn_image_format format)
{
    enum { MAX_JPEG_SIDE = 65535 };
    const int is_jpeg = format == FRCNN_IMAGE_JPEG;
    FRCNN_FAIL_IF(!is_jpeg && format != FRCNN_IMAGE_PNG, FRCNN_ERROR_INVALID, "%s: expected an image format, found %d",
                  path, (int)format);
    /* stb_image_write counts bytes in an int. */
    FRCNN_FAIL_IF(((int64_t)image->width * image->n_channels + 1) * image->height > INT_MAX, FRCNN_ERROR_UNSUPPORTED,
                  "%s: %dx%d pixels are more than can be written", path, image->height, image->width);
    FRCNN_FAIL_IF(is_jpeg && (image->n_channels == 2 || image->n_channels == 4), FRCNN_ERROR_UNSUPPORTED,
                  "%s: a JPEG holds no alpha: expected 1 or 3 channels, found %d", path, image->n_channels);
    FRCNN_FAIL_IF(is_jpeg && (image->height > MAX_JPEG_SIDE || image->width > MAX_JPEG_SIDE), FRCNN_ERROR_UNSUPPORTED,
                  "%s: expected sides of at most %d for a JPEG, found %dx%d", path, MAX_JPEG_SIDE, image->height,
                  image->width);
    return FRCNN_OK;
}

frcnn_status frcnn_image_save(const frcnn_image *image, const char *path, frcnn_image_format format)
{
    FRCNN_TRY(check_image(image, path, format));
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
#if defined(FRCNN_HAVE_JPEG)
    const int is_grey_jpeg = format == FRCNN_IMAGE_JPEG && image->n_channels == 1;
    frcnn_status status = is_grey_jpeg ? frcnn_jpeg_encode_grey(&bytes, &n_bytes, image, JPEG_QUALITY)
                                       : encode_with_stb(&bytes, &n_bytes, image, format);
#else
    frcnn_status status = encode_with_stb(&bytes, &n_bytes, image, format);
#endif
    if (status != FRCNN_OK)
        frcnn_error_prefix(path);
    else
        status = frcnn_atomic_file_write(path, bytes, n_bytes);
    frcnn_free(bytes);
    return status;
}
