"""How an answer of the engine is held against PyTorch's."""

import torch

from engine import EngineError

FAILED = object()


def both(engine_call, torch_call):
    """Runs both; the answers as lists of tensors. Where PyTorch raises, the engine must fail: then (None, None)."""
    try:
        expected = torch_call()
    except (RuntimeError, IndexError, ValueError, TypeError) as error:
        expected, torch_error = FAILED, error
    try:
        found = engine_call()
    except EngineError as error:
        assert expected is FAILED, f"only the engine fails: {error}"
        assert error.message, "an error without a message"
        return None, None
    assert expected is not FAILED, f"only PyTorch raises: {torch_error}"
    return found, list(expected) if isinstance(expected, (tuple, list)) else [expected]


def same(engine_call, torch_call, rtol=0.0, atol=0.0, zeros_differ=True):
    """Both fail, or give tensors of equal dtypes, shapes and values. rtol and atol 0 mean the same bits, but for a NaN's
    payload; -0 and 0 differ unless zeros_differ is off."""
    found, expected = both(engine_call, torch_call)
    if found is not None:
        assert len(found) == len(expected), (len(found), len(expected))
        for f, e in zip(found, expected):
            assert_same(f, e, rtol, atol, zeros_differ)


def rounded_twice(source, target):
    """Tolerances of a conversion: PyTorch takes f64 to 16 bits by way of f32, and so misses the nearest value by an ulp now
    and then."""
    if source != torch.float64 or not target.is_floating_point or target.itemsize != 2:
        return {}
    limits = torch.finfo(target)
    return {"rtol": limits.eps, "atol": limits.smallest_normal * limits.eps}


def assert_same(found, expected, rtol=0.0, atol=0.0, zeros_differ=True):
    assert found.dtype == expected.dtype, f"dtype: expected {expected.dtype}, found {found.dtype}"
    assert found.shape == expected.shape, f"shape: expected {list(expected.shape)}, found {list(found.shape)}"
    if rtol == 0 and atol == 0:
        nan = expected.isnan()
        equal = (found == expected) | (nan & found.isnan())
        if expected.is_floating_point() and zeros_differ:
            equal &= (found.signbit() == expected.signbit()) | nan
    else:
        equal = torch.isclose(found.double(), expected.double(), rtol, atol, equal_nan=True)
    if not bool(equal.all()):
        where = (~equal).nonzero()[0].tolist()
        raise AssertionError(f"at {where} of {list(expected.shape)} {expected.dtype}: expected {expected[tuple(where)]}, "
                             f"found {found[tuple(where)]}; {int((~equal).sum())} of {expected.numel()} differ")
