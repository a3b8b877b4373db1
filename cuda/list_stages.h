/** Stages over whole lists in a GPU's memory: what is behind sort, unique and the search for hits, and behind proposals where
 *  a list outgrows one block. Each puts its work on the stream (a cudaStream_t) and returns; pointers are the device's, lists
 *  do not overlap. The workspace is aligned to 256 bytes and has workspace_bytes, as many as the stage's get_workspace says for
 *  as many elements or more. Results depend on the lists alone. Errors: BACKEND, NO_MEMORY (too small a workspace).
 *
 *  frcnn_thrust_… does the same as frcnn_cuda_… from a source that a C++ compiler takes without CUDA (thrust_policy.h): its
 *  oracle, and its stand-in there.
 */
#ifndef FRCNN_LIST_STAGES_H
#define FRCNN_LIST_STAGES_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/status.h"

/** Of both; SIZE_MAX where that overflows or there is no device. */
size_t frcnn_cuda_sort_get_workspace(int64_t n);
/** keys [n], ascending, to sorted_keys; equal keys keep their order. values [n] go with them to sorted_values; both NULL:
 *  there are none. Bits of keys from n_bits on are 0. */
FRCNN_NODISCARD frcnn_status frcnn_cuda_sort_keys(const uint64_t *keys, const int64_t *values, int64_t n, int n_bits,
                                                  uint64_t *sorted_keys, int64_t *sorted_values, void *workspace,
                                                  size_t workspace_bytes, void *stream);
FRCNN_NODISCARD frcnn_status frcnn_thrust_sort_keys(const uint64_t *keys, const int64_t *values, int64_t n,
                                                    uint64_t *sorted_keys, int64_t *sorted_values, void *workspace,
                                                    size_t workspace_bytes, void *stream);

/** Of both; SIZE_MAX where that overflows. */
size_t frcnn_cuda_select_get_workspace(int64_t n);
/** The positions of flags [n] that are not 0, ascending, to indices [n], and their number to count [1]. */
FRCNN_NODISCARD frcnn_status frcnn_cuda_select_i64(const uint8_t *flags, int64_t n, int64_t *indices, int64_t *count,
                                                   void *workspace, size_t workspace_bytes, void *stream);
FRCNN_NODISCARD frcnn_status frcnn_thrust_select_i64(const uint8_t *flags, int64_t n, int64_t *indices, int64_t *count,
                                                     void *workspace, size_t workspace_bytes, void *stream);

size_t frcnn_cuda_scan_get_workspace(int64_t n);
/** sums [n + 1]: of counts [n], those before each, and of all. */
FRCNN_NODISCARD frcnn_status frcnn_cuda_scan_i64(const int64_t *counts, int64_t n, int64_t *sums, void *workspace,
                                                 size_t workspace_bytes, void *stream);

size_t frcnn_cuda_range_get_workspace(void);
/** The least and the largest of values [n], n > 0, to the host's memory: waits for the stream. */
FRCNN_NODISCARD frcnn_status frcnn_cuda_range_i64(const int64_t *values, int64_t n, int64_t *least, int64_t *most,
                                                  void *workspace, size_t workspace_bytes, void *stream);

#endif
