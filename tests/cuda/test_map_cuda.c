#include "tensor_tables.h"

#include "tensor/compute.h"
#include "tensor/elementwise/map_loops.h"

enum { MAX_DIMS = 4, N_PROBLEMS = 600, N_DTYPES = FRCNN_BOOL + 1 };

/* An operand's memory: elements of its dtype, more than the operand itself reaches. */
typedef struct memory {
    void *values; /* NULL: the operand is a number */
    int64_t n;
    int64_t offset; /* of the first element */
} memory;

typedef struct problem {
    frcnn_map map; /* without addresses */
    memory inputs[FRCNN_MAP_INPUTS];
    memory output;
    int is_in_place; /* output is input 0 */
} problem;

static int count_inputs(frcnn_map_function function)
{
    if (function == FRCNN_MAP_WHERE || function == FRCNN_MAP_CLAMP) return 3;
    return function < FRCNN_MAP_ADD || function == FRCNN_MAP_LOGICAL_NOT ? 1 : 2;
}

static int64_t count_elements(const frcnn_map *map)
{
    int64_t n = 1;
    for (int d = 0; d < map->n_dims; d++) n *= map->shape[d];
    return n;
}

/* Any bits are a float: subnormal numbers, huge ones, all sorts of NaN. */
static void *make_any(frcnn_dtype dtype, int64_t n, uint64_t *state)
{
    const uint64_t seed = next_random(state);
    const fill_kind kinds[] = {FILL_PLAIN, FILL_TIES, FILL_SPECIAL};
    const int64_t kind = random_below(state, 4);
    if (kind < 3 || dtype == FRCNN_BOOL) return make_values(dtype, n, kinds[kind % 3], seed);
    const size_t bytes = (size_t)n * frcnn_dtype_get_size(dtype);
    unsigned char *values = malloc(bytes + 1);
    assert_non_null(values);
    for (size_t i = 0; i < bytes; i++) values[i] = (unsigned char)next_random(state);
    return values;
}

