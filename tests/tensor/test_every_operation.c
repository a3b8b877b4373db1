/* What holds for every operation: the same bytes for every number of threads, and wherever in memory its inputs lie, which
   stay as they are. Inputs are large enough for work to be shared. */
#include "support.h"

#include <stdlib.h>

#include "frcnn/frcnn.h"
#include "tensor/parallel.h"

enum { MAX_RESULTS = 2048, MOST_THREADS = 3, N_KINDS = 6 };

/* Outputs in the order in which they were made; a hash is 0 where the operation doesn't take the dtype. */
typedef struct results {
    int n;
    int n_made;
    struct {
        const char *name;
        uint64_t hash; /* of dtype, shape and elements */
    } each[MAX_RESULTS];
} results;

typedef struct inputs {
    frcnn_tensor *maps[N_KINDS]; /* [2, 37, 41, 16] of several dtypes, below them zero too */
    frcnn_tensor *positive;      /* f32 of that shape */
    frcnn_tensor *mask;          /* bool */
    frcnn_tensor *row;           /* f32 [16] */
    frcnn_tensor *wide_row;      /* f64 */
    frcnn_tensor *matrix;        /* f32 [16, 24] */
    frcnn_tensor *wide_matrix;   /* f64 */
    frcnn_tensor *kernel;        /* f32 [24, 16, 3, 3] */
    frcnn_tensor *wide_kernel;   /* f64 */
    frcnn_tensor *classes;       /* i64 [3034], 0 … 15 */
    frcnn_tensor *few;           /* i64 [50], 0 … 15 */
    frcnn_tensor *indices;       /* i64 of the maps' shape, 0 … 15 */
    frcnn_tensor *picture;       /* u8 [150, 140, 3] */
} inputs;

static const frcnn_dtype kinds[N_KINDS] = {FRCNN_F32, FRCNN_F64, FRCNN_BF16, FRCNN_I64, FRCNN_I16, FRCNN_U8};
static const int64_t map_shape[] = {2, 37, 41, 16};

static uint64_t add_to_hash(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    while (n > 0) {
        const size_t n_here = n < 8 ? n : 8;
        uint64_t word = 0;
        memcpy(&word, at, n_here);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
        at += n_here;
        n -= n_here;
    }
    return hash;
}

static uint64_t get_hash(const frcnn_tensor *tensor)
{
    frcnn_tensor *rows = NULL;
    const int dtype = (int)frcnn_tensor_get_dtype(tensor);
    assert_ok(frcnn_tensor_contiguous(&rows, tensor));
    const size_t n_bytes = (size_t)frcnn_tensor_get_n_elements(rows) * frcnn_dtype_get_size((frcnn_dtype)dtype);
    uint64_t hash = add_to_hash(1, &dtype, sizeof dtype);
    hash = add_to_hash(hash, frcnn_tensor_get_shape(rows), (size_t)frcnn_tensor_get_n_dims(rows) * sizeof(int64_t));
    hash = add_to_hash(hash, frcnn_tensor_get_const_data(rows), n_bytes);
    frcnn_tensor_destroy(&rows);
    return hash;
}

static void keep(results *r, const char *name, frcnn_status status, frcnn_tensor **tensor)
{
    assert_true(r->n < MAX_RESULTS);
    if (status != FRCNN_OK && status != FRCNN_ERROR_INVALID) fail_msg("%s: %s", name, frcnn_error_message());
    assert_true((status == FRCNN_OK) == (*tensor != NULL));
    r->n_made += status == FRCNN_OK;
    r->each[r->n].name = name;
    r->each[r->n++].hash = *tensor == NULL ? 0 : get_hash(*tensor);
    frcnn_tensor_destroy(tensor);
}

