#include "run/scratch.h"

#include "frcnn/inputs.h"

/* Lists the arguments, a NULL-ended array, and compares paths and names, pairs in one NULL-ended array. */
static frcnn_inputs *list(const char *const *arguments)
{
    size_t n = 0;
    while (arguments[n] != NULL) n++;
    frcnn_inputs *inputs = NULL;
    assert_ok(frcnn_inputs_create(&inputs, arguments, n, NULL));
    return inputs;
}

static void check_inputs(const frcnn_inputs *inputs, const char *const *expected)
{
    size_t n = 0;
    for (; expected[2 * n] != NULL; n++) {
        assert_true(n < frcnn_inputs_get_count(inputs));
        assert_string_equal(frcnn_inputs_get(inputs, n)->path, expected[2 * n]);
        assert_string_equal(frcnn_inputs_get(inputs, n)->name, expected[2 * n + 1]);
    }
    assert_int_equal(frcnn_inputs_get_count(inputs), n);
}

#define ARGUMENTS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define check_list(arguments, ...)                                                                                     \
    do {                                                                                                               \
        frcnn_inputs *listed = list(arguments);                                                                        \
        check_inputs(listed, (const char *const[]){__VA_ARGS__, NULL, NULL});                                          \
        frcnn_inputs_destroy(&listed);                                                                                 \
    } while (0)

static void make_tree(void)
{
    scratch_make_folder("p");
    scratch_make_folder("p/a");
    scratch_make_folder("p/b");
    scratch_make_folder("p/.hidden");
    scratch_write_image("p/a/2.jpg");
    scratch_write_image("p/a/1.jpg");
    scratch_write_image("p/b/1.jpg");
    scratch_write_image("p/z.ppm");
    scratch_write_image("p/.x.ppm");
    scratch_write_image("p/.hidden/x.ppm");
    scratch_write_text("p/notes.jpg", "no image, whatever its name says");
    scratch_write_text("p/empty.jpg", "");
}

static void test_folder(void **state)
{
    (void)state;
    make_tree();
    frcnn_inputs *inputs = list(ARGUMENTS("p"));
    check_inputs(inputs, ARGUMENTS("p/a/1.jpg", "a/1.jpg", "p/a/2.jpg", "a/2.jpg", "p/b/1.jpg", "b/1.jpg", "p/z.ppm",
                                   "z.ppm", NULL));
    const frcnn_inputs_skipped *skipped = frcnn_inputs_get_skipped(inputs);
    assert_int_equal(skipped->n_hidden, 2);
    assert_int_equal(skipped->n_not_images, 2);
    assert_int_equal(skipped->n_runs, 0);
    assert_int_equal(skipped->n_doubled, 0);
    assert_false(frcnn_inputs_is_stream(inputs));
    frcnn_inputs_destroy(&inputs);
    assert_null(inputs);
    frcnn_inputs_destroy(&inputs);
    check_list(ARGUMENTS("./p//a/"), "p/a/1.jpg", "1.jpg", "p/a/2.jpg", "2.jpg");
}

static void test_working_folder(void **state)
{
    (void)state;
    make_tree();
    assert_int_equal(chdir("p/a"), 0);
    check_list(ARGUMENTS("."), "1.jpg", "1.jpg", "2.jpg", "2.jpg");
    assert_int_equal(chdir(scratch_folder), 0);
}

static void test_not_recursive(void **state)
{
    (void)state;
    make_tree();
    frcnn_inputs_options options;
    frcnn_inputs_options_default(&options);
    options.is_not_recursive = 1;
    frcnn_inputs *inputs = NULL;
    assert_ok(frcnn_inputs_create(&inputs, ARGUMENTS("p"), 1, &options));
    check_inputs(inputs, ARGUMENTS("p/z.ppm", "z.ppm", NULL));
    frcnn_inputs_destroy(&inputs);
}

static void test_empty_folder(void **state)
{
    (void)state;
    scratch_make_folder("p");
    frcnn_inputs *inputs = list(ARGUMENTS("p"));
    assert_int_equal(frcnn_inputs_get_count(inputs), 0);
    frcnn_inputs_destroy(&inputs);
}

static void test_files_named_outright(void **state)
{
    (void)state;
    make_tree();
    scratch_write_image("-x.jpg");
    scratch_write_image("a[1].jpg");
    check_list(ARGUMENTS("p/notes.jpg", "-x.jpg", "missing.jpg", "a[1].jpg"), "-x.jpg", "-x.jpg", "a[1].jpg",
               "a[1].jpg", "missing.jpg", "missing.jpg", "p/notes.jpg", "notes.jpg");
}

