#include "support.h"

#include "tensor/random/mt19937.h"

/* The C++ standard says what the 10000th word of std::mt19937 with its default seed is. */
static void the_words_are_those_of_the_standard(void **state)
{
    (void)state;
    static uint32_t words[10000];
    frcnn_mt19937 engine;
    frcnn_mt19937_seed(&engine, 5489);
    frcnn_mt19937_draw(&engine, 10000, words);
    assert_int_equal(words[9999], 4123659995);
}

/* torch 2.14.1, seed 1 */
static void the_first_words_are_those_of_pytorch(void **state)
{
    (void)state;
    const uint32_t expected[] = {1791095845, 4282876139, 3093770124, 4005303368, 491263, 550290313};
    uint32_t words[6];
    frcnn_mt19937 engine;
    frcnn_mt19937_seed(&engine, 1);
    assert_int_equal(engine.left, 1);
    assert_int_equal(engine.next, 0);
    frcnn_mt19937_draw(&engine, 6, words);
    assert_memory_equal(words, expected, sizeof words);
    assert_int_equal(engine.left, 619);
    assert_int_equal(engine.next, 6);
}

static void words_drawn_in_pieces_are_those_drawn_at_once(void **state)
{
    (void)state;
    enum { N = 5000 };
    static uint32_t at_once[N];
    static uint32_t in_pieces[N];
    frcnn_mt19937 engine;
    frcnn_mt19937_seed(&engine, 7);
    frcnn_mt19937_draw(&engine, N, at_once);
    frcnn_mt19937_seed(&engine, 7);
    for (int64_t i = 0, n = 0; i < N; i += n, n = (n + 1) % 700)
        frcnn_mt19937_draw(&engine, n < N - i ? n : N - i, in_pieces + i);
    assert_memory_equal(in_pieces, at_once, sizeof at_once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_words_are_those_of_the_standard),
        cmocka_unit_test(the_first_words_are_those_of_pytorch),
        cmocka_unit_test(words_drawn_in_pieces_are_those_drawn_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