/* Strides in some order of the dimensions, with gaps; 0 here and there where elements may repeat. */
static int64_t set_strides(int64_t *strides, const frcnn_map *map, int is_dense, int repeats, uint64_t *state)
{
    int64_t step = 1;
    int64_t reach = 1;
    int order[MAX_DIMS] = {0, 1, 2, 3};
    for (int i = map->n_dims - 1; i > 0 && !is_dense; i--) {
        const int other = (int)random_below(state, i + 1);
        const int kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (int i = map->n_dims - 1; i >= 0; i--) {
        const int d = order[i];
        const int is_repeated = repeats && random_below(state, 3) == 0;
        strides[d] = is_repeated ? 0 : step;
        if (is_repeated) continue;
        reach += (map->shape[d] - 1) * step;
        step *= map->shape[d];
        if (!is_dense) step += random_below(state, 3);
    }
    return reach;
}

static void make_operand(frcnn_map_operand *operand, memory *own, const frcnn_map *map, int is_dense, int repeats,
                         uint64_t *state)
{
    const int64_t reach = set_strides(operand->strides, map, is_dense, repeats, state);
    own->offset = is_dense && random_below(state, 2) == 0 ? 0 : random_below(state, 5);
    own->n = own->offset + reach + random_below(state, 4);
    own->values = make_any(operand->dtype, own->n, state);
}

static void make_input(problem *p, int nth, int is_dense, uint64_t *state)
{
    frcnn_map_operand *input = &p->map.inputs[nth];
    const frcnn_dtype lane_dtype = frcnn_lane_get_dtype(p->map.lane);
    const int64_t kind = random_below(state, 4);
    input->dtype = lane_dtype;
    if (kind == 0 && nth > 0) {
        void *number = make_any(lane_dtype, 1, state);
        memcpy(&input->value, number, frcnn_dtype_get_size(lane_dtype));
        free(number);
        return;
    }
    for (int tries = 0; kind == 1 && tries < 4; tries++) {
        const frcnn_dtype other = (frcnn_dtype)random_below(state, N_DTYPES);
        if (frcnn_load_find(p->map.lane, other) != NULL) input->dtype = other;
    }
    make_operand(input, &p->inputs[nth], &p->map, is_dense, !is_dense, state);
}

static void make_output(problem *p, int is_dense, uint64_t *state)
{
    frcnn_map *map = &p->map;
    map->writes_bool = map->function >= FRCNN_MAP_FIRST_TEST;
    map->output.dtype = map->writes_bool ? FRCNN_BOOL : frcnn_lane_get_dtype(map->lane);
    if (!map->writes_bool && random_below(state, 3) == 0)
        map->output.dtype = (frcnn_dtype)random_below(state, N_DTYPES);
    int is_input = map->inputs[0].dtype == map->output.dtype && random_below(state, 4) == 0;
    for (int d = 0; d < map->n_dims; d++) is_input = is_input && (map->shape[d] == 1 || map->inputs[0].strides[d] > 0);
    p->is_in_place = is_input;
    if (is_input)
        map->output = map->inputs[0];
    else
        make_operand(&map->output, &p->output, map, is_dense || map->writes_bool, 0, state);
}

static problem make_problem(frcnn_map_function function, frcnn_lane lane, int n_dims, const int64_t *shape,
                            int is_dense, uint64_t *state)
{
    problem p;
    memset(&p, 0, sizeof p);
    p.map.function = function;
    p.map.lane = lane;
    p.map.n_dims = n_dims;
    memcpy(p.map.shape, shape, (size_t)n_dims * sizeof *shape);
    p.map.n_inputs = count_inputs(function);
    for (int i = 0; i < p.map.n_inputs; i++) make_input(&p, i, is_dense, state);
    make_output(&p, is_dense, state);
    return p;
}

static void free_problem(problem *p)
{
    for (int i = 0; i < FRCNN_MAP_INPUTS; i++) free(p->inputs[i].values);
    free(p->output.values);
}

static void *get_first(void *values, const memory *own, frcnn_dtype dtype)
{
    return (unsigned char *)values + (size_t)own->offset * frcnn_dtype_get_size(dtype);
}

/* The output's memory after a run, which the test frees; inputs stay as they are. */
static void *run(const problem *p, int is_on_gpu, frcnn_status *status)
{
    const memory *out = p->is_in_place ? &p->inputs[0] : &p->output;
    const size_t out_bytes = (size_t)out->n * frcnn_dtype_get_size(p->map.output.dtype);
    const frcnn_tensor_ops *table = is_on_gpu ? get_gpu() : &frcnn_tensor_ops_cpu;
    frcnn_map map = p->map;
    void *inputs[FRCNN_MAP_INPUTS] = {NULL};
    void *result = malloc(out_bytes + 1);
    assert_non_null(result);
    memcpy(result, out->values, out_bytes);
    void *written = is_on_gpu ? to_gpu(result, out_bytes) : result;
    map.output.data = get_first(written, out, map.output.dtype);
    for (int i = 0; i < map.n_inputs; i++) {
        const memory *own = &p->inputs[i];
        if (own->values == NULL) continue;
        if (is_on_gpu) inputs[i] = to_gpu(own->values, (size_t)own->n * frcnn_dtype_get_size(map.inputs[i].dtype));
        map.inputs[i].data = get_first(is_on_gpu ? inputs[i] : own->values, own, map.inputs[i].dtype);
    }
    if (p->is_in_place) map.inputs[0].data = map.output.data;
    *status = table->elementwise->map(&map);
    for (int i = 0; i < map.n_inputs; i++) gpu_free(inputs[i]);
    if (!is_on_gpu) return result;
    free(result);
    return from_gpu(written, out_bytes);
}

static double get_float(frcnn_dtype dtype, const void *values, int64_t i)
{
    if (dtype == FRCNN_F16) return (double)frcnn_f16_to_f32(((const uint16_t *)values)[i]);
    if (dtype == FRCNN_BF16) return (double)frcnn_bf16_to_f32(((const uint16_t *)values)[i]);
    return get_real(dtype, values, i);
}

/* What goes through the C library in f64 is within a few ulp there and here; all else has the same bits, but for those of a
   NaN. */
static int is_of_library(const frcnn_map *map)
{
    const frcnn_map_function f = map->function;
    return map->lane == FRCNN_LANE_F64 &&
           (f == FRCNN_MAP_EXP || f == FRCNN_MAP_LOG || f == FRCNN_MAP_TANH || f == FRCNN_MAP_SIGMOID);
}

static void assert_same(const problem *p, const void *found, const void *expected)
{
    const frcnn_dtype dtype = p->map.output.dtype;
    const size_t size = frcnn_dtype_get_size(dtype);
    const int64_t n = p->is_in_place ? p->inputs[0].n : p->output.n;
    for (int64_t i = 0; i < n; i++) {
        const unsigned char *a = (const unsigned char *)found + (size_t)i * size;
        const unsigned char *b = (const unsigned char *)expected + (size_t)i * size;
        if (memcmp(a, b, size) == 0) continue;
        const int is_float = frcnn_compute_is_float(dtype);
        const double x = is_float ? get_float(dtype, found, i) : 0;
        const double y = is_float ? get_float(dtype, expected, i) : 0;
        if (is_float && x != x && y != y) continue;
        if (is_float && is_of_library(&p->map) && fabs(x - y) <= fabs(y) * (dtype == FRCNN_F64 ? 0x1p-50 : 0x1p-7))
            continue;
        fail_msg("function %d, lane %d, dtype %s, element %lld of %lld: expected %.17g, found %.17g",
                 (int)p->map.function, (int)p->map.lane, frcnn_dtype_get_name(dtype), (long long)i, (long long)n, y, x);
    }
}

static void compare(const problem *p)
{
    frcnn_status expected_status = FRCNN_OK;
    frcnn_status status = FRCNN_OK;
    char message[128] = "";
    void *expected = run(p, 0, &expected_status);
    if (expected_status != FRCNN_OK) snprintf(message, sizeof message, "%s", frcnn_error_message());
    void *found = run(p, 1, &status);
    assert_int_equal(status, expected_status);
    if (status != FRCNN_OK) assert_string_equal(frcnn_error_message(), message);
    assert_same(p, found, expected);
    free(expected);
    free(found);
}

/* Around what a thread and a block make. */
static void every_function_of_rows(void **state)
{
    (void)state;
    const int64_t sizes[] = {1, 2, 3, 4, 5, 7, 255, 1024, 1027, 2049};
    uint64_t random = 1;
    for (int function = 0; function < FRCNN_MAP_N_FUNCTIONS; function++)
        for (int lane = 0; lane < FRCNN_N_LANES; lane++) {
            if (frcnn_map_loop_find((frcnn_map_function)function, (frcnn_lane)lane) == NULL) continue;
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                problem p = make_problem((frcnn_map_function)function, (frcnn_lane)lane, 1, &sizes[i], 1, &random);
                compare(&p);
                free_problem(&p);
            }
        }
}

