/** The memory that a mapped checkpoint takes. */
#ifndef FRCNN_CHECKPOINT_PAGES_H
#define FRCNN_CHECKPOINT_PAGES_H

#include "frcnn/checkpoint.h"

/** Gives the pages of the file that were read back to the system; whoever reads a tensor again reads the file again.
 *  Worth it once weights are packed: nothing else reads them. */
void frcnn_checkpoint_drop_pages(const frcnn_checkpoint *checkpoint);

#endif
