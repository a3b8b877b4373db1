/** What results call each input: 1, 2, … or the ids of a truth file. */
#ifndef FRCNN_IMAGE_IDS_H
#define FRCNN_IMAGE_IDS_H

#include <stdint.h>

#include "frcnn/annotations.h"
#include "frcnn/inputs.h"

/** One id for each input, which the caller frees with frcnn_free. An input that the truth does not have, or that shares
 *  its image with one whose name fits better, gets the next id above all of the truth's; *n_unknown counts these.
 *  Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_image_ids_create(int64_t **out, const frcnn_inputs *inputs,
                                                    const frcnn_annotations *truth, int64_t *n_unknown);

#endif
