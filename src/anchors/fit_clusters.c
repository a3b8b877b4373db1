#include "anchors/fit_clusters.h"

#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"

enum { MAX_ROUNDS = 100 };

static double get_distance(const frcnn_fit_shape *a, const frcnn_fit_shape *b)
{
    const double overlap = (a->w < b->w ? a->w : b->w) * (a->h < b->h ? a->h : b->h);
    return 1 - overlap / (a->w * a->h + b->w * b->h - overlap);
}

/* Each next centre is a shape drawn with the square of its distance to the nearest one as weight. */
static void choose_starts(frcnn_fit_shape *centres, int k, const frcnn_fit_shape *shapes, size_t n, double *distances,
                          const double *draws)
{
    for (size_t i = 0; i < n; i++) distances[i] = 1;
    for (int c = 0; c < k; c++) {
        double total = 0, sum = 0;
        for (size_t i = 0; i < n; i++) total += distances[i] * distances[i];
        size_t chosen = 0;
        for (; chosen + 1 < n; chosen++) {
            sum += distances[chosen] * distances[chosen];
            if (sum > draws[c] * total) break;
        }
        centres[c] = shapes[chosen];
        for (size_t i = 0; i < n; i++) {
            const double distance = get_distance(&shapes[i], &centres[c]);
            if (distance < distances[i]) distances[i] = distance;
        }
    }
}

static int find_nearest(const frcnn_fit_shape *shape, const frcnn_fit_shape *centres, int k)
{
    int nearest = 0;
    double least = get_distance(shape, &centres[0]);
    for (int c = 1; c < k; c++) {
        const double distance = get_distance(shape, &centres[c]);
        if (distance >= least) continue;
        least = distance;
        nearest = c;
    }
    return nearest;
}

/* The mean shape of each cluster; one without members stays where it is. */
static void move_centres(frcnn_fit_shape *centres, int k, const frcnn_fit_shape *shapes, size_t n,
                         const int *cluster_of, double *sums)
{
    memset(sums, 0, (size_t)k * 3 * sizeof *sums);
    for (size_t i = 0; i < n; i++) {
        double *sum = sums + 3 * (size_t)cluster_of[i];
        sum[0] += shapes[i].w;
        sum[1] += shapes[i].h;
        sum[2] += 1;
    }
    for (int c = 0; c < k; c++) {
        const double *sum = sums + 3 * (size_t)c;
        if (sum[2] > 0) centres[c] = (frcnn_fit_shape){sum[0] / sum[2], sum[1] / sum[2]};
    }
}

frcnn_status frcnn_fit_cluster(frcnn_fit_shape *centres, int k, const frcnn_fit_shape *shapes, size_t n,
                               frcnn_generator *generator)
{
    frcnn_status status = FRCNN_OK;
    const int64_t n_draws = k;
    frcnn_tensor *draws = NULL;
    void *distances = NULL, *block = NULL, *sums = NULL;
    FRCNN_TRY_CLEANUP(frcnn_tensor_rand(&draws, generator, FRCNN_F64, 1, &n_draws));
    FRCNN_TRY_CLEANUP(frcnn_alloc(&distances, n, sizeof(double), "clusters"));
    FRCNN_TRY_CLEANUP(frcnn_alloc_zeroed(&block, n, sizeof(int), "clusters"));
    FRCNN_TRY_CLEANUP(frcnn_alloc(&sums, (size_t)k, 3 * sizeof(double), "clusters"));
    int *cluster_of = block;
    choose_starts(centres, k, shapes, n, distances, frcnn_tensor_get_const_data(draws));
    for (int round = 0; round < MAX_ROUNDS; round++) {
        int is_changed = round == 0;
        for (size_t i = 0; i < n; i++) {
            const int nearest = find_nearest(&shapes[i], centres, k);
            is_changed |= nearest != cluster_of[i];
            cluster_of[i] = nearest;
        }
        if (!is_changed) break;
        move_centres(centres, k, shapes, n, cluster_of, sums);
    }

cleanup:
    frcnn_free(sums);
    frcnn_free(block);
    frcnn_free(distances);
    frcnn_tensor_destroy(&draws);
    return status;
}
