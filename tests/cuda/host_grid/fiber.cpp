#include "fiber.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <sys/mman.h>

#include "with_asan.h"

#if !defined(__x86_64__) || defined(HOST_GRID_UCONTEXT)
#include <ucontext.h>
#define WITH_UCONTEXT 1
#endif

namespace host_grid
{
namespace
{

constexpr size_t STACK_BYTES = 256 * 1024;
constexpr size_t GUARD_BYTES = 4096;

/* Both sides of the switch that is going on. */
Fiber *leaving;
Fiber *arriving;

/* On the stack of the fiber that was switched to. */
void arrive(Fiber *fiber)
{
#if defined(WITH_ASAN)
    const void *bottom = nullptr;
    size_t bytes = 0;
    __sanitizer_finish_switch_fiber(fiber->fake_stack, &bottom, &bytes);
    fiber->fake_stack = nullptr;
    if (leaving->color == 0) {
        leaving->stack = bottom;
        leaving->stack_bytes = bytes;
    }
#else
    (void)fiber;
#endif
}

void start_fiber()
{
    Fiber *fiber = arriving;
    arrive(fiber);
    fiber->start();
    abort();
}

void depart(Fiber *from, Fiber *to, bool comes_back)
{
    leaving = from;
    arriving = to;
#if defined(WITH_ASAN)
    __sanitizer_start_switch_fiber(comes_back ? &from->fake_stack : nullptr, to->stack, to->stack_bytes);
#else
    (void)comes_back;
#endif
}

} // namespace

#if defined(WITH_UCONTEXT)

static void switch_stacks(Fiber *from, Fiber *to)
{
    if (from->stack_pointer == nullptr) from->stack_pointer = new ucontext_t;
    swapcontext(static_cast<ucontext_t *>(from->stack_pointer), static_cast<ucontext_t *>(to->stack_pointer));
}

static void prepare_stack(Fiber *fiber, char *top)
{
    if (fiber->stack_pointer == nullptr) fiber->stack_pointer = new ucontext_t;
    ucontext_t *context = static_cast<ucontext_t *>(fiber->stack_pointer);
    getcontext(context);
    char *bottom = static_cast<char *>(const_cast<void *>(fiber->stack));
    context->uc_stack.ss_sp = bottom;
    context->uc_stack.ss_size = static_cast<size_t>(top - bottom);
    context->uc_link = nullptr;
    makecontext(context, start_fiber, 0);
}

#else

/* What a function must leave as it found it is kept on the stack that is left, and its pointer in *from. */
extern "C" void host_grid_switch_stacks(void **from, void *to);
asm(R"(
    .text
    .p2align 4
    .hidden host_grid_switch_stacks
    .globl host_grid_switch_stacks
    .type host_grid_switch_stacks, @function
host_grid_switch_stacks:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size host_grid_switch_stacks, .-host_grid_switch_stacks
)");

static void switch_stacks(Fiber *from, Fiber *to)
{
    host_grid_switch_stacks(&from->stack_pointer, to->stack_pointer);
}

/* As if start_fiber had been called by nobody. */
static void prepare_stack(Fiber *fiber, char *top)
{
    void **frame = reinterpret_cast<void **>(top);
    *--frame = nullptr;
    *--frame = reinterpret_cast<void *>(start_fiber);
    for (int i = 0; i < 6; i++) *--frame = nullptr;
    fiber->stack_pointer = frame;
}

#endif

/* Stacks begin at different places of their pages, else all of them would share a few lines of the cache. */
Fiber *fiber_create()
{
    static size_t n_fibers = 0;
    void *memory = mmap(nullptr, STACK_BYTES + GUARD_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, GUARD_BYTES, PROT_NONE) != 0) {
        fprintf(stderr, "host grid: no memory for the stack of a thread\n");
        abort();
    }
    Fiber *fiber = new Fiber;
    fiber->stack = static_cast<char *>(memory) + GUARD_BYTES;
    fiber->stack_bytes = STACK_BYTES;
    fiber->color = 64 * (1 + 11 * n_fibers++ % 63);
    return fiber;
}

void fiber_prepare(Fiber *fiber, void (*start)())
{
    fiber->start = start;
#if defined(WITH_ASAN)
    ASAN_UNPOISON_MEMORY_REGION(fiber->stack, fiber->stack_bytes);
#endif
    fiber->fake_stack = nullptr;
    prepare_stack(fiber, static_cast<char *>(const_cast<void *>(fiber->stack)) + fiber->stack_bytes - fiber->color);
}

void fiber_switch(Fiber *from, Fiber *to)
{
    depart(from, to, true);
    switch_stacks(from, to);
    arrive(from);
}

void fiber_leave(Fiber *from, Fiber *to)
{
    depart(from, to, false);
    switch_stacks(from, to);
    abort();
}

} // namespace host_grid