static void any_layout(void **state)
{
    (void)state;
    uint64_t random = 2;
    for (int i = 0; i < N_PROBLEMS; i++) {
        const frcnn_map_function function = (frcnn_map_function)random_below(&random, FRCNN_MAP_N_FUNCTIONS);
        const frcnn_lane lane = (frcnn_lane)random_below(&random, FRCNN_N_LANES);
        const int n_dims = 1 + (int)random_below(&random, MAX_DIMS);
        int64_t shape[MAX_DIMS];
        for (int d = 0; d < n_dims; d++) shape[d] = 1 + random_below(&random, random_below(&random, 5) == 0 ? 30 : 5);
        if (frcnn_map_loop_find(function, lane) == NULL) continue;
        problem p = make_problem(function, lane, n_dims, shape, random_below(&random, 4) == 0, &random);
        assert_true(count_elements(&p.map) > 0);
        compare(&p);
        free_problem(&p);
    }
}

static void every_conversion(void **state)
{
    (void)state;
    const int64_t n = 777;
    uint64_t random = 3;
    for (int from = 0; from < N_DTYPES; from++)
        for (int to = 0; to < N_DTYPES; to++)
            for (int i = 0; i < 4; i++) {
                problem p;
                memset(&p, 0, sizeof p);
                p.map = (frcnn_map){.function = FRCNN_MAP_COPY,
                                    .lane = frcnn_lane_find((frcnn_dtype)from),
                                    .n_dims = 1,
                                    .shape = {n},
                                    .n_inputs = 1};
                p.map.inputs[0].dtype = (frcnn_dtype)from;
                p.map.output.dtype = (frcnn_dtype)to;
                make_operand(&p.map.inputs[0], &p.inputs[0], &p.map, 1, 0, &random);
                make_operand(&p.map.output, &p.output, &p.map, 1, 0, &random);
                compare(&p);
                free_problem(&p);
            }
}

static void dividing_by_zero_is_an_error(void **state)
{
    (void)state;
    int32_t values[] = {7, -7, 9, 5};
    int32_t divisors[] = {2, 2, 0, -3};
    frcnn_map map = {.function = FRCNN_MAP_FLOOR_DIVIDE, .lane = FRCNN_LANE_I32, .n_dims = 1, .shape = {4}};
    map.n_inputs = 2;
    map.inputs[0] = (frcnn_map_operand){to_gpu(values, sizeof values), FRCNN_I32, {1}, {0}};
    map.inputs[1] = (frcnn_map_operand){to_gpu(divisors, sizeof divisors), FRCNN_I32, {1}, {0}};
    map.output = (frcnn_map_operand){gpu_alloc(sizeof values), FRCNN_I32, {1}, {0}};
    assert_fails(get_gpu()->elementwise->map(&map), FRCNN_ERROR_INVALID, "expected integers other than 0 to divide by");
    map.shape[0] = 2;
    assert_ok(get_gpu()->elementwise->map(&map));
    gpu_free(map.inputs[0].data);
    gpu_free(map.inputs[1].data);
    int32_t *quotients = from_gpu(map.output.data, sizeof values);
    assert_int_equal(quotients[0], 3);
    assert_int_equal(quotients[1], -4);
    assert_int_equal(quotients[2], 0);
    assert_int_equal(quotients[3], -2);
    free(quotients);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_function_of_rows),
        cmocka_unit_test(any_layout),
        cmocka_unit_test(every_conversion),
        cmocka_unit_test(dividing_by_zero_is_an_error),
    };
    return RUN_CUDA_TESTS(tests);
}
