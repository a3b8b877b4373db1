"""Reductions and running sums."""

import torch

from compare import same
from engine import OUT, call, dim, dims, real
from problems import ALL, FLOATS, INTEGERS

ALL_DIMS = -2**31


def problem(p, dtypes=ALL, special=False, low=-9, high=9):
    """A tensor; now and then one long enough for several blocks, along any of its dimensions."""
    dtype = p.choice(dtypes)
    if p.chance(0.1):
        shape = p.choice([[p.integer(1, 70000)], [p.integer(1, 20), p.integer(1, 3000)],
                          [p.integer(1, 3000), p.integer(1, 20)], [2, p.integer(1, 300), p.integer(1, 30)],
                          [p.integer(1, 4), 2, p.integer(60, 500), p.integer(1, 3)],
                          [p.integer(1, 5), p.integer(1, 300), 2, 2], [p.integer(120, 400), p.integer(1000, 1100)]])
    else:
        shape = p.shape()
    return p.tensor(shape, dtype, special and dtype.is_floating_point, low, high)


def some_dims(p, n_dims):
    """Some or all; now and then one too many, or one twice."""
    n = max(n_dims, 1)
    chosen = p.random.sample(range(n), p.integer(0, n))
    chosen = [d - n if p.chance(0.4) else d for d in chosen]
    if chosen and p.chance(0.03):
        chosen.append(p.choice(chosen + [n, -n - 1]))
    return chosen


def unsigned_zeros(tensor):
    return [tensor + 0 if tensor.is_floating_point() else tensor]


def over_dims(name, torch_function, problem_arguments=None, rtol=0.0, atol=0.0):
    def function(p):
        a = problem(p, **(problem_arguments or {}))
        if torch_function is product:
            a = a.flatten()[:500] if a.numel() > 500 else a  # more factors of 2 than a double holds
        chosen, keep = some_dims(p, a.dim()), p.chance(0.5)
        # Which of -0 and 0 an extreme is depends on the order of the elements.
        same(lambda: unsigned_zeros(*call(name, OUT, a, dims(chosen), dim(len(chosen)), dim(keep))),
             lambda: unsigned_zeros(torch_function(a, chosen or list(range(a.dim())), keep)),
             *tolerance(a, rtol, atol if atol != EIGHTS else error_of_eights(a, chosen)))
    return function


# An absolute tolerance of error_of_eights.
EIGHTS = -1


def error_of_eights(a, chosen):
    """f32 is summed in three roundings before it becomes a double: each is at most half of a last digit, 2^-24, of the absolute
    values that are summed. For double, what is left are the digits that cancel."""
    if a.dtype == torch.float64 or not a.dtype.is_floating_point or len({d % max(a.dim(), 1) for d in chosen}) < len(chosen):
        return 1e-10
    sizes = torch.where(a.isfinite(), a.abs().double(), 0.0)
    dims_there = [d for d in chosen if -a.dim() <= d < a.dim()] or list(range(a.dim()))
    return 1e-10 + 3 * 2**-24 * float(sizes.sum(dims_there).max() if a.numel() else 0)


def tolerance(a, rtol, atol):
    """16-bit results are rounded once here; PyTorch's are rounded more than once: a few of their last digits."""
    if rtol and a.dtype == torch.float16:
        return max(rtol, 2e-3), max(atol, 2e-3)
    if rtol and a.dtype == torch.bfloat16:
        return max(rtol, 1.6e-2), max(atol, 1.6e-2)
    if rtol and not a.dtype.is_floating_point:
        return 0.0, 0.0
    return rtol, atol


def product(a, chosen, keep):
    """PyTorch multiplies along one dimension at a time; in double, as f32 alone would overflow on the way."""
    wide = a.double() if a.dtype.is_floating_point else a.long()
    for d in sorted((d % max(a.dim(), 1) if -max(a.dim(), 1) <= d < max(a.dim(), 1) else d for d in chosen), reverse=True):
        wide = wide.prod(d, keepdim=keep)
    if len({d % max(a.dim(), 1) for d in chosen}) < len(chosen):
        raise RuntimeError("a dimension twice")
    return (wide.prod() if not chosen else wide).to(a.dtype if a.dtype.is_floating_point else torch.int64)


