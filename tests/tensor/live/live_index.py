"""By position: sorting, the largest, where something is, gathering, selecting."""

import torch
from compare import assert_same, both, same
from engine import OUT, call, dim, size
from problems import ALL, FLOATS

WRONG_K = 0.05


def _row(p, dtype):
    """Half of the problems have few rows that are long enough for the radix sort, with equal values and without."""
    if p.chance(0.5):
        return p.tensor(p.shape(max_dims=5), dtype, special=True)
    shape = [p.integer(1, 3), p.integer(49, 900)]
    wide = p.chance(0.3) and dtype not in (torch.bool, torch.uint8, torch.int8)
    return p.tensor(shape, dtype, True, -30000, 30000) if wide else p.tensor(shape, dtype, True)


def _extreme(p, a):
    """Integers of 64 bits from end to end now and then: their keys span more than 32 bits."""
    if a.dtype == torch.int64 and p.chance(0.4):
        return torch.where(a > 3, torch.iinfo(torch.int64).max - a, torch.where(a < -3, torch.iinfo(torch.int64).min - a, a))
    return a


def sort(p):
    a = _extreme(p, _row(p, p.choice(ALL)))
    d, descending = p.dim(a.dim()), p.integer(0, 1)
    same(lambda: call("frcnn_tensor_sort", OUT, OUT, a, dim(d), descending),
         lambda: torch.sort(a, dim=d, descending=bool(descending), stable=True))


def argsort(p):
    a = _extreme(p, _row(p, p.choice(ALL)))
    d, descending = p.dim(a.dim()), p.integer(0, 1)
    same(lambda: call("frcnn_tensor_argsort", OUT, a, dim(d), descending),
         lambda: torch.argsort(a, dim=d, descending=bool(descending), stable=True))


def topk(p):
    """PyTorch's choice among equal values is open: values are compared with it, indices with those of a stable sort."""
    a = _extreme(p, _row(p, p.choice(ALL)))
    d, largest = p.dim(a.dim()), p.integer(0, 1)
    n = a.shape[d] if -a.dim() <= d < a.dim() else 1
    k = p.choice([-1, n + 1]) if p.chance(WRONG_K) else p.integer(0, n)
    found, expected = both(lambda: call("frcnn_tensor_topk", OUT, OUT, a, size(k), dim(d), largest),
                           lambda: torch.topk(a, k, d, bool(largest), True))
    if found is None:
        return
    zero = torch.zeros((), dtype=a.dtype)
    assert_same(found[0] + zero, expected[0] + zero)  # -0 and 0 are equal values
    if a.dim() == 0:
        return assert_same(found[1], expected[1])
    values, indices = torch.sort(a, dim=d, descending=bool(largest), stable=True)
    assert_same(found[0], values.narrow(d, 0, k))
    assert_same(found[1], indices.narrow(d, 0, k))


def nonzero(p):
    a = p.tensor(p.shape(max_dims=5), p.choice(ALL), special=True, low=-1, high=1)
    if p.chance(0.1):
        a = p.tensor([p.integer(4000, 40000), p.integer(1, 3)], p.choice(ALL), special=True, low=-1, high=1)
    same(lambda: call("frcnn_tensor_nonzero", OUT, a), lambda: torch.nonzero(a))


def unique(p):
    """Which of -0 and 0 and which of several NaN PyTorch meets first is open above 16 values."""
    a = _extreme(p, _row(p, p.choice(ALL)))
    inverse, counts = p.integer(0, 1), p.integer(0, 1)
    found, expected = both(lambda: call("frcnn_tensor_unique", OUT, OUT if inverse else None, OUT if counts else None, a),
                           lambda: torch.unique(a, return_inverse=bool(inverse), return_counts=bool(counts)))
    assert len(found) == len(expected)
    if a.dtype in FLOATS:
        first_nan = int((~found[0].isnan()).sum())
        found[0], expected[0] = found[0] + 0, expected[0] + 0
        if inverse:
            nan_places = found[1][a.isnan()]
            assert_same(nan_places, torch.arange(first_nan, first_nan + nan_places.numel()))
            found[1], expected[1] = found[1].clamp(max=first_nan), expected[1].clamp(max=first_nan)
    for f, e in zip(found, expected):
        assert_same(f, e)


def one_hot(p):
    dtype = torch.int64 if p.chance(0.9) else p.choice(ALL)
    a = p.tensor(p.shape(max_dims=4), dtype, low=-1 if p.chance(0.1) else 0, high=p.integer(0, 6))
    n_classes = p.choice([-1, -1, -2, 0, 1, 4, 7, 7, 7, 12])
    same(lambda: call("frcnn_tensor_one_hot", OUT, a, size(n_classes)),
         lambda: torch.nn.functional.one_hot(a, n_classes))


def _index_dtype(p):
    return p.choice(ALL) if p.chance(0.05) else p.choice([torch.int32, torch.int64])


def _indices(p, shape, n):
    """Into a dimension of n; now and then one that is outside."""
    low, high = (-1, n) if p.chance(0.1) else (0, n - 1)
    return p.tensor(shape, _index_dtype(p), low=low, high=max(low, high))


def index_select(p):
    a = p.tensor(p.shape(max_dims=5), p.choice(ALL), special=True)
    d = p.dim(a.dim())
    n = a.shape[d] if -a.dim() <= d < a.dim() else 1
    shape = p.choice([[], [1], [p.integer(0, 3)], [p.integer(1, 200)]]) if p.chance(0.95) else [1, 2]
    index = _indices(p, shape, n)
    same(lambda: call("frcnn_tensor_index_select", OUT, a, dim(d), index), lambda: torch.index_select(a, d, index))


def gather(p):
    a = p.tensor(p.shape(max_dims=5), p.choice(ALL), special=True)
    d = p.dim(a.dim())
    n = a.shape[d] if -a.dim() <= d < a.dim() else 1
    shape = [p.integer(max(1, s - 3), s) if s else 0 for s in a.shape]
    if a.dim() > 0 and n:
        shape[d if -a.dim() <= d < a.dim() else 0] = p.integer(0, 2 * n)
    elif a.dim() == 0 and p.chance(0.5):
        shape = [p.integer(1, 3)]
    if p.chance(0.1):
        shape = p.shape(max_dims=5)
    index = _indices(p, shape, n)
    if index.numel() == 0:
        index = index.long()  # PyTorch takes every dtype of no index
    same(lambda: call("frcnn_tensor_gather", OUT, a, dim(d), index), lambda: torch.gather(a, d, index))


def masked_select(p):
    shape = p.shape(max_dims=5)
    if p.chance(0.1):
        shape = [p.integer(1, 4), p.integer(4000, 20000)]
    shapes = [[1 if p.chance(0.15) else s for s in shape][p.integer(0, len(shape)) if p.chance(0.3) else 0:] for _ in "am"]
    if p.chance(0.1):
        shapes[1] = p.shape(max_dims=5)
    a = p.tensor(shapes[0], p.choice(ALL), special=True)
    mask = p.tensor(shapes[1], torch.bool if p.chance(0.95) else p.choice(ALL))
    same(lambda: call("frcnn_tensor_masked_select", OUT, a, mask), lambda: torch.masked_select(a, mask))


OPERATIONS = {"sort": sort, "argsort": argsort, "topk": topk, "nonzero": nonzero, "unique": unique, "one_hot": one_hot,
              "index_select": index_select, "gather": gather, "masked_select": masked_select}
