/* Runs a fuzz target once on every file of the folders named, where the build has no libFuzzer. */
#include <dirent.h>
#include <string.h>

#include "fuzz.h"

static int replay_file(const char *path)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) return 0;
    fseek(stream, 0, SEEK_END);
    const long size = ftell(stream);
    rewind(stream);
    /* Exactly as many bytes as the file has, so that a sanitizer sees a read past them. */
    uint8_t *bytes = malloc(size > 0 ? (size_t)size : 1);
    const int is_read = bytes != NULL && size >= 0 && fread(bytes, 1, (size_t)size, stream) == (size_t)size;
    if (is_read) LLVMFuzzerTestOneInput(bytes, (size_t)size);
    free(bytes);
    fclose(stream);
    return is_read;
}

static int replay_folder(const char *folder)
{
    int n_files = 0;
    char path[4096];
    DIR *listing = opendir(folder);
    if (listing == NULL) return 0;
    for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (!replay_file(path)) {
            fprintf(stderr, "%s cannot be read\n", path);
            exit(1);
        }
        n_files++;
    }
    closedir(listing);
    return n_files;
}

int main(int argc, char **argv)
{
    int n_files = 0;
    for (int i = 1; i < argc; i++) n_files += replay_folder(argv[i]);
    printf("%d files\n", n_files);
    return n_files > 0 ? 0 : 1;
}
