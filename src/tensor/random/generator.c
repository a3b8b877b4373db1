#include "tensor/random/generator.h"

#include <string.h>

#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

/* Where PyTorch 2.14 keeps what in the bytes of a CPU generator's state. Between the words and the flag lie three doubles,
   of which the second is the kept normal. */
enum {
    SEED_AT = 0,
    LEFT_AT = 8,
    IS_SEEDED_AT = 12,
    NEXT_AT = 16,
    WORDS_AT = 24, /* of 8 bytes each */
    NORMAL_AT = WORDS_AT + 8 * FRCNN_MT19937_WORDS + 8,
    HAS_NORMAL_AT = NORMAL_AT + 16,
    FLOAT_NORMAL_AT = HAS_NORMAL_AT + 8,
    HAS_FLOAT_NORMAL_AT = FLOAT_NORMAL_AT + 4,
    STATE_BYTES = HAS_FLOAT_NORMAL_AT + 4
};

frcnn_status frcnn_generator_create(frcnn_generator **out, uint64_t seed)
{
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, 1, sizeof(frcnn_generator), "a generator"));
    *out = block;
    frcnn_generator_manual_seed(*out, seed);
    return FRCNN_OK;
}

void frcnn_generator_destroy(frcnn_generator **generator)
{
    if (generator == NULL) return;
    frcnn_free(*generator);
    *generator = NULL;
}

void frcnn_generator_manual_seed(frcnn_generator *generator, uint64_t seed)
{
    *generator = (frcnn_generator){.seed = seed};
    frcnn_mt19937_seed(&generator->engine, (uint32_t)seed);
}

uint32_t frcnn_generator_draw_u32(frcnn_generator *generator)
{
    uint32_t word = 0;
    frcnn_mt19937_draw(&generator->engine, 1, &word);
    return word;
}

uint64_t frcnn_generator_draw_u64(frcnn_generator *generator)
{
    uint32_t words[2];
    frcnn_mt19937_draw(&generator->engine, 2, words);
    return (uint64_t)words[0] << 32 | words[1];
}

frcnn_status frcnn_generator_get_state(frcnn_tensor **out, const frcnn_generator *generator)
{
    const int64_t n_bytes = STATE_BYTES;
    const int32_t left = generator->engine.left;
    const int32_t is_seeded = 1;
    const uint64_t next = (uint64_t)generator->engine.next;
    const int32_t has_normal = generator->has_normal;
    frcnn_tensor *state = NULL;
    FRCNN_TRY(frcnn_tensor_create(&state, FRCNN_U8, 1, &n_bytes));
    uint8_t *bytes = frcnn_tensor_get_data(state);
    memcpy(bytes + SEED_AT, &generator->seed, sizeof generator->seed);
    memcpy(bytes + LEFT_AT, &left, sizeof left);
    memcpy(bytes + IS_SEEDED_AT, &is_seeded, sizeof is_seeded);
    memcpy(bytes + NEXT_AT, &next, sizeof next);
    for (int i = 0; i < FRCNN_MT19937_WORDS; i++) {
        const uint64_t word = generator->engine.words[i];
        memcpy(bytes + WORDS_AT + 8 * i, &word, sizeof word);
    }
    memcpy(bytes + NORMAL_AT, &generator->normal, sizeof generator->normal);
    memcpy(bytes + HAS_NORMAL_AT, &has_normal, sizeof has_normal);
    memcpy(bytes + FLOAT_NORMAL_AT, &generator->float_normal, sizeof generator->float_normal);
    bytes[HAS_FLOAT_NORMAL_AT] = (uint8_t)generator->has_float_normal;
    *out = state;
    return FRCNN_OK;
}

static frcnn_status read_state(frcnn_generator *generator, const uint8_t *bytes)
{
    int32_t left = 0;
    int32_t is_seeded = 0;
    uint64_t next = 0;
    int32_t has_normal = 0;
    memcpy(&generator->seed, bytes + SEED_AT, sizeof generator->seed);
    memcpy(&left, bytes + LEFT_AT, sizeof left);
    memcpy(&is_seeded, bytes + IS_SEEDED_AT, sizeof is_seeded);
    memcpy(&next, bytes + NEXT_AT, sizeof next);
    FRCNN_FAIL_IF(is_seeded == 0, FRCNN_ERROR_INVALID, "set_state: expected the state of a seeded generator");
    const int is_fresh = left == 1 && next == 0;
    const int is_within =
        left >= 1 && left <= FRCNN_MT19937_WORDS && next == (uint64_t)(FRCNN_MT19937_WORDS + 1 - left);
    FRCNN_FAIL_IF(!is_fresh && !is_within, FRCNN_ERROR_INVALID,
                  "set_state: expected a position among %d words, found %lld left and %llu next", FRCNN_MT19937_WORDS,
                  (long long)left, (unsigned long long)next);
    generator->engine.left = left;
    generator->engine.next = (int)next;
    for (int i = 0; i < FRCNN_MT19937_WORDS; i++) {
        uint64_t word = 0;
        memcpy(&word, bytes + WORDS_AT + 8 * i, sizeof word);
        generator->engine.words[i] = (uint32_t)word;
    }
    memcpy(&has_normal, bytes + HAS_NORMAL_AT, sizeof has_normal);
    generator->has_normal = has_normal != 0;
    if (generator->has_normal) memcpy(&generator->normal, bytes + NORMAL_AT, sizeof generator->normal);
    generator->has_float_normal = bytes[HAS_FLOAT_NORMAL_AT] != 0;
    if (generator->has_float_normal)
        memcpy(&generator->float_normal, bytes + FLOAT_NORMAL_AT, sizeof generator->float_normal);
    return FRCNN_OK;
}

frcnn_status frcnn_generator_set_state(frcnn_generator *generator, const frcnn_tensor *state)
{
    char text[FRCNN_SHAPE_TEXT_BYTES];
    FRCNN_FAIL_IF(state->dtype != FRCNN_U8 || state->n_elements != STATE_BYTES, FRCNN_ERROR_INVALID,
                  "set_state: expected u8 [%d], found %s %s", STATE_BYTES, frcnn_dtype_get_name(state->dtype),
                  frcnn_shape_format(text, state->n_dims, state->shape));
    const frcnn_device cpu = {FRCNN_CPU, 0};
    frcnn_tensor *near = NULL;
    frcnn_tensor *contiguous = NULL;
    frcnn_generator found = {0};
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_tensor_to_device(&near, state, cpu));
    FRCNN_TRY_CLEANUP(frcnn_tensor_contiguous(&contiguous, near));
    FRCNN_TRY_CLEANUP(read_state(&found, frcnn_tensor_get_const_data(contiguous)));
    *generator = found;

cleanup:
    frcnn_tensor_destroy(&near);
    frcnn_tensor_destroy(&contiguous);
    return status;
}
