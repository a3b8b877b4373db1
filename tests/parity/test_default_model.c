/* The default model on seven photos, stage by stage, against what torchvision computed (tests/golden/default). */
#include "support.h"

#include <stdlib.h>

#include <cjson/cJSON.h>
#include <nettle/sha2.h>

#include "detector/taps.h"
#include "frcnn/frcnn.h"
#include "parity/golden_stages.h"

#define GOLDEN_DIR FRCNN_SOURCE_DIR "/tests/golden/default"
#define MODEL_PATH FRCNN_SOURCE_DIR "/data/everyday10.safetensors"

enum { PATH_SIZE = 4096, HEX_SIZE = 2 * SHA256_DIGEST_SIZE + 1 };

static frcnn_model *model;
static frcnn_detector *detector;
static cJSON *golden_index;

static void hash(char hex[HEX_SIZE], const void *bytes, size_t n_bytes)
{
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&context);
    sha256_update(&context, n_bytes, bytes);
    sha256_digest(&context, SHA256_DIGEST_SIZE, digest);
    for (size_t i = 0; i < SHA256_DIGEST_SIZE; i++) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static cJSON *read_index(void)
{
    FILE *file = fopen(GOLDEN_DIR "/index.json", "rb");
    if (file == NULL) return NULL;
    static char text[1 << 16];
    const size_t n_bytes = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n_bytes] = '\0';
    return cJSON_Parse(text);
}

static int open_everything(void **state)
{
    (void)state;
    golden_index = read_index();
    if (golden_index == NULL) return -1;
    if (frcnn_model_open(&model, MODEL_PATH, NULL) != FRCNN_OK ||
        frcnn_detector_create(&detector, model, NULL) != FRCNN_OK) {
        fprintf(stderr, "%s\n", frcnn_error_message());
        return -1;
    }
    return 0;
}

static int close_everything(void **state)
{
    (void)state;
    frcnn_detector_destroy(&detector);
    frcnn_model_destroy(&model);
    cJSON_Delete(golden_index);
    return 0;
}

static const cJSON *find_entry(const char *image_name)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItem(golden_index, "images"))
    {
        if (strcmp(cJSON_GetObjectItem(entry, "image")->valuestring, image_name) == 0) return entry;
    }
    fail_msg("index.json does not know %s", image_name);
    return NULL;
}

static const char *get_text(const cJSON *entry, const char *key)
{
    const cJSON *item = cJSON_GetObjectItem(entry, key);
    assert_true(cJSON_IsString(item));
    return item->valuestring;
}

static int get_number(const cJSON *entry, const char *key, int index)
{
    const cJSON *item = cJSON_GetObjectItem(entry, key);
    if (cJSON_IsArray(item)) item = cJSON_GetArrayItem(item, index);
    assert_true(cJSON_IsNumber(item));
    return item->valueint;
}

static void test_weights_are_those_of_the_goldens(void **state)
{
    (void)state;
    assert_string_equal(frcnn_model_get_info(model)->sha256, get_text(golden_index, "weights_sha256"));
}

/* Sizes and anchors follow from the image's size alone, so this needs no photo. */
static void test_sizes_and_anchors(void **state)
{
    (void)state;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItem(golden_index, "images"))
    {
        const int height = get_number(entry, "height", 0), width = get_number(entry, "width", 0);
        frcnn_model_sizes sizes;
        assert_ok(frcnn_model_get_sizes(model, height, width, &sizes));
        assert_int_equal(sizes.resized_height, get_number(entry, "resized", 0));
        assert_int_equal(sizes.resized_width, get_number(entry, "resized", 1));
        assert_int_equal(sizes.padded_height, get_number(entry, "padded", 0));
        assert_int_equal(sizes.padded_width, get_number(entry, "padded", 1));
        assert_int_equal(sizes.n_anchors, get_number(entry, "anchors", 0));

        frcnn_image *black = NULL;
        frcnn_tensor *anchors = NULL;
        frcnn_taps *taps = NULL;
        char hex[HEX_SIZE];
        assert_ok(frcnn_image_create(&black, height, width, NULL));
        assert_ok(frcnn_taps_create(&taps, detector, black, NULL, 0));
        assert_ok(frcnn_taps_read(taps, "anchors", &anchors));
        frcnn_taps_destroy(&taps);
        hash(hex, frcnn_tensor_get_const_data(anchors), (size_t)frcnn_tensor_get_n_elements(anchors) * sizeof(float));
        assert_string_equal(hex, get_text(entry, "anchors_sha256"));
        frcnn_tensor_destroy(&anchors);
        frcnn_image_destroy(&black);
    }
}

/* *state is the photo's name without its suffix. */
static void test_photo(void **state)
{
    const char *stem = *state, *folder = getenv("FRCNN_PHOTOS");
    if (folder == NULL) {
        print_message("FRCNN_PHOTOS is not set: the photos of Debian's darknet package are not compared\n");
        skip();
    }
    char name[64], path[PATH_SIZE], hex[HEX_SIZE];
    snprintf(name, sizeof name, "%s.jpg", stem);
    const cJSON *entry = find_entry(name);
    frcnn_image *image = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_ok(frcnn_image_open(&image, path, NULL));
    const size_t height = (size_t)frcnn_image_get_height(image), width = (size_t)frcnn_image_get_width(image);
    hash(hex, frcnn_image_get_const_pixels(image), height * width * 3);
    if (strstr(frcnn_image_get_decoders(), "libjpeg") == NULL) {
        print_message("built without libjpeg: other decoders give other pixels, which the goldens do not hold\n");
        frcnn_image_destroy(&image);
        skip();
    }
    assert_string_equal(hex, get_text(entry, "rgb_sha256"));

    frcnn_checkpoint *golden = NULL;
    snprintf(path, sizeof path, GOLDEN_DIR "/%s.safetensors", stem);
    assert_ok(frcnn_checkpoint_open(&golden, path));
    parity_report report = {.stream = stderr};
    assert_ok(parity_compare_stages(&report, detector, frcnn_model_get_info(model), image, golden));
    frcnn_checkpoint_close(&golden);
    frcnn_image_destroy(&image);
    assert_true(report.n_checks > 0);
    assert_int_equal(report.n_failures, 0);
}

#define PHOTO_TEST(stem)                                                                                               \
    {                                                                                                                  \
        .name = "test_photo_" stem, .test_func = test_photo, .initial_state = stem                                     \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights_are_those_of_the_goldens),
        cmocka_unit_test(test_sizes_and_anchors),
        PHOTO_TEST("dog"),
        PHOTO_TEST("eagle"),
        PHOTO_TEST("giraffe"),
        PHOTO_TEST("horses"),
        PHOTO_TEST("kite"),
        PHOTO_TEST("person"),
        PHOTO_TEST("scream"),
    };
    return cmocka_run_group_tests(tests, open_everything, close_everything);
}
