/* Backbones from names and shapes alone: narrow files of zeros, and the graphs made from them. Layouts and sizes are
   torchvision's. */
#include "support.h"

#include <stdlib.h>
#include <unistd.h>

#include "backbone/backbone.h"
#include "checkpoint/tensor_names.h"
#include "frcnn/frcnn.h"
#include "tensor/arena.h"

enum { MAX_TENSORS = 512 };

/* A file being made. */
typedef struct made_file {
    size_t n;
    char names[MAX_TENSORS][96];
    frcnn_tensor *tensors[MAX_TENSORS];
    char path[64];
    frcnn_checkpoint *checkpoint;
    frcnn_weights weights;
} made_file;

static void add(made_file *file, const char *name, const char *leaf, int n_dims, const int64_t *shape)
{
    assert_true(file->n < MAX_TENSORS);
    snprintf(file->names[file->n], sizeof file->names[0], "%s.%s", name, leaf);
    assert_ok(frcnn_tensor_create(&file->tensors[file->n++], FRCNN_F32, n_dims, shape));
}

static void add_conv(made_file *file, const char *name, int64_t out_c, int64_t in_c, int kernel)
{
    const int64_t shape[] = {out_c, in_c, kernel, kernel};
    add(file, name, "weight", 4, shape);
}

static void add_norm(made_file *file, const char *name, int64_t n)
{
    static const char *const leaves[] = {"weight", "bias", "running_mean", "running_var"};
    for (int i = 0; i < 4; i++) add(file, name, leaves[i], 1, &n);
}

static void add_fpn(made_file *file, int n_maps, const int64_t *channels, int64_t out_c)
{
    char name[80];
    for (int i = 0; i < n_maps; i++) {
        snprintf(name, sizeof name, "backbone.fpn.inner_blocks.%d.0", i);
        add_conv(file, name, out_c, channels[i], 1);
        add(file, name, "bias", 1, &out_c);
        snprintf(name, sizeof name, "backbone.fpn.layer_blocks.%d.0", i);
        add_conv(file, name, out_c, out_c, 3);
        add(file, name, "bias", 1, &out_c);
    }
}

static void open_file(made_file *file)
{
    const char *names[MAX_TENSORS];
    snprintf(file->path, sizeof file->path, "/tmp/frcnn-test-XXXXXX");
    const int descriptor = mkstemp(file->path);
    assert_true(descriptor >= 0);
    close(descriptor);
    for (size_t i = 0; i < file->n; i++) names[i] = file->names[i];
    assert_ok(
        frcnn_safetensors_save(file->path, file->n, names, (const frcnn_tensor *const *)file->tensors, 0, NULL, NULL));
    assert_ok(frcnn_checkpoint_open(&file->checkpoint, file->path));
    assert_ok(frcnn_weights_init(&file->weights, file->checkpoint, ""));
}

static void close_file(made_file *file)
{
    frcnn_weights_deinit(&file->weights);
    frcnn_checkpoint_close(&file->checkpoint);
    unlink(file->path);
    for (size_t i = 0; i < file->n; i++) frcnn_tensor_destroy(&file->tensors[i]);
    free(file);
}

/* Blocks per stage; bottlenecks of width 4, 8, … in groups, or basic blocks. */
static made_file *make_resnet(const int *n_blocks, int is_bottleneck, int groups)
{
    made_file *file = calloc(1, sizeof *file);
    assert_non_null(file);
    int64_t in_c = 8, channels[4];
    char block[64], name[80];
    add_conv(file, "backbone.body.conv1", in_c, 3, 7);
    add_norm(file, "backbone.body.bn1", in_c);
    for (int stage = 0; stage < 4; stage++) {
        const int64_t width = (int64_t)8 << stage, out_c = is_bottleneck ? 4 * width : width;
        for (int i = 0; i < n_blocks[stage]; i++) {
            const int64_t ins[3] = {in_c, is_bottleneck ? width / groups : width, width};
            const int64_t outs[3] = {width, is_bottleneck ? width : out_c, out_c};
            const int kernels[2][3] = {{3, 3, 0}, {1, 3, 1}};
            snprintf(block, sizeof block, "backbone.body.layer%d.%d", stage + 1, i);
            for (int k = 0; k < (is_bottleneck ? 3 : 2); k++) {
                snprintf(name, sizeof name, "%s.conv%d", block, k + 1);
                add_conv(file, name, outs[k], ins[k], kernels[is_bottleneck][k]);
                snprintf(name, sizeof name, "%s.bn%d", block, k + 1);
                add_norm(file, name, outs[k]);
            }
            if (i == 0 && (stage > 0 || in_c != out_c)) {
                snprintf(name, sizeof name, "%s.downsample.0", block);
                add_conv(file, name, out_c, in_c, 1);
                snprintf(name, sizeof name, "%s.downsample.1", block);
                add_norm(file, name, out_c);
            }
            in_c = out_c;
        }
        channels[stage] = out_c;
    }
    add_fpn(file, 4, channels, 16);
    return file;
}

