/* What a notebook on PyTorch's tensors goes through - shapes, joining, pooling, losses, pictures, devices - with libfrcnn.
   The text it prints is in README.md beside this file.

       notes FOLDER        pictures are written there */
#include <stdio.h>
#include <stdlib.h>

#include <frcnn/frcnn.h>

static void check(frcnn_status status)
{
    if (status == FRCNN_OK) return;
    fprintf(stderr, "notes: %s\n", frcnn_error_message());
    exit(1);
}

static void print_shape(const frcnn_tensor *tensor)
{
    const int64_t *shape = frcnn_tensor_get_shape(tensor);
    printf("(");
    for (int d = 0; d < frcnn_tensor_get_n_dims(tensor); d++) printf("%s%lld", d > 0 ? ", " : "", (long long)shape[d]);
    printf(")");
}

/* Prints "title: shape" and lets the tensor go. */
static void show_shape(const char *title, int dim, frcnn_tensor *tensor)
{
    printf("%s %d: ", title, dim);
    print_shape(tensor);
    printf("\n");
    frcnn_tensor_destroy(&tensor);
}

/* Prints the title and the tensor as PyTorch does, and lets it go. */
static void show(const char *title, frcnn_tensor *tensor)
{
    printf("%s\n", title);
    check(frcnn_tensor_print(stdout, tensor, NULL));
    frcnn_tensor_destroy(&tensor);
}

static frcnn_tensor *zeros(int n_dims, const int64_t *shape)
{
    frcnn_tensor *tensor = NULL;
    check(frcnn_tensor_create(&tensor, FRCNN_F32, n_dims, shape));
    return tensor;
}

static frcnn_tensor *from_floats(int n_dims, const int64_t *shape, const float *values)
{
    frcnn_tensor *tensor = NULL;
    check(frcnn_tensor_from_data(&tensor, FRCNN_F32, n_dims, shape, values));
    return tensor;
}

/* Rows and columns of a map [1, H, W, 1]. */
static frcnn_tensor *squeeze(frcnn_tensor *map)
{
    frcnn_tensor *plane = NULL;
    check(frcnn_tensor_squeeze_all(&plane, map));
    frcnn_tensor_destroy(&map);
    return plane;
}

static void notes_on_shapes(void)
{
    const int64_t shape3[] = {1, 2, 3};
    const int64_t shape4[] = {1, 1, 2, 3};
    const int64_t batch_shape[] = {4, 3, 8, 8};
    const int64_t rows[] = {4, -1};
    frcnn_tensor *three = zeros(3, shape3);
    frcnn_tensor *four = zeros(4, shape4);
    frcnn_tensor *batch = zeros(4, batch_shape);
    frcnn_tensor *out = NULL;

    printf("== Shapes\n");
    for (int dim = -4; dim <= 3; dim++) {
        check(frcnn_tensor_unsqueeze(&out, three, dim));
        show_shape("unsqueeze (1, 2, 3) at", dim, out);
    }
    for (int dim = 0; dim < 4; dim++) {
        check(frcnn_tensor_squeeze(&out, four, dim));
        show_shape("squeeze (1, 1, 2, 3) at", dim, out);
    }
    check(frcnn_tensor_squeeze_all(&out, four));
    printf("squeeze (1, 1, 2, 3): ");
    print_shape(out);
    frcnn_tensor_destroy(&out);

    check(frcnn_tensor_view(&out, batch, 2, rows));
    printf("\nview (4, 3, 8, 8) as (4, -1): ");
    print_shape(out);
    frcnn_tensor_destroy(&out);

    frcnn_tensor *transposed = NULL;
    check(frcnn_tensor_transpose(&transposed, batch, 2, 3));
    if (frcnn_tensor_view(&out, transposed, 2, rows) != FRCNN_OK)
        printf("\nof a transposed one: %s\n", frcnn_error_message());
    check(frcnn_tensor_reshape(&out, transposed, 2, rows));
    printf("reshape, which may copy: ");
    print_shape(out);
    printf("\n");

    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&transposed);
    frcnn_tensor_destroy(&batch);
    frcnn_tensor_destroy(&four);
    frcnn_tensor_destroy(&three);
}

static void notes_on_random_numbers(void)
{
    const int64_t shape[] = {3, 4};
    frcnn_generator *generator = NULL;
    frcnn_tensor *x = NULL;
    frcnn_tensor *values = NULL;
    frcnn_tensor *indices = NULL;
    frcnn_tensor *p = NULL;

    printf("\n== Random numbers, maxima, softmax\n");
    check(frcnn_generator_create(&generator, 1));
    check(frcnn_tensor_rand(&x, generator, FRCNN_F32, 2, shape));
    printf("rand(3, 4) after manual_seed(1)\n");
    check(frcnn_tensor_print(stdout, x, NULL));
    check(frcnn_tensor_max(&values, &indices, x, 1, 0));
    show("its maxima along dim 1", values);
    show("and where they are", indices);
    for (int dim = 0; dim < 2; dim++) {
        check(frcnn_tensor_softmax(&p, x, dim));
        show(dim == 0 ? "softmax along dim 0: columns add up to 1" : "softmax along dim 1: rows do", p);
    }
    frcnn_tensor_destroy(&x);
    frcnn_generator_destroy(&generator);
}

