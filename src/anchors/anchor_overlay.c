/* A folder of pictures of anchors. */
#include "frcnn/anchor_overlay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "anchors/anchor_overlay_html.h"
#include "anchors/anchor_overlay_pictures.h"
#include "anchors/anchor_overlay_view.h"
#include "image/image_type.h"
#include "image/strokes.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* Levels, their sheet, base anchors, proposals and matches. */
enum { MAX_FILES = FRCNN_MAX_LEVELS + 4, SMALL_WIDTH = 560, SHEET_PADDING = 8 };

typedef struct folder {
    const char *path;
    frcnn_overlay *overlay;
    frcnn_overlay_file files[MAX_FILES];
    int n_files;
    frcnn_image *small[FRCNN_MAX_LEVELS]; /* of one width */
    int n_small;
} folder;

void frcnn_anchor_overlay_options_default(frcnn_anchor_overlay_options *options)
{
    *options = (frcnn_anchor_overlay_options){
        .struct_size = sizeof *options, .title = "Anchors", .cell_y = -1, .cell_x = -1, .min_iou = 0.5};
}

static frcnn_status make_folder(const char *path)
{
    struct stat info;
    if (mkdir(path, 0777) == 0) return FRCNN_OK;
    const int reason = errno;
    if (reason == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return FRCNN_OK;
    return frcnn_fail(FRCNN_ERROR_IO, "%s: cannot make this folder: %s", path, strerror(reason));
}

static frcnn_status get_path(char **out, const char *folder_path, const char *name)
{
    const size_t size = strlen(folder_path) + strlen(name) + 2;
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, size, 1, "path"));
    snprintf(block, size, "%s/%s", folder_path, name);
    *out = block;
    return FRCNN_OK;
}

static frcnn_status save_file(folder *self, const frcnn_image *picture, const char *name, const char *caption)
{
    char *path = NULL;
    FRCNN_TRY(get_path(&path, self->path, name));
    const frcnn_status status = frcnn_image_save(picture, path, FRCNN_IMAGE_PNG);
    frcnn_free(path);
    frcnn_overlay_file *file = &self->files[self->n_files++];
    file->height = picture->height;
    file->width = picture->width;
    snprintf(file->name, sizeof file->name, "%s", name);
    snprintf(file->caption, sizeof file->caption, "%s", caption);
    return status;
}

/* Saves a picture and destroys it. */
static frcnn_status add(folder *self, frcnn_image *picture, const char *name, const char *caption)
{
    const frcnn_status status = save_file(self, picture, name, caption);
    frcnn_image_destroy(&picture);
    return status;
}

static frcnn_status keep_small(folder *self, const frcnn_image *picture)
{
    const int width = picture->width < SMALL_WIDTH ? picture->width : SMALL_WIDTH;
    const int64_t height = ((int64_t)picture->height * width + picture->width / 2) / picture->width;
    FRCNN_TRY(frcnn_overlay_resize(&self->small[self->n_small], picture, height > 0 ? (int)height : 1, width));
    self->n_small++;
    return FRCNN_OK;
}

static frcnn_status add_level(folder *self, int level)
{
    char name[32], caption[64];
    frcnn_image *picture = NULL;
    snprintf(name, sizeof name, FRCNN_ANCHOR_OVERLAY_LEVEL, level);
    snprintf(caption, sizeof caption, "Level %d: centres, and one anchor of every n-th cell", level);
    FRCNN_TRY(frcnn_overlay_draw_level(&picture, self->overlay, level));
    const frcnn_status status = keep_small(self, picture);
    if (status == FRCNN_OK) return add(self, picture, name, caption);
    frcnn_image_destroy(&picture);
    return status;
}

/* The small pictures differ in height by their legends: all get the tallest's. */
static frcnn_status level_heights(folder *self)
{
    int height = 0;
    for (int i = 0; i < self->n_small; i++) height = self->small[i]->height > height ? self->small[i]->height : height;
    for (int i = 0; i < self->n_small; i++) {
        frcnn_image *old = self->small[i], *taller = NULL;
        if (old->height == height) continue;
        FRCNN_TRY(frcnn_image_create(&taller, height, old->width, NULL));
        frcnn_stroke_fill(taller, 0, 0, taller->width, taller->height, 0xffffff, 255);
        memcpy(taller->pixels, old->pixels, (size_t)old->height * (size_t)old->width * 3);
        frcnn_image_destroy(&old);
        self->small[i] = taller;
    }
    return FRCNN_OK;
}

static frcnn_status save_sheet(folder *self)
{
    frcnn_image *sheet = NULL;
    const int n_per_row = self->n_small <= 4 ? 2 : 3;
    FRCNN_TRY(level_heights(self));
    FRCNN_TRY(frcnn_image_make_grid(&sheet, (const frcnn_image *const *)self->small, (size_t)self->n_small, n_per_row,
                                    SHEET_PADDING, 0xd5));
    const frcnn_status status = save_file(self, sheet, FRCNN_ANCHOR_OVERLAY_SHEET, "All levels on one sheet");
    frcnn_image_destroy(&sheet);
    return status;
}

static frcnn_status save_pictures(folder *self)
{
    frcnn_overlay *overlay = self->overlay;
    frcnn_image *picture = NULL;
    FRCNN_TRY(frcnn_overlay_draw_base(&picture, overlay));
    FRCNN_TRY(add(self, picture, FRCNN_ANCHOR_OVERLAY_BASE, "The anchors of one place"));
    for (int level = 0; level < overlay->config->n_levels; level++) FRCNN_TRY(add_level(self, level));
    FRCNN_TRY(save_sheet(self));
    if (overlay->options.proposal_anchors != NULL) {
        FRCNN_TRY(frcnn_overlay_draw_proposals(&picture, overlay));
        FRCNN_TRY(add(self, picture, FRCNN_ANCHOR_OVERLAY_PROPOSALS, "The anchors that became proposals"));
    }
    if (overlay->options.targets != NULL) {
        FRCNN_TRY(frcnn_overlay_draw_matches(&picture, overlay));
        FRCNN_TRY(add(self, picture, FRCNN_ANCHOR_OVERLAY_MATCHES, "Annotated boxes and their best anchors"));
    }
    return FRCNN_OK;
}

static frcnn_status save_all(folder *self)
{
    char *path = NULL;
    FRCNN_TRY(make_folder(self->path));
    FRCNN_TRY(save_pictures(self));
    FRCNN_TRY(get_path(&path, self->path, FRCNN_ANCHOR_OVERLAY_INDEX));
    const frcnn_status status = frcnn_overlay_save_html(path, self->overlay, self->files, self->n_files);
    frcnn_free(path);
    return status;
}

frcnn_status frcnn_anchor_overlay_save(const char *path, const frcnn_anchor_config *config,
                                       const frcnn_anchor_grids *grids, const frcnn_anchor_overlay_options *options)
{
    frcnn_overlay overlay;
    folder self = {.path = path, .overlay = &overlay};
    frcnn_status status = frcnn_overlay_init(&overlay, config, grids, options);
    if (status == FRCNN_OK) status = save_all(&self);
    for (int i = 0; i < self.n_small; i++) frcnn_image_destroy(&self.small[i]);
    frcnn_overlay_deinit(&overlay);
    return status;
}
