"""Losses: targets of both kinds, weights, ignored classes, every reduction."""

import ctypes

import torch

from compare import both, assert_same
from engine import OUT, call, real, wrap
from problems import FLOATS

F = torch.nn.functional

REDUCTIONS = ["none", "mean", "sum"]
# Each loss is a handful of roundings of numbers as large as the largest loss; sums are as large as the sum of magnitudes. The
# engine rounds 16-bit results once, PyTorch every step, and some of its sums of them too.
EPSILON = {torch.float32: 4e-6, torch.float64: 1e-13, torch.float16: 2e-2, torch.bfloat16: 1e-1}


class NllOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("weight", ctypes.c_void_p), ("ignore_index", ctypes.c_int64),
                ("reduction", ctypes.c_int)]


class CrossEntropyOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("weight", ctypes.c_void_p), ("ignore_index", ctypes.c_int64),
                ("label_smoothing", ctypes.c_double), ("reduction", ctypes.c_int)]


class BceOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("weight", ctypes.c_void_p), ("pos_weight", ctypes.c_void_p),
                ("reduction", ctypes.c_int)]


def _pointer(handle):
    return handle.pointer.value if handle is not None else None


def _handle(tensor):
    return wrap(tensor) if tensor is not None else None


def _compare(engine_call, torch_call, reduction, each, given=()):
    """each: the losses of elements in f64, from which a tolerance is made; given: dtypes that PyTorch rounds to on the way."""
    found, expected = both(engine_call, torch_call)
    if found is None:
        return
    epsilon = max(EPSILON[dtype] for dtype in [expected[0].dtype, *given])
    each = each()
    if expected[0].dtype == torch.float16 and reduction != "none" and each.isfinite().all() and expected[0].isinf().any():
        return  # PyTorch's sum is one of f16, which overflows on the way
    each = each[each.isfinite()].abs()
    size = float(each.max()) if each.numel() > 0 else 0.0
    if reduction == "sum":
        size = max(size, float(each.sum()))
    assert_same(found[0], expected[0], epsilon, epsilon * (size + 1))


def _classes(p, shape, n_classes, ignore_index):
    high = max(n_classes - 1, 0)
    target = torch.randint(0, high + 1, shape, generator=p.generator)
    if target.numel() > 0:
        flat = target.view(-1)
        for _ in range(p.integer(0, 2)):
            flat[p.integer(0, flat.numel() - 1)] = ignore_index
        if p.chance(0.08):
            flat[p.integer(0, flat.numel() - 1)] = p.choice([n_classes, -1, n_classes + 7])
        if p.chance(0.05):
            flat[:] = ignore_index
    return target


def _wide_classes(target):
    return target.long() if target.dtype == torch.uint8 else target


def _class_problem(p):
    dtype = p.choice(FLOATS)
    n_classes = p.choice([1, 2, 3, 5, 21, 91])
    positions = p.shape(max_dims=4, max_size=4)
    shape = [n_classes] if not positions else [positions[0], n_classes] + positions[1:]
    a = p.tensor(shape, dtype, special=p.chance(0.1))
    ignore_index = p.choice([-100, -100, 0, 1, -7])
    target = _classes(p, positions, n_classes, ignore_index)
    if p.chance(0.05):
        target = target.unsqueeze(0) if p.chance(0.5) and target.dim() > 0 else torch.zeros(positions + [2], dtype=torch.int64)
    # PyTorch takes u8 where nothing follows the classes, and no label smoothing does: there the engine is held against i64.
    if p.chance(0.1) and (target >= 0).all():
        target = target.to(torch.uint8)
    elif p.chance(0.04) and target.numel() > 0:
        target = target.to(torch.int32)
    weight = None
    if p.chance(0.5):
        weight = p.tensor([n_classes + (1 if p.chance(0.05) else 0)], dtype, low=0).abs() + 0.25
        if p.chance(0.05) and target.numel() > 0:
            weight = weight.to(p.choice(FLOATS))
    return a, target, weight, ignore_index, p.choice(REDUCTIONS)


def nll_loss(p):
    a, target, weight, ignore_index, reduction = _class_problem(p)
    held = _handle(weight)
    options = NllOptions(ctypes.sizeof(NllOptions), _pointer(held), ignore_index, REDUCTIONS.index(reduction))
    _compare(lambda: call("frcnn_tensor_nll_loss", OUT, a, target, options),
             lambda: F.nll_loss(a, _wide_classes(target), weight, ignore_index=ignore_index, reduction=reduction), reduction,
             lambda: F.nll_loss(a.double(), _wide_classes(target), weight.double() if weight is not None else None,
                                ignore_index=ignore_index, reduction="none"))


def cross_entropy(p):
    if p.chance(0.4):
        _cross_entropy_with_probabilities(p)
        return
    a, target, weight, ignore_index, reduction = _class_problem(p)
    smoothing = p.choice([0.0, 0.0, 0.1, 0.5, 1.0])
    if p.chance(0.04):
        smoothing = 1.5  # PyTorch takes what is negative for 0; the engine refuses it
    held = _handle(weight)
    options = CrossEntropyOptions(ctypes.sizeof(CrossEntropyOptions), _pointer(held), ignore_index, smoothing,
                                  REDUCTIONS.index(reduction))
    if smoothing > 0 and not a.isfinite().all():
        a = a.nan_to_num(0.0, 9.0, -9.0)  # whether 0 * infinity is formed differs for a smoothing of 1
    plain = options if not (weight is None and ignore_index == -100 and smoothing == 0 and reduction == "mean") else None
    _compare(lambda: call("frcnn_tensor_cross_entropy", OUT, a, target, plain),
             lambda: F.cross_entropy(a, _wide_classes(target), weight, ignore_index=ignore_index, reduction=reduction,
                                     label_smoothing=smoothing), reduction,
             lambda: F.cross_entropy(a.double(), _wide_classes(target), weight.double() if weight is not None else None,
                                     ignore_index=ignore_index, reduction="none", label_smoothing=smoothing))