static void notes_on_joining(void)
{
    const int64_t shape[] = {1, 1, 2, 4};
    frcnn_tensor *a = zeros(4, shape);
    frcnn_tensor *b = zeros(4, shape);
    const frcnn_tensor *both[] = {a, b};
    frcnn_tensor *out = NULL;

    printf("\n== Two of (1, 1, 2, 4) joined\n");
    for (int dim = 0; dim < 4; dim++) {
        check(frcnn_tensor_cat(&out, both, 2, dim));
        show_shape("cat along", dim, out);
    }
    for (int dim = 0; dim < 5; dim++) {
        check(frcnn_tensor_stack(&out, both, 2, dim));
        show_shape("stack along", dim, out);
    }
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

static void notes_on_pooling(void)
{
    static const float values[] = {-2, 1,  2,  6, 4, -3, 1,  7, 2,  -2, -4, 2, 3,
                                   -1, -3, -7, 1, 2, 3,  11, 5, -7, 8,  12, -9};
    const int64_t shape[] = {1, 5, 5, 1};
    const int64_t tall_shape[] = {1, 10, 7, 1};
    frcnn_tensor *map = from_floats(4, shape, values);
    frcnn_tensor *out = NULL;
    frcnn_max_pool2d_options options;

    printf("\n== Pooling: maps are [N, H, W, C]\n");
    frcnn_max_pool2d_options_default(&options);
    check(frcnn_tensor_max_pool2d(&out, NULL, map, &options));
    show("max_pool2d of 5 x 5, kernel 2, stride 2", squeeze(out));
    options.ceil_mode = 1;
    check(frcnn_tensor_max_pool2d(&out, NULL, map, &options));
    show("with ceil_mode: windows that stick out count", squeeze(out));
    frcnn_tensor_destroy(&map);

    frcnn_tensor *line = NULL;
    check(frcnn_tensor_arange(&line, FRCNN_F32, 0, 70, 1));
    check(frcnn_tensor_view(&map, line, 4, tall_shape));
    check(frcnn_tensor_adaptive_avg_pool2d(&out, map, 5, 7));
    show("adaptive_avg_pool2d of 10 x 7 (0, 1, 2, …) to 5 x 7", squeeze(out));
    check(frcnn_tensor_adaptive_avg_pool2d(&out, map, 1, 1));
    show("to 1 x 1: the mean", squeeze(out));
    frcnn_tensor_destroy(&map);
    frcnn_tensor_destroy(&line);
}

static void notes_on_grids(void)
{
    frcnn_tensor *shifts = NULL;
    frcnn_tensor *grid[2] = {NULL, NULL};

    printf("\n== Grids: the shifts of anchors\n");
    check(frcnn_tensor_arange(&shifts, FRCNN_I64, 0, 64, 16));
    const frcnn_tensor *axes[] = {shifts, shifts};
    check(frcnn_tensor_meshgrid(grid, axes, 2, FRCNN_MESHGRID_IJ));
    show("meshgrid of 0, 16, 32, 48, ij: the first", grid[0]);
    show("the second", grid[1]);
    check(frcnn_tensor_meshgrid(grid, axes, 2, FRCNN_MESHGRID_XY));
    show("xy: the first", grid[0]);
    show("the second", grid[1]);
    frcnn_tensor_destroy(&shifts);
}

static void notes_on_losses(void)
{
    static const float logits_values[] = {1, 2, 3, 0, 0, 0};
    static const float one_hot_values[] = {0, 0, 1, 1, 0, 0};
    static const int64_t classes_values[] = {2, 0};
    const int64_t shape[] = {2, 3};
    const int64_t n[] = {2};
    frcnn_tensor *logits = from_floats(2, shape, logits_values);
    frcnn_tensor *probabilities = from_floats(2, shape, one_hot_values);
    frcnn_tensor *classes = NULL;
    frcnn_tensor *loss = NULL;

    printf("\n== Cross entropy\n");
    check(frcnn_tensor_from_data(&classes, FRCNN_I64, 1, n, classes_values));
    check(frcnn_tensor_cross_entropy(&loss, logits, classes, NULL));
    show("of logits (1, 2, 3), (0, 0, 0) with classes 2, 0", loss);
    check(frcnn_tensor_cross_entropy(&loss, logits, probabilities, NULL));
    show("with the same as probabilities", loss);
    frcnn_tensor_destroy(&classes);
    frcnn_tensor_destroy(&probabilities);
    frcnn_tensor_destroy(&logits);
}

static const char *join(char *path, size_t size, const char *folder, const char *name)
{
    if (snprintf(path, size, "%s/%s", folder, name) >= (int)size) {
        fprintf(stderr, "notes: %s: too long a name\n", folder);
        exit(1);
    }
    return path;
}

/* A picture of 32 x 48 with 1 to 4 channels: a ramp to the right, one downward, a corner, an alpha that fades. */
static frcnn_tensor *make_picture(int n_channels)
{
    const int64_t shape[] = {32, 48, n_channels};
    frcnn_tensor *picture = NULL;
    check(frcnn_tensor_create(&picture, FRCNN_U8, 3, shape));
    unsigned char *pixel = frcnn_tensor_get_data(picture);
    for (int y = 0; y < 32; y++)
        for (int x = 0; x < 48; x++, pixel += n_channels) {
            const int values[] = {x * 255 / 47, y * 255 / 31, 255 - (x + y) * 255 / 78, 255 - x * 3};
            for (int c = 0; c < n_channels; c++) {
                const int is_alpha = n_channels % 2 == 0 && c == n_channels - 1;
                pixel[c] = (unsigned char)values[is_alpha ? 3 : c];
            }
        }
    return picture;
}

static void notes_on_pictures(const char *folder)
{
    char path[1024];
    char name[32];
    frcnn_tensor *picture = NULL;
    frcnn_tensor *chw = NULL;
    frcnn_tensor *back = NULL;
    frcnn_tensor *same = NULL;

    printf("\n== Pictures\n");
    for (int n_channels = 1; n_channels <= 4; n_channels++) {
        (void)snprintf(name, sizeof name, "channels-%d.png", n_channels);
        picture = make_picture(n_channels);
        check(frcnn_picture_save(picture, join(path, sizeof path, folder, name)));
        frcnn_tensor_destroy(&picture);
        check(frcnn_picture_open(&picture, path, 0, NULL));
        printf("%s: ", name);
        print_shape(picture);
        check(frcnn_picture_to_chw(&chw, picture));
        printf(", as floats ");
        print_shape(chw);
        check(frcnn_picture_convert_dtype(&back, chw, FRCNN_U8));
        frcnn_tensor_destroy(&chw);
        check(frcnn_picture_from_chw(&chw, back));
        check(frcnn_tensor_eq(&same, picture, chw));
        frcnn_tensor_destroy(&back);
        check(frcnn_tensor_all(&back, same, NULL, 0, 0));
        printf(", back again: %s\n",
               *(const unsigned char *)frcnn_tensor_get_const_data(back) ? "the same" : "different");
        frcnn_tensor_destroy(&same);
        frcnn_tensor_destroy(&back);
        frcnn_tensor_destroy(&chw);
        frcnn_tensor_destroy(&picture);
    }

    enum { N_PICTURES = 10 };
    frcnn_tensor *pictures[N_PICTURES] = {NULL};
    const frcnn_tensor *borrowed[N_PICTURES];
    frcnn_tensor *colours = NULL;
    picture = make_picture(3);
    check(frcnn_picture_to_chw(&colours, picture));
    for (int i = 0; i < N_PICTURES; i++) {
        check(frcnn_tensor_mul_scalar(&pictures[i], colours, frcnn_scalar_f64((i + 1) / 10.0)));
        borrowed[i] = pictures[i];
    }
    check(frcnn_tensor_stack(&chw, borrowed, N_PICTURES, 0));
    check(frcnn_picture_make_grid(&back, chw, NULL));
    printf("a grid of 10, 8 a row: ");
    print_shape(chw);
    printf(" -> ");
    print_shape(back);
    check(frcnn_picture_save_grid(chw, join(path, sizeof path, folder, "grid.png"), NULL));
    printf(", saved as grid.png\n");
    for (int i = 0; i < N_PICTURES; i++) frcnn_tensor_destroy(&pictures[i]);
    frcnn_tensor_destroy(&back);
    frcnn_tensor_destroy(&chw);
    frcnn_tensor_destroy(&colours);
    frcnn_tensor_destroy(&picture);
}

static void notes_on_devices(void)
{
    frcnn_device device;
    char name[FRCNN_DEVICE_TEXT_BYTES];
    char note[FRCNN_DEVICE_NOTE_BYTES];

    printf("\n== Devices\n");
    check(frcnn_device_choose(&device, note, "auto"));
    printf("auto: %s%s%s\n", frcnn_device_format(name, device), note[0] != '\0' ? ", " : "", note);
    if (frcnn_device_choose(&device, NULL, "cuda:7") != FRCNN_OK) printf("cuda:7: %s\n", frcnn_error_message());
    if (frcnn_device_choose(&device, NULL, "gpu") != FRCNN_OK) printf("gpu: %s\n", frcnn_error_message());
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: notes FOLDER\n");
        return 2;
    }
    notes_on_shapes();
    notes_on_random_numbers();
    notes_on_joining();
    notes_on_pooling();
    notes_on_grids();
    notes_on_losses();
    notes_on_pictures(argv[1]);
    notes_on_devices();
    return 0;
}
