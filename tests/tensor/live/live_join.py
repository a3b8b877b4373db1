"""Joining: several tensors in one. All values are copied or converted, so they are equal to the bit."""

import ctypes

import torch

import engine
from compare import same
from engine import OUT, call, dim, wrap
from problems import ALL


def array(handles):
    """const frcnn_tensor *const *"""
    return (ctypes.c_void_p * max(len(handles), 1))(*[handle.pointer for handle in handles])


def joined(name, tensors, d):
    handles = [wrap(tensor) for tensor in tensors]
    return call(name, OUT, array(handles), ctypes.c_int(len(handles)), dim(d))


def dtypes(p, n):
    """One for all in most problems."""
    one = p.choice(ALL)
    return [p.choice(ALL) if p.chance(0.3) else one for _ in range(n)] if p.chance(0.4) else [one] * n


def cat(p):
    shape = p.shape(min_dims=0 if p.chance(0.05) else 1, max_dims=p.choice([2, 4, 8]), max_size=4)
    d = p.dim(len(shape))
    n = p.integer(0 if p.chance(0.05) else 1, 5)
    tensors = []
    for dtype in dtypes(p, n):
        own = list(shape)
        if -len(shape) <= d < len(shape):
            own[d] = p.choice([0, 1, 2, 3, own[d]])
        if own and p.chance(0.03):
            own[p.integer(0, len(own) - 1)] = p.integer(0, 3)
        if p.chance(0.03):
            own = own + [1]
        if p.chance(0.1):
            own = [0]
        tensors.append(p.tensor(own[:8], dtype, special=True))
    same(lambda: joined("frcnn_tensor_cat", tensors, d), lambda: torch.cat(tensors, d))


def stack(p):
    shape = p.shape(max_dims=p.choice([2, 4, 7]), max_size=4)
    d = p.dim(len(shape) + 1)
    n = p.integer(0 if p.chance(0.05) else 1, 5)
    tensors = []
    for dtype in dtypes(p, n):
        own = list(shape)
        if own and p.chance(0.03):
            own[p.integer(0, len(own) - 1)] = p.integer(0, 3)
        tensors.append(p.tensor(own, dtype, special=True))
    same(lambda: joined("frcnn_tensor_stack", tensors, d), lambda: torch.stack(tensors, d))


def promote_types(p):
    a, b = p.choice(ALL), p.choice(ALL)
    found = engine.library.frcnn_dtype_promote(engine.dtype(a), engine.dtype(b))
    assert engine.DTYPES[found] == torch.promote_types(a, b), (a, b, found)


OPERATIONS = {"cat": cat, "stack": stack, "promote_types": promote_types}
