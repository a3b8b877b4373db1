"""Products of vectors, matrices and batches of them."""

import torch

from compare import both, assert_same
from engine import OUT, call
from problems import ALL, FLOATS, INTEGERS

# What rounding of a sum in another order may come to, in parts of the sum of magnitudes: each of its steps rounds once. The
# 16-bit floats are added in f32 on one side; PyTorch rounds partial sums to them for some shapes.
EPSILON = {torch.float32: 2.0**-22, torch.float64: 2.0**-51, torch.float16: 2.0**-8, torch.bfloat16: 2.0**-5}


def _shapes(p):
    m, k, n = (p.choice([1, 2, 3, 5, 8, 17, 33, 70, 0 if p.chance(0.3) else 4]) for _ in range(3))
    if p.chance(0.1):
        k = p.integer(250, 700)
    batch = p.shape(max_dims=3, max_size=4)
    a_batch = [1 if p.chance(0.2) else s for s in batch][p.integer(0, len(batch)):]
    b_batch = [1 if p.chance(0.2) else s for s in batch][p.integer(0, len(batch)):]
    a = [k] if p.chance(0.2) else a_batch + [m, k]
    b = [k] if p.chance(0.2) else b_batch + [k, n]
    if p.chance(0.08):
        where = p.choice([a, b])
        where[p.integer(0, len(where) - 1)] += 1
    if p.chance(0.03):
        a = []
    while torch.Size(a).numel() > 60000:
        a = a[1:]
    while torch.Size(b).numel() > 60000:
        b = b[1:]
    return a, b


def matmul(p):
    a_shape, b_shape = _shapes(p)
    dtype = p.choice(FLOATS + INTEGERS)
    other = p.choice(ALL) if p.chance(0.05) else dtype
    if other != dtype and min(torch.Size(a_shape).numel(), torch.Size(b_shape).numel()) == 0:
        other = dtype  # PyTorch asks for no dtype where there is nothing to multiply
    a, b = p.tensor(a_shape, dtype), p.tensor(b_shape, other)
    if p.chance(0.3) and b.dim() >= 2:
        b = b.transpose(-1, -2).contiguous().transpose(-1, -2)
    found, expected = both(lambda: call("frcnn_tensor_matmul", OUT, a, b), lambda: a @ b)
    if found is None:
        return
    if not dtype.is_floating_point:
        assert_same(found[0], expected[0])
        return
    scale = float((a.double().abs() @ b.double().abs()).max()) if expected[0].numel() > 0 else 0.0
    steps = max(a.shape[-1], 1) ** 0.5
    assert_same(found[0], expected[0], 0, EPSILON[dtype] * max(scale, 1e-30) * steps)


def linear(p):
    dtype = p.choice(FLOATS)
    i, o = p.integer(0 if p.chance(0.1) else 1, 70), p.integer(0 if p.chance(0.1) else 1, 40)
    x = p.tensor(p.shape(max_dims=3) + [i + (1 if p.chance(0.05) else 0)], dtype)
    weight = p.tensor([o, i], torch.float64 if p.chance(0.03) and x.numel() > 0 and o > 0 else dtype)
    bias = p.tensor([o + (1 if p.chance(0.05) and o > 1 else 0)], dtype) if p.chance(0.6) else None
    found, expected = both(lambda: call("frcnn_tensor_linear", OUT, x, weight, bias),
                           lambda: torch.nn.functional.linear(x, weight, bias))
    if found is None:
        return
    if expected[0].numel() == 0:
        assert_same(found[0], expected[0])
        return
    scale = float((x.double().abs() @ weight.double().abs().T).max()) + (float(bias.abs().max()) if bias is not None else 0)
    assert_same(found[0], expected[0], 0, EPSILON[dtype] * max(scale, 1e-30) * max(i, 1) ** 0.5)


OPERATIONS = {"matmul": matmul, "linear": linear}
