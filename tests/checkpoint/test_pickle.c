/* Pickles by hand, opcode by opcode: PyTorch's tensors, NumPy's arrays, and what is refused. */
#include "support.h"

#include "checkpoint/pickle.h"
#include "tensor/memory.h"

static frcnn_status read(frcnn_pickle **out, const char *bytes, size_t n_bytes, int storage_fields)
{
    const frcnn_pickle_rules rules = {"file.pth", storage_fields};
    size_t n_read = 0;
    const frcnn_status status = frcnn_pickle_read(out, &n_read, (const unsigned char *)bytes, n_bytes, &rules);
    if (status == FRCNN_OK) assert_int_equal(n_read, n_bytes);
    return status;
}

/* A string literal, whose NUL at the end is not part of it. */
#define READ(out, literal) read(out, literal, sizeof(literal) - 1, 5)
#define ASSERT_REFUSED(literal, code, text)                                                                            \
    do {                                                                                                               \
        frcnn_pickle *refused = NULL;                                                                                  \
        assert_fails(READ(&refused, literal), code, text);                                                             \
        assert_null(refused);                                                                                          \
        assert_true(strncmp(frcnn_error_message(), "file.pth: ", 10) == 0);                                            \
    } while (0)

#define STORAGE(class, key, n) "(X\7\0\0\0storagectorch\n" class "\nX\1\0\0\0" key "X\3\0\0\0cpuK" n "tQ"
#define FUNCTION(name) "ctorch._utils\n" name "\n"
#define HOOKS                                                                                                          \
    "\x89"                                                                                                             \
    "ccollections\nOrderedDict\n)R"
#define TENSOR(storage, offset, size, stride) FUNCTION("_rebuild_tensor_v2") "(" storage offset size stride HOOKS "tR"

static const frcnn_pickle_tensor *get_tensor(const frcnn_pickle *pickle)
{
    const frcnn_pickle_value *root = frcnn_pickle_get_root(pickle);
    assert_int_equal(root->kind, FRCNN_PICKLE_TENSOR);
    return root->as.tensor;
}

static void test_torch_tensors(void **state)
{
    (void)state;
    frcnn_pickle *pickle = NULL;
    assert_ok(
        READ(&pickle, "\x80\2" TENSOR(STORAGE("HalfStorage", "7", "\x14"), "K\2", "K\2K\3\x86", "K\1K\4\x86") "."));
    const frcnn_pickle_tensor *tensor = get_tensor(pickle);
    assert_null(tensor->unknown_dtype);
    assert_null(tensor->bytes);
    assert_int_equal(tensor->dtype, FRCNN_F16);
    assert_int_equal(tensor->n_dims, 2);
    assert_true(tensor->shape[0] == 2 && tensor->shape[1] == 3 && tensor->strides[0] == 1 && tensor->strides[1] == 4);
    assert_int_equal(tensor->offset, 2);
    assert_int_equal(tensor->storage->n_elements, 20);
    assert_int_equal(tensor->storage->n_key_bytes, 1);
    assert_int_equal(tensor->storage->key[0], '7');
    assert_string_equal(tensor->storage->class_name, "torch.HalfStorage");
    frcnn_pickle_destroy(&pickle);

    /* A scalar, and a tensor of nothing that says it begins behind its storage. */
    assert_ok(READ(&pickle, TENSOR(STORAGE("LongStorage", "0", "\1"), "K\0", ")", ")") "."));
    assert_int_equal(get_tensor(pickle)->n_dims, 0);
    frcnn_pickle_destroy(&pickle);
    assert_ok(READ(&pickle, TENSOR(STORAGE("BoolStorage", "0", "\0"), "K\5", "K\0\x85", "K\1\x85") "."));
    assert_int_equal(get_tensor(pickle)->offset, 0);
    frcnn_pickle_destroy(&pickle);

    /* A parameter is its tensor. */
    assert_ok(READ(&pickle, FUNCTION("_rebuild_parameter") "(" TENSOR(STORAGE("FloatStorage", "0", "\1"), "K\0", ")",
                                                                      ")") HOOKS "tR."));
    assert_int_equal(get_tensor(pickle)->dtype, FRCNN_F32);
    frcnn_pickle_destroy(&pickle);
}

