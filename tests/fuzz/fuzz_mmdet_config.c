/* Whatever a configuration says, the settings that come of it can be printed and read back. */
#include "checkpoint/mmdet_config.h"

#include <string.h>

#include "checkpoint/labels.h"
#include "checkpoint/settings.h"
#include "fuzz.h"
#include "tensor/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    frcnn_settings settings, again;
    char **classes = NULL;
    size_t n_classes = 0;
    char *json = NULL;
    char *config = malloc(size + 1);
    FUZZ_CHECK(config != NULL);
    if (size > 0) memcpy(config, data, size);
    config[size] = '\0';
    frcnn_settings_default_mmdetection(&settings);

    frcnn_mmdet_config_apply(&settings, config, 1);
    FUZZ_CHECK(frcnn_settings_print(&json, &settings, NULL, 0) == FRCNN_OK);
    FUZZ_CHECK(frcnn_settings_parse(&again, &classes, &n_classes, json, "printed") == FRCNN_OK);
    frcnn_labels_destroy(&classes, n_classes);
    frcnn_free(json);
    free(config);
    return 0;
}
