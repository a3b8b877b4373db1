/** Real photos decode to the bytes that Pillow makes of them: bit for bit, so that detections can be compared.
 *  FRCNN_PHOTOS names the folder with the seven photos of Debian's darknet package. The hashes are of the RGB pixels that
 *  Pillow 13 and torchvision give, which decode by libjpeg-turbo too. */
#include "support.h"

#include <nettle/sha2.h>
#include <stdlib.h>

#include "frcnn/image.h"

static const struct {
    const char *file;
    int height, width;
    const char *sha256;
} photos[] = {
    {"dog.jpg", 576, 768, "bd6a179ed7d1bd7854dca517afb82e4de37b209f675171eb31c29ce3b4de18a6"},
    {"person.jpg", 424, 640, "7cc18a5271e4391a45e05d7a21bc8134810766ea5d684519030802c8fc3b0bcf"},
    {"horses.jpg", 512, 773, "7a86a7250df108b1c7a584fe2286039a52b521ca6f20859d0d2c2bfddbe7f8f4"},
    {"kite.jpg", 900, 1352, "7596765e9d7aaf1155e2f0617ccde16045dc021e642702cd18fb4da021abf046"},
    {"eagle.jpg", 512, 773, "2fbe72a74c86e0e7ad48cb31e357ae8032a4b6894f7ea068646b23f639148adb"},
    {"giraffe.jpg", 500, 500, "f82745d2f36aee489253361debf835a1a56c141dc8f5bdd00797071a21e89083"},
    {"scream.jpg", 448, 352, "a998f865112013cd99c00b0a4db83ebfc7b5023f7e900244425fe7643cd0c0b6"},
};

static void get_digest(char hex[65], const frcnn_image *image)
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&context);
    sha256_update(&context, (size_t)frcnn_image_get_height(image) * (size_t)frcnn_image_get_width(image) * 3,
                  frcnn_image_get_const_pixels(image));
    sha256_digest(&context, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static void test_photos(void **state)
{
    (void)state;
    const char *folder = getenv("FRCNN_PHOTOS");
    if (folder == NULL || strstr(frcnn_image_get_decoders(), "libjpeg-turbo") == NULL) {
        print_message("skipped: FRCNN_PHOTOS names no folder of photos, or the build has no libjpeg-turbo\n");
        skip();
    }
    for (size_t i = 0; i < sizeof photos / sizeof photos[0]; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, photos[i].file);
        frcnn_image *image = NULL;
        assert_ok(frcnn_image_open(&image, path, NULL));
        assert_int_equal(frcnn_image_get_height(image), photos[i].height);
        assert_int_equal(frcnn_image_get_width(image), photos[i].width);
        char hex[65];
        get_digest(hex, image);
        assert_string_equal(hex, photos[i].sha256);
        frcnn_image_destroy(&image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_photos)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
