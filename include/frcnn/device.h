/** Where tensors are: the CPU, or a GPU by its number.
 *
 *      frcnn_device device;
 *      char note[FRCNN_DEVICE_NOTE_BYTES];
 *      status = frcnn_device_choose(&device, note, "auto");       a GPU where there is one
 *      if (note[0] != '\0') fprintf(stderr, "%s\n", note);        using the CPU: this build has no CUDA
 */
#ifndef FRCNN_DEVICE_H
#define FRCNN_DEVICE_H

#include <stddef.h>

#include "frcnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum frcnn_device_kind { FRCNN_CPU = 0, FRCNN_CUDA = 1 } frcnn_device_kind;

/** index is 0 on the CPU. */
typedef struct frcnn_device {
    frcnn_device_kind kind;
    int index;
} frcnn_device;

/** Devices that share a run's images, in the order in which they were named; all of one kind. */
enum { FRCNN_MAX_DEVICES = 16 };
typedef struct frcnn_device_list {
    int count;
    frcnn_device devices[FRCNN_MAX_DEVICES];
} frcnn_device_list;

enum { FRCNN_DEVICE_TEXT_BYTES = 24, FRCNN_DEVICE_NOTE_BYTES = 256 };

/** "cpu", "cuda" (the first GPU) or "cuda:N", whether or not this machine has it. Errors: INVALID (any other name). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_device_parse(frcnn_device *out, const char *name);

/** "cpu", "cuda:1" into text; returns text. */
FRCNN_API const char *frcnn_device_format(char text[FRCNN_DEVICE_TEXT_BYTES], frcnn_device device);

/** How many devices of that kind this process sees: 1 CPU; no GPU where this build has no CUDA, the machine no GPU or no
 *  driver that this build works with, or the variable CUDA_VISIBLE_DEVICES hides all. */
FRCNN_API int frcnn_device_count(frcnn_device_kind kind);

/** Why no GPU can be used, and what can be done about it, in one line: "this build has no CUDA"; "" where one can. Fills
 *  text and returns it. */
FRCNN_API const char *frcnn_device_explain(char text[FRCNN_DEVICE_NOTE_BYTES]);

/** The device of that name, which can be used; for "auto" the first GPU that can be, else the CPU, and then note says why,
 *  in one line; else note is "". note may be NULL. Errors: INVALID (a name that frcnn_device_parse does not take),
 *  UNSUPPORTED (a GPU that is not there, or that this build does not run on; the message says why, and what can be
 *  chosen). */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_device_choose(frcnn_device *out, char note[FRCNN_DEVICE_NOTE_BYTES],
                                                           const char *name);

/** As frcnn_device_choose, and several GPUs as "cuda:N,N": each once, at most FRCNN_MAX_DEVICES. Errors: as there. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_devices_choose(frcnn_device_list *out, char note[FRCNN_DEVICE_NOTE_BYTES],
                                                            const char *name);

/** What a device is. */
typedef struct frcnn_device_info {
    char name[256];
    char problem[FRCNN_DEVICE_NOTE_BYTES]; /**< why this build does not run on it; "" where it does */
    int n_cores;                           /**< the CPU: that this process may use; a GPU: its multiprocessors */
    const char *isa;                       /**< the CPU: the instruction set that oneDNN uses; a GPU: NULL */
    /** @name A GPU's; 0 on the CPU, and where CUDA does not tell. @{ */
    int compute_major, compute_minor; /**< compute capability */
    size_t memory_bytes, free_bytes;
    int driver_version;           /**< the newest CUDA that the driver knows: 13020 is 13.2 */
    char cudnn[24], cublaslt[24]; /**< versions of NVIDIA's libraries, as "9.19.0"; "": not found, and done without */
    /** @} */
} frcnn_device_info;

/** Errors: INVALID (no device), UNSUPPORTED (a GPU that is not there). One with a problem is no error. */
FRCNN_API FRCNN_NODISCARD frcnn_status frcnn_device_get_info(frcnn_device device, frcnn_device_info *out);

#ifdef __cplusplus
}
#endif
#endif
