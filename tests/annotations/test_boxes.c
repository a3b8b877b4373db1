#include "run/scratch.h"

#include <locale.h>

#include "frcnn/boxes.h"
#include "frcnn/image.h"
#include "tensor/number_text.h"

static const char coco_text[] =
    "{\"images\":[{\"id\":7,\"file_name\":\"a/1.jpg\",\"width\":100,\"height\":50},"
    "{\"id\":3,\"file_name\":\"a/2.jpg\",\"width\":64,\"height\":64}],"
    "\"annotations\":[{\"id\":1,\"image_id\":3,\"category_id\":18,\"bbox\":[1,2,3,4],\"iscrowd\":1},"
    "{\"id\":2,\"image_id\":7,\"category_id\":1,\"bbox\":[90.5,40,20,20.25],\"iscrowd\":0},"
    "{\"id\":3,\"image_id\":3,\"category_id\":1,\"bbox\":[0,0,64,64],\"segmentation\":[[0,0,1,1]]}],"
    "\"categories\":[{\"id\":18,\"name\":\"dog\"},{\"id\":1,\"name\":\"person\"}]}";

static const char voc_start[] = "<annotation>\n <filename>b.jpg</filename>\n"
                                " <size><width>200</width><height>100</height><depth>3</depth></size>\n";

static void assert_box(const frcnn_box *box, float x1, float y1, float x2, float y2)
{
    assert_true(box->x1 == x1 && box->y1 == y1 && box->x2 == x2 && box->y2 == y2);
}

/* Black, as a PPM. */
static void write_ppm(const char *path, int height, int width)
{
    static const uint8_t pixels[64 * 64 * 3];
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    fprintf(stream, "P6\n%d %d\n255\n", width, height);
    assert_int_equal(fwrite(pixels, 3, (size_t)height * (size_t)width, stream), height * width);
    assert_int_equal(fclose(stream), 0);
}

static void test_coco_boxes_are_grouped_by_image_and_clipped_to_it(void **state)
{
    (void)state;
    frcnn_boxes *boxes = NULL;
    scratch_write_text("t.json", coco_text);
    assert_ok(frcnn_boxes_open(&boxes, "t.json", NULL));
    assert_int_equal(frcnn_boxes_get_format(boxes), FRCNN_BOXES_COCO);
    assert_int_equal(frcnn_boxes_get_n_images(boxes), 2);
    assert_int_equal(frcnn_boxes_get_n_boxes(boxes), 3);
    assert_int_equal(frcnn_boxes_get_n_bad(boxes), 0);
    assert_int_equal(frcnn_boxes_get_n_categories(boxes), 2);
    const frcnn_category *categories = frcnn_boxes_get_categories(boxes);
    assert_int_equal(categories[0].id, 18);
    assert_string_equal(categories[1].name, "person");

    const frcnn_boxes_image *first = frcnn_boxes_get_image(boxes, 0);
    assert_string_equal(first->name, "a/1.jpg");
    assert_int_equal(first->height, 50);
    assert_int_equal(first->width, 100);
    assert_int_equal(first->n_boxes, 1);
    assert_box(&first->boxes[0], 90.5F, 40, 100, 50);
    assert_int_equal(first->boxes[0].category, 1);

    const frcnn_boxes_image *second = frcnn_boxes_get_image(boxes, 1);
    assert_int_equal(second->n_boxes, 2);
    assert_box(&second->boxes[0], 1, 2, 4, 6);
    assert_int_equal(second->boxes[0].is_crowd, 1);
    assert_int_equal(second->boxes[0].category, 0);
    assert_box(&second->boxes[1], 0, 0, 64, 64);
    assert_int_equal(second->boxes[1].is_crowd, 0);

    assert_ptr_equal(frcnn_boxes_find_image(boxes, "a/2.jpg"), second);
    assert_ptr_equal(frcnn_boxes_find_image(boxes, "photos/2.jpg"), second);
    assert_ptr_equal(frcnn_boxes_find_image(boxes, "photos/2.png"), second);
    assert_null(frcnn_boxes_find_image(boxes, "3.jpg"));
    frcnn_boxes_close(&boxes);
    assert_null(boxes);
    frcnn_boxes_close(&boxes);
}