def _cross_entropy_with_probabilities(p):
    dtype = p.choice(FLOATS)
    n_classes = p.choice([1, 2, 3, 5, 21])
    positions = p.shape(max_dims=3, max_size=4)
    shape = [n_classes] if not positions else [positions[0], n_classes] + positions[1:]
    a = p.tensor(shape, dtype)
    target = p.tensor(shape, p.choice(FLOATS) if p.chance(0.2) else dtype, low=0).abs()
    if p.chance(0.05):
        target = target.unsqueeze(0)
    if p.chance(0.03):
        target = target.to(torch.int64)
    weight = p.tensor([n_classes + (1 if p.chance(0.05) else 0)], dtype, low=0).abs() if p.chance(0.4) else None
    smoothing, reduction = p.choice([0.0, 0.0, 0.1, 0.5]), p.choice(REDUCTIONS)
    ignore_index = 1 if p.chance(0.03) else -100
    held = _handle(weight)
    options = CrossEntropyOptions(ctypes.sizeof(CrossEntropyOptions), _pointer(held), ignore_index, smoothing,
                                  REDUCTIONS.index(reduction))
    _compare(lambda: call("frcnn_tensor_cross_entropy", OUT, a, target, options),
             lambda: F.cross_entropy(a, target, weight, ignore_index=ignore_index, reduction=reduction,
                                     label_smoothing=smoothing), reduction,
             lambda: F.cross_entropy(a.double(), target.double(), weight.double() if weight is not None else None,
                                     reduction="none", label_smoothing=smoothing),
             [dtype] + [target.dtype] * target.is_floating_point())


def _pair(p):
    shape = p.shape()
    a_dtype = p.choice(FLOATS)
    b_dtype = a_dtype if p.chance(0.85) else p.choice(FLOATS + [torch.int64, torch.uint8])
    b_shape = [1 if p.chance(0.1) else s for s in shape][p.integer(0, len(shape)) if p.chance(0.2) else 0:]
    if p.chance(0.05) and b_shape:
        b_shape[p.integer(0, len(b_shape) - 1)] += 1
    a, b = p.tensor(shape, a_dtype, special=p.chance(0.1)), p.tensor(b_shape, b_dtype, special=p.chance(0.1))
    if p.chance(0.3):
        a, b = b, a
    return a, b, p.choice(REDUCTIONS)


def _pair_loss(p, name, function, *arguments):
    a, b, reduction = _pair(p)
    code = ctypes.c_int(REDUCTIONS.index(reduction))
    _compare(lambda: call(f"frcnn_tensor_{name}", OUT, a, b, *[real(x) for x in arguments], code),
             lambda: function(a, b, reduction=reduction, **({"beta": arguments[0]} if arguments else {})), reduction,
             lambda: function(a.double(), b.double(), reduction="none", **({"beta": arguments[0]} if arguments else {})))


def mse_loss(p):
    _pair_loss(p, "mse_loss", F.mse_loss)


def l1_loss(p):
    _pair_loss(p, "l1_loss", F.l1_loss)


def smooth_l1_loss(p):
    _pair_loss(p, "smooth_l1_loss", F.smooth_l1_loss, p.choice([1.0, 1.0 / 9, 0.0, 2.5, -1.0 if p.chance(0.2) else 0.5]))


def bce_with_logits(p):
    shape, dtype, reduction = p.shape(), p.choice(FLOATS), p.choice(REDUCTIONS)

    def factor():
        if p.chance(0.5):
            return None
        factor_shape = [1 if p.chance(0.2) else s for s in shape][p.integer(0, len(shape)) if p.chance(0.5) else 0:]
        if p.chance(0.05):
            factor_shape = [3] + factor_shape if p.chance(0.5) else factor_shape[:-1] + [(factor_shape or [1])[-1] + 1]
        return p.tensor(factor_shape, dtype, low=0).abs()

    a, target = p.tensor(shape, dtype), p.tensor(shape + ([1] if p.chance(0.04) else []), dtype, low=0, high=1).abs()
    if p.chance(0.05) and target.numel() > 0:
        target = target.to(torch.int64)
    weight, pos_weight = factor(), factor()
    held, pos_held = _handle(weight), _handle(pos_weight)
    options = BceOptions(ctypes.sizeof(BceOptions), _pointer(held), _pointer(pos_held), REDUCTIONS.index(reduction))
    wide = [x.double() if x is not None else None for x in (weight, pos_weight)]
    _compare(lambda: call("frcnn_tensor_binary_cross_entropy_with_logits", OUT, a, target, options),
             lambda: F.binary_cross_entropy_with_logits(a, target, weight, reduction=reduction, pos_weight=pos_weight),
             reduction,
             lambda: F.binary_cross_entropy_with_logits(a.double(), target.double(), wide[0], reduction="none",
                                                        pos_weight=wide[1]))


OPERATIONS = {"nll_loss": nll_loss, "cross_entropy": cross_entropy, "mse_loss": mse_loss, "l1_loss": l1_loss,
              "smooth_l1_loss": smooth_l1_loss, "bce_with_logits": bce_with_logits}
