/** A number as annotation files write it. */
#ifndef FRCNN_BOX_NUMBER_H
#define FRCNN_BOX_NUMBER_H

/** 1 and *out where all of text is a decimal number, nan or inf, whatever the locale; else 0. */
int frcnn_box_number_read(const char *text, double *out);

#endif
