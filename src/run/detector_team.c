#include "run/detector_team.h"

#include <stdio.h>
#include <string.h>

#include "detector/detector_type.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* How the memory is shared out. */
typedef struct shares {
    int n_detectors;
    size_t each; /* bytes that a detector may use, the shared weights with them */
} shares;

/* As many detectors as find room for the buffers of the largest usual image beside the weights: those of its plan, and a
   quarter more, as images of other shapes may take some layers in another order. */
static frcnn_status share_memory(shares *out, const frcnn_detector *probe, const frcnn_settings *settings, int n_wanted)
{
    frcnn_plan_info plan;
    FRCNN_TRY(frcnn_detector_get_plan_info(probe, settings->min_size, settings->max_size, &plan));
    const size_t weights = plan.weights_bytes + plan.weights_bytes / 4;
    const size_t buffers = plan.arena_bytes * (size_t)probe->batch + plan.anchors_bytes;
    const size_t room = probe->max_memory > weights ? probe->max_memory - weights : 0;
    *out = (shares){1, probe->max_memory};
    if (room < 2 * buffers) return FRCNN_OK;
    out->n_detectors = room / buffers < (size_t)n_wanted ? (int)(room / buffers) : n_wanted;
    out->each = weights + room / (size_t)out->n_detectors;
    return FRCNN_OK;
}

/* The device of detector index: they take turns. */
static const char *get_device(char text[FRCNN_DEVICE_TEXT_BYTES], const frcnn_device_list *devices, int index)
{
    return frcnn_device_format(text, devices->devices[index % devices->count]);
}

static frcnn_status create_detectors(frcnn_detector_team *team, const frcnn_model *model,
                                     const frcnn_detector_options *options, const shares *shared,
                                     const frcnn_device_list *devices)
{
    frcnn_detector_options each = *options;
    char device[FRCNN_DEVICE_TEXT_BYTES];
    void *block = NULL;
    const int n = shared->n_detectors * devices->count;
    each.n_threads = team->info.n_threads > n ? team->info.n_threads / n : 1;
    each.max_memory = shared->each;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, (size_t)n, sizeof(frcnn_detector *), "detectors"));
    team->detectors = block;
    for (; team->count < n; team->count++) {
        each.device = get_device(device, devices, team->count);
        FRCNN_TRY(frcnn_detector_create(&team->detectors[team->count], model, &each));
    }
    return FRCNN_OK;
}

/* "cuda:0,1" */
static void name_devices(frcnn_detector_team *team, const frcnn_device_list *devices)
{
    char *text = team->device_names;
    frcnn_device_format(text, devices->devices[0]);
    for (int i = 1; i < devices->count; i++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof team->device_names - used, ",%d", devices->devices[i].index);
    }
}

/* Checks the options on each device, and tells what there is and how it is shared. */
static frcnn_status probe_device(frcnn_detector_team *team, shares *shared, const frcnn_model *model,
                                 const frcnn_detector_options *options, int64_t n_inputs)
{
    frcnn_detector *probe = NULL;
    FRCNN_TRY(frcnn_detector_create(&probe, model, options));
    team->info.n_threads = frcnn_detector_get_info(probe)->n_threads;
    *shared = (shares){1, probe->max_memory};
    int n_wanted = probe->executor.device.kind == FRCNN_CPU ? team->info.n_threads : 2;
    if (n_inputs >= 0 && n_inputs < n_wanted) n_wanted = n_inputs < 1 ? 1 : (int)n_inputs;
    frcnn_status status = FRCNN_OK;
    if (n_wanted > 1) status = share_memory(shared, probe, frcnn_model_get_info(model)->settings, n_wanted);
    frcnn_detector_destroy(&probe);
    return status;
}

void frcnn_detector_team_update_info(frcnn_detector_team *team)
{
    frcnn_detector_info info = *frcnn_detector_get_info(team->detectors[0]);
    info.device = team->device_names;
    info.n_threads = team->info.n_threads;
    for (int i = 1; i < team->count; i++) {
        const int halved = frcnn_detector_get_info(team->detectors[i])->halved_batch;
        if (halved > 0 && (info.halved_batch == 0 || halved < info.halved_batch)) info.halved_batch = halved;
    }
    team->info = info;
}

frcnn_status frcnn_detector_team_init(frcnn_detector_team *team, const frcnn_model *model,
                                      const frcnn_detector_options *options, int64_t n_inputs)
{
    frcnn_detector_options first;
    frcnn_device_list devices;
    char device[FRCNN_DEVICE_TEXT_BYTES];
    shares shared;
    frcnn_detector_options_default(&first);
    if (options != NULL) first = *options;
    FRCNN_CHECK_OPTIONS("detector", &first);
    *team = (frcnn_detector_team){0};
    FRCNN_TRY(frcnn_devices_choose(&devices, NULL, first.device != NULL ? first.device : "auto"));
    name_devices(team, &devices);
    first.device = get_device(device, &devices, 0);
    frcnn_status status = probe_device(team, &shared, model, &first, n_inputs);
    if (status == FRCNN_OK) status = create_detectors(team, model, &first, &shared, &devices);
    if (status == FRCNN_OK)
        frcnn_detector_team_update_info(team);
    else
        frcnn_detector_team_deinit(team);
    return status;
}

void frcnn_detector_team_deinit(frcnn_detector_team *team)
{
    for (int i = 0; i < team->count; i++) frcnn_detector_destroy(&team->detectors[i]);
    frcnn_free(team->detectors);
    *team = (frcnn_detector_team){0};
}