static void test_an_image_is_not_found_by_what_several_share(void **state)
{
    (void)state;
    frcnn_boxes *boxes = NULL;
    scratch_write_text("t.json", "{\"images\":[{\"id\":1,\"file_name\":\"a/1.jpg\",\"width\":1,\"height\":1},"
                                 "{\"id\":2,\"file_name\":\"b/1.jpg\",\"width\":1,\"height\":1},"
                                 "{\"id\":3,\"file_name\":\"b/1.png\",\"width\":1,\"height\":1}],"
                                 "\"annotations\":[],\"categories\":[]}");
    assert_ok(frcnn_boxes_open(&boxes, "t.json", NULL));
    assert_null(frcnn_boxes_find_image(boxes, "1.jpg"));
    assert_null(frcnn_boxes_find_image(boxes, "1.gif"));
    assert_ptr_equal(frcnn_boxes_find_image(boxes, "1.png"), frcnn_boxes_get_image(boxes, 2));
    assert_ptr_equal(frcnn_boxes_find_image(boxes, "b/1.jpg"), frcnn_boxes_get_image(boxes, 1));
    frcnn_boxes_close(&boxes);
}

static void test_voc_pixels_count_from_one_and_the_last_is_inside(void **state)
{
    (void)state;
    frcnn_boxes *boxes = NULL;
    char text[2048];
    snprintf(text, sizeof text,
             "<?xml version=\"1.0\"?>\n%s"
             "<object><name> cat </name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>2</ymin>"
             "<xmax>10</xmax><ymax>20.5</ymax></bndbox><part><name>head</name><bndbox><xmin>1</xmin>"
             "<ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part></object>"
             "<object><name>dog</name><bndbox><ymax>100</ymax><xmax>200</xmax><ymin>0</ymin><xmin>199</xmin>"
             "</bndbox></object></annotation>",
             voc_start);
    scratch_write_text("b.anything", text);
    assert_ok(frcnn_boxes_open(&boxes, "b.anything", NULL));
    assert_int_equal(frcnn_boxes_get_format(boxes), FRCNN_BOXES_VOC);
    assert_int_equal(frcnn_boxes_get_n_images(boxes), 1);
    const frcnn_boxes_image *image = frcnn_boxes_get_image(boxes, 0);
    assert_string_equal(image->name, "b.jpg");
    assert_int_equal(image->height, 100);
    assert_int_equal(image->width, 200);
    assert_int_equal(image->n_boxes, 2);
    assert_box(&image->boxes[0], 0, 1, 10, 20.5F);
    assert_int_equal(image->boxes[0].is_difficult, 1);
    assert_box(&image->boxes[1], 198, 0, 200, 100);
    assert_int_equal(image->boxes[1].is_difficult, 0);
    assert_int_equal(image->boxes[1].category, 1);
    assert_string_equal(frcnn_boxes_get_categories(boxes)[0].name, "cat");
    assert_int_equal(frcnn_boxes_get_categories(boxes)[0].id, 1);
    frcnn_boxes_close(&boxes);
}

