#include "run/detector_team.h"

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

static frcnn_status create_detectors(frcnn_detector_team *team, const frcnn_model *model,
                                     const frcnn_detector_options *options, const shares *shared)
{
    frcnn_detector_options each = *options;
    void *block = NULL;
    each.n_threads = team->info.n_threads / shared->n_detectors;
    each.max_memory = shared->each;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, (size_t)shared->n_detectors, sizeof(frcnn_detector *), "detectors"));
    team->detectors = block;
    for (; team->count < shared->n_detectors; team->count++)
        FRCNN_TRY(frcnn_detector_create(&team->detectors[team->count], model, &each));
    return FRCNN_OK;
}

frcnn_status frcnn_detector_team_init(frcnn_detector_team *team, const frcnn_model *model,
                                      const frcnn_detector_options *options, int64_t n_inputs)
{
    /* Checks the options, and tells what there is. */
    frcnn_detector *probe = NULL;
    FRCNN_TRY(frcnn_detector_create(&probe, model, options));
    *team = (frcnn_detector_team){.info = *frcnn_detector_get_info(probe)};
    shares shared = {1, probe->max_memory};
    int n_wanted = team->info.n_threads;
    if (n_inputs >= 0 && n_inputs < n_wanted) n_wanted = n_inputs < 1 ? 1 : (int)n_inputs;
    frcnn_status status = FRCNN_OK;
    if (n_wanted > 1) status = share_memory(&shared, probe, frcnn_model_get_info(model)->settings, n_wanted);
    frcnn_detector_destroy(&probe);
    if (status == FRCNN_OK) status = create_detectors(team, model, options, &shared);
    if (status != FRCNN_OK) frcnn_detector_team_deinit(team);
    return status;
}

void frcnn_detector_team_deinit(frcnn_detector_team *team)
{
    for (int i = 0; i < team->count; i++) frcnn_detector_destroy(&team->detectors[i]);
    frcnn_free(team->detectors);
    *team = (frcnn_detector_team){0};
}
