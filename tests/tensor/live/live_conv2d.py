"""Convolutions: the engine's maps are [N, H, W, C], PyTorch's [N, C, H, W]."""

import ctypes

import torch

from compare import assert_same, both
from engine import OUT, call
from problems import FLOATS

# As of a matrix product, in parts of the sum of magnitudes.
EPSILON = {torch.float32: 2.0**-21, torch.float64: 2.0**-50, torch.float16: 2.0**-9, torch.bfloat16: 2.0**-6}


class Options(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t)] + [(name, ctypes.c_int) for name in (
        "stride_h", "stride_w", "padding_h", "padding_w", "dilation_h", "dilation_w", "groups")]


def _options(stride, padding, dilation, groups):
    return Options(ctypes.sizeof(Options), *stride, *padding, *dilation, groups)


def _reference(maps, weight, bias, *options):
    """PyTorch's on maps that are copied to row-major [N, C, H, W], and for 16-bit floats from f32: on permuted maps with
    groups and dilation its own convolutions crash at times, or are off by more than their largest value."""
    maps, weight = maps.contiguous(), weight.contiguous()
    if maps.dtype in (torch.float32, torch.float64) or weight.dtype != maps.dtype:
        return torch.nn.functional.conv2d(maps, weight, bias, *options)
    bias = bias.float() if bias is not None else None
    return torch.nn.functional.conv2d(maps.float(), weight.float(), bias, *options).to(maps.dtype)


def conv2d(p):
    dtype = p.choice(FLOATS)
    n, h, w = p.integer(0 if p.chance(0.1) else 1, 3), p.integer(1, 13), p.integer(1, 13)
    groups = p.choice([1, 1, 1, 2, 3, 8])
    c, o = groups * p.integer(1, 9), groups * p.integer(1, 9)
    if p.chance(0.2):
        c = o = groups = p.integer(1, 24)
    kernel = [p.integer(1, 5), p.integer(1, 5)]
    stride = [p.integer(1, 3), p.integer(1, 3)]
    padding = [p.integer(0, 4), p.integer(0, 4)]
    dilation = [p.integer(1, 3), p.integer(1, 3)]
    if p.chance(0.05):
        # A dilation of 0 is refused by some of PyTorch's ways to convolve only.
        wrong, value = p.choice([(stride, 0), (stride, -1), (padding, -1), (dilation, -1)])
        wrong[p.integer(0, 1)] = value
    maps = p.tensor([n, h, w, c], dtype)
    weight = p.tensor([o, c // groups + (1 if p.chance(0.04) else 0)] + kernel, dtype)
    bias = p.tensor([o + (1 if p.chance(0.05) else 0)], dtype) if p.chance(0.6) else None
    if p.chance(0.03):
        groups += 1
    options = None if [*stride, *padding, *dilation, groups] == [1, 1, 0, 0, 1, 1, 1] else _options(stride, padding, dilation, groups)
    found, expected = both(
        lambda: call("frcnn_tensor_conv2d", OUT, maps, weight, bias, options),
        lambda: _reference(maps.permute(0, 3, 1, 2), weight, bias, stride, padding, dilation, groups))
    if found is None:
        return
    scale = torch.nn.functional.conv2d(maps.permute(0, 3, 1, 2).double().abs(), weight.double().abs(), None, stride, padding,
                                       dilation, groups)
    scale = float(scale.max()) if scale.numel() > 0 else 0.0
    scale += float(bias.abs().max()) if bias is not None else 0.0
    steps = weight[0].numel() ** 0.5
    assert_same(found[0], expected[0].permute(0, 2, 3, 1), 0, EPSILON[dtype] * max(scale, 1e-30) * steps)


OPERATIONS = {"conv2d": conv2d}
