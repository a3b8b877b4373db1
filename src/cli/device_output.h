/** Devices as subcommands tell about them. */
#ifndef FRCNN_DEVICE_OUTPUT_H
#define FRCNN_DEVICE_OUTPUT_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "frcnn/device.h"

/** What can compute here, for people. */
void frcnn_devices_print(FILE *stream);
/** The same as {"cpu", "gpus", "no_gpu"}; no_gpu is why none can be used, null where one can. */
cJSON *frcnn_devices_make_json(void);

/** Checks what the user asked for, NULL: "auto", and says on standard error where auto takes the CPU, and why; nothing
 *  where is_quiet. Errors: as frcnn_devices_choose. */
FRCNN_NODISCARD frcnn_status frcnn_devices_announce(const char *name, int is_quiet);

#endif