static void test_dtypes(void **state)
{
    (void)state;
    frcnn_pickle *pickle = NULL;
    assert_ok(READ(&pickle, TENSOR(STORAGE("ComplexFloatStorage", "0", "\1"), "K\0", ")", ")") "."));
    assert_string_equal(get_tensor(pickle)->unknown_dtype, "torch.ComplexFloatStorage");
    frcnn_pickle_destroy(&pickle);
    assert_ok(READ(&pickle, FUNCTION("_rebuild_tensor_v3") "((X\7\0\0\0storagectorch.storage\nUntypedStorage\nX\1\0\0\0"
                                                           "0X\3\0\0\0cpuK\2tQK\0))" HOOKS "ctorch\nuint16\ntR."));
    assert_string_equal(get_tensor(pickle)->unknown_dtype, "torch.uint16");
    frcnn_pickle_destroy(&pickle);
    assert_ok(READ(&pickle, TENSOR("(X\7\0\0\0storagectorch.cuda\nBFloat16Storage\nX\1\0\0\0"
                                   "0X\6\0\0\0cuda:0K\1tQ",
                                   "K\0", ")", ")") "."));
    assert_int_equal(get_tensor(pickle)->dtype, FRCNN_BF16);
    assert_null(get_tensor(pickle)->unknown_dtype);
    frcnn_pickle_destroy(&pickle);
}

/* Old files may view a part of a storage: an offset counts from there. */
static void test_views_of_storages(void **state)
{
    (void)state;
    static const char bytes[] = FUNCTION("_rebuild_tensor") "((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0"
                                                            "0X\3\0\0\0cpuK\12(X"
                                                            "\1\0\0\0vK\4K\3ttQK\1K\2\x85K\1\x85tR.";
    frcnn_pickle *pickle = NULL;
    assert_ok(read(&pickle, bytes, sizeof bytes - 1, 6));
    assert_int_equal(get_tensor(pickle)->offset, 5);
    assert_int_equal(get_tensor(pickle)->storage->n_elements, 10);
    frcnn_pickle_destroy(&pickle);
    assert_fails(read(&pickle, bytes, sizeof bytes - 1, 5), FRCNN_ERROR_FORMAT, "expected 5 values");
    char beyond[sizeof bytes];
    memcpy(beyond, bytes, sizeof bytes);
    ((char *)memmem(beyond, sizeof beyond, "vK\4", 3))[2] = 8; /* 3 elements from the 8th of 10 */
    assert_fails(read(&pickle, beyond, sizeof bytes - 1, 6), FRCNN_ERROR_FORMAT, "expected a view within a storage");
}

static void test_bad_tensors(void **state)
{
    (void)state;
    ASSERT_REFUSED(TENSOR(STORAGE("FloatStorage", "0", "\5"), "K\0", "K\2K\3\x86", "K\3K\1\x86") ".",
                   FRCNN_ERROR_FORMAT, "a tensor reaches beyond its storage, \"0\", of 5 elements");
    ASSERT_REFUSED(TENSOR(STORAGE("FloatStorage", "0", "\6"), "K\1", "K\2K\3\x86", "K\3K\1\x86") ".",
                   FRCNN_ERROR_FORMAT, "beyond its storage");
    ASSERT_REFUSED(TENSOR(STORAGE("FloatStorage", "0", "\6"), "K\0", "K\2\x85", "K\3K\1\x86") ".", FRCNN_ERROR_FORMAT,
                   "a stride for each of 1 sizes");
    ASSERT_REFUSED(TENSOR(STORAGE("FloatStorage", "0", "\6"), "K\0", "J\xff\xff\xff\xff\x85", "K\1\x85") ".",
                   FRCNN_ERROR_FORMAT, "sizes of at least 0, found -1");
    ASSERT_REFUSED(TENSOR(STORAGE("FloatStorage", "0", "\6"), "J\xff\xff\xff\xff", ")", ")") ".", FRCNN_ERROR_FORMAT,
                   "an offset of at least 0");
    ASSERT_REFUSED(TENSOR(STORAGE("FloatStorage", "0", "\6"), "\x8a\x8\xff\xff\xff\xff\xff\xff\xff\x7f", ")", ")") ".",
                   FRCNN_ERROR_FORMAT, "beyond its storage");
    ASSERT_REFUSED(TENSOR(STORAGE("FloatStorage", "0", "\6"), "K\0", "\x8a\x8\xff\xff\xff\xff\xff\xff\xff\x7f\x85",
                          "\x8a\x8\xff\xff\xff\xff\xff\xff\xff\x7f\x85") ".",
                   FRCNN_ERROR_FORMAT, "beyond its storage");
    ASSERT_REFUSED(TENSOR(STORAGE("FloatStorage", "0", "\1"), "K\0", "(K\1K\1K\1K\1K\1K\1K\1K\1K\1t", ")") ".",
                   FRCNN_ERROR_UNSUPPORTED, "at most 8 dimensions, found 9");
    ASSERT_REFUSED(TENSOR("cmy.module\nEvil\n)R", "K\0", ")", ")") ".", FRCNN_ERROR_UNSUPPORTED,
                   "expected a tensor's storage, found my.module.Evil, which is not read");
    ASSERT_REFUSED(TENSOR(STORAGE("FloatStorage", "0", "\6"), "K\0", "K\2cos\nsystem\n\x86", "K\3K\1\x86") ".",
                   FRCNN_ERROR_UNSUPPORTED, "a tensor's sizes, found os.system");
    ASSERT_REFUSED(FUNCTION("_rebuild_tensor_v2") ")R.", FRCNN_ERROR_FORMAT, "found 0 values");
    ASSERT_REFUSED(FUNCTION("_rebuild_parameter") "K\1\x85R.", FRCNN_ERROR_FORMAT, "expected other arguments");
}

