/** Numbers as text files have them. */
#ifndef FRCNN_NUMBER_TEXT_H
#define FRCNN_NUMBER_TEXT_H

/** 1 and *out where all of text is a decimal number, nan or inf, whatever the locale; else 0. */
int frcnn_number_text_read(const char *text, double *out);

#endif
