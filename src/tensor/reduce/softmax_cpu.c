#include <math.h>
#include <string.h>

#include "tensor/body.h"
#include "tensor/parallel.h"
#include "tensor/reduce/softmax.h"
#include "tensor/reduce/softmax_body.h"
#include "tensor/short_sum.h"

enum {
    LANES = FRCNN_SUM_LANES,
    STRETCH = 1024, /* of a row: stays in the first cache, and short enough to be summed in f32 */
    COLUMNS = 128,
    SHORT_SUM = 16
};

/* A row is a task where runs are rows, else up to COLUMNS runs side by side. */
static int64_t count_tasks(const frcnn_softmax *softmax)
{
    if (softmax->n_inner == 1) return softmax->n_outer;
    return softmax->n_outer * ((softmax->n_inner + COLUMNS - 1) / COLUMNS);
}

#define REAL float
#define MASK int32_t
#define NAME(name) name##_f32
#include "tensor/reduce/softmax_loops.h"
#undef REAL
#undef MASK
#undef NAME
#define REAL double
#define MASK int64_t
#define NAME(name) name##_f64
#include "tensor/reduce/softmax_loops.h"

static void run_any(const frcnn_softmax *softmax, int64_t task)
{
    if (softmax->dtype == FRCNN_F64)
        run_task_f64(softmax, task);
    else
        run_task_f32(softmax, task);
}

frcnn_status frcnn_softmax_cpu(const frcnn_softmax *softmax)
{
    const int64_t n_tasks = count_tasks(softmax);
    FRCNN_PARALLEL_FOR_IF(softmax->n_outer * softmax->n * softmax->n_inner >= FRCNN_PARALLEL_MIN)
    for (int64_t task = 0; task < n_tasks; task++) run_any(softmax, task);
    return FRCNN_OK;
}