def var(p):
    a = problem(p, FLOATS if p.chance(0.95) else INTEGERS)
    if a.dtype in (torch.float32, torch.float64) and p.chance(0.5):
        a = a + 1000
    chosen, keep = some_dims(p, a.dim()), p.chance(0.5)
    correction = p.choice([1, 1, 0, 2, 0.5, -1])
    # The reference is PyTorch's double; f32 is rounded once. Near cancelled 0 the distances' own last digits stay.
    def reference():
        wide = a.double() if a.dtype.is_floating_point else a
        return torch.var(wide, chosen or list(range(a.dim())), correction=correction, keepdim=keep).to(a.dtype)
    same(lambda: call("frcnn_tensor_var", OUT, a, dims(chosen), dim(len(chosen)), dim(keep), real(correction)), reference,
         *tolerance(a, 1.2e-7 if a.dtype != torch.float64 else 1e-11, 1e-20))


def with_indices(name, torch_function):
    def function(p):
        a = problem(p, special=p.chance(0.5))
        d, keep = p.dim(a.dim()), p.chance(0.5)
        same(lambda: call(name, OUT, OUT, a, dim(d), dim(keep)), lambda: torch_function(a, d, keep))
    return function


def indices_alone(name, torch_function):
    def function(p):
        a = problem(p, special=p.chance(0.5))
        keep = p.chance(0.5)
        if p.chance(0.3):
            same(lambda: call(name, OUT, a, dim(ALL_DIMS), dim(keep)), lambda: torch_function(a, None, keep))
        else:
            d = p.dim(a.dim())
            same(lambda: call(name, OUT, a, dim(d), dim(keep)), lambda: torch_function(a, d, keep))
    return function


def cumsum(p):
    a = problem(p, special=p.chance(0.2))
    d = p.dim(a.dim())
    # f32 and f64 are the same double sums in the same order. PyTorch hands a scalar's -0 on, a sum from 0 does not.
    same(lambda: unsigned_zeros(*call("frcnn_tensor_cumsum", OUT, a, dim(d))), lambda: unsigned_zeros(a.cumsum(d)),
         *(tolerance(a, 1e-9, 0) if a.dtype in (torch.float16, torch.bfloat16) else (0, 0)))


def dims_or_nothing(function):
    """PyTorch's any and all take an empty list for no dimension, and a scalar has none to list."""
    return lambda a, chosen, keep: function(a, chosen, keep) if chosen else function(a)


def in_double(function):
    """PyTorch's sums in double, rounded."""
    def wide(a, chosen, keep):
        if a.dtype in (torch.float32, torch.float16, torch.bfloat16):
            return function(a.double(), chosen, keep).to(a.dtype)
        return function(a, chosen, keep)
    return wide


# Sums in double differ by their order alone: what is left after rounding to f32 is at most the last digit.
SUMS = {"rtol": 1.2e-7, "atol": EIGHTS}

OPERATIONS = {
    "sum": over_dims("frcnn_tensor_sum", in_double(lambda a, d, k: a.sum(d, keepdim=k)), {"special": False}, **SUMS),
    "sum_special": over_dims("frcnn_tensor_sum", in_double(lambda a, d, k: a.sum(d, keepdim=k)), {"special": True}, **SUMS),
    "mean": over_dims("frcnn_tensor_mean", in_double(lambda a, d, k: a.mean(d, keepdim=k)),
                      {"dtypes": FLOATS + [torch.int32]}, **SUMS),
    "var": var,
    "prod": over_dims("frcnn_tensor_prod", product, {"low": -2, "high": 2}, 1.2e-7, 1e-300),
    "amax": over_dims("frcnn_tensor_amax", lambda a, d, k: a.amax(d, k), {"special": True}),
    "amin": over_dims("frcnn_tensor_amin", lambda a, d, k: a.amin(d, k), {"special": True}),
    "any": over_dims("frcnn_tensor_any", dims_or_nothing(torch.any),
                     {"special": True, "low": 0, "high": 1}),
    "all": over_dims("frcnn_tensor_all", dims_or_nothing(torch.all),
                     {"special": True, "low": 0, "high": 1}),
    "max": with_indices("frcnn_tensor_max", lambda a, d, k: a.max(d, k)),
    "min": with_indices("frcnn_tensor_min", lambda a, d, k: a.min(d, k)),
    "argmax": indices_alone("frcnn_tensor_argmax", lambda a, d, k: a.argmax(d, k)),
    "argmin": indices_alone("frcnn_tensor_argmin", lambda a, d, k: a.argmin(d, k)),
    "cumsum": cumsum,
}