#define KEEP(call) keep(r, #call, call, &out)
#define KEEP_TWO(call)                                                                                                 \
    do {                                                                                                               \
        const frcnn_status two_status = call;                                                                          \
        keep(r, #call, two_status, &out);                                                                              \
        keep(r, #call, two_status, &other);                                                                            \
    } while (0)

static void run_elementwise(results *r, const inputs *in, const frcnn_tensor *map)
{
    const frcnn_scalar two = frcnn_scalar_f64(2);
    frcnn_tensor *out = NULL;
    KEEP(frcnn_tensor_neg(&out, map));
    KEEP(frcnn_tensor_abs(&out, map));
    KEEP(frcnn_tensor_floor(&out, map));
    KEEP(frcnn_tensor_ceil(&out, map));
    KEEP(frcnn_tensor_round(&out, map));
    KEEP(frcnn_tensor_relu(&out, map));
    KEEP(frcnn_tensor_exp(&out, map));
    KEEP(frcnn_tensor_log(&out, map));
    KEEP(frcnn_tensor_sqrt(&out, map));
    KEEP(frcnn_tensor_sigmoid(&out, map));
    KEEP(frcnn_tensor_tanh(&out, map));
    KEEP(frcnn_tensor_relu6(&out, map));
    KEEP(frcnn_tensor_hardswish(&out, map));
    KEEP(frcnn_tensor_hardsigmoid(&out, map));
    KEEP(frcnn_tensor_logical_not(&out, map));
    KEEP(frcnn_tensor_add(&out, map, in->row));
    KEEP(frcnn_tensor_sub(&out, map, in->positive));
    KEEP(frcnn_tensor_mul(&out, in->row, map));
    KEEP(frcnn_tensor_div(&out, map, in->positive));
    KEEP(frcnn_tensor_floor_divide(&out, map, in->positive));
    KEEP(frcnn_tensor_remainder(&out, map, in->positive));
    KEEP(frcnn_tensor_floor_divide_scalar(&out, map, frcnn_scalar_i64(3)));
    KEEP(frcnn_tensor_remainder_scalar(&out, map, frcnn_scalar_i64(3)));
    KEEP(frcnn_tensor_minimum(&out, map, in->row));
    KEEP(frcnn_tensor_maximum(&out, map, in->row));
    KEEP(frcnn_tensor_eq(&out, map, in->row));
    KEEP(frcnn_tensor_ne(&out, map, in->row));
    KEEP(frcnn_tensor_lt(&out, map, in->row));
    KEEP(frcnn_tensor_le(&out, map, in->row));
    KEEP(frcnn_tensor_gt(&out, map, in->row));
    KEEP(frcnn_tensor_ge(&out, map, in->row));
    KEEP(frcnn_tensor_logical_and(&out, map, in->row));
    KEEP(frcnn_tensor_logical_or(&out, map, in->row));
    KEEP(frcnn_tensor_logical_xor(&out, map, in->row));
    KEEP(frcnn_tensor_where(&out, in->mask, map, in->row));
    KEEP(frcnn_tensor_clamp(&out, map, NULL, &two));
    KEEP(frcnn_tensor_cast(&out, map, FRCNN_F16));
    KEEP(frcnn_tensor_cast(&out, map, FRCNN_I32));
    KEEP(frcnn_tensor_cast(&out, map, FRCNN_BOOL));
}

static void run_format(results *r, const frcnn_tensor *map)
{
    char *text = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_format(&text, map, NULL));
    const int64_t n_bytes = (int64_t)strlen(text);
    KEEP(frcnn_tensor_from_data(&out, FRCNN_U8, 1, &n_bytes, text));
    frcnn_text_destroy(&text);
}

static void run_in_place(results *r, const inputs *in, const frcnn_tensor *map)
{
    const frcnn_scalar two = frcnn_scalar_i64(2);
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_cast(&out, map, frcnn_tensor_get_dtype(map)));
    assert_ok(frcnn_tensor_add_in_place(out, map));
    assert_ok(frcnn_tensor_sub_scalar_in_place(out, two));
    assert_ok(frcnn_tensor_mul_in_place(out, map));
    assert_ok(frcnn_tensor_relu_in_place(out));
    assert_ok(frcnn_tensor_clamp_in_place(out, &two, NULL));
    keep(r, "in place", FRCNN_OK, &out);
    assert_ok(frcnn_tensor_cast(&out, map, frcnn_tensor_get_dtype(map)));
    assert_ok(frcnn_tensor_copy(out, in->positive));
    keep(r, "in place", FRCNN_OK, &out);
    assert_ok(frcnn_tensor_cast(&out, map, frcnn_tensor_get_dtype(map)));
    assert_ok(frcnn_tensor_fill(out, two));
    keep(r, "in place", FRCNN_OK, &out);
}

