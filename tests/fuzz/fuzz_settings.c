/* Settings are refused and stay what they were, or are read; then what is printed reads back and prints the same. */
#include <string.h>

#include "checkpoint/labels.h"
#include "checkpoint/settings.h"
#include "fuzz.h"
#include "tensor/memory.h"

static void check_accepted(const frcnn_settings *settings)
{
    frcnn_settings again;
    char **classes = NULL;
    size_t n_classes = 0;
    char *json = NULL, *json_again = NULL;
    frcnn_settings_default_torchvision(&again);
    FUZZ_CHECK(frcnn_settings_print(&json, settings, NULL, 0) == FRCNN_OK);
    FUZZ_CHECK(frcnn_settings_parse(&again, &classes, &n_classes, json, "printed") == FRCNN_OK);
    FUZZ_CHECK(frcnn_settings_print(&json_again, &again, NULL, 0) == FRCNN_OK);
    FUZZ_CHECK(strcmp(json, json_again) == 0);
    FUZZ_CHECK(settings->n_channels >= 1 && settings->n_channels <= FRCNN_MAX_CHANNELS);
    FUZZ_CHECK(settings->n_levels >= 1 && settings->n_levels <= FRCNN_MAX_LEVELS);
    frcnn_free(json);
    frcnn_free(json_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    frcnn_settings settings, before;
    char **classes = NULL;
    size_t n_classes = 0;
    char *text = malloc(size + 1);
    FUZZ_CHECK(text != NULL);
    if (size > 0) memcpy(text, data, size);
    text[size] = '\0';
    frcnn_settings_default_torchvision(&settings);
    before = settings;

    if (frcnn_settings_parse(&settings, &classes, &n_classes, text, "input") == FRCNN_OK) {
        check_accepted(&settings);
    } else {
        FUZZ_CHECK(memcmp(&settings, &before, sizeof settings) == 0);
        FUZZ_CHECK(classes == NULL);
        FUZZ_CHECK(strncmp(frcnn_error_message(), "input: ", 7) == 0);
    }
    frcnn_labels_destroy(&classes, n_classes);
    free(text);
    return 0;
}
