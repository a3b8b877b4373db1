#include "host_grid.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <utility>
#include <vector>

#include "block_memory.h"
#include "fiber.h"
#include "grid_order.h"
#include "with_asan.h"

uint3 threadIdx;
uint3 blockIdx;
dim3 blockDim;
dim3 gridDim;

namespace host_grid
{
namespace
{

constexpr unsigned WARP_LANES = 32;
constexpr size_t GUARD_BYTES = 64;
constexpr unsigned char UNWRITTEN = 0xff;
constexpr unsigned char GUARD = 0xa5;

struct Thread {
    uint3 index;
    unsigned number;
    Fiber *fiber;
    // Where it waits, and for what; nullptr where it doesn't.
    const char *waits_in;
    Place place;
    Offer offer;
    uint64_t answer;
};

/* Lanes as bits. */
struct Warp {
    Thread *threads;
    unsigned alive;
    unsigned waiting;
};

/* What all threads of the block wait for. */
struct Barrier {
    std::vector<Thread *> threads;
    Vote vote;
    int n_true;
    int answer;
    Place place;
};

/* The only grid that runs; it is there to the end. */
struct Grid {
    const Launch *launch;
    Fiber root;
    Fiber *running;
    std::vector<Fiber *> free_fibers;
    std::vector<Thread> threads;
    std::vector<Warp> warps;
    std::vector<unsigned> starts; // the order in which threads start
    unsigned n_started;
    unsigned n_done;
    Thread *current;
    // Threads that can go on, as a ring.
    std::vector<Thread *> ready;
    size_t first_ready;
    size_t n_ready;
    Barrier barrier;
    unsigned char *dynamic_shared;
    uint64_t random;
};

Grid &grid = *new Grid();
grid_order order = GRID_FORWARD;
unsigned order_seed;

const grid_order first_order = [] {
    if (const char *text = getenv("FRCNN_HOST_GRID_ORDER")) {
        if (strcmp(text, "reversed") == 0)
            grid_order_set(GRID_REVERSED, 0);
        else if (strcmp(text, "forward") != 0)
            grid_order_set(GRID_SHUFFLED, unsigned(strtoul(text, nullptr, 10)));
    }
    return order;
}();

unsigned draw_below(size_t n)
{
    grid.random ^= grid.random << 13;
    grid.random ^= grid.random >> 7;
    grid.random ^= grid.random << 17;
    return unsigned((grid.random >> 20) % n);
}

template <typename T> void put_in_order(T *items, size_t n)
{
    if (order == GRID_REVERSED)
        for (size_t i = 0; i < n / 2; i++) std::swap(items[i], items[n - 1 - i]);
    if (order == GRID_SHUFFLED)
        for (size_t i = n; i > 1; i--) std::swap(items[i - 1], items[draw_below(i)]);
}

void make_ready(Thread *thread)
{
    thread->waits_in = nullptr;
    grid.ready[(grid.first_ready + grid.n_ready++) % grid.ready.size()] = thread;
}

Thread *take_ready()
{
    Thread *thread = grid.ready[grid.first_ready];
    grid.first_ready = (grid.first_ready + 1) % grid.ready.size();
    grid.n_ready--;
    return thread;
}

[[noreturn]] void fault_in_block()
{
    const Thread *first = nullptr;
    int n_waiting = 0;
    for (const Thread &thread : grid.threads) {
        if (thread.waits_in == nullptr) continue;
        if (first == nullptr) first = &thread;
        n_waiting++;
    }
    fault("%d threads wait for ever, %u have returned; thread (%u, %u, %u) waits in %s of %s:%d", n_waiting,
          grid.n_done, first->index.x, first->index.y, first->index.z, first->waits_in, first->place.file,
          first->place.line);
}

void run_threads();

Fiber *take_fiber()
{
    if (grid.free_fibers.empty()) grid.free_fibers.push_back(fiber_create());
    Fiber *fiber = grid.free_fibers.back();
    grid.free_fibers.pop_back();
    fiber_prepare(fiber, run_threads);
    return fiber;
}

/* Who goes on where the thread that ran can't: one that waited, one that never ran, or run where all have returned. */
Fiber *choose_next()
{
    if (grid.n_ready > 0) return take_ready()->fiber;
    if (grid.n_started < grid.threads.size()) return take_fiber();
    if (grid.n_done < grid.threads.size()) fault_in_block();
    return &grid.root;
}

void wait_for_others(Thread *self, const char *what, Place place)
{
    self->waits_in = what;
    self->place = place;
    Fiber *next = choose_next();
    fiber_switch(self->fiber, grid.running = next);
    grid.current = self;
    threadIdx = self->index;
}

bool is_same_exchange(const Offer &a, const Offer &b)
{
    return a.exchange == b.exchange && a.mask == b.mask;
}

/* The lanes that meet in the exchange where all have come who must, else 0. self_bit: one that comes just now, or none. */
unsigned find_complete(const Warp &warp, const Offer &offer, unsigned self_bit)
{
    const unsigned needed = offer.mask & warp.alive;
    if ((needed & ~(warp.waiting | self_bit)) != 0) return 0;
    for (unsigned lanes = needed & ~self_bit; lanes != 0; lanes &= lanes - 1)
        if (!is_same_exchange(warp.threads[__builtin_ctz(lanes)].offer, offer)) return 0;
    return needed;
}

/* The lane that a shuffle reads; its own where CUDA leaves the value as it is. */
unsigned find_source(const Offer &offer, unsigned lane)
{
    const unsigned first = lane & ~(offer.width - 1);
    const unsigned last = first + offer.width - 1;
    unsigned source = lane;
    switch (offer.exchange) {
    case Exchange::SHUFFLE:
        source = first + (offer.lane & (offer.width - 1));
        break;
    case Exchange::SHUFFLE_UP:
        source = lane >= first + offer.lane ? lane - offer.lane : lane;
        break;
    case Exchange::SHUFFLE_DOWN:
        source = lane + offer.lane <= last ? lane + offer.lane : lane;
        break;
    case Exchange::SHUFFLE_XOR:
        source = (lane ^ offer.lane) <= last ? lane ^ offer.lane : lane;
        break;
    default:
        break;
    }
    return source;
}

void answer_shuffles(const Warp &warp, unsigned lanes)
{
    for (unsigned rest = lanes; rest != 0; rest &= rest - 1) {
        const unsigned lane = unsigned(__builtin_ctz(rest));
        const unsigned source = find_source(warp.threads[lane].offer, lane);
        warp.threads[lane].answer =
            source < WARP_LANES && (lanes >> source & 1) != 0 ? warp.threads[source].offer.value : UINT64_MAX;
    }
}

uint64_t find_common_answer(const Warp &warp, unsigned lanes, const Offer &offer)
{
    uint64_t answer = 0;
    bool is_first = true;
    for (unsigned rest = lanes; rest != 0; rest &= rest - 1) {
        const unsigned lane = unsigned(__builtin_ctz(rest));
        const uint64_t value = warp.threads[lane].offer.value;
        if (offer.exchange == Exchange::BALLOT) answer |= value << lane;
        if (offer.exchange == Exchange::REDUCE) answer = is_first ? value : offer.combine(answer, value);
        is_first = false;
    }
    return answer;
}

void answer_matches(const Warp &warp, unsigned lanes)
{
    for (unsigned rest = lanes; rest != 0; rest &= rest - 1) {
        Thread &thread = warp.threads[__builtin_ctz(rest)];
        thread.answer = 0;
        for (unsigned others = lanes; others != 0; others &= others - 1)
            if (warp.threads[__builtin_ctz(others)].offer.value == thread.offer.value)
                thread.answer |= others & ~(others - 1);
    }
}

/* All of lanes go on with their answers; all but self were waiting. */
void finish_exchange(Warp &warp, unsigned lanes, const Offer &offer, unsigned self_bit)
{
    switch (offer.exchange) {
    case Exchange::SYNC:
        break;
    case Exchange::MATCH_ANY:
        answer_matches(warp, lanes);
        break;
    case Exchange::BALLOT:
    case Exchange::REDUCE: {
        const uint64_t answer = find_common_answer(warp, lanes, offer);
        for (unsigned rest = lanes; rest != 0; rest &= rest - 1) warp.threads[__builtin_ctz(rest)].answer = answer;
        break;
    }
    default:
        answer_shuffles(warp, lanes);
    }
    warp.waiting &= ~lanes;
    Thread *others[WARP_LANES];
    size_t n_others = 0;
    for (unsigned rest = lanes & ~self_bit; rest != 0; rest &= rest - 1)
        others[n_others++] = &warp.threads[__builtin_ctz(rest)];
    put_in_order(others, n_others);
    for (size_t i = 0; i < n_others; i++) make_ready(others[i]);
}

/* What waited for this thread alone goes on without it. */
void leave_warp(const Thread *self)
{
    Warp &warp = grid.warps[self->number / WARP_LANES];
    warp.alive &= ~(1u << self->number % WARP_LANES);
    for (unsigned waiting = warp.waiting; waiting != 0; waiting &= waiting - 1) {
        const unsigned lane = unsigned(__builtin_ctz(waiting));
        const Offer offer = warp.threads[lane].offer;
        const unsigned lanes = (warp.waiting >> lane & 1) != 0 ? find_complete(warp, offer, 0) : 0;
        if (lanes != 0) finish_exchange(warp, lanes, offer, 0);
    }
}

/* What a fiber does: threads, one after another, while no other waits to go on. */
void run_threads()
{
    Fiber *fiber = grid.running;
    do {
        Thread *self = &grid.threads[grid.starts[grid.n_started++]];
        self->fiber = fiber;
        grid.current = self;
        threadIdx = self->index;
        grid.launch->body();
        grid.n_done++;
        leave_warp(self);
    } while (grid.n_ready == 0 && grid.n_started < grid.threads.size());
    Fiber *next = choose_next();
    grid.free_fibers.push_back(fiber);
    fiber_leave(fiber, grid.running = next);
}

void set_shape(const Launch &launch)
{
    const dim3 block = launch.block;
    const unsigned n = block.x * block.y * block.z;
    grid.threads.assign(n, Thread());
    grid.warps.assign((n + WARP_LANES - 1) / WARP_LANES, Warp());
    grid.starts.resize(n);
    std::iota(grid.starts.begin(), grid.starts.end(), 0u);
    grid.ready.assign(n, nullptr);
    grid.first_ready = 0;
    for (unsigned i = 0; i < n; i++) {
        grid.threads[i].index = {i % block.x, i / block.x % block.y, i / block.x / block.y};
        grid.threads[i].number = i;
    }
    if (order == GRID_REVERSED) put_in_order(grid.starts.data(), n);
    grid.random = 0x9e3779b97f4a7c15u * (order_seed + 1);
    blockDim = block;
    gridDim = launch.grid;
}

void run_block(unsigned block)
{
    const unsigned n = unsigned(grid.threads.size());
    blockIdx = {block % gridDim.x, block / gridDim.x % gridDim.y, block / gridDim.x / gridDim.y};
    for (unsigned i = 0; i < grid.warps.size(); i++) {
        const unsigned n_lanes = n - WARP_LANES * i;
        grid.warps[i] = {&grid.threads[WARP_LANES * i], n_lanes >= WARP_LANES ? ~0u : (1u << n_lanes) - 1, 0};
    }
    if (order == GRID_SHUFFLED) put_in_order(grid.starts.data(), n);
    grid.n_started = 0;
    grid.n_done = 0;
    fiber_switch(&grid.root, grid.running = take_fiber());
}

/** A range holds what AddressSanitizer puts between variables too, which it would take for a write beyond their ends. */
__attribute__((no_sanitize("address"))) void fill(Range range)
{
    volatile unsigned char *bytes = range.begin; // not a loop that becomes memset(), which is looked at too
    for (size_t i = 0; i < range.bytes; i++) bytes[i] = UNWRITTEN;
}

void fill(const std::vector<Range> &shared)
{
    memset(grid.dynamic_shared, UNWRITTEN, grid.launch->shared_bytes);
    for (const Range &range : shared) fill(range);
}

void check_guard(size_t bytes)
{
    for (size_t i = 0; i < GUARD_BYTES; i++)
        if (grid.dynamic_shared[bytes + i] != GUARD)
            fault("byte %zu of %zu bytes of dynamic shared memory was written", bytes + i, bytes);
}

unsigned find_common_divisor(unsigned a, unsigned b)
{
    return b == 0 ? a : find_common_divisor(b, a % b);
}

/* The block that comes i-th of n: with a factor that shares none with n every block comes once. */
unsigned choose_block(unsigned i, unsigned n)
{
    unsigned factor = 2654435761u % n;
    if (order == GRID_REVERSED) return n - 1 - i;
    if (order == GRID_FORWARD || n < 3) return i;
    while (factor == 0 || find_common_divisor(factor, n) != 1) factor = (factor + 1) % n;
    return unsigned(((uint64_t)i * factor + order_seed) % n);
}

} // namespace

void *get_dynamic_shared()
{
    return grid.dynamic_shared;
}

void run(const Launch &launch)
{
    const std::vector<Range> &shared = find_shared_memory(launch.kernel);
    const unsigned n_blocks = launch.grid.x * launch.grid.y * launch.grid.z;
    void *memory = nullptr;
    if (posix_memalign(&memory, 128, launch.shared_bytes + GUARD_BYTES) != 0) abort();
    grid.dynamic_shared = static_cast<unsigned char *>(memory);
    memset(grid.dynamic_shared + launch.shared_bytes, GUARD, GUARD_BYTES);
    ASAN_POISON_MEMORY_REGION(grid.dynamic_shared + launch.shared_bytes, GUARD_BYTES);
    grid.launch = &launch;
    set_shape(launch);
    for (unsigned i = 0; i < n_blocks; i++) {
        fill(shared);
        run_block(choose_block(i, n_blocks));
        ASAN_UNPOISON_MEMORY_REGION(grid.dynamic_shared + launch.shared_bytes, GUARD_BYTES);
        check_guard(launch.shared_bytes);
        ASAN_POISON_MEMORY_REGION(grid.dynamic_shared + launch.shared_bytes, GUARD_BYTES);
    }
    ASAN_UNPOISON_MEMORY_REGION(grid.dynamic_shared + launch.shared_bytes, GUARD_BYTES);
    free(memory);
    grid.launch = nullptr;
}

int wait_for_block(Vote vote, bool predicate, const char *what, Place place)
{
    Barrier &barrier = grid.barrier;
    Thread *self = grid.current;
    if (barrier.threads.empty()) {
        barrier.vote = vote;
        barrier.n_true = 0;
        barrier.place = place;
    } else if (barrier.vote != vote || barrier.place.line != place.line) {
        const Thread *other = barrier.threads[0];
        fault("thread (%u, %u, %u) waits in %s of %s:%d, and thread (%u, %u, %u) meets %s of line %d", other->index.x,
              other->index.y, other->index.z, other->waits_in, other->place.file, other->place.line, self->index.x,
              self->index.y, self->index.z, what, place.line);
    }
    barrier.n_true += predicate;
    if (barrier.threads.size() + 1 < grid.threads.size()) {
        barrier.threads.push_back(self);
        wait_for_others(self, what, place);
        return barrier.answer;
    }
    const int n = int(grid.threads.size());
    barrier.answer = vote == Vote::COUNT ? barrier.n_true
                     : vote == Vote::AND ? barrier.n_true == n
                                         : barrier.n_true > 0;
    if (order == GRID_SHUFFLED) put_in_order(barrier.threads.data(), barrier.threads.size());
    for (Thread *thread : barrier.threads) make_ready(thread);
    barrier.threads.clear();
    return barrier.answer;
}

uint64_t exchange_in_warp(const Offer &offer, const char *what, Place place)
{
    Thread *self = grid.current;
    Warp &warp = grid.warps[self->number / WARP_LANES];
    const unsigned self_bit = 1u << self->number % WARP_LANES;
    const bool is_shuffle = offer.exchange >= Exchange::SHUFFLE && offer.exchange <= Exchange::SHUFFLE_XOR;
    if ((offer.mask & self_bit) == 0)
        fault("%s of %s:%d: mask 0x%08x is without lane %u", what, place.file, place.line, offer.mask,
              self->number % WARP_LANES);
    if (is_shuffle && (offer.width == 0 || offer.width > WARP_LANES || (offer.width & (offer.width - 1)) != 0))
        fault("%s of %s:%d: width %u is no power of two up to 32", what, place.file, place.line, offer.width);
    self->offer = offer;
    const unsigned lanes = find_complete(warp, offer, self_bit);
    if (lanes != 0) {
        finish_exchange(warp, lanes, offer, self_bit);
    } else {
        warp.waiting |= self_bit;
        wait_for_others(self, what, place);
    }
    return self->answer;
}

void fault(const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "host grid: kernel %s, block (%u, %u, %u) of (%u, %u, %u): %s\n",
            grid.launch != nullptr ? grid.launch->name : "none", blockIdx.x, blockIdx.y, blockIdx.z, gridDim.x,
            gridDim.y, gridDim.z, text);
    abort();
}

} // namespace host_grid

void grid_order_set(grid_order chosen, unsigned seed)
{
    host_grid::order = chosen;
    host_grid::order_seed = seed;
}