/* Over the last dimension, the first ones, one in the middle, the last ones, some that lie apart, all. */
static void run_reductions(results *r, const frcnn_tensor *map)
{
    static const struct {
        int n;
        int dims[3];
    } over[] = {{1, {3}}, {2, {0, 1}}, {1, {1}}, {2, {2, 3}}, {2, {0, 2}}, {3, {0, 1, 3}}, {0, {0}}};
    frcnn_tensor *out = NULL;
    frcnn_tensor *other = NULL;
    for (size_t i = 0; i < sizeof over / sizeof over[0]; i++) {
        const int *dims = over[i].dims;
        const int n = over[i].n;
        KEEP(frcnn_tensor_sum(&out, map, dims, n, 0));
        KEEP(frcnn_tensor_mean(&out, map, dims, n, 1));
        KEEP(frcnn_tensor_var(&out, map, dims, n, 0, 1));
        KEEP(frcnn_tensor_prod(&out, map, dims, n, 0));
        KEEP(frcnn_tensor_amax(&out, map, dims, n, 0));
        KEEP(frcnn_tensor_amin(&out, map, dims, n, 0));
        KEEP(frcnn_tensor_any(&out, map, dims, n, 0));
        KEEP(frcnn_tensor_all(&out, map, dims, n, 0));
    }
    for (int dim = 0; dim < 4; dim++) {
        KEEP_TWO(frcnn_tensor_max(&out, &other, map, dim, 0));
        KEEP_TWO(frcnn_tensor_min(&out, &other, map, dim, 1));
        KEEP(frcnn_tensor_cumsum(&out, map, dim));
        KEEP(frcnn_tensor_softmax(&out, map, dim));
        KEEP(frcnn_tensor_log_softmax(&out, map, dim));
    }
    KEEP(frcnn_tensor_argmax(&out, map, FRCNN_ALL_DIMS, 0));
    KEEP(frcnn_tensor_argmin(&out, map, FRCNN_ALL_DIMS, 0));
}

static void run_indexing(results *r, const inputs *in, const frcnn_tensor *map)
{
    static const int order[] = {3, 0, 2, 1};
    const frcnn_tensor *both[] = {map, in->maps[4]};
    frcnn_tensor *out = NULL;
    frcnn_tensor *other = NULL;
    frcnn_tensor *third = NULL;
    KEEP_TWO(frcnn_tensor_sort(&out, &other, map, 1, 0));
    KEEP_TWO(frcnn_tensor_sort(&out, &other, map, 3, 1));
    KEEP(frcnn_tensor_argsort(&out, map, 2, 0));
    KEEP_TWO(frcnn_tensor_topk(&out, &other, map, 7, 1, 1));
    KEEP(frcnn_tensor_nonzero(&out, map));
    assert_ok(frcnn_tensor_unique(&out, &other, &third, map));
    keep(r, "unique", FRCNN_OK, &out);
    keep(r, "unique", FRCNN_OK, &other);
    keep(r, "unique", FRCNN_OK, &third);
    KEEP(frcnn_tensor_index_select(&out, map, 3, in->few));
    KEEP(frcnn_tensor_index_select(&out, map, 1, in->few));
    KEEP(frcnn_tensor_gather(&out, map, 1, in->indices));
    KEEP(frcnn_tensor_gather(&out, map, 3, in->indices));
    KEEP(frcnn_tensor_masked_select(&out, map, in->mask));
    KEEP(frcnn_tensor_one_hot(&out, in->classes, 16));
    KEEP(frcnn_tensor_cat(&out, both, 2, 1));
    KEEP(frcnn_tensor_stack(&out, both, 2, 4));
    assert_ok(frcnn_tensor_permute(&other, map, order));
    KEEP(frcnn_tensor_contiguous(&out, other));
    frcnn_tensor_destroy(&other);
    KEEP(frcnn_tensor_flatten(&out, map, 0, 2));
}