static frcnn_settings make_settings(int n_levels)
{
    const frcnn_settings settings = {.norm_eps = 1e-5f, .n_levels = n_levels};
    return settings;
}

static void assert_map(const frcnn_graph *graph, int value, int64_t h, int64_t w, int64_t c)
{
    assert_int_equal(graph->values[value].h, h);
    assert_int_equal(graph->values[value].w, w);
    assert_int_equal(graph->values[value].c, c);
}

static void test_resnets(void **state)
{
    (void)state;
    static const struct {
        int n_blocks[4], is_bottleneck, groups, stride_in_1x1;
    } nets[] = {{{2, 2, 2, 2}, 0, 1, 0},
                {{3, 4, 6, 3}, 1, 1, 0},
                {{1, 2, 1, 1}, 1, 4, 0},
                {{1, 2, 1, 1}, 1, 1, 1},
                {{1, 1, 1, 1}, 0, 1, 1}};
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++) {
        made_file *file = make_resnet(nets[i].n_blocks, nets[i].is_bottleneck, nets[i].groups);
        frcnn_backbone *backbone = calloc(1, sizeof *backbone);
        frcnn_settings settings = make_settings(5);
        settings.stride_in_1x1 = nets[i].stride_in_1x1;
        assert_non_null(backbone);
        open_file(file);
        assert_ok(frcnn_backbone_init(backbone, &file->weights, &settings, (frcnn_backbone_rules){0, 0}));
        assert_ok(frcnn_weights_check(&file->weights));
        for (int k = 0; k < 4; k++) assert_int_equal(backbone->resnet.stages[k].n_blocks, nets[i].n_blocks[k]);
        assert_int_equal(backbone->resnet.stages[0].is_bottleneck, nets[i].is_bottleneck);
        assert_int_equal(backbone->resnet.stages[0].blocks[0].convs[1].groups, nets[i].groups);
        assert_string_equal(backbone->name, "resnet");
        frcnn_graph graph = {0};
        int in = 0, maps[FRCNN_MAX_LEVELS];
        assert_ok(frcnn_graph_add_map(&graph, &in, 2, 96, 160, 3));
        assert_ok(frcnn_backbone_build(backbone, &graph, in, maps));
        for (int k = 0; k < 4; k++) {
            assert_int_equal(backbone->strides[k], 4 << k);
            assert_map(&graph, maps[k], 24 >> k, 40 >> k, 16);
        }
        assert_map(&graph, maps[4], 2, 3, 16);
        /* Stride 2 is on the 3x3 of a bottleneck, or on its first 1x1, on the first 3x3 of a basic block, and on the
           shortcut. */
        const int strided = nets[i].is_bottleneck && !nets[i].stride_in_1x1;
        const frcnn_resnet_block *second = &backbone->resnet.stages[1].blocks[0];
        for (int n = 0; n < graph.n_nodes; n++) {
            const frcnn_node *node = &graph.nodes[n];
            const int is_strided = node->layer == &second->convs[strided] || node->layer == &second->downsample;
            if (is_strided) assert_int_equal(node->conv.stride_h, 2);
            if (node->layer == &second->convs[2] || node->layer == &second->convs[!strided])
                assert_int_equal(node->conv.stride_h, 1);
        }
        frcnn_graph_deinit(&graph);
        free(backbone);
        close_file(file);
    }
}

/* Detectron2 numbers no parts of an FPN's convolutions, as torchvision did not at first. */
static void rename_all(made_file *file, void (*translate)(char out[FRCNN_LAYER_NAME], const char *name), int has_parts)
{
    for (size_t i = 0; i < file->n; i++) {
        char name[FRCNN_LAYER_NAME];
        char *part = strstr(file->names[i], "_blocks.");
        if (part != NULL && !has_parts) memmove(part + 9, part + 11, strlen(part + 11) + 1);
        translate(name, file->names[i]);
        assert_in_range(snprintf(file->names[i], sizeof file->names[i], "%s", name), 1, sizeof file->names[i] - 1);
    }
}