static void test_bad_storages(void **state)
{
    (void)state;
    ASSERT_REFUSED("(X\6\0\0\0moduletQ.", FRCNN_ERROR_UNSUPPORTED, "save its state_dict");
    ASSERT_REFUSED("K\1Q.", FRCNN_ERROR_UNSUPPORTED, "persistent ids of storages alone");
    ASSERT_REFUSED(")Q.", FRCNN_ERROR_UNSUPPORTED, "persistent ids of storages alone");
    ASSERT_REFUSED("(X\7\0\0\0storagetQ.", FRCNN_ERROR_FORMAT, "expected 5 values");
    ASSERT_REFUSED("(X\7\0\0\0storagecos\nsystem\nX\1\0\0\0"
                   "0X\3\0\0\0cpuK\1tQ.",
                   FRCNN_ERROR_UNSUPPORTED, "found os.system");
    ASSERT_REFUSED("(X\7\0\0\0storagectorch\nFloatStorage\nK\0X\3\0\0\0cpuK\1tQ.", FRCNN_ERROR_FORMAT,
                   "a storage's key");
    ASSERT_REFUSED("(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0"
                   "0X\3\0\0\0cpuJ\xff\xff\xff\xfftQ.",
                   FRCNN_ERROR_FORMAT, "at least 0 elements, found -1");
}

#define DTYPE(name, order)                                                                                             \
    "cnumpy\ndtype\nX\2\0\0\0" name "\x89\x88\x87R(K\3X\1\0\0\0" order "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"
#define ARRAY(shape, dtype, is_fortran, bytes)                                                                         \
    "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85"                                                   \
    "C\1b\x87R(K\1" shape dtype is_fortran bytes "tb"