static void run_layers(results *r, const inputs *in, const frcnn_tensor *map)
{
    static const int64_t pads[] = {0, 0, 2, 3, 4, -1};
    const int is_wide = frcnn_tensor_get_dtype(map) == FRCNN_F64;
    const frcnn_tensor *kernel = is_wide ? in->wide_kernel : in->kernel;
    frcnn_max_pool2d_options max;
    frcnn_avg_pool2d_options avg;
    frcnn_interpolate_options size;
    frcnn_tensor *out = NULL;
    frcnn_tensor *other = NULL;
    frcnn_tensor *transposed = NULL;
    frcnn_max_pool2d_options_default(&max);
    frcnn_avg_pool2d_options_default(&avg);
    max.kernel_h = max.kernel_w = avg.kernel_h = avg.kernel_w = 3;
    max.padding_h = max.padding_w = avg.padding_h = avg.padding_w = 1;
    KEEP(frcnn_tensor_conv2d(&out, map, kernel, NULL, NULL));
    KEEP_TWO(frcnn_tensor_max_pool2d(&out, &other, map, &max));
    KEEP(frcnn_tensor_max_pool2d(&out, NULL, map, &max));
    KEEP(frcnn_tensor_avg_pool2d(&out, map, &avg));
    KEEP(frcnn_tensor_adaptive_avg_pool2d(&out, map, 1, 1));
    KEEP(frcnn_tensor_adaptive_avg_pool2d(&out, map, 7, 9));
    KEEP_TWO(frcnn_tensor_adaptive_max_pool2d(&out, &other, map, 7, 9));
    const frcnn_tensor *row = is_wide ? in->wide_row : in->row;
    KEEP(frcnn_tensor_batch_norm(&out, map, row, row, row, row, 1e-5));
    for (int mode = 0; mode < 3; mode++) {
        frcnn_interpolate_options_default(&size);
        size.mode = mode == 0 ? FRCNN_INTERPOLATE_NEAREST : FRCNN_INTERPOLATE_BILINEAR;
        size.antialias = mode == 2;
        size.out_h = 29;
        size.out_w = 60;
        KEEP(frcnn_tensor_interpolate(&out, map, &size));
    }
    KEEP(frcnn_tensor_pad(&out, map, pads, 6, FRCNN_PAD_REFLECT, frcnn_scalar_i64(0)));
    KEEP(frcnn_tensor_pad(&out, map, pads, 6, FRCNN_PAD_CONSTANT, frcnn_scalar_i64(1)));
    const frcnn_tensor *matrix = is_wide ? in->wide_matrix : in->matrix;
    KEEP(frcnn_tensor_matmul(&out, map, matrix));
    KEEP(frcnn_tensor_matmul(&out, map, in->row));
    assert_ok(frcnn_tensor_transpose(&transposed, matrix, 0, 1));
    KEEP(frcnn_tensor_linear(&out, map, transposed, NULL));
    frcnn_tensor_destroy(&transposed);
    assert_ok(frcnn_tensor_transpose(&transposed, map, 2, 3));
    KEEP(frcnn_tensor_matmul(&out, map, transposed));
    frcnn_tensor_destroy(&transposed);
}

static void run_losses(results *r, const inputs *in, const frcnn_tensor *map)
{
    frcnn_tensor *out = NULL;
    frcnn_tensor *rows = NULL;
    frcnn_tensor *probs = NULL;
    assert_ok(frcnn_tensor_flatten(&rows, map, 0, 2));
    assert_ok(frcnn_tensor_flatten(&probs, in->positive, 0, 2));
    KEEP(frcnn_tensor_cross_entropy(&out, rows, in->classes, NULL));
    KEEP(frcnn_tensor_cross_entropy(&out, rows, probs, NULL));
    KEEP(frcnn_tensor_nll_loss(&out, rows, in->classes, NULL));
    for (int reduction = FRCNN_LOSS_NONE; reduction <= FRCNN_LOSS_SUM; reduction++) {
        const frcnn_loss_reduction by = (frcnn_loss_reduction)reduction;
        KEEP(frcnn_tensor_mse_loss(&out, map, in->row, by));
        KEEP(frcnn_tensor_l1_loss(&out, map, in->positive, by));
        KEEP(frcnn_tensor_smooth_l1_loss(&out, map, in->positive, 0.5, by));
    }
    KEEP(frcnn_tensor_binary_cross_entropy_with_logits(&out, map, in->positive, NULL));
    frcnn_tensor_destroy(&rows);
    frcnn_tensor_destroy(&probs);
}

