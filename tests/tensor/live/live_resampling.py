"""What keeps a map a map: interpolation, padding, batch norm. The engine's maps are [N, H, W, C], PyTorch's [N, C, H, W]."""

import ctypes
import struct

import torch
import torch.nn.functional as F

from compare import assert_same, both, same
from engine import OUT, call, sizes
from live_pooling import from_map, make_map, to_map
from problems import ALL, FLOATS, INTEGERS

MODES = {"constant": 0, "reflect": 1, "replicate": 2, "circular": 3}


class InterpolateOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("mode", ctypes.c_int), ("out_h", ctypes.c_int64), ("out_w", ctypes.c_int64),
                ("scale_h", ctypes.c_double), ("scale_w", ctypes.c_double), ("align_corners", ctypes.c_int),
                ("antialias", ctypes.c_int), ("recompute_scale_factor", ctypes.c_int)]


class Scalar(ctypes.Structure):
    """A frcnn_scalar that holds a double."""
    _fields_ = [("kind", ctypes.c_int), ("bits", ctypes.c_int64)]
    by_value = True

    @staticmethod
    def of(value):
        return Scalar(0, int.from_bytes(struct.pack("<d", value), "little", signed=True))


def make_interpolation(p):
    """A size or a scale, as the engine's options and PyTorch's arguments."""
    options = InterpolateOptions(struct_size=ctypes.sizeof(InterpolateOptions))
    arguments = {}
    if p.chance(0.5):
        options.out_h, options.out_w = p.integer(1, 30), p.integer(1, 30)
        if p.chance(0.05):
            options.out_w = -3
        arguments["size"] = [options.out_h, options.out_w]
    else:
        options.scale_h, options.scale_w = (p.choice([2.0, 0.5, 1.7, 0.3, 3.0, 1.0, 1.01]) for _ in range(2))
        arguments["scale_factor"] = [options.scale_h, options.scale_w]
    if p.chance(0.3):
        options.recompute_scale_factor = 1
        arguments["recompute_scale_factor"] = True
    return options, arguments


def interpolate_nearest(p):
    a = make_map(p, FLOATS + [torch.uint8])
    options, arguments = make_interpolation(p)
    # Channels last: there PyTorch takes the index in f32 for f64 too.
    source = to_map(a).contiguous(memory_format=torch.channels_last)
    same(lambda: call("frcnn_tensor_interpolate", OUT, a, options), lambda: from_map(F.interpolate(source, **arguments)))


def interpolate_bilinear(p):
    a = make_map(p, FLOATS + [torch.uint8]).nan_to_num(1, 2, 3)
    options, arguments = make_interpolation(p)
    options.mode = 1
    options.align_corners, options.antialias = p.integer(0, 1), p.integer(0, 1)
    if options.out_w == 1 or 0 < int(a.shape[2] * options.scale_w) < 2:
        # PyTorch 2.14 repeats the first row where a filtered width is 1, and for u8 of 5 channels or more filters always.
        options.antialias = 0
        a = a[..., :4] if a.dtype == torch.uint8 else a
    if a.element_size() == 2 and a.dtype.is_floating_point:
        # PyTorch has no filter for these, which it finds out where there is something to filter.
        options.antialias = int(p.chance(0.1) and a.shape[0] > 0 and options.out_h > a.shape[1])
    arguments.update(mode="bilinear", align_corners=bool(options.align_corners), antialias=bool(options.antialias))
    found, expected = both(lambda: call("frcnn_tensor_interpolate", OUT, a, options),
                           lambda: from_map(F.interpolate(to_map(a), **arguments)))
    if found is None:
        return
    if a.dtype == torch.uint8:
        assert_same(found[0], expected[0])
        return
    # PyTorch weighs four pixels at once or rows and then columns, by layout and size: a handful of roundings of values up
    # to 9. With 16-bit floats it may also round the weights, which are at most 1, to 16 bits.
    eps = torch.finfo(a.dtype).eps
    assert_same(found[0], expected[0], rtol=0, atol=9 * 8 * eps)


def pad(p):
    mode = p.choice(list(MODES))
    value = 0.0
    if mode == "constant":
        a = p.tensor(p.shape(), p.choice(ALL), special=True)
        pads = [p.integer(-2, 4) if p.chance(0.7) else 0 for _ in range(2 * p.integer(0, a.dim()))]
        if p.chance(0.04):
            pads = [1] * p.choice([1, 2 * a.dim() + 2])
        value = p.choice([0.0, 1.0, 2.5, 100.0, 300.0, -1.0, float("nan"), float("inf"), 1e6])
        torch_call = lambda: F.pad(a, pads, value=value)
    else:
        shape = [p.integer(1, 3), p.integer(1, 9), p.integer(1, 9), p.choice([1, 2, 3, 8])]
        a = p.tensor(shape, p.choice(FLOATS + INTEGERS), special=True)
        low = 0 if mode == "circular" else -2
        spatial = [p.integer(low, min(side, 5)) for side in (shape[2], shape[2], shape[1], shape[1])]
        for i, side in ((0, shape[2]), (2, shape[1])):
            if mode == "reflect" and side + spatial[i] + spatial[i + 1] < 1:
                spatial[i] = spatial[i + 1] = 0  # PyTorch lets one side of a reflection vanish, but not both.
        pads = [0, 0] + spatial
        torch_call = lambda: from_map(F.pad(to_map(a), spatial, mode=mode))
    same(lambda: call("frcnn_tensor_pad", OUT, a, sizes(pads), len(pads), MODES[mode], Scalar.of(value)), torch_call)


def batch_norm(p):
    dtype = p.choice(FLOATS)
    shape = p.shape(min_dims=1 if p.chance(0.1) else 2)
    if shape[1:] and shape[-1] == 0:
        shape[-1] = 1  # PyTorch takes no channels in some shapes, and fails in others.
    a = p.tensor(shape, dtype)
    c = shape[-1] + (1 if a.numel() > 0 and p.chance(0.05) else 0)
    parameter_dtype = torch.float32 if a.numel() > 0 and p.chance(0.3) else dtype
    mean, weight, bias = (p.tensor([c], parameter_dtype) for _ in range(3))
    variance = p.tensor([c], parameter_dtype, low=0)
    weight, bias = (t if p.chance(0.8) else None for t in (weight, bias))
    eps = p.choice([1e-5, 1e-3, 1.0, -1.0 if p.chance(0.1) else 1e-2])
    # PyTorch's formula for tensors that are not contiguous is another one.
    parameters = [mean, variance, weight, bias]
    contiguous = [None if t is None else t.contiguous() for t in parameters]
    found, expected = both(lambda: call("frcnn_tensor_batch_norm", OUT, a, *parameters, ctypes.c_double(eps)),
                           lambda: F.batch_norm(a.movedim(-1, 1).contiguous(), *contiguous, eps=eps).movedim(1, -1))
    if found is not None:
        assert_same(found[0], expected[0])


OPERATIONS = {"interpolate_nearest": interpolate_nearest, "interpolate_bilinear": interpolate_bilinear, "pad": pad,
              "batch_norm": batch_norm}