static void test_names_of_other_families(void **state)
{
    (void)state;
    static const struct {
        void (*translate)(char out[FRCNN_LAYER_NAME], const char *name);
        int has_parts;
        const char *lost, *message;
    } families[] = {
        {frcnn_tensor_names_detectron2, 0, "backbone.fpn_output3.bias", "backbone.fpn_output3.bias: missing"},
        {frcnn_tensor_names_mmdetection, 1, "neck.fpn_convs.1.conv.bias", "neck.fpn_convs.1.conv.bias: missing"},
    };
    static const int n_blocks[4] = {1, 2, 1, 1};
    for (size_t i = 0; i < 2 * (sizeof families / sizeof families[0]); i++) {
        const int is_whole = i % 2 == 0;
        made_file *file = make_resnet(n_blocks, 1, 1);
        frcnn_backbone *backbone = calloc(1, sizeof *backbone);
        const frcnn_settings settings = make_settings(5);
        assert_non_null(backbone);
        rename_all(file, families[i / 2].translate, families[i / 2].has_parts);
        for (size_t k = 0; k < file->n && !is_whole; k++)
            if (strcmp(file->names[k], families[i / 2].lost) == 0) file->names[k][0] = 'x';
        open_file(file);
        file->weights.translate = families[i / 2].translate;
        assert_ok(frcnn_backbone_init(backbone, &file->weights, &settings, (frcnn_backbone_rules){0, 0}));
        if (is_whole)
            assert_ok(frcnn_weights_check(&file->weights));
        else
            assert_fails(frcnn_weights_check(&file->weights), FRCNN_ERROR_UNSUPPORTED, families[i / 2].message);
        free(backbone);
        close_file(file);
    }
}

static void test_stages_that_the_fpn_leaves_out(void **state)
{
    (void)state;
    static const int n_blocks[4] = {1, 1, 1, 1};
    made_file *file = make_resnet(n_blocks, 0, 1);
    /* Its FPN takes the last three stages alone. */
    for (size_t i = 0; i < file->n; i++)
        if (strncmp(file->names[i], "backbone.fpn", 12) == 0) {
            for (size_t k = i; k < file->n; k++) frcnn_tensor_destroy(&file->tensors[k]);
            file->n = i;
        }
    const int64_t channels[] = {16, 32, 64};
    add_fpn(file, 3, channels, 16);
    frcnn_backbone *backbone = calloc(1, sizeof *backbone);
    frcnn_settings settings = make_settings(3);
    assert_non_null(backbone);
    open_file(file);
    assert_ok(frcnn_backbone_init(backbone, &file->weights, &settings, (frcnn_backbone_rules){0, 0}));
    assert_ok(frcnn_weights_check(&file->weights));
    assert_int_equal(backbone->fpn.has_pool, 0);
    assert_int_equal(backbone->return_layers[0], 2);
    assert_int_equal(backbone->strides[2], 32);
    settings.n_levels = 2;
    assert_fails(frcnn_backbone_init(backbone, &file->weights, &settings, (frcnn_backbone_rules){0, 0}),
                 FRCNN_ERROR_INVALID, "the model has 3 levels (4 with the pool level), sizes are given for 2");
    free(backbone);
    close_file(file);
}

/* All 19 modules, an eighth as wide, under an FPN on n_maps maps. */
static made_file *make_mobilenet_v2(int n_maps, const int64_t *channels)
{
    static const int64_t widths[19] = {4, 2, 3, 3, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 20, 20, 20, 40, 160};
    made_file *file = calloc(1, sizeof *file);
    assert_non_null(file);
    char name[80];
    for (int i = 0; i < 19; i++) {
        const int64_t in_c = i == 0 ? 3 : widths[i - 1], hidden = i == 1 ? in_c : 6 * in_c;
        const int is_single = i == 0 || i == 18, is_expanding = i > 1;
        if (is_single) {
            snprintf(name, sizeof name, "backbone.body.%d.0", i);
            add_conv(file, name, widths[i], in_c, i == 0 ? 3 : 1);
            snprintf(name, sizeof name, "backbone.body.%d.1", i);
            add_norm(file, name, widths[i]);
            continue;
        }
        for (int k = 0; k <= is_expanding; k++) {
            snprintf(name, sizeof name, "backbone.body.%d.conv.%d.0", i, k);
            add_conv(file, name, hidden, k < is_expanding ? in_c : 1, k < is_expanding ? 1 : 3);
            snprintf(name, sizeof name, "backbone.body.%d.conv.%d.1", i, k);
            add_norm(file, name, hidden);
        }
        snprintf(name, sizeof name, "backbone.body.%d.conv.%d", i, is_expanding + 1);
        add_conv(file, name, widths[i], hidden, 1);
        snprintf(name, sizeof name, "backbone.body.%d.conv.%d", i, is_expanding + 2);
        add_norm(file, name, widths[i]);
    }
    add_fpn(file, n_maps, channels, 16);
    return file;
}