static void test_a_folder_of_voc_files_is_read_in_the_order_of_names(void **state)
{
    (void)state;
    frcnn_boxes *boxes = NULL;
    scratch_make_folder("voc");
    scratch_make_folder("photos");
    scratch_write_text("voc/b.xml", "<annotation><object><name>x</name><bndbox><xmin>1</xmin><ymin>1</ymin>"
                                    "<xmax>2</xmax><ymax>3</ymax></bndbox></object></annotation>");
    scratch_write_text("voc/a.xml", "<annotation><size><width>5</width><height>6</height></size></annotation>");
    scratch_write_text("voc/notes.txt", "notes");
    assert_fails(
        frcnn_boxes_open(&boxes, "voc", NULL), FRCNN_ERROR_FORMAT,
        "voc/b.xml: line 1: expected <size> with a width and height from 1 to 65535, or an image 'b' in 'voc'");
    write_ppm("photos/b.ppm", 7, 9);
    frcnn_boxes_options options;
    frcnn_boxes_options_default(&options);
    options.images = "photos";
    assert_ok(frcnn_boxes_open(&boxes, "voc", &options));
    assert_int_equal(frcnn_boxes_get_n_images(boxes), 2);
    assert_string_equal(frcnn_boxes_get_image(boxes, 0)->name, "a");
    assert_int_equal(frcnn_boxes_get_image(boxes, 0)->n_boxes, 0);
    assert_string_equal(frcnn_boxes_get_image(boxes, 1)->name, "b");
    assert_int_equal(frcnn_boxes_get_image(boxes, 1)->height, 7);
    assert_int_equal(frcnn_boxes_get_image(boxes, 1)->width, 9);
    assert_box(&frcnn_boxes_get_image(boxes, 1)->boxes[0], 0, 0, 2, 3);
    frcnn_boxes_close(&boxes);
    options.struct_size = 1;
    assert_fails(frcnn_boxes_open(&boxes, "voc", &options), FRCNN_ERROR_INVALID, "boxes options: expected a size");
}

static void test_yolo_labels_take_sizes_from_images(void **state)
{
    (void)state;
    frcnn_boxes *boxes = NULL;
    scratch_make_folder("yolo");
    scratch_make_folder("yolo-images");
    scratch_write_text("yolo/a.b.txt", "2 0.5 0.5 0.5 0.25\r\n\n0\t0.25 0.25  0.5 0.5");
    scratch_write_text("yolo/none.txt", "");
    assert_fails(frcnn_boxes_open(&boxes, "yolo", NULL), FRCNN_ERROR_FORMAT,
                 "yolo/a.b.txt: expected its image 'a.b' in 'yolo'");
    write_ppm("yolo-images/a.b.c.ppm", 1, 1);
    write_ppm("yolo-images/a.ppm", 1, 1);
    scratch_write_text("yolo-images/a.b.md", "no image");
    write_ppm("yolo-images/a.b.ppm", 40, 20);
    write_ppm("yolo-images/none.ppm", 8, 8);
    frcnn_boxes_options options;
    frcnn_boxes_options_default(&options);
    options.images = "yolo-images";
    assert_ok(frcnn_boxes_open(&boxes, "yolo", &options));
    assert_int_equal(frcnn_boxes_get_format(boxes), FRCNN_BOXES_YOLO);
    assert_int_equal(frcnn_boxes_get_n_images(boxes), 2);
    const frcnn_boxes_image *image = frcnn_boxes_get_image(boxes, 0);
    assert_string_equal(image->name, "a.b.ppm");
    assert_int_equal(image->height, 40);
    assert_int_equal(image->width, 20);
    assert_int_equal(image->n_boxes, 2);
    assert_box(&image->boxes[0], 5, 15, 15, 25);
    assert_box(&image->boxes[1], 0, 0, 10, 20);
    assert_int_equal(frcnn_boxes_get_n_categories(boxes), 2);
    assert_int_equal(frcnn_boxes_get_categories(boxes)[image->boxes[0].category].id, 2);
    assert_string_equal(frcnn_boxes_get_categories(boxes)[image->boxes[0].category].name, "2");
    frcnn_boxes_close(&boxes);

    scratch_write_text("classes.txt", "car\nbus\nvan\n");
    assert_ok(frcnn_boxes_open(&boxes, "yolo/a.b.txt", &options));
    assert_int_equal(frcnn_boxes_get_n_images(boxes), 1);
    assert_int_equal(frcnn_boxes_get_n_categories(boxes), 3);
    assert_int_equal(frcnn_boxes_get_image(boxes, 0)->boxes[0].category, 2);
    assert_string_equal(frcnn_boxes_get_categories(boxes)[2].name, "van");
    frcnn_boxes_close(&boxes);
    scratch_write_text("yolo/classes.txt", "car\nbus\n");
    assert_fails(frcnn_boxes_open(&boxes, "yolo", &options), FRCNN_ERROR_FORMAT,
                 "yolo/a.b.txt: line 1: expected a class from 0 to 1, found 2");
    remove("classes.txt");
}

