/* What pickles keep beside tensors, by hand, opcode by opcode. */
#include "support.h"

#include "checkpoint/file_notes.h"

/* A string literal, whose NUL at the end is not part of it. */
#define TEXT(n, literal) "X" n "\0\0\0" literal
#define READ(literal) read_notes("\x80\2" literal ".", sizeof("\x80\2" literal ".") - 1)

static frcnn_checkpoint *read_notes(const char *bytes, size_t n_bytes)
{
    const frcnn_pickle_rules rules = {"file.pth", 5};
    frcnn_pickle *pickle = NULL;
    size_t n_read = 0;
    frcnn_checkpoint *checkpoint = calloc(1, sizeof *checkpoint);
    assert_non_null(checkpoint);
    assert_ok(frcnn_pickle_read(&pickle, &n_read, (const unsigned char *)bytes, n_bytes, &rules));
    assert_ok(frcnn_file_notes_read(checkpoint, frcnn_pickle_get_root(pickle)));
    frcnn_pickle_destroy(&pickle);
    return checkpoint;
}

static void expect(frcnn_checkpoint *checkpoint, const char *key, const char *expected)
{
    const char *found = frcnn_checkpoint_get_metadata(checkpoint, key);
    if (expected == NULL)
        assert_null(found);
    else
        assert_string_equal(found, expected);
    frcnn_checkpoint_close(&checkpoint);
}

static void simple_faster_rcnn(void **state)
{
    (void)state;
    expect(READ("}" TEXT("\6", "config") "}" TEXT("\16", "caffe_pretrain") "\x88ss"), FRCNN_SIMPLE_CAFFE_KEY, "true");
    expect(READ("}" TEXT("\6", "config") "}" TEXT("\16", "caffe_pretrain") "\x89ss"), FRCNN_SIMPLE_CAFFE_KEY, "false");
    expect(READ("}" TEXT("\6", "config") "}" TEXT("\16", "caffe_pretrain") "K\1ss"), FRCNN_SIMPLE_CAFFE_KEY, NULL);
    expect(READ("}" TEXT("\6", "config") "K\1s"), FRCNN_SIMPLE_CAFFE_KEY, NULL);
    expect(READ("}"), FRCNN_SIMPLE_CAFFE_KEY, NULL);
    expect(READ("]"), FRCNN_SIMPLE_CAFFE_KEY, NULL);
}

/* The configuration is "cfg" in version 3, "config" in 2; class names are in "dataset_meta" in version 3. */
static void mmdetection(void **state)
{
    (void)state;
    expect(READ("}" TEXT("\4", "meta") "}" TEXT("\3", "cfg") TEXT("\2", "a=") "ss"), FRCNN_MMDET_CONFIG_KEY, "a=");
    expect(READ("}" TEXT("\4", "meta") "}" TEXT("\6", "config") TEXT("\2", "b=") "ss"), FRCNN_MMDET_CONFIG_KEY, "b=");
    expect(READ("}" TEXT("\4", "meta") "}" TEXT("\3", "cfg") "K\1ss"), FRCNN_MMDET_CONFIG_KEY, NULL);
    expect(READ("}" TEXT("\4", "meta") "}" TEXT("\7", "CLASSES") TEXT("\1", "a") TEXT("\1", "b") "\x86ss"),
           FRCNN_MMDET_CLASSES_KEY, "{\"classes\":[\"a\",\"b\"]}");
    expect(READ("}" TEXT("\4", "meta") "}" TEXT("\14", "dataset_meta") "}" TEXT("\7", "classes")
                    TEXT("\1", "\"") "\x85sss"),
           FRCNN_MMDET_CLASSES_KEY, "{\"classes\":[\"\\\"\"]}");
    expect(READ("}" TEXT("\4", "meta") "}" TEXT("\7", "CLASSES") TEXT("\1", "a") "K\2\x86ss"), FRCNN_MMDET_CLASSES_KEY,
           NULL);
    expect(READ("}" TEXT("\4", "meta") "}" TEXT("\7", "CLASSES") ")ss"), FRCNN_MMDET_CLASSES_KEY, NULL);
    expect(READ("}" TEXT("\4", "meta") "Ns"), FRCNN_MMDET_CLASSES_KEY, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simple_faster_rcnn),
        cmocka_unit_test(mmdetection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
