#include "image/font_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(FRCNN_HAVE_FONTCONFIG)
#include <fontconfig/fontconfig.h>
#endif

static int add_file(frcnn_font_file *file, const char *path, int index, const void *charset)
{
    const int length = snprintf(file->path, sizeof file->path, "%s", path);
    if (length < 0 || length >= FRCNN_MAX_FONT_PATH || access(path, R_OK) != 0) return 0;
    file->index = index;
    file->charset = charset;
    return 1;
}

#if defined(FRCNN_HAVE_FONTCONFIG)

/* Adds the scalable fonts that fontconfig would take, in its order, with their character sets. */
static size_t add_matches(frcnn_font_file files[FRCNN_MAX_FONT_FILES], const FcFontSet *fonts)
{
    size_t n_files = 0;
    for (int i = 0; i < fonts->nfont && n_files < FRCNN_MAX_FONT_FILES; i++) {
        FcChar8 *path = NULL;
        int index = 0;
        FcCharSet *charset = NULL;
        if (FcPatternGetString(fonts->fonts[i], FC_FILE, 0, &path) == FcResultMatch &&
            FcPatternGetInteger(fonts->fonts[i], FC_INDEX, 0, &index) == FcResultMatch &&
            FcPatternGetCharSet(fonts->fonts[i], FC_CHARSET, 0, &charset) == FcResultMatch &&
            add_file(&files[n_files], (const char *)path, index & 0xffff, NULL))
            files[n_files++].charset = FcCharSetCopy(charset);
    }
    return n_files;
}

/* Bold sans first, then what covers the characters that it lacks. The configuration is this library's own, so that a
   program that uses fontconfig itself is left alone. */
static size_t ask_fontconfig(frcnn_font_file files[FRCNN_MAX_FONT_FILES])
{
    size_t n_files = 0;
    FcConfig *config = FcInitLoadConfigAndFonts();
    FcPattern *pattern = FcNameParse((const FcChar8 *)"sans-serif:bold:scalable=true");
    if (config != NULL && pattern != NULL) {
        FcConfigSubstitute(config, pattern, FcMatchPattern);
        FcDefaultSubstitute(pattern);
        FcResult result = FcResultMatch;
        FcFontSet *fonts = FcFontSort(config, pattern, FcTrue, NULL, &result);
        if (fonts != NULL) {
            n_files = add_matches(files, fonts);
            FcFontSetDestroy(fonts);
        }
    }
    if (pattern != NULL) FcPatternDestroy(pattern);
    if (config != NULL) FcConfigDestroy(config);
    return n_files;
}

#endif

static size_t look_in_usual_places(frcnn_font_file files[FRCNN_MAX_FONT_FILES])
{
    static const char *const paths[] = {
        "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
        "/usr/share/fonts/dejavu/DejaVuSans-Bold.ttf",
        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf",
        "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf",
        "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf",
        "/usr/share/fonts/liberation-sans/LiberationSans-Bold.ttf",
        "/usr/share/fonts/liberation/LiberationSans-Bold.ttf",
        "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf",
        "/usr/share/fonts/noto/NotoSans-Bold.ttf",
        "/usr/share/fonts/truetype/freefont/FreeSansBold.ttf",
        "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
        "/System/Library/Fonts/Supplemental/Arial Bold.ttf",
    };
    size_t n_files = 0;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        n_files += (size_t)add_file(&files[n_files], paths[i], 0, NULL);
    return n_files;
}

size_t frcnn_font_files_find(frcnn_font_file files[FRCNN_MAX_FONT_FILES])
{
    const char *chosen = getenv("FRCNN_FONT");
    if (chosen != NULL && chosen[0] != '\0') return (size_t)add_file(&files[0], chosen, 0, NULL);
    size_t n_files = 0;
#if defined(FRCNN_HAVE_FONTCONFIG)
    n_files = ask_fontconfig(files);
#endif
    return n_files > 0 ? n_files : look_in_usual_places(files);
}

int frcnn_font_file_may_have(const frcnn_font_file *file, uint32_t character)
{
#if defined(FRCNN_HAVE_FONTCONFIG)
    if (file->charset != NULL) return FcCharSetHasChar(file->charset, character) != FcFalse;
#endif
    (void)character;
    (void)file;
    return 1;
}
