#include "run/journal_text.h"

#include "frcnn/version.h"
#include "run/json_build.h"
#include "tensor/error.h"

static int add_model(cJSON *header, const frcnn_model_info *model)
{
    cJSON *object = cJSON_AddObjectToObject(header, "model");
    return object != NULL && frcnn_json_add_text(object, "name", model->name) &&
           frcnn_json_add_text(object, "family", model->settings->family) &&
           frcnn_json_add_text(object, "sha256", model->sha256);
}

static int add_anchors(cJSON *settings, const frcnn_settings *model)
{
    cJSON *sizes = cJSON_AddArrayToObject(settings, "anchor_sizes");
    int is_ok = sizes != NULL;
    for (int i = 0; is_ok && i < model->n_levels; i++) {
        cJSON *level = frcnn_json_create_floats(model->anchor_sizes[i], model->n_sizes[i]);
        is_ok = level != NULL && cJSON_AddItemToArray(sizes, level);
        if (!is_ok) cJSON_Delete(level);
    }
    return is_ok && frcnn_json_add_floats(settings, "anchor_ratios", model->anchor_ratios, model->n_ratios);
}

static int add_return_layers(cJSON *settings, const frcnn_settings *model)
{
    cJSON *layers = cJSON_CreateIntArray(model->return_layers, model->n_return_layers);
    if (layers != NULL && cJSON_AddItemToObject(settings, "return_layers", layers)) return 1;
    cJSON_Delete(layers);
    return 0;
}

static int add_classes(cJSON *settings, const frcnn_journal_run *run)
{
    if (run->is_kept == NULL) return 1;
    cJSON *classes = cJSON_AddArrayToObject(settings, "classes");
    int is_ok = classes != NULL;
    for (size_t i = 0; is_ok && i < run->model->n_categories; i++) {
        if (!run->is_kept[i]) continue;
        cJSON *id = cJSON_CreateNumber(run->categories[i].id);
        is_ok = id != NULL && cJSON_AddItemToArray(classes, id);
    }
    return is_ok;
}

/* Everything that the lines below the header depend on, but not how fast they came. */
static int add_settings(cJSON *header, const frcnn_journal_run *run)
{
    const frcnn_settings *model = run->model->settings;
    cJSON *settings = cJSON_AddObjectToObject(header, "settings");
    return settings != NULL && frcnn_json_add_text(settings, "backbone", model->backbone) &&
           add_return_layers(settings, model) && frcnn_json_add_float(settings, "norm_eps", model->norm_eps) &&
           frcnn_json_add_text(settings, "order", model->order) &&
           frcnn_json_add_floats(settings, "mean", model->mean, model->n_channels) &&
           frcnn_json_add_floats(settings, "std", model->std, model->n_channels) &&
           frcnn_json_add_int(settings, "min_size", model->min_size) &&
           frcnn_json_add_int(settings, "max_size", model->max_size) && add_anchors(settings, model) &&
           frcnn_json_add_int(settings, "rpn_pre_nms_top_n", model->rpn_pre_nms_top_n) &&
           frcnn_json_add_int(settings, "rpn_post_nms_top_n", model->rpn_post_nms_top_n) &&
           frcnn_json_add_float(settings, "rpn_nms_thresh", model->rpn_nms_thresh) &&
           frcnn_json_add_float(settings, "rpn_score_thresh", model->rpn_score_thresh) &&
           frcnn_json_add_int(settings, "roi_sampling_ratio", model->roi_sampling_ratio) &&
           frcnn_json_add_float(settings, "box_score_thresh", model->box_score_thresh) &&
           frcnn_json_add_float(settings, "box_nms_thresh", model->box_nms_thresh) &&
           frcnn_json_add_int(settings, "box_detections_per_img", model->box_detections_per_img) &&
           frcnn_json_add_text(settings, "precision", run->precision) &&
           cJSON_AddBoolToObject(settings, "exif", !run->ignore_exif) != NULL &&
           frcnn_json_add_floats(settings, "range", (const float[]){(float)run->range_lo, (float)run->range_hi}, 2) &&
           add_classes(settings, run);
}

static int add_categories(cJSON *header, const frcnn_category *categories, size_t n_categories)
{
    cJSON *array = cJSON_AddArrayToObject(header, "categories");
    int is_ok = array != NULL;
    for (size_t i = 0; is_ok && i < n_categories; i++) {
        cJSON *object = cJSON_CreateObject();
        is_ok = object != NULL && frcnn_json_add_int(object, "id", categories[i].id) &&
                frcnn_json_add_text(object, "name", categories[i].name) && cJSON_AddItemToArray(array, object);
        if (!is_ok) cJSON_Delete(object);
    }
    return is_ok;
}

/* Prints what was made, or says that memory ran out while it was. */
static frcnn_status finish(char **line, cJSON *object, int is_whole)
{
    const frcnn_status status = frcnn_json_print_line(line, is_whole ? object : NULL);
    cJSON_Delete(object);
    return status;
}

frcnn_status frcnn_journal_header_text(char **line, const frcnn_journal_run *run)
{
    cJSON *header = cJSON_CreateObject();
    const int is_whole = header != NULL && frcnn_json_add_int(header, "frcnn", 1) &&
                         frcnn_json_add_text(header, "version", frcnn_get_version()) && add_model(header, run->model) &&
                         add_settings(header, run) && add_categories(header, run->categories, run->model->n_categories);
    return finish(line, header, is_whole);
}

static int add_detection(cJSON *array, const frcnn_detection *detection, const frcnn_category *categories)
{
    cJSON *object = cJSON_CreateObject();
    const float box[] = {detection->x1, detection->y1, detection->x2 - detection->x1, detection->y2 - detection->y1};
    if (object != NULL && frcnn_json_add_int(object, "category_id", categories[detection->class_index].id) &&
        frcnn_json_add_floats(object, "bbox", box, 4) && frcnn_json_add_float(object, "score", detection->score) &&
        cJSON_AddItemToArray(array, object))
        return 1;
    cJSON_Delete(object);
    return 0;
}

frcnn_status frcnn_journal_result_text(char **line, int64_t image_id, const char *file, int width, int height,
                                       const frcnn_result *result, const frcnn_category *categories)
{
    cJSON *object = cJSON_CreateObject();
    int is_whole = object != NULL && frcnn_json_add_int(object, "image_id", image_id) &&
                   frcnn_json_add_path(object, "file", file) && frcnn_json_add_int(object, "width", width) &&
                   frcnn_json_add_int(object, "height", height);
    cJSON *detections = is_whole ? cJSON_AddArrayToObject(object, "detections") : NULL;
    is_whole = detections != NULL;
    for (size_t i = 0; is_whole && i < result->count; i++)
        is_whole = add_detection(detections, &result->detections[i], categories);
    return finish(line, object, is_whole);
}

frcnn_status frcnn_journal_error_text(char **line, const char *file, const char *error)
{
    cJSON *object = cJSON_CreateObject();
    const int is_whole =
        object != NULL && frcnn_json_add_path(object, "file", file) && frcnn_json_add_text(object, "error", error);
    return finish(line, object, is_whole);
}