static void run_without_map(results *r, const inputs *in)
{
    enum { N = 100000 };
    static const int64_t n = N;
    const frcnn_tensor *pictures = in->maps[0];
    frcnn_tensor *out = NULL;
    frcnn_tensor *chw = NULL;
    frcnn_generator *generator = NULL;
    KEEP(frcnn_tensor_arange(&out, FRCNN_F32, 0, N, 1));
    KEEP(frcnn_tensor_linspace(&out, FRCNN_F64, 0, 1, N));
    KEEP(frcnn_tensor_full(&out, FRCNN_I16, 1, &n, frcnn_scalar_i64(-3)));
    KEEP(frcnn_tensor_eye(&out, FRCNN_F16, 300, 301));
    assert_ok(frcnn_generator_create(&generator, 1));
    KEEP(frcnn_tensor_rand(&out, generator, FRCNN_F32, 1, &n));
    KEEP(frcnn_tensor_uniform(&out, generator, FRCNN_F16, 1, &n, -1, 1));
    KEEP(frcnn_tensor_randn(&out, generator, FRCNN_F32, 1, &n));
    KEEP(frcnn_tensor_randn(&out, generator, FRCNN_F64, 1, &n));
    KEEP(frcnn_tensor_randint(&out, generator, FRCNN_I32, 1, &n, -5, 1000));
    KEEP(frcnn_tensor_randperm(&out, generator, FRCNN_I64, N));
    KEEP(frcnn_tensor_dropout(&out, generator, in->positive, 0.5, 1));
    frcnn_generator_destroy(&generator);
    KEEP(frcnn_picture_to_chw(&out, in->picture));
    assert_ok(frcnn_picture_to_chw(&chw, in->picture));
    KEEP(frcnn_picture_from_chw(&out, chw));
    frcnn_tensor_destroy(&chw);
    KEEP(frcnn_picture_convert_dtype(&out, in->positive, FRCNN_U8));
    KEEP(frcnn_picture_convert(&out, in->picture, 1));
    KEEP(frcnn_picture_swap_red_blue(&out, in->picture, -1));
    KEEP(frcnn_picture_make_grid(&out, pictures, NULL));
}

static void run_all(results *r, const inputs *in)
{
    *r = (results){0};
    for (int i = 0; i < N_KINDS; i++) {
        run_elementwise(r, in, in->maps[i]);
        run_in_place(r, in, in->maps[i]);
        run_format(r, in->maps[i]);
        run_reductions(r, in->maps[i]);
        run_indexing(r, in, in->maps[i]);
        run_layers(r, in, in->maps[i]);
        run_losses(r, in, in->maps[i]);
    }
    run_without_map(r, in);
    assert_true(r->n_made > 900);
}

/* Numbers from -10 to 10, zero among them; the same every time. */
static frcnn_tensor *make_floats(int n_dims, const int64_t *shape, int is_positive)
{
    frcnn_tensor *tensor = NULL;
    uint32_t word = 12345;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, n_dims, shape));
    float *values = frcnn_tensor_get_data(tensor);
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(tensor); i++) {
        word = word * 1664525u + 1013904223u;
        values[i] = is_positive ? (float)(word >> 22) / 512.0F + 0.25F : ((float)(word >> 20) - 2048.0F) / 205.0F;
    }
    return tensor;
}

static frcnn_tensor *make_indices(int n_dims, const int64_t *shape)
{
    frcnn_tensor *tensor = NULL;
    uint32_t word = 54321;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_I64, n_dims, shape));
    int64_t *values = frcnn_tensor_get_data(tensor);
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(tensor); i++) {
        word = word * 1664525u + 1013904223u;
        values[i] = word >> 28;
    }
    return tensor;
}

static frcnn_tensor *make_cast(const frcnn_tensor *tensor, frcnn_dtype dtype)
{
    frcnn_tensor *cast = NULL;
    assert_ok(frcnn_tensor_cast(&cast, tensor, dtype));
    return cast;
}

/* All tensors of a struct that holds nothing else. */
enum { N_INPUTS = sizeof(inputs) / sizeof(frcnn_tensor *) };

static frcnn_tensor **get_all(inputs *in)
{
    return in->maps;
}

