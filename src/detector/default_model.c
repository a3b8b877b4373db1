#include "detector/default_model.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tensor/error.h"
#include "tensor/memory.h"

static const char file_name[] = "everyday10.safetensors";

/* The folder of the object that this code was linked into; "." where it is not known. */
static void get_own_folder(char out[PATH_MAX])
{
    Dl_info info;
    snprintf(out, PATH_MAX, ".");
    if (dladdr(file_name, &info) == 0 || info.dli_fname == NULL) return;
    char whole[PATH_MAX];
    if (realpath(info.dli_fname, whole) == NULL) return;
    char *slash = strrchr(whole, '/');
    if (slash == NULL) return;
    *slash = '\0';
    memcpy(out, whole, strlen(whole) + 1);
}

static int is_there(char path[PATH_MAX], const char *folder, const char *below)
{
    const int n = snprintf(path, PATH_MAX, "%s%s/%s", folder, below, file_name);
    return n > 0 && n < PATH_MAX && access(path, R_OK) == 0;
}

frcnn_status frcnn_default_model_find(char **out)
{
    char path[PATH_MAX], own[PATH_MAX];
    const char *chosen = getenv("FRCNN_DATA_DIR");
    if (chosen != NULL && chosen[0] != '\0') {
        FRCNN_FAIL_IF(!is_there(path, chosen, ""), FRCNN_ERROR_IO,
                      "%s: expected the default model in FRCNN_DATA_DIR, found no readable file", path);
        return frcnn_string_copy(out, path);
    }
    get_own_folder(own);
    /* lib/ and lib/x86_64-linux-gnu/ are one and two folders below the prefix. */
    if (is_there(path, own, "/../share/frcnn") || is_there(path, own, "/../../share/frcnn") ||
        is_there(path, FRCNN_INSTALL_DATA_DIR, "") || is_there(path, FRCNN_SOURCE_DATA_DIR, ""))
        return frcnn_string_copy(out, path);
    return frcnn_fail(FRCNN_ERROR_IO,
                      "%s: the default model is not there, nor in %s, nor in share/frcnn beside %s: "
                      "name a model, or set FRCNN_DATA_DIR to the folder that holds it",
                      path, FRCNN_INSTALL_DATA_DIR, own);
}
