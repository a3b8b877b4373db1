/** The detectors of a run. Many images are worked on side by side, each by a detector of its own on few threads: that
 *  wastes no time on waiting for each other, as threads on one image do after each layer. */
#ifndef FRCNN_DETECTOR_TEAM_H
#define FRCNN_DETECTOR_TEAM_H

#include "frcnn/detector.h"
#include "frcnn/device.h"

enum { FRCNN_TEAM_DEVICES_BYTES = FRCNN_MAX_DEVICES * 12 + 8 };

typedef struct frcnn_detector_team {
    int count;
    frcnn_detector **detectors;
    frcnn_detector_info info; /**< of all together */
    char device_names[FRCNN_TEAM_DEVICES_BYTES];
} frcnn_detector_team;

/** On the CPU as many detectors as options' threads, inputs and memory allow, with the threads and the memory shared out
 *  among them. On GPUs, options' device may name several, two each: one uploads while the other computes. n_inputs -1: not
 *  known. Errors: as frcnn_detector_create and frcnn_devices_choose; NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_detector_team_init(frcnn_detector_team *team, const frcnn_model *model,
                                                      const frcnn_detector_options *options, int64_t n_inputs);
void frcnn_detector_team_deinit(frcnn_detector_team *team);

/** Brings team's info up to date, when no detector runs. */
void frcnn_detector_team_update_info(frcnn_detector_team *team);

#endif