static void test_a_bad_box_is_counted_and_named(void **state)
{
    (void)state;
    static const char *const faults[][2] = {
        {"[5,5,-1,3]", "t.json: annotations[0]: box 5,5,4,8: negative size"},
        {"[5,5,0,3]", "t.json: annotations[0]: box 5,5,5,8: no area"},
        {"[5,5,1e-9,3]", "t.json: annotations[0]: box 5,5,5,8: no area"},
        {"[100,5,3,3]", "t.json: annotations[0]: box 100,5,103,8: outside the image"},
        {"[5,-9,3,9]", "t.json: annotations[0]: box 5,-9,8,0: outside the image"},
        {"[5,5,1e999,3]", "t.json: annotations[0]: box 5,5,inf,8: not finite"},
    };
    frcnn_boxes *boxes = NULL;
    char text[512];
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        snprintf(
            text, sizeof text,
            "{\"images\":[{\"id\":1,\"file_name\":\"a\",\"width\":100,\"height\":50}],\"annotations\":"
            "[{\"image_id\":1,\"category_id\":1,\"bbox\":%s},{\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,1,1]}],"
            "\"categories\":[{\"id\":1,\"name\":\"x\"}]}",
            faults[i][0]);
        scratch_write_text("t.json", text);
        assert_ok(frcnn_boxes_open(&boxes, "t.json", NULL));
        assert_int_equal(frcnn_boxes_get_n_boxes(boxes), 1);
        assert_int_equal(frcnn_boxes_get_n_bad(boxes), 1);
        assert_string_equal(frcnn_boxes_get_bad(boxes, 0), faults[i][1]);
        assert_null(frcnn_boxes_get_bad(boxes, 1));
        frcnn_boxes_close(&boxes);
    }
}

static void test_bad_boxes_are_named_up_to_the_hundredth(void **state)
{
    (void)state;
    frcnn_boxes *boxes = NULL;
    FILE *stream = fopen("many.txt", "w");
    assert_non_null(stream);
    for (int i = 0; i < 101; i++) fputs("0 nan 0.5 0.1 0.1\n", stream);
    fclose(stream);
    write_ppm("many.ppm", 10, 10);
    assert_ok(frcnn_boxes_open(&boxes, "many.txt", NULL));
    assert_int_equal(frcnn_boxes_get_n_boxes(boxes), 0);
    assert_int_equal(frcnn_boxes_get_n_bad(boxes), 101);
    assert_string_equal(frcnn_boxes_get_bad(boxes, 99), "many.txt: line 100: box nan,4.5,nan,5.5: not finite");
    assert_null(frcnn_boxes_get_bad(boxes, 100));
    frcnn_boxes_close(&boxes);
}

#define IMAGE "{\"images\":[{\"id\":1,\"file_name\":\"a\",\"width\":9,\"height\":9}],"
#define CATEGORY "\"categories\":[{\"id\":1,\"name\":\"x\"}]}"
#define OBJECT(inside)                                                                                                 \
    "<annotation><size><width>9</width><height>9</height></size>\n<object>" inside "</object></annotation>"

