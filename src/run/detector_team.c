#include "run/detector_team.h"

#include "detector/detector_type.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* How many detectors find room for the buffers of the largest usual image beside the weights. The plan is made for this
   and used later. *weights is what all share: those of the plan and a quarter more, as images of other shapes may take
   some layers in another order; 0 where there is room for one detector at most. */
static int count_fitting(frcnn_detector *detector, const frcnn_settings *settings, int wanted, size_t *weights)
{
    frcnn_plan_info plan;
    *weights = 0;
    if (frcnn_detector_get_plan_info(detector, settings->min_size, settings->max_size, &plan) != FRCNN_OK) return 1;
    const size_t shared = plan.weights_bytes + plan.weights_bytes / 4;
    const size_t buffers = plan.arena_bytes * (size_t)detector->batch + plan.anchors_bytes;
    if (detector->max_memory < shared + 2 * buffers) return 1;
    *weights = shared;
    const size_t fitting = (detector->max_memory - shared) / buffers;
    return fitting < (size_t)wanted ? (int)fitting : wanted;
}

static frcnn_status create_detectors(frcnn_detector_team *team, const frcnn_model *model,
                                     const frcnn_detector_options *options, int n_wanted)
{
    frcnn_detector_options each = *options;
    each.n_threads = team->info.n_threads / n_wanted;
    FRCNN_TRY(frcnn_detector_create(&team->detectors[0], model, &each));
    team->count = 1;
    if (n_wanted == 1) return FRCNN_OK;
    size_t weights = 0;
    const int n = count_fitting(team->detectors[0], frcnn_model_get_info(model)->settings, n_wanted, &weights);
    const size_t max_memory = team->detectors[0]->max_memory;
    if (n < n_wanted) {
        frcnn_detector_destroy(&team->detectors[0]);
        team->count = 0;
        each.n_threads = team->info.n_threads / n;
    }
    for (int i = team->count; i < n; i++) {
        FRCNN_TRY(frcnn_detector_create(&team->detectors[i], model, &each));
        team->count++;
    }
    for (int i = 0; i < n; i++) team->detectors[i]->max_memory = weights + (max_memory - weights) / (size_t)n;
    return FRCNN_OK;
}

frcnn_status frcnn_detector_team_init(frcnn_detector_team *team, const frcnn_model *model,
                                      const frcnn_detector_options *options, int64_t n_inputs)
{
    frcnn_detector *probe = NULL;
    void *block = NULL;
    /* Checks the options, and tells what there is. */
    FRCNN_TRY(frcnn_detector_create(&probe, model, options));
    *team = (frcnn_detector_team){.info = *frcnn_detector_get_info(probe)};
    frcnn_detector_destroy(&probe);
    int n_wanted = team->info.n_threads;
    if (n_inputs >= 0 && n_inputs < n_wanted) n_wanted = n_inputs < 1 ? 1 : (int)n_inputs;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, (size_t)n_wanted, sizeof(frcnn_detector *), "detectors"));
    team->detectors = block;
    const frcnn_status status = create_detectors(team, model, options, n_wanted);
    if (status != FRCNN_OK) frcnn_detector_team_deinit(team);
    return status;
}

void frcnn_detector_team_deinit(frcnn_detector_team *team)
{
    for (int i = 0; i < team->count; i++) frcnn_detector_destroy(&team->detectors[i]);
    frcnn_free(team->detectors);
    *team = (frcnn_detector_team){0};
}
