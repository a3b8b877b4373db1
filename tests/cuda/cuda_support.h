/** What a test of the CUDA backend includes. The same program runs on the host grid and on a GPU: it reaches both through
 *  the tables (frcnn_stream_ops_cuda and so on). See README.md.
 */
#ifndef FRCNN_TESTS_CUDA_SUPPORT_H
#define FRCNN_TESTS_CUDA_SUPPORT_H

#include "support.h"

#include "frcnn/device.h"
#include "tensor/stream_ops.h"

extern const frcnn_stream_ops frcnn_stream_ops_cuda;

/** What CTest is told of a test that was not run. */
enum { EXIT_SKIPPED = 77 };

/** main's: runs the tests (an array of CMUnitTest), or says that there is no GPU to run them on. */
#define RUN_CUDA_TESTS(tests)                                                                                          \
    (frcnn_device_count(FRCNN_CUDA) > 0 ? cmocka_run_group_tests(tests, NULL, NULL)                                    \
                                        : (puts("SKIPPED: this machine has no GPU"), EXIT_SKIPPED))

/** A test that does the same N_RUNS times and compares the bytes: on the host grid each run goes through the threads in
 *  another order, on a GPU chance does. */
enum { N_RUNS = 3 };
#if defined(FRCNN_TEST_HOST_GRID)
#include "grid_order.h"
static inline void begin_run(int run)
{
    grid_order_set((grid_order)run, 7);
}
#else
static inline void begin_run(int run)
{
    (void)run;
}
#endif

#endif