static void test_arrays(void **state)
{
    (void)state;
    frcnn_pickle *pickle = NULL;
    assert_ok(READ(&pickle, ARRAY("K\2K\1\x86", DTYPE("f2", "<"), "\x89", "C\4abcd") "."));
    const frcnn_pickle_tensor *tensor = get_tensor(pickle);
    assert_int_equal(tensor->dtype, FRCNN_F16);
    assert_null(tensor->storage);
    assert_int_equal(tensor->n_bytes, 4);
    assert_memory_equal(tensor->bytes, "abcd", 4);
    assert_true(tensor->shape[0] == 2 && tensor->strides[0] == 1 && !tensor->is_big_endian);
    frcnn_pickle_destroy(&pickle);
    /* Column by column, the high byte first, the bytes as text. */
    assert_ok(READ(&pickle, ARRAY("K\2K\3\x86", DTYPE("i2", ">"), "\x88",
                                  "c_codecs\nencode\nX\xe\0\0\0"
                                  "abcdefghij\xc3\xa4\xc2\x80"
                                  "X\6\0\0\0latin1\x86R") "."));
    tensor = get_tensor(pickle);
    assert_true(tensor->is_big_endian && tensor->strides[0] == 1 && tensor->strides[1] == 2);
    assert_memory_equal(tensor->bytes, "abcdefghij\xe4\x80", 12);
    frcnn_pickle_destroy(&pickle);
    /* Protocol 5, and a string of Python 2. */
    assert_ok(READ(&pickle, "cnumpy._core.numeric\n_frombuffer\n(\x96\x8\0\0\0\0\0\0\0"
                            "abcdefgh" DTYPE("f4", "<") "K\2\x85"
                                                        "X\1\0\0\0CtR."));
    assert_int_equal(get_tensor(pickle)->n_bytes, 8);
    frcnn_pickle_destroy(&pickle);
    assert_ok(READ(&pickle, ARRAY("K\3\x85", DTYPE("u1", "|"), "\x89", "U\3\xff\xfe\xfd") "."));
    assert_memory_equal(get_tensor(pickle)->bytes, "\xff\xfe\xfd", 3);
    frcnn_pickle_destroy(&pickle);
    /* Objects are no tensor's elements. */
    assert_ok(READ(&pickle, ARRAY("K\1\x85", DTYPE("O8", "|"), "\x89", "]K\1a") "."));
    assert_string_equal(get_tensor(pickle)->unknown_dtype, "numpy.O8");
    frcnn_pickle_destroy(&pickle);
}

static void test_bad_arrays(void **state)
{
    (void)state;
    ASSERT_REFUSED(ARRAY("K\2\x85", DTYPE("f4", "<"), "\x89", "C\4abcd") ".", FRCNN_ERROR_FORMAT,
                   "expected 2 elements of 4 bytes in an array, found 4 bytes");
    ASSERT_REFUSED(ARRAY("\x8a\x8\xff\xff\xff\xff\xff\xff\xff\x7f\x85", DTYPE("f4", "<"), "\x89", "C\4abcd") ".",
                   FRCNN_ERROR_FORMAT, "found 4 bytes");
    ASSERT_REFUSED(ARRAY("\x8a\x8\xff\xff\xff\xff\xff\xff\xff\x7fK\2\x86", DTYPE("f4", "<"), "\x89", "C\4abcd") ".",
                   FRCNN_ERROR_FORMAT, "can be counted");
    ASSERT_REFUSED(ARRAY("K\1\x85", "K\1", "\x89", "C\4abcd") ".", FRCNN_ERROR_FORMAT, "an array's dtype");
    ASSERT_REFUSED(ARRAY("K\1\x85", DTYPE("f4", "<"), "\x89", "cos\nsystem\n") ".", FRCNN_ERROR_UNSUPPORTED,
                   "an array's bytes, found os.system");
    ASSERT_REFUSED(ARRAY("K\1\x85", DTYPE("f4", "<"), "K\0", "C\4abcd") ".", FRCNN_ERROR_FORMAT,
                   "expected other arguments");
    ASSERT_REFUSED("c_codecs\nencode\nX\3\0\0\0\xe2\x82\xacX\6\0\0\0latin1\x86R.", FRCNN_ERROR_FORMAT,
                   "_codecs.encode: expected other arguments");
    ASSERT_REFUSED("c_codecs\nencode\nX\1\0\0\0aX\5\0\0\0rot13\x86R.", FRCNN_ERROR_FORMAT, "expected other arguments");
}

static void test_find(void **state)
{
    (void)state;
    frcnn_pickle *pickle = NULL;
    assert_ok(READ(&pickle, "}(X\1\0\0\0aK\1X\1\0\0\0bK\2X\1\0\0\0aK\3K\1K\4u."));
    const frcnn_pickle_value *root = frcnn_pickle_get_root(pickle);
    assert_int_equal(frcnn_pickle_find(root, "a")->as.integer, 3);
    assert_int_equal(frcnn_pickle_find(root, "b")->as.integer, 2);
    assert_null(frcnn_pickle_find(root, "c"));
    assert_null(frcnn_pickle_find(frcnn_pickle_find(root, "a"), "a"));
    frcnn_pickle_destroy(&pickle);
    frcnn_pickle_destroy(&pickle);
    /* Strings, and pairs for an ordered dict, as Python 2 wrote them. */
    assert_ok(READ(&pickle, "ccollections\nOrderedDict\n](](U\1aK\1e](U\1bK\2ee\x85R."));
    assert_int_equal(frcnn_pickle_find(frcnn_pickle_get_root(pickle), "b")->as.integer, 2);
    frcnn_pickle_destroy(&pickle);
}

