"""Pooling of maps: the engine's are [N, H, W, C], PyTorch's [N, C, H, W]."""

import ctypes

import torch
import torch.nn.functional as F

from compare import assert_same, both, same
from engine import OUT, call, size
from problems import FLOATS, INTEGERS

INT_PAIRS = ("kernel", "stride", "padding", "dilation")


class MaxPoolOptions(ctypes.Structure):
    _fields_ = ([("struct_size", ctypes.c_size_t)] + [(f"{name}_{side}", ctypes.c_int) for name in INT_PAIRS for side in "hw"]
                + [("ceil_mode", ctypes.c_int)])


class AvgPoolOptions(ctypes.Structure):
    _fields_ = ([("struct_size", ctypes.c_size_t)] + [(f"{name}_{side}", ctypes.c_int) for name in INT_PAIRS[:3]
                                                      for side in "hw"]
                + [("ceil_mode", ctypes.c_int), ("count_include_pad", ctypes.c_int), ("divisor_override", ctypes.c_int64)])


def to_map(tensor):
    """Contiguous: PyTorch's sums of other layouts differ in their last bits, and it refuses small integers there."""
    return tensor.permute(0, 3, 1, 2).contiguous()


def from_map(tensor):
    return tensor.permute(0, 2, 3, 1)


def make_map(p, dtypes):
    """A map, now and then of another number of dimensions or without pixels. Channels on both sides of a vector."""
    shape = [p.integer(0 if p.chance(0.05) else 1, 3), p.integer(1, 13), p.integer(1, 17), p.choice([1, 1, 2, 3, 4, 7, 8, 9, 17, 33])]
    if p.chance(0.03):
        shape[p.integer(1, 3)] = 0
    return p.tensor(shape, p.choice(dtypes), special=True)


def make_windows(p, with_dilation):
    windows = {"kernel": [p.integer(1, 4) for _ in range(2)]}
    windows["stride"] = [p.integer(1, 4) for _ in range(2)] if p.chance(0.7) else [0, 0]
    windows["padding"] = [p.integer(0, k // 2) for k in windows["kernel"]]
    windows["dilation"] = [p.integer(1, 3) if with_dilation and p.chance(0.4) else 1 for _ in range(2)]
    if p.chance(0.05):
        wrong = p.choice(["kernel", "padding", "stride"])
        windows[wrong] = [p.choice([-1, 7]), 2]
    return windows


def fill(options, windows, ceil_mode):
    options.struct_size = ctypes.sizeof(options)
    options.ceil_mode = ceil_mode
    for name, values in windows.items():
        for side, value in zip("hw", values):
            if hasattr(options, f"{name}_{side}"):
                setattr(options, f"{name}_{side}", value)
    return options


def pooled(engine_call, torch_call):
    """Values, or values and indices, of one call, bit for bit."""
    same(engine_call, lambda: [from_map(t) for t in torch_call()])


def max_pool2d(p):
    a = make_map(p, FLOATS + INTEGERS)
    windows = make_windows(p, True)
    ceil_mode, with_indices = p.integer(0, 1), p.chance(0.5)
    options = fill(MaxPoolOptions(), windows, ceil_mode)
    stride = None if windows["stride"] == [0, 0] else windows["stride"]

    if a.element_size() == 1 and a.shape[3] == 1:
        a = a[:, :, :9]  # PyTorch counts the positions of one-channel maps in the dtype itself.

    def torch_call():
        found = F.max_pool2d(to_map(a), windows["kernel"], stride, windows["padding"], windows["dilation"], bool(ceil_mode), True)
        return found if with_indices else found[:1]

    pooled(lambda: call("frcnn_tensor_max_pool2d", OUT, OUT if with_indices else None, a, options), torch_call)


def avg_pool2d(p):
    a = make_map(p, FLOATS + [torch.int64])
    windows = make_windows(p, False)
    ceil_mode, count_include_pad = p.integer(0, 1), p.integer(0, 1)
    divisor = p.choice([0, 0, 0, 3, -2])
    options = fill(AvgPoolOptions(), windows, ceil_mode)
    options.count_include_pad, options.divisor_override = count_include_pad, divisor
    stride = None if windows["stride"] == [0, 0] else windows["stride"]
    # The sign of a zero over a negative divisor depends on PyTorch's layout: + 0 takes it away.
    pooled(lambda: [call("frcnn_tensor_avg_pool2d", OUT, a, options)[0] + 0],
           lambda: [F.avg_pool2d(to_map(a), windows["kernel"], stride, windows["padding"], bool(ceil_mode),
                                 bool(count_include_pad), divisor or None) + 0])


def output_size(p):
    """For the engine, and for PyTorch, whose None is the engine's -1."""
    sizes = [p.choice([-1, 1, 2, 3, 5, 7, p.integer(0, 20)]) for _ in range(2)]
    if p.chance(0.2):
        sizes = [1, 1]
    if p.chance(0.03):
        return [-2, 3], [-2, 3]
    return sizes, [None if s == -1 else s for s in sizes]


def adaptive_avg_pool2d(p):
    a = make_map(p, FLOATS)
    sizes, torch_sizes = output_size(p)
    if sizes == [1, 1] and a.shape[1] * a.shape[2] == 0:
        return  # PyTorch's mean of nothing is NaN; the engine refuses, as both do for other sizes.
    found, expected = both(lambda: call("frcnn_tensor_adaptive_avg_pool2d", OUT, a, size(sizes[0]), size(sizes[1])),
                           lambda: from_map(F.adaptive_avg_pool2d(to_map(a), torch_sizes)))
    if found is None:
        return
    if list(expected[0].shape[1:3]) == [1, 1]:
        # PyTorch's mean over a map adds in vectors, in the tensor's dtype but for 16-bit floats; the engine adds fours in f64. 221
        # values up to 9 then differ by some roundings of sums of 2000.
        eps = torch.finfo(a.dtype).eps
        assert_same(found[0], expected[0], rtol=4 * eps, atol=64 * min(eps, torch.finfo(torch.float32).eps))
    else:
        assert_same(found[0], expected[0])


def adaptive_max_pool2d(p):
    a = make_map(p, FLOATS)
    sizes, torch_sizes = output_size(p)
    with_indices = p.chance(0.5)

    def torch_call():
        # PyTorch keeps a height or width that is None for averages only.
        kept = [in_size if s is None else s for s, in_size in zip(torch_sizes, a.shape[1:3])]
        found = F.adaptive_max_pool2d(to_map(a), kept, return_indices=True)
        return found if with_indices else found[:1]

    pooled(lambda: call("frcnn_tensor_adaptive_max_pool2d", OUT, OUT if with_indices else None, a, size(sizes[0]), size(sizes[1])),
           torch_call)


OPERATIONS = {"max_pool2d": max_pool2d, "avg_pool2d": avg_pool2d, "adaptive_avg_pool2d": adaptive_avg_pool2d,
              "adaptive_max_pool2d": adaptive_max_pool2d}
