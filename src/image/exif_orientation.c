#include "image/exif_orientation.h"

#include <libexif/exif-data.h>
#include <string.h>

#include "image/image_type.h"
#include "tensor/error.h"
#include "tensor/memory.h"

int frcnn_exif_get_orientation(const uint8_t *exif, size_t n_bytes)
{
    enum { PREFIX_BYTES = 6, MAX_BYTES = 65533 };
    static const uint8_t prefix[PREFIX_BYTES] = "Exif\0";
    uint8_t block[PREFIX_BYTES + MAX_BYTES];
    if (n_bytes >= PREFIX_BYTES && memcmp(exif, prefix, PREFIX_BYTES) == 0) {
        exif += PREFIX_BYTES;
        n_bytes -= PREFIX_BYTES;
    }
    /* The orientation stands in the first directory, near the beginning; thumbnails and notes follow. */
    const size_t kept = n_bytes < MAX_BYTES ? n_bytes : MAX_BYTES;
    memcpy(block, prefix, PREFIX_BYTES);
    memcpy(block + PREFIX_BYTES, exif, kept);

    ExifData *data = exif_data_new_from_data(block, (unsigned)(PREFIX_BYTES + kept));
    if (data == NULL) return 1;
    int orientation = 1;
    const ExifEntry *entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
    if (entry != NULL && entry->format == EXIF_FORMAT_SHORT && entry->components >= 1 && entry->size >= 2)
        orientation = exif_get_short(entry->data, exif_data_get_byte_order(data));
    exif_data_unref(data);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/* Where an upright image's pixels are in the stored one: first the corner, then the steps along its rows and columns. */
typedef struct walk {
    ptrdiff_t start, step_x, step_y;
} walk;

static walk plan_walk(const frcnn_image *image, int orientation)
{
    const ptrdiff_t x = image->n_channels;
    const ptrdiff_t y = x * image->width;
    const ptrdiff_t right = x * (image->width - 1);
    const ptrdiff_t bottom = y * (image->height - 1);
    const walk walks[9] = {
        [1] = {0, x, y}, [2] = {right, -x, y},  [3] = {right + bottom, -x, -y}, [4] = {bottom, x, -y},
        [5] = {0, y, x}, [6] = {bottom, -y, x}, [7] = {right + bottom, -y, -x}, [8] = {right, y, -x},
    };
    return walks[orientation];
}

frcnn_status frcnn_image_make_upright(frcnn_image *image, int orientation)
{
    enum { TILE = 32 };
    if (orientation == 1) return FRCNN_OK;
    const walk from = plan_walk(image, orientation);
    const size_t pixel_bytes = (size_t)image->n_channels;
    const int height = orientation >= 5 ? image->width : image->height;
    const int width = orientation >= 5 ? image->height : image->width;
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, (size_t)height, (size_t)width * pixel_bytes, "image"));
    uint8_t *upright = block;
    /* In tiles: one of the two images is walked down its columns. */
    for (int tile_y = 0; tile_y < height; tile_y += TILE) {
        for (int tile_x = 0; tile_x < width; tile_x += TILE) {
            for (int y = tile_y; y < height && y < tile_y + TILE; y++) {
                for (int x = tile_x; x < width && x < tile_x + TILE; x++) {
                    const uint8_t *src = image->pixels + from.start + y * from.step_y + x * from.step_x;
                    memcpy(upright + ((size_t)y * (size_t)width + (size_t)x) * pixel_bytes, src, pixel_bytes);
                }
            }
        }
    }
    frcnn_free(image->pixels);
    image->height = height;
    image->width = width;
    image->pixels = upright;
    return FRCNN_OK;
}