static void make_inputs(inputs *in)
{
    static const int64_t matrix[] = {16, 24}, kernel[] = {24, 16, 3, 3}, picture[] = {150, 140, 3};
    static const int64_t n_channels = 16, n_rows = INT64_C(2) * 37 * 41, n_few = 50;
    frcnn_tensor *floats = make_floats(4, map_shape, 0);
    frcnn_tensor *pixels = make_floats(3, picture, 1);
    for (int i = 0; i < N_KINDS; i++) in->maps[i] = make_cast(floats, kinds[i]);
    in->positive = make_floats(4, map_shape, 1);
    in->mask = make_cast(in->maps[4], FRCNN_BOOL);
    in->row = make_floats(1, &n_channels, 1);
    in->wide_row = make_cast(in->row, FRCNN_F64);
    in->matrix = make_floats(2, matrix, 0);
    in->wide_matrix = make_cast(in->matrix, FRCNN_F64);
    in->kernel = make_floats(4, kernel, 0);
    in->wide_kernel = make_cast(in->kernel, FRCNN_F64);
    in->classes = make_indices(1, &n_rows);
    in->few = make_indices(1, &n_few);
    in->indices = make_indices(4, map_shape);
    assert_ok(frcnn_tensor_mul_scalar_in_place(pixels, frcnn_scalar_f64(110)));
    in->picture = make_cast(pixels, FRCNN_U8);
    frcnn_tensor_destroy(&floats);
    frcnn_tensor_destroy(&pixels);
}

static void destroy_inputs(inputs *in)
{
    for (int i = 0; i < N_INPUTS; i++) frcnn_tensor_destroy(&get_all(in)[i]);
}

static void assert_same_results(const results *found, const results *expected, const char *when)
{
    assert_int_equal(found->n, expected->n);
    for (int i = 0; i < expected->n; i++)
        if (found->each[i].hash != expected->each[i].hash) fail_msg("%s differs %s", expected->each[i].name, when);
}

static void every_operation_gives_the_same_bytes_for_every_number_of_threads(void **state)
{
    (void)state;
    const int before = frcnn_parallel_get_threads();
    inputs in;
    results expected;
    make_inputs(&in);
    frcnn_parallel_set_threads(1);
    run_all(&expected, &in);
    for (int n = 2; n <= MOST_THREADS; n++) {
        char when[32];
        results found;
        snprintf(when, sizeof when, "with %d threads", n);
        frcnn_parallel_set_threads(n);
        run_all(&found, &in);
        assert_same_results(&found, &expected, when);
    }
    frcnn_parallel_set_threads(before);
    destroy_inputs(&in);
}

/* The same elements one byte behind a multiple of all sizes. */
static frcnn_tensor *make_misaligned(const frcnn_tensor *tensor)
{
    const size_t size = frcnn_dtype_get_size(frcnn_tensor_get_dtype(tensor));
    const size_t n_bytes = (size_t)frcnn_tensor_get_n_elements(tensor) * size;
    unsigned char *memory = malloc(n_bytes + 1);
    frcnn_tensor *misaligned = NULL;
    assert_non_null(memory);
    memcpy(memory + 1, frcnn_tensor_get_const_data(tensor), n_bytes);
    assert_ok(frcnn_tensor_from_memory(&misaligned, frcnn_tensor_get_dtype(tensor), frcnn_tensor_get_n_dims(tensor),
                                       frcnn_tensor_get_shape(tensor), memory + 1, free, memory));
    return misaligned;
}

static void every_operation_reads_memory_at_any_address(void **state)
{
    (void)state;
    inputs in;
    inputs misaligned;
    results expected;
    results found;
    make_inputs(&in);
    run_all(&expected, &in);
    for (int i = 0; i < N_INPUTS; i++) get_all(&misaligned)[i] = make_misaligned(get_all(&in)[i]);
    run_all(&found, &misaligned);
    assert_same_results(&found, &expected, "where memory is not aligned");
    destroy_inputs(&misaligned);
    destroy_inputs(&in);
}

static void no_operation_writes_to_its_inputs(void **state)
{
    (void)state;
    inputs in;
    results unused;
    uint64_t before[N_INPUTS];
    make_inputs(&in);
    for (int i = 0; i < N_INPUTS; i++) before[i] = get_hash(get_all(&in)[i]);
    run_all(&unused, &in);
    for (int i = 0; i < N_INPUTS; i++) assert_true(get_hash(get_all(&in)[i]) == before[i]);
    destroy_inputs(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_gives_the_same_bytes_for_every_number_of_threads),
        cmocka_unit_test(every_operation_reads_memory_at_any_address),
        cmocka_unit_test(no_operation_writes_to_its_inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