static void test_patterns(void **state)
{
    (void)state;
    make_tree();
    check_list(ARGUMENTS("p/*/1.jpg"), "p/a/1.jpg", "a/1.jpg", "p/b/1.jpg", "b/1.jpg");
    check_list(ARGUMENTS("p/[a]"), "p/a/1.jpg", "a/1.jpg", "p/a/2.jpg", "a/2.jpg");
    check_list(ARGUMENTS("p/n*"), "p/notes.jpg", "notes.jpg");
    check_list(ARGUMENTS("q/*.jpg"), "q/*.jpg", "*.jpg");
}

static void test_lists(void **state)
{
    (void)state;
    make_tree();
    scratch_write_text("list", "p/z.ppm\r\n\n-\n../up.jpg\np/b\n");
    check_list(ARGUMENTS("@list"), "-", "-", "../up.jpg", "__/up.jpg", "p/b/1.jpg", "p/b/1.jpg", "p/z.ppm", "p/z.ppm");
    scratch_write("list", "a\0b\n", 4);
    frcnn_inputs *inputs = NULL;
    assert_fails(frcnn_inputs_create(&inputs, ARGUMENTS("@list"), 1, NULL), FRCNN_ERROR_FORMAT, "list: expected one");
    assert_fails(frcnn_inputs_create(&inputs, ARGUMENTS("@nothing"), 1, NULL), FRCNN_ERROR_IO, "nothing: cannot read");
    assert_fails(frcnn_inputs_create(&inputs, ARGUMENTS("@p"), 1, NULL), FRCNN_ERROR_IO, "p: cannot read");
    assert_null(inputs);
}

static void test_stream(void **state)
{
    (void)state;
    frcnn_inputs *inputs = list(ARGUMENTS("-"));
    assert_true(frcnn_inputs_is_stream(inputs));
    assert_int_equal(frcnn_inputs_get_count(inputs), 0);
    frcnn_inputs_destroy(&inputs);
    assert_fails(frcnn_inputs_create(&inputs, ARGUMENTS("-", "a.jpg"), 2, NULL), FRCNN_ERROR_INVALID, "-: expected");
    assert_fails(frcnn_inputs_create(&inputs, ARGUMENTS("a.jpg", "-"), 2, NULL), FRCNN_ERROR_INVALID, "-: expected");
    assert_fails(frcnn_inputs_create(&inputs, NULL, 0, NULL), FRCNN_ERROR_INVALID, "expected an input");
    assert_fails(frcnn_inputs_create(&inputs, ARGUMENTS(""), 1, NULL), FRCNN_ERROR_INVALID, "empty argument");
}

/* Two inputs never share a name, and the names do not depend on the order of the arguments. */
static void test_names_are_distinct(void **state)
{
    (void)state;
    make_tree();
    check_list(ARGUMENTS("p/a", "p/b"), "p/a/1.jpg", "p/a/1.jpg", "p/a/2.jpg", "p/a/2.jpg", "p/b/1.jpg", "p/b/1.jpg");
    check_list(ARGUMENTS("p/b", "p/a"), "p/a/1.jpg", "p/a/1.jpg", "p/a/2.jpg", "p/a/2.jpg", "p/b/1.jpg", "p/b/1.jpg");
    check_list(ARGUMENTS("p/a/1.jpg", "p/b/1.jpg", "p/z.ppm"), "p/a/1.jpg", "p/a/1.jpg", "p/b/1.jpg", "p/b/1.jpg",
               "p/z.ppm", "z.ppm");
    scratch_make_folder("__");
    scratch_write_image("__/1.jpg");
    check_list(ARGUMENTS("../1.jpg", "__/1.jpg"), "../1.jpg", "__/1.jpg", "__/1.jpg", "__/1.jpg~2");
}

static void test_doubled_paths(void **state)
{
    (void)state;
    make_tree();
    frcnn_inputs *inputs = list(ARGUMENTS("p/a/1.jpg", "./p/a/1.jpg", "p/a"));
    check_inputs(inputs, ARGUMENTS("p/a/1.jpg", "1.jpg", "p/a/2.jpg", "2.jpg", NULL));
    assert_int_equal(frcnn_inputs_get_skipped(inputs)->n_doubled, 2);
    frcnn_inputs_destroy(&inputs);
}

