#include "cli/machine.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

void frcnn_machine_get_processor(char *name, size_t n_bytes)
{
    snprintf(name, n_bytes, "unknown processor");
    FILE *stream = fopen("/proc/cpuinfo", "re");
    if (stream == NULL) return;
    char line[512];
    while (fgets(line, sizeof line, stream) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", strlen("model name")) != 0 || colon == NULL) continue;
        colon += strspn(colon, ": \t");
        snprintf(name, n_bytes, "%.*s", (int)strcspn(colon, "\n"), colon);
        break;
    }
    fclose(stream);
}

int frcnn_machine_get_n_cores(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (int)n : 1;
}

long long frcnn_machine_get_peak_bytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (long long)usage.ru_maxrss * 1024 : 0;
}

double frcnn_machine_get_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}
