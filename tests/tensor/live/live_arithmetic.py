"""Element-wise operations: arithmetic, comparison, logic, activations; new and in place."""

import ctypes

import torch

from compare import rounded_twice, same
from engine import OUT, call, call_handles, dtype as dtype_code, unwrap, wrap
from problems import ALL, FLOATS, INTEGERS

# PyTorch's vectorised exp and its like (sqrt of f64 too) are within an ulp of the true value, ours within one of that: 4 ulp of f32 and 8 of
# f64 between the two. Half precision rounds once from f32: an ulp, where the f32 lay at a middle.
ULPS = {torch.float32: 4 * 2.0**-23, torch.float64: 8 * 2.0**-52, torch.float16: 2.0**-10, torch.bfloat16: 2.0**-7}


class Scalar(ctypes.Structure):
    """frcnn_scalar"""

    by_value = True

    class Value(ctypes.Union):
        _fields_ = [("f64", ctypes.c_double), ("i64", ctypes.c_int64)]

    _fields_ = [("kind", ctypes.c_int), ("value", Value)]

    def __init__(self, number):
        super().__init__()
        self.kind = 0 if isinstance(number, float) else 1
        setattr(self.value, "f64" if self.kind == 0 else "i64", number)


def broadcast_shape(p, shape):
    """One that broadcasts with the shape; now and then it does not."""
    if p.chance(0.04):
        return [s + 1 for s in shape]
    kept = shape[p.integer(0, len(shape)):] if p.chance(0.4) else list(shape)
    return [1 if p.chance(0.3) else s for s in kept]


def operands(p, dtypes=ALL, special=True):
    shape = p.shape()
    a_shape, b_shape = shape, broadcast_shape(p, shape)
    if p.chance(0.5):
        a_shape, b_shape = b_shape, a_shape
    a_dtype = p.choice(dtypes)
    b_dtype = a_dtype if p.chance(0.4) else p.choice(dtypes)
    return p.tensor(a_shape, a_dtype, special), p.tensor(b_shape, b_dtype, special)


def number(p, dtype):
    """A Python number for a tensor of the dtype: whole, or a fraction that no float holds exactly, or one that all do."""
    if p.chance(0.5):
        return p.integer(-9 if dtype != torch.uint8 else 0, 9)
    return p.choice([0.5, -1.25, 3.0, -7.75, 0.1, 7.777])


def binary(name, torch_function=None, dtypes=ALL, zeros_differ=True):
    torch_function = torch_function or getattr(torch, name)

    def tensors(p):
        a, b = operands(p, dtypes)
        same(lambda: call(f"frcnn_tensor_{name}", OUT, a, b), lambda: torch_function(a, b),
             zeros_differ=zeros_differ)

    def scalar(p):
        a = p.tensor(p.shape(), p.choice(dtypes), special=True)
        b = number(p, a.dtype)
        same(lambda: call(f"frcnn_tensor_{name}_scalar", OUT, a, Scalar(b)), lambda: torch_function(a, b),
             zeros_differ=zeros_differ)

    return {name: tensors, f"{name}_scalar": scalar}


def of_tensors(torch_function):
    """For the PyTorch functions that take no numbers, and give bool."""
    def run(a, b):
        return torch_function(a, b if isinstance(b, torch.Tensor) else torch.tensor(b))
    return run


def floor_divide(a, b):
    """PyTorch rounds to the half between its steps and misses the quotient by one now and then: in f32, then rounded once."""
    result = torch.floor_divide(a, b)
    if result.dtype in (torch.float16, torch.bfloat16):
        a, b = (t.to(result.dtype).float() if isinstance(t, torch.Tensor) else t for t in (a, b))
        return torch.floor_divide(a, b).to(result.dtype)
    return result


def extreme(name, bound):
    """minimum or maximum: PyTorch takes no number, but clamps by one. Which zero wins of -0 and 0 differs in PyTorch between
    the ends and the middle of a tensor."""
    def run(a, b):
        return getattr(torch, name)(a, b) if isinstance(b, torch.Tensor) else torch.clamp(a, **{bound: b})

    return binary(name, run, zeros_differ=False)


def in_place(name):
    def problem(p):
        a, b = operands(p)
        if p.chance(0.3):
            b = number(p, a.dtype)
        if p.chance(0.1) and a.dim():
            b = a[..., :1]
        expected = a.clone() if not _is_expanded(a) else a
        other = b.clone() if isinstance(b, torch.Tensor) else b

        def engine():
            handle = wrap(a)
            if isinstance(b, torch.Tensor):
                call_handles(f"frcnn_tensor_{name}_in_place", handle, b)
            else:
                call_handles(f"frcnn_tensor_{name}_scalar_in_place", handle, Scalar(b))
            return [unwrap(handle)]

        # PyTorch first would change what the engine works on: it has its own copy.
        same(engine, lambda: getattr(expected, f"{name}_")(other))

    return {f"{name}_in_place": problem}