/* "a" becomes a.jpg, where the folder a.jpg wants to be. */
static void test_outputs_are_no_folders(void **state)
{
    (void)state;
    scratch_make_folder("p");
    scratch_make_folder("p/a.jpg");
    scratch_make_folder("p/b.png");
    scratch_write_image("p/a");
    scratch_write_image("p/a.jpg/1");
    scratch_write_image("p/b");
    scratch_write_image("p/b.png/1");
    check_list(ARGUMENTS("p"), "p/a", "a~2", "p/a.jpg/1", "a.jpg/1", "p/b", "b~2", "p/b.png/1", "b.png/1");
}

static void test_strange_names(void **state)
{
    (void)state;
    scratch_make_folder("p");
    scratch_write_image("p/new\nline.jpg");
    scratch_write_image("p/\xff\xfe.jpg");
    scratch_write_image("p/\xc3\xa9.jpg");
    check_list(ARGUMENTS("p"), "p/new\nline.jpg", "new\nline.jpg", "p/\xc3\xa9.jpg", "\xc3\xa9.jpg", "p/\xff\xfe.jpg",
               "\xff\xfe.jpg");
}

static void test_links(void **state)
{
    (void)state;
    make_tree();
    assert_int_equal(symlink("..", "p/a/up"), 0);
    assert_int_equal(symlink(".", "p/b/here"), 0);
    assert_int_equal(symlink("self.jpg", "p/self.jpg"), 0);
    assert_int_equal(symlink("gone", "p/broken.jpg"), 0);
    assert_int_equal(symlink("z.ppm", "p/link.ppm"), 0);
    check_list(ARGUMENTS("p"), "p/a/1.jpg", "a/1.jpg", "p/a/2.jpg", "a/2.jpg", "p/b/1.jpg", "b/1.jpg", "p/broken.jpg",
               "broken.jpg", "p/link.ppm", "link.ppm", "p/z.ppm", "z.ppm");
}

static void test_devices(void **state)
{
    (void)state;
    scratch_make_folder("p");
    assert_int_equal(mkfifo("p/pipe.jpg", 0666), 0);
    frcnn_inputs *inputs = list(ARGUMENTS("p"));
    assert_int_equal(frcnn_inputs_get_count(inputs), 0);
    assert_int_equal(frcnn_inputs_get_skipped(inputs)->n_not_images, 1);
    frcnn_inputs_destroy(&inputs);
}

static void test_earlier_runs(void **state)
{
    (void)state;
    scratch_make_folder("p");
    scratch_make_folder("p/out");
    scratch_write_image("p/1.jpg");
    scratch_write_image("p/out/1.jpg.jpg");
    scratch_write_text("p/out/detections.jsonl", "{\"frcnn\":1,");
    frcnn_inputs *inputs = list(ARGUMENTS("p"));
    check_inputs(inputs, ARGUMENTS("p/1.jpg", "1.jpg", NULL));
    assert_int_equal(frcnn_inputs_get_skipped(inputs)->n_runs, 1);
    frcnn_inputs_destroy(&inputs);
}

/* Only a user whom permissions bind can see this; the superuser lists every folder. */
static void test_unreadable(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        print_message("skipped: permissions do not bind the superuser\n");
        skip();
    }
    make_tree();
    assert_int_equal(chmod("p/a", 0), 0);
    assert_int_equal(chmod("p/z.ppm", 0), 0);
    frcnn_inputs *inputs = list(ARGUMENTS("p"));
    check_inputs(inputs, ARGUMENTS("p/a", "a", "p/b/1.jpg", "b/1.jpg", "p/z.ppm", "z.ppm", NULL));
    assert_string_equal(frcnn_inputs_get(inputs, 0)->error, "p/a: cannot list this folder: Permission denied");
    assert_null(frcnn_inputs_get(inputs, 2)->error);
    frcnn_inputs_destroy(&inputs);
    assert_int_equal(chmod("p/a", 0777), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_folder),
        TEST(test_working_folder),
        TEST(test_not_recursive),
        TEST(test_empty_folder),
        TEST(test_files_named_outright),
        TEST(test_patterns),
        TEST(test_lists),
        TEST(test_stream),
        TEST(test_names_are_distinct),
        TEST(test_doubled_paths),
        TEST(test_outputs_are_no_folders),
        TEST(test_strange_names),
        TEST(test_links),
        TEST(test_devices),
        TEST(test_earlier_runs),
        TEST(test_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
