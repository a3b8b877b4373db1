/** Fibers: functions with stacks of their own that one OS thread switches between. */
#ifndef FRCNN_HOST_GRID_FIBER_H
#define FRCNN_HOST_GRID_FIBER_H

#include <cstddef>

namespace host_grid
{

/** A stack and where it goes on; one without a stack stands for the stack of the OS thread. */
struct Fiber {
    void *stack_pointer = nullptr;
    const void *stack = nullptr;
    size_t stack_bytes = 0;
    void *fake_stack = nullptr; // AddressSanitizer's
    size_t color = 0;           // bytes of the stack's end that are left out; 0 where the stack is the thread's
    void (*start)() = nullptr;
};

/** A fiber with a stack and nothing to do; it is never destroyed. */
Fiber *fiber_create();
/** The next switch to fiber calls start, which must not return. What the fiber did before is forgotten. */
void fiber_prepare(Fiber *fiber, void (*start)());
/** Goes on with to; returns when something switches to from again. */
void fiber_switch(Fiber *from, Fiber *to);
/** The same where from is not gone on with. */
[[noreturn]] void fiber_leave(Fiber *from, Fiber *to);

} // namespace host_grid

#endif