def _is_expanded(a):
    return any(size > 1 and stride == 0 for size, stride in zip(a.shape, a.stride()))


def unary(name, torch_function=None, dtypes=ALL, exact=True):
    torch_function = torch_function or getattr(torch, name)

    def problem(p):
        a = p.tensor(p.shape(), p.choice(dtypes), special=True)
        result = a.dtype if a.dtype.is_floating_point else torch.float32
        rtol = 0.0 if exact else ULPS[result]
        same(lambda: call(f"frcnn_tensor_{name}", OUT, a), lambda: torch_function(a), rtol, rtol * 2.0**-100)

    return {name: problem}


def where(p):
    a, b = operands(p)
    condition = p.tensor(broadcast_shape(p, list(a.shape)), torch.bool)
    same(lambda: call("frcnn_tensor_where", OUT, condition, a, b), lambda: torch.where(condition, a, b))


def clamp(p):
    a = p.tensor(p.shape(), p.choice(ALL), special=True)
    low, high = (number(p, a.dtype) if p.chance(0.8) else None for _ in range(2))

    def pointer(bound):
        return None if bound is None else ctypes.byref(Scalar(bound))

    same(lambda: call("frcnn_tensor_clamp", OUT, a, pointer(low), pointer(high)), lambda: torch.clamp(a, low, high))


def clamp_in_place(p):
    a = p.values(p.shape(), p.choice(FLOATS), special=True)
    low, high = number(p, a.dtype), number(p, a.dtype)
    expected = a.clone()
    handle = wrap(a)

    def engine():
        call_handles("frcnn_tensor_clamp_in_place", handle, ctypes.byref(Scalar(low)), ctypes.byref(Scalar(high)))
        return [unwrap(handle)]

    same(engine, lambda: expected.clamp_(low, high))


def relu_in_place(p):
    a = p.values(p.shape(), p.choice(ALL), special=True)
    expected = a.clone()
    handle = wrap(a)

    def engine():
        call_handles("frcnn_tensor_relu_in_place", handle)
        return [unwrap(handle)]

    same(engine, lambda: expected.relu_())


def copy(p):
    a, b = operands(p, special=False)
    if b.dtype.is_floating_point and a.dtype == torch.uint8:
        b = b.abs()  # PyTorch wraps what is out of range, the engine saturates
    expected = a if _is_expanded(a) else a.clone()
    handle = wrap(a)

    def engine():
        call_handles("frcnn_tensor_copy", handle, b)
        return [unwrap(handle)]

    same(engine, lambda: expected.copy_(b), **rounded_twice(b.dtype, a.dtype))


def fill(p):
    a = p.tensor(p.shape(), p.choice(ALL))
    value = abs(number(p, a.dtype))
    if _is_expanded(a):
        a = a.clone()
    expected = a.clone()
    handle = wrap(a)

    def engine():
        call_handles("frcnn_tensor_fill", handle, Scalar(value))
        return [unwrap(handle)]

    same(engine, lambda: expected.fill_(value))


def cast(p):
    a = p.tensor(p.shape(), p.choice(ALL), special=False)
    dtype = p.choice(ALL)
    if dtype == torch.uint8 and a.dtype.is_floating_point:
        a = a.abs()
    same(lambda: call("frcnn_tensor_cast", OUT, a, dtype_code(dtype)), lambda: a.to(dtype),
         **rounded_twice(a.dtype, dtype))


OPERATIONS = {"where": where, "clamp": clamp, "clamp_in_place": clamp_in_place, "relu_in_place": relu_in_place,
              "copy": copy, "fill": fill, "cast": cast}
for binary_name in ("add", "sub", "mul", "div", "remainder", "eq", "ne", "lt", "le", "gt", "ge"):
    OPERATIONS |= binary(binary_name)
for binary_name in ("logical_and", "logical_or", "logical_xor"):
    OPERATIONS |= binary(binary_name, of_tensors(getattr(torch, binary_name)))
OPERATIONS |= binary("floor_divide", floor_divide)
OPERATIONS |= extreme("minimum", "max") | extreme("maximum", "min")
for in_place_name in ("add", "sub", "mul", "div"):
    OPERATIONS |= in_place(in_place_name)
for exact_name in ("neg", "abs", "floor", "ceil", "round", "relu", "logical_not"):
    OPERATIONS |= unary(exact_name)
for inexact_name in ("exp", "log", "sqrt", "sigmoid", "tanh"):
    OPERATIONS |= unary(inexact_name, exact=False)
OPERATIONS |= unary("relu6", torch.nn.functional.relu6, FLOATS)
OPERATIONS |= unary("hardswish", torch.nn.functional.hardswish, FLOATS, exact=False)
OPERATIONS |= unary("hardsigmoid", torch.nn.functional.hardsigmoid, FLOATS, exact=False)
