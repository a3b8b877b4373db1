"""Softmax and its logarithm along every dimension."""

import torch

from compare import same
from engine import OUT, call, dim
from problems import ALL, FLOATS

# Each power, the sum and the quotient are rounded once or twice on either side. PyTorch keeps the sum of bf16 and f16 in the
# narrow type before its logarithm is taken.
RTOL = {torch.float32: 1e-6, torch.float64: 1e-14, torch.float16: 2e-3, torch.bfloat16: 2e-2}
# Of logarithms: the ulp of values as large as the inputs differ.
ATOL = {torch.float32: 3e-6, torch.float64: 1e-14, torch.float16: 2e-2, torch.bfloat16: 2e-1}
SMALLEST = {torch.float32: 1e-37, torch.float64: 1e-300, torch.float16: 1e-7, torch.bfloat16: 1e-37}


def _problem(p):
    dtype = p.choice(FLOATS) if p.chance(0.9) else p.choice(ALL)
    # PyTorch asks for no dtype where there are no elements; the engine does.
    a = p.tensor(p.shape(may_be_empty=dtype.is_floating_point), dtype, special=p.chance(0.2))
    if p.chance(0.1) and a.numel() > 0 and dtype.is_floating_point:
        a = torch.full_like(a, -float("inf"))
    return a, p.dim(a.dim())


def softmax(p):
    a, d = _problem(p)
    same(lambda: call("frcnn_tensor_softmax", OUT, a, dim(d)), lambda: a.softmax(d), RTOL.get(a.dtype, 0),
         SMALLEST.get(a.dtype, 0))


def log_softmax(p):
    a, d = _problem(p)
    same(lambda: call("frcnn_tensor_log_softmax", OUT, a, dim(d)), lambda: a.log_softmax(d), RTOL.get(a.dtype, 0),
         ATOL.get(a.dtype, 0))


OPERATIONS = {"softmax": softmax, "log_softmax": log_softmax}