static void test_files_that_are_no_annotations_are_refused(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {"", "f: expected annotations (COCO JSON, VOC XML or YOLO text), found an empty file"},
        {"{\n\"images\":[", "f: line 2: expected JSON, found something else at byte"},
        {"{\"images\":[]} x", "f: line 1: expected JSON, found something else at byte 14"},
        {"[]", "f: categories: expected a list as COCO files have it, found nothing"},
        {"{\"categories\":[],\"annotations\":[]}", "f: images: expected a list"},
        {"{\"categories\":[],\"images\":[],\"annotations\":3}", "f: annotations: expected a list"},
        {"{\"categories\":[{\"id\":1.5}]}",
         "f: categories[0].id: expected a whole number from 0 to 2147483647, found 1.5"},
        {"{\"categories\":[{\"id\":1,\"name\":\"\"}]}", "f: categories[0].name: expected a class name, found an empty"},
        {"{\"categories\":[{\"id\":1,\"name\":\"a\"},{\"id\":1,\"name\":\"b\"}]}",
         "expected each id once, found 1 twice"},
        {"{\"categories\":[],\"images\":[{\"id\":1,\"file_name\":\"a\",\"height\":5}]}",
         "f: images[0].width: expected a whole number from 1 to 65535, found nothing"},
        {"{\"categories\":[],\"images\":[{\"id\":1,\"file_name\":3}]}", "f: images[0].file_name: expected a string"},
        {"{\"categories\":[],\"images\":[{\"id\":1,\"file_name\":\"a\",\"height\":70000}]}",
         "images[0].height: expected"},
        {IMAGE "\"annotations\":[{\"image_id\":2,\"category_id\":1,\"bbox\":[1,1,1,1]}]," CATEGORY,
         "f: annotations[0].image_id: expected the id of an image, found 2"},
        {IMAGE "\"annotations\":[{\"image_id\":1,\"category_id\":2,\"bbox\":[1,1,1,1]}]," CATEGORY,
         "f: annotations[0].category_id: expected the id of a category, found 2"},
        {IMAGE "\"annotations\":[{\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,1]}]," CATEGORY,
         "f: annotations[0].bbox: expected a list of four numbers, found another list"},
        {IMAGE "\"annotations\":[{\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,1,1,1]}]," CATEGORY,
         "f: annotations[0].bbox: expected a list of four numbers, found another list"},
        {IMAGE "\"annotations\":[{\"image_id\":1,\"category_id\":1}]," CATEGORY,
         "bbox: expected a list of four numbers"},
        {IMAGE "\"annotations\":[{\"image_id\":1,\"category_id\":1,\"iscrowd\":2,\"bbox\":[1,1,1,1]}]," CATEGORY,
         "f: annotations[0].iscrowd: expected a whole number from 0 to 1, found 2"},
        {"<annotation>\n<object>\n</annotation>", "f: line 3: expected XML, found: "},
        {"<svg></svg>", "f: line 1: expected <annotation> as VOC files have it, found <svg>"},
        {"<annotation><size><width>x</width><height>9</height></size></annotation>",
         "f: line 1: expected <width> with a number, found 'x'"},
        {OBJECT("<bndbox/>"), "f: line 2: expected <name> with a class name, found none"},
        {OBJECT("<name>a</name>"), "f: line 2: expected <bndbox> in <object>, found none"},
        {OBJECT("<name>a</name><bndbox><xmin>1</xmin></bndbox>"),
         "f: line 2: expected <ymin> with a number, found none"},
        {"0 1 1 1", "f: expected its image 'f' in '.'"},
    };
    frcnn_boxes *boxes = NULL;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        scratch_write_text("f", files[i][0]);
        assert_fails(frcnn_boxes_open(&boxes, "f", NULL), FRCNN_ERROR_FORMAT, files[i][1]);
    }
    write_ppm("f.ppm", 4, 4);
    static const char *const labels[][2] = {
        {"\n0 1 1 1\n", "f: line 2: expected 5 numbers, \"class cx cy width height\", found 4"},
        {"0 1 1 1 1 1", "f: line 1: expected 5 numbers"},
        {"0 a 1 1 1", "f: line 1: expected \"class cx cy width height\", found what is no number"},
        {"0 0x1 1 1 1", "f: line 1: expected \"class cx cy width height\", found what is no number"},
        {"-1 1 1 1 1", "f: line 1: expected a class from 0 to 99999, found -1"},
        {"0.5 1 1 1 1", "f: line 1: expected a class from 0 to 99999, found 0.5"},
        {"nan 1 1 1 1", "f: line 1: expected a class from 0 to 99999, found nan"},
    };
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        scratch_write_text("f", labels[i][0]);
        assert_fails(frcnn_boxes_open(&boxes, "f", NULL), FRCNN_ERROR_FORMAT, labels[i][1]);
    }
    scratch_write("f", "0 1 1 \0 1 1", 11);
    assert_fails(frcnn_boxes_open(&boxes, "f", NULL), FRCNN_ERROR_FORMAT, "found what is no number");
    scratch_make_folder("empty");
    assert_fails(frcnn_boxes_open(&boxes, "empty", NULL), FRCNN_ERROR_FORMAT,
                 "empty: expected .xml files (VOC) or .txt files (YOLO) in this folder, found none");
    assert_fails(frcnn_boxes_open(&boxes, "gone", NULL), FRCNN_ERROR_IO, "gone: cannot be opened");
    assert_null(boxes);
}

