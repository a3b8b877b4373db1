/** What this process has used. */
#ifndef FRCNN_MACHINE_H
#define FRCNN_MACHINE_H

/** The most memory that this process has held, in bytes. */
long long frcnn_machine_get_peak_bytes(void);

/** The clock on the wall: milliseconds since some moment. */
double frcnn_machine_get_milliseconds(void);

#endif
