/** The font files of the system that labels can be set in. */
#ifndef FRCNN_FONT_FILES_H
#define FRCNN_FONT_FILES_H

#include <stddef.h>
#include <stdint.h>

enum { FRCNN_MAX_FONT_FILES = 16, FRCNN_MAX_FONT_PATH = 1024 };

typedef struct frcnn_font_file {
    char path[FRCNN_MAX_FONT_PATH];
    int index;           /**< of the font in a collection */
    const void *charset; /**< what fontconfig knows of its characters; NULL: not known */
} frcnn_font_file;

/** Fills files and returns how many there are, the best for labels first; 0 where the system has none. The environment
 *  variable FRCNN_FONT, where set, names the only one. What it finds stays valid for the life of the process. */
size_t frcnn_font_files_find(frcnn_font_file files[FRCNN_MAX_FONT_FILES]);

/** 0 where the font surely lacks the character. */
int frcnn_font_file_may_have(const frcnn_font_file *file, uint32_t character);

#endif
