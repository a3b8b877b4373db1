"""The text of a tensor: the same characters as str() gives."""

import ctypes

import torch

from engine import check, wrap
import engine
from problems import ALL, FLOATS


class FormatOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("precision", ctypes.c_int), ("threshold", ctypes.c_int64),
                ("edgeitems", ctypes.c_int), ("linewidth", ctypes.c_int), ("sci_mode", ctypes.c_int)]


SCI_MODES = {None: 0, False: 1, True: 2}


def text_of(tensor, options=None):
    text, handle = ctypes.c_void_p(), wrap(tensor)
    check(engine.library.frcnn_tensor_format(ctypes.byref(text), handle.pointer, options))
    found = ctypes.string_at(text).decode()
    engine.library.frcnn_text_destroy(ctypes.byref(text))
    return found


def assert_same_text(found, expected):
    assert found == expected, f"expected\n{expected}\nfound\n{found}"


def scaled(p, tensor):
    """The same layout with values of another magnitude, or of magnitudes that differ."""
    kind = p.integer(0, 5)
    if not tensor.is_floating_point():
        largest = torch.iinfo(tensor.dtype).max if tensor.dtype != torch.bool else 1
        return tensor * p.choice([1, max(largest // 9, 1)]) if tensor.dtype != torch.bool else tensor
    if kind == 0:
        return tensor
    if kind == 1:
        return tensor * 10.0 ** p.integer(-9, 9)
    if kind == 2:
        return (tensor * 10.0 ** p.integer(0, 4)).round()
    if kind == 3:
        return tensor * torch.pow(10.0, p.values(tensor.shape, torch.float64, low=-4, high=4)).to(tensor.dtype)
    if kind == 4:
        return tensor.abs() + p.choice([1, 1000, 1e-3])
    return tensor * torch.finfo(tensor.dtype).tiny


def format_default(p):
    tensor = p.tensor(p.shape(max_dims=6), p.choice(ALL), special=p.chance(0.3))
    tensor = scaled(p, tensor) if p.chance(0.8) else tensor
    assert_same_text(text_of(tensor), str(tensor))


def format_summarized(p):
    """More than 1000 elements."""
    shape = p.choice([[p.integer(1001, 3000)], [p.integer(2, 9), p.integer(501, 900)], [p.integer(501, 900), p.integer(2, 9)],
                      [2, p.integer(5, 8), p.integer(101, 120)], [p.integer(5, 8)] * 4, [1, 1, p.integer(33, 60), 31]])
    tensor = scaled(p, p.tensor(shape, p.choice(ALL), special=p.chance(0.3)))
    assert_same_text(text_of(tensor), str(tensor))


def format_row(p):
    """Lines that are nearly full, where the next one begins."""
    tensor = scaled(p, p.tensor([p.integer(0, 30)], p.choice(ALL), special=p.chance(0.3)))
    assert_same_text(text_of(tensor), str(tensor))


def format_scalar(p):
    tensor = scaled(p, p.values([], p.choice(ALL)))
    if tensor.is_floating_point() and p.chance(0.2):
        tensor = torch.tensor(p.choice([float("nan"), float("inf"), float("-inf"), -0.0]), dtype=tensor.dtype)
    assert_same_text(text_of(tensor), str(tensor))


def format_bits(p):
    """Floats of any bits."""
    dtype = p.choice(FLOATS)
    bits = {2: torch.int16, 4: torch.int32, 8: torch.int64}[dtype.itemsize]
    limits = torch.iinfo(bits)
    numbers = [p.integer(limits.min, limits.max) for _ in range(p.integer(1, 12))]
    tensor = torch.tensor(numbers, dtype=bits).view(dtype)
    assert_same_text(text_of(tensor), str(tensor))


def format_options(p):
    tensor = scaled(p, p.tensor(p.shape(max_dims=4, max_size=9), p.choice(ALL), special=p.chance(0.3)))
    chosen = {"precision": p.integer(0, 12), "threshold": p.choice([0, 1, 5, 20, 1000]), "edgeitems": p.integer(0, 5),
              "linewidth": p.choice([0, 1, 10, 40, 80, 120, 1000]), "sci_mode": p.choice([None, False, True])}
    options = FormatOptions(ctypes.sizeof(FormatOptions), chosen["precision"], chosen["threshold"], chosen["edgeitems"],
                            chosen["linewidth"], SCI_MODES[chosen["sci_mode"]])
    torch.set_printoptions(**chosen)
    try:
        expected = str(tensor)
    finally:
        torch.set_printoptions(profile="default")
    assert_same_text(text_of(tensor, ctypes.byref(options)), expected)


OPERATIONS = {"format_default": format_default, "format_summarized": format_summarized, "format_row": format_row,
              "format_scalar": format_scalar, "format_bits": format_bits, "format_options": format_options}
