/** Lets every allocation of a function fail, one after the other. */
#ifndef FRCNN_TESTS_EVERY_ALLOCATION_H
#define FRCNN_TESTS_EVERY_ALLOCATION_H

#include "support.h"
#include "tensor/memory.h"

/** run succeeds untouched, and after that; with any one allocation failing it returns NO_MEMORY. It frees all that it
 *  makes, in either case: the sanitizers see what leaks. Returns how many allocations there were. */
static inline int64_t assert_every_allocation_may_fail(frcnn_status (*run)(void))
{
    const int64_t before = frcnn_memory_get_count();
    assert_ok(run());
    const int64_t n_allocations = frcnn_memory_get_count() - before;
    for (int64_t nth = 1; nth <= n_allocations; nth++) {
        frcnn_memory_fail_at(nth);
        assert_int_equal(run(), FRCNN_ERROR_NO_MEMORY);
        frcnn_memory_fail_at(0);
    }
    assert_ok(run());
    return n_allocations;
}

#endif