static void test_machine_faults(void **state)
{
    (void)state;
    ASSERT_REFUSED("", FRCNN_ERROR_FORMAT, "cut short");
    ASSERT_REFUSED("N", FRCNN_ERROR_FORMAT, "cut short");
    ASSERT_REFUSED(".", FRCNN_ERROR_FORMAT, "expected one value at the end of the pickle, found 0");
    ASSERT_REFUSED("NN.", FRCNN_ERROR_FORMAT, "found 2");
    ASSERT_REFUSED("N(.", FRCNN_ERROR_FORMAT, "expected one value");
    ASSERT_REFUSED("\x80\6N.", FRCNN_ERROR_UNSUPPORTED, "protocol 2 to 5, found 6");
    ASSERT_REFUSED("0.", FRCNN_ERROR_FORMAT, "expected 1 values on the stack, found 0");
    ASSERT_REFUSED("N(\x86.", FRCNN_ERROR_FORMAT, "expected 2 values on the stack, found 0");
    ASSERT_REFUSED("Nt.", FRCNN_ERROR_FORMAT, "expected a mark");
    ASSERT_REFUSED("Nu.", FRCNN_ERROR_FORMAT, "expected a mark");
    ASSERT_REFUSED("(K\1u.", FRCNN_ERROR_FORMAT, "expected a container");
    ASSERT_REFUSED("}(K\1u.", FRCNN_ERROR_FORMAT, "expected a container and its values");
    ASSERT_REFUSED("](K\1K\2u.", FRCNN_ERROR_FORMAT, "expected a dict to fill");
    ASSERT_REFUSED("}K\1a.", FRCNN_ERROR_FORMAT, "expected a list to fill");
    ASSERT_REFUSED("(K\1d.", FRCNN_ERROR_FORMAT, "expected keys and values");
    ASSERT_REFUSED("h\0.", FRCNN_ERROR_FORMAT, "was never remembered");
    ASSERT_REFUSED("Nq\1"
                   "h\2.",
                   FRCNN_ERROR_FORMAT, "value 2 is asked for");
    ASSERT_REFUSED("q\0.", FRCNN_ERROR_FORMAT, "expected 1 values on the stack");
    ASSERT_REFUSED("Nr\xff\xff\xff\xff.", FRCNN_ERROR_UNSUPPORTED, "to be remembered");
    ASSERT_REFUSED("K\1)R.", FRCNN_ERROR_FORMAT, "expected a name that is called");
    ASSERT_REFUSED("cos\nsystem\nK\1R.", FRCNN_ERROR_FORMAT, "called with a tuple");
    ASSERT_REFUSED("]K\1b.", FRCNN_ERROR_FORMAT, "takes a state");
    ASSERT_REFUSED("cos\nsystem", FRCNN_ERROR_FORMAT, "cut short");
    ASSERT_REFUSED("X\2\0\0\0\xc3(.", FRCNN_ERROR_FORMAT, "text in UTF-8");
    ASSERT_REFUSED("X\xff\xff\xff\x7f"
                   "a.",
                   FRCNN_ERROR_FORMAT, "cut short");
    ASSERT_REFUSED("\x8e\xff\xff\xff\xff\xff\xff\xff\xff"
                   "a.",
                   FRCNN_ERROR_FORMAT, "cut short");
    ASSERT_REFUSED("\x95\xff\0\0\0\0\0\0\0N.", FRCNN_ERROR_FORMAT, "cut short");
    ASSERT_REFUSED("K\1K\2\x93.", FRCNN_ERROR_FORMAT, "a module and a name");
    ASSERT_REFUSED("X\1\0\0\0\0X\1\0\0\0a\x93.", FRCNN_ERROR_FORMAT, "a name of at most");
    for (const char *opcode = "PgpioISVLF\x82\x83\x84\x92\x97\x98"; *opcode != '\0'; opcode++) {
        const char bytes[] = {'N', *opcode, '1', '\n', '.'};
        frcnn_pickle *pickle = NULL;
        assert_fails(read(&pickle, bytes, sizeof bytes, 5), FRCNN_ERROR_UNSUPPORTED,
                     "is none that files of weights need");
    }
}

