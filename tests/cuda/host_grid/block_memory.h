/** Where the shared memory of a kernel is. */
#ifndef FRCNN_HOST_GRID_BLOCK_MEMORY_H
#define FRCNN_HOST_GRID_BLOCK_MEMORY_H

#include <cstddef>
#include <vector>

namespace host_grid
{

struct Range {
    unsigned char *begin;
    size_t bytes;
};

/** The variables that FRCNN_SHARED declared in the function; none where the program has no symbols. */
const std::vector<Range> &find_shared_memory(const void *kernel);

} // namespace host_grid

#endif
