/* Changes the header of a checkpoint as a text and sets its length anew: a blind change of the text's length would
   seldom get past the first check. */
#include <string.h>

#include "fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    uint64_t header_bytes = 0;
    if (size >= 8) memcpy(&header_bytes, data, 8);
    if (size < 8 || header_bytes > size - 8 || seed % 4 == 0) return LLVMFuzzerMutate(data, size, max_size);

    const size_t rest = size - 8 - (size_t)header_bytes;
    uint8_t *tail = malloc(rest + 1);
    if (tail == NULL) return size;
    memcpy(tail, data + 8 + header_bytes, rest);
    const size_t changed = LLVMFuzzerMutate(data + 8, (size_t)header_bytes, max_size - 8 - rest);
    memcpy(data + 8 + changed, tail, rest);
    free(tail);
    header_bytes = changed;
    memcpy(data, &header_bytes, 8);
    return 8 + changed + rest;
}
