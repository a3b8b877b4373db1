"""Tensors from nothing. Everything is equal to the bit: PyTorch's order of rounding is part of the engine's."""

import ctypes

import torch

import engine
from compare import assert_same, both, same
from engine import OUT, Handle, call, check, dim, real, size, sizes, wrap
from live_join import array
from live_views import assert_views
from problems import ALL, FLOATS, INTEGERS


class Scalar(ctypes.Structure):
    """frcnn_scalar: its union's eight bytes as an integer, in whose registers it is passed."""

    _fields_ = [("kind", ctypes.c_int), ("bits", ctypes.c_int64)]
    by_value = True


def scalar(value):
    if isinstance(value, float):
        return Scalar(0, ctypes.c_int64.from_buffer(ctypes.c_double(value)).value)
    return Scalar(1, value)


def wrong_now_and_then(p, shape):
    if shape and p.chance(0.05):
        shape[p.integer(0, len(shape) - 1)] = -1
    return shape


def empty(p):
    shape, dtype = wrong_now_and_then(p, p.shape(max_dims=8)), p.choice(ALL)
    found, expected = both(lambda: call("frcnn_tensor_empty", OUT, engine.dtype(dtype), dim(len(shape)), sizes(shape)),
                           lambda: torch.empty(shape, dtype=dtype))
    if found is not None:
        assert found[0].shape == expected[0].shape and found[0].dtype == dtype


def zeros(p):
    shape, dtype = wrong_now_and_then(p, p.shape(max_dims=8)), p.choice(ALL)
    same(lambda: call("frcnn_tensor_create", OUT, engine.dtype(dtype), dim(len(shape)), sizes(shape)),
         lambda: torch.zeros(shape, dtype=dtype))


def number(p, dtype):
    """Most are held by the dtype; some lie at its bounds or beyond."""
    if p.chance(0.6):
        return p.choice([p.integer(-9, 9), p.random.uniform(-9, 9), p.random.gauss(0, 1e4)])
    info = torch.finfo(dtype) if dtype.is_floating_point else torch.iinfo(dtype) if dtype != torch.bool else None
    if info is None:
        return p.choice([0, 2, -1, 0.5, -0.0, float("nan"), float("inf")])
    low, high = (info.min, info.max) if not dtype.is_floating_point else (float(info.min), float(info.max))
    value = p.choice([low, high, low + 1, high - 1, low - 1, high + 1, low * 2, high * 2, -high, float(high), float(low),
                      float(high) + 0.5, float(low) - 0.5, float("nan"), float("inf"), -float("inf"), -0.0, 2.0 ** 63,
                      2 ** 24 + 1, 2 ** 53 + 1, 2 ** 63 - 1, -2 ** 63, 65504, 65505, 65519.0, -256, -255])
    return value if isinstance(value, float) else max(min(value, 2 ** 63 - 1), -2 ** 63)


def full(p):
    shape, dtype = wrong_now_and_then(p, p.shape()), p.choice(ALL)
    # PyTorch checks no value that goes to one 16-bit element, or to none.
    value = number(p, dtype) if torch.Size(shape).numel() > 1 or -1 in shape else p.random.uniform(0, 9)
    same(lambda: call("frcnn_tensor_full", OUT, engine.dtype(dtype), dim(len(shape)), sizes(shape), scalar(value)),
         lambda: torch.full(shape, value, dtype=dtype))


def from_data(p):
    a = p.values(p.shape(max_dims=8), p.choice(ALL), special=True)
    found, = call("frcnn_tensor_from_data", OUT, engine.dtype(a.dtype), dim(a.dim()), sizes(a.shape),
                  ctypes.c_void_p(a.data_ptr()))
    assert_same(found, a)


def count(p):
    return p.choice([p.integer(0, 9), p.integer(10, 200), p.integer(201, 3000)] + [p.integer(30000, 100000)] * p.chance(0.1))


def bound(p, dtype):
    if p.chance(0.02):
        return p.choice([float("inf"), float("nan"), 1e40, 1e300, -1e19, 2.0 ** 63])
    if not dtype.is_floating_point and p.chance(0.6):
        return float(p.integer(-1000, 1000))
    return p.choice([float(p.integer(-100, 100)), p.random.uniform(-10, 10), p.random.gauss(0, 1000)])


def arange(p):
    dtype = p.choice(FLOATS * 2 + INTEGERS) if p.chance(0.98) else torch.bool
    start = bound(p, dtype)
    step = p.choice([1.0, -1.0, 0.1, -0.3, float(p.integer(-20, 20)), p.random.uniform(-3, 3), p.random.gauss(0, 1e-3)])
    if p.chance(0.02):
        step = p.choice([0.0, float("inf"), float("nan"), -float("inf")])
    end = start + step * (count(p) + p.choice([0, 0, 0.5, p.random.random()]))
    if p.chance(0.1):
        end = bound(p, dtype)
        if step and abs(end - start) / abs(step) > 1e6:
            end = start
    same(lambda: call("frcnn_tensor_arange", OUT, engine.dtype(dtype), real(start), real(end), real(step)),
         lambda: torch.arange(start, end, step, dtype=dtype))


def linspace(p):
    dtype = p.choice(FLOATS * 2 + INTEGERS) if p.chance(0.98) else torch.bool
    start, end = bound(p, dtype), bound(p, dtype)
    if dtype in (torch.uint8, torch.int8) and p.chance(0.8):
        start, end = p.random.uniform(-120, 127), p.random.uniform(-120, 127)
        if dtype == torch.uint8:
            start, end = abs(start), abs(end)
    n = count(p) if p.chance(0.97) else -1
    same(lambda: call("frcnn_tensor_linspace", OUT, engine.dtype(dtype), real(start), real(end), size(n)),
         lambda: torch.linspace(start, end, n, dtype=dtype))


def eye(p):
    n, m, dtype = p.integer(-1 if p.chance(0.1) else 0, 40), p.integer(-1 if p.chance(0.1) else 0, 40), p.choice(ALL)
    same(lambda: call("frcnn_tensor_eye", OUT, engine.dtype(dtype), size(n), size(m)),
         lambda: torch.eye(n, m, dtype=dtype))


def meshgrid(p):
    n = p.integer(0 if p.chance(0.05) else 1, 8 if p.chance(0.2) else 4)
    dtype = p.choice(ALL)
    lines = []
    for _ in range(n):
        shape = p.shape(1, 1, max_size=3) if p.chance(0.9) else p.shape(0, 2, max_size=3)
        lines.append(p.tensor(shape, p.choice(ALL) if p.chance(0.02) else dtype))
    xy = p.chance(0.5)

    def engine_call():
        handles, out = [wrap(line) for line in lines], (ctypes.c_void_p * 8)()
        check(engine.library.frcnn_tensor_meshgrid(out, array(handles), ctypes.c_int(n), ctypes.c_int(xy)))
        return [Handle(ctypes.c_void_p(pointer)) for pointer in out[:n]]

    found, expected = both(engine_call, lambda: torch.meshgrid(*lines, indexing="xy" if xy else "ij"))
    if found is not None:
        assert_views(found, expected)


OPERATIONS = {function.__name__: function for function in
              (empty, zeros, full, from_data, arange, linspace, eye, meshgrid)}