/* Where a file does not say which modules return a map: those of torchvision's mobilenet_backbone (0, 2, 4, 7, 14, 18 to
   choose from) where they can give the channels, else the last with them. */
static void test_modules_of_a_mobilenet_v2(void **state)
{
    (void)state;
    static const struct {
        int n_maps;
        int64_t channels[3];
        int layers[3], strides[3];
    } cases[] = {
        {2, {20, 160}, {14, 18}, {32, 32}},
        {3, {4, 8, 20}, {4, 7, 14}, {8, 16, 32}},
        {3, {4, 12, 40}, {6, 13, 17}, {8, 16, 32}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        made_file *file = make_mobilenet_v2(cases[i].n_maps, cases[i].channels);
        frcnn_backbone *backbone = calloc(1, sizeof *backbone);
        const frcnn_settings settings = make_settings(cases[i].n_maps);
        frcnn_graph graph = {0};
        int in = 0, maps[FRCNN_MAX_LEVELS];
        size_t offsets[512], bytes = 0;
        assert_non_null(backbone);
        open_file(file);
        assert_ok(frcnn_backbone_init(backbone, &file->weights, &settings, (frcnn_backbone_rules){0, 0}));
        assert_ok(frcnn_weights_check(&file->weights));
        assert_string_equal(backbone->name, "mobilenet_v2");
        assert_ok(frcnn_graph_add_map(&graph, &in, 1, 64, 96, 3));
        assert_ok(frcnn_backbone_build(backbone, &graph, in, maps));
        for (int k = 0; k < cases[i].n_maps; k++) {
            assert_int_equal(backbone->return_layers[k], cases[i].layers[k]);
            assert_map(&graph, maps[k], 64 / cases[i].strides[k], 96 / cases[i].strides[k], 16);
        }
        assert_true(graph.n_values <= 512);
        assert_ok(frcnn_arena_place(&graph, 0, offsets, &bytes));
        frcnn_graph_deinit(&graph);
        free(backbone);
        close_file(file);
    }
}

static void test_files_without_what_it_takes(void **state)
{
    (void)state;
    static const int n_blocks[4] = {1, 1, 1, 1}, no_stage[4] = {1, 1, 0, 0};
    frcnn_backbone *backbone = calloc(1, sizeof *backbone);
    const frcnn_settings settings = make_settings(5);
    assert_non_null(backbone);
    made_file *file = make_resnet(no_stage, 0, 1);
    open_file(file);
    assert_fails(frcnn_backbone_init(backbone, &file->weights, &settings, (frcnn_backbone_rules){0, 0}),
                 FRCNN_ERROR_UNSUPPORTED, "layer3: expected at least one residual block");
    close_file(file);
    file = make_resnet(n_blocks, 0, 1);
    for (size_t i = 0; i < file->n; i++)
        if (strncmp(file->names[i], "backbone.fpn", 12) == 0) file->names[i][0] = 'B';
    open_file(file);
    assert_fails(frcnn_backbone_init(backbone, &file->weights, &settings, (frcnn_backbone_rules){0, 0}),
                 FRCNN_ERROR_INVALID,
                 "the model has 1 level, as there is no FPN under backbone.fpn, sizes are given for");
    close_file(file);
    file = make_resnet(n_blocks, 0, 1);
    for (size_t i = 0; i < file->n; i++) file->names[i][0] = 'B';
    open_file(file);
    assert_fails(frcnn_backbone_init(backbone, &file->weights, &settings, (frcnn_backbone_rules){0, 0}),
                 FRCNN_ERROR_UNSUPPORTED, "expected a ResNet, a MobileNet or a VGG");
    close_file(file);
    free(backbone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resnets),
        cmocka_unit_test(test_names_of_other_families),
        cmocka_unit_test(test_stages_that_the_fpn_leaves_out),
        cmocka_unit_test(test_modules_of_a_mobilenet_v2),
        cmocka_unit_test(test_files_without_what_it_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
