/** What this machine is. */
#ifndef FRCNN_MACHINE_H
#define FRCNN_MACHINE_H

#include <stddef.h>

/** The processor's name, cut to n_bytes; "unknown processor" where the system does not tell. */
void frcnn_machine_get_processor(char *name, size_t n_bytes);
int frcnn_machine_get_n_cores(void);
/** The most memory that this process has held, in bytes. */
long long frcnn_machine_get_peak_bytes(void);

/** The clock on the wall: milliseconds since some moment. */
double frcnn_machine_get_milliseconds(void);

#endif