static void test_entities_of_xml_read_no_other_file(void **state)
{
    (void)state;
    frcnn_boxes *boxes = NULL;
    scratch_write_text("secret", "4");
    scratch_write_text("f.xml", "<!DOCTYPE annotation [<!ENTITY s SYSTEM \"secret\">]>\n<annotation><size>"
                                "<width>&s;</width><height>9</height></size></annotation>");
    assert_fails(frcnn_boxes_open(&boxes, "f.xml", NULL), FRCNN_ERROR_FORMAT, "expected <width> with a number");
}

static void test_numbers_do_not_depend_on_the_locale(void **state)
{
    (void)state;
    double value = 0;
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) skip();
    assert_int_equal(frcnn_number_text_read("1.5", &value), 1);
    setlocale(LC_ALL, "C");
    assert_true(value == 1.5);
}

static void test_sizes_are_those_of_the_decoded_image(void **state)
{
    (void)state;
    static const char *const names[] = {"jpeg_50",     "jpeg_progressive", "jpeg_cmyk", "png_16",
                                        "png_palette", "bmp_rgb",          "gif",       "tga_rgb",
                                        "tiff_raw",    "webp_alpha",       "ppm"};
    char path[512];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        frcnn_image *image = NULL;
        int height = 0, width = 0;
        snprintf(path, sizeof path, "%s/tests/fuzz/corpus/fuzz_image/%s.seed", FRCNN_SOURCE_DIR, names[i]);
        if (frcnn_image_open(&image, path, NULL) == FRCNN_ERROR_UNSUPPORTED) continue;
        assert_ok(frcnn_image_read_size(&height, &width, path, NULL));
        assert_int_equal(height, frcnn_image_get_height(image));
        assert_int_equal(width, frcnn_image_get_width(image));
        frcnn_image_destroy(&image);
    }
    int height = 0, width = 0;
    scratch_write_text("no-image", "text");
    assert_fails(frcnn_image_read_size(&height, &width, "no-image", NULL), FRCNN_ERROR_FORMAT, "no format known here");
    assert_fails(frcnn_image_read_size(&height, &width, "gone", NULL), FRCNN_ERROR_IO, "gone: cannot open");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coco_boxes_are_grouped_by_image_and_clipped_to_it),
        cmocka_unit_test(test_an_image_is_not_found_by_what_several_share),
        cmocka_unit_test(test_voc_pixels_count_from_one_and_the_last_is_inside),
        cmocka_unit_test(test_a_folder_of_voc_files_is_read_in_the_order_of_names),
        cmocka_unit_test(test_yolo_labels_take_sizes_from_images),
        cmocka_unit_test(test_a_bad_box_is_counted_and_named),
        cmocka_unit_test(test_bad_boxes_are_named_up_to_the_hundredth),
        cmocka_unit_test(test_files_that_are_no_annotations_are_refused),
        cmocka_unit_test(test_entities_of_xml_read_no_other_file),
        cmocka_unit_test(test_numbers_do_not_depend_on_the_locale),
        cmocka_unit_test(test_sizes_are_those_of_the_decoded_image),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