/* A text of n copies of a part between a beginning and an end. */
static frcnn_status read_repeated(frcnn_pickle **out, const char *begin, size_t n_begin, const char *part,
                                  size_t n_part, size_t n, const char *end)
{
    char *bytes = malloc(n_begin + n * n_part + strlen(end));
    size_t used = n_begin;
    assert_non_null(bytes);
    memcpy(bytes, begin, n_begin);
    for (size_t i = 0; i < n; i++, used += n_part) memcpy(bytes + used, part, n_part);
    memcpy(bytes + used, end, strlen(end));
    const frcnn_status status = read(out, bytes, used + strlen(end), 5);
    free(bytes);
    return status;
}

static void test_bombs(void **state)
{
    (void)state;
    frcnn_pickle *pickle = NULL;
    /* A million tuples, one in the other. */
    assert_ok(read_repeated(&pickle, "N", 1, "\x85", 1, 1000000, "."));
    frcnn_pickle_destroy(&pickle);
    /* Lists that each hold the one before twice: 2^100000 leaves, in as many values. */
    assert_ok(read_repeated(&pickle, "N", 1, "2\x86", 2, 100000, "."));
    frcnn_pickle_destroy(&pickle);
    /* The same long text turned into bytes again and again. */
    char text[5 + 60000 + 2 + 15];
    memset(text, 'a', sizeof text);
    memcpy(text, "X\x60\xea\0\0", 5);
    memcpy(text + 5 + 60000, "q\0", 2);
    memcpy(text + 5 + 60000 + 2, "c_codecs\nencode", 15);
    char begin[sizeof text + 1 + 2 + 11 + 2];
    memcpy(begin, text, sizeof text);
    memcpy(begin + sizeof text, "\nq\1X\6\0\0\0latin1q\2", 16);
    assert_fails(read_repeated(&pickle, begin, sizeof begin, "h\1h\0h\2\x86R", 8, 1000, "."), FRCNN_ERROR_UNSUPPORTED,
                 "again and again");
    /* Values without end. */
    assert_fails(read_repeated(&pickle, "N", 1, "]0", 2, 5000000, "."), FRCNN_ERROR_UNSUPPORTED,
                 "at most 4194304 values");
    /* A list that holds itself, by way of a tuple. */
    ASSERT_REFUSED("]q\0h\0\x85"
                   "a.",
                   FRCNN_ERROR_UNSUPPORTED, "holds itself");
}

static void test_cut_anywhere(void **state)
{
    (void)state;
    static const char bytes[] =
        "\x80\2}X\1\0\0\0w" TENSOR(STORAGE("FloatStorage", "0", "\6"), "K\0", "K\2K\3\x86", "K\3K\1\x86") "sq\1.";
    for (size_t n = 0; n < sizeof bytes - 1; n++) {
        char *part = malloc(n + 1);
        frcnn_pickle *pickle = NULL;
        assert_non_null(part);
        memcpy(part, bytes, n);
        assert_fails(read(&pickle, part, n, 5), FRCNN_ERROR_FORMAT, "cut short");
        free(part);
    }
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    static const char whole[] =
        "\x80\2}X\1\0\0\0w" TENSOR(STORAGE("FloatStorage", "0", "\6"), "K\0", "K\2K\3\x86", "K\3K\1\x86") "sq\1.";
    frcnn_pickle *pickle = NULL;
    const int64_t before = frcnn_memory_get_count();
    assert_ok(READ(&pickle, whole));
    frcnn_pickle_destroy(&pickle);
    const int64_t n = frcnn_memory_get_count() - before;
    assert_true(n >= 4);
    for (int64_t nth = 1; nth <= n; nth++) {
        frcnn_memory_fail_at(nth);
        assert_int_equal(READ(&pickle, whole), FRCNN_ERROR_NO_MEMORY);
        frcnn_memory_fail_at(0);
        assert_null(pickle);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_torch_tensors),     cmocka_unit_test(test_dtypes),
        cmocka_unit_test(test_views_of_storages), cmocka_unit_test(test_bad_tensors),
        cmocka_unit_test(test_bad_storages),      cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_bad_arrays),        cmocka_unit_test(test_find),
        cmocka_unit_test(test_machine_faults),    cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_cut_anywhere),      cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
