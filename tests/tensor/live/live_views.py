"""Views: the same memory in another shape."""

import ctypes

import engine
from compare import both, same
from engine import OUT, Handle, call_handles, check, dim, dims, size, sizes, unwrap, wrap
from problems import ALL


def assert_views(found, expected):
    """The same addresses: data and strides as PyTorch's, where there is anything to address."""
    assert len(found) == len(expected), (len(found), len(expected))
    for f, e in zip(found, expected):
        n = engine.library.frcnn_tensor_get_n_dims(f.pointer)
        shape = engine.library.frcnn_tensor_get_shape(f.pointer)[:n]
        strides = engine.library.frcnn_tensor_get_strides(f.pointer)[:n]
        assert shape == list(e.shape), f"shape: expected {list(e.shape)}, found {shape}"
        if e.numel() == 0:
            continue
        shares = engine.library.frcnn_tensor_get_const_data(f.pointer) == e.data_ptr()
        assert shares or engine.device.kind != engine.CPU.kind, "other memory"
        for s, fs, es in zip(shape, strides, e.stride()):
            assert s == 1 or fs == es, f"strides: expected {e.stride()}, found {strides}"
        assert (unwrap(f) == e).all()


def view_of(engine_call, torch_call):
    found, expected = both(engine_call, torch_call)
    if found is not None:
        assert_views(found, expected)


def any_tensor(p, min_dims=0, max_dims=5):
    return p.tensor(p.shape(min_dims, max_dims), p.choice(ALL))


def share(p):
    a = any_tensor(p, max_dims=8)
    view_of(lambda: call_handles("frcnn_tensor_share", OUT, a), lambda: [a])


def unsqueeze(p):
    a = any_tensor(p, max_dims=7)
    d = p.dim(a.dim() + 1)
    view_of(lambda: call_handles("frcnn_tensor_unsqueeze", OUT, a, dim(d)), lambda: a.unsqueeze(d))


def squeeze(p):
    a = any_tensor(p, max_dims=8)
    if p.chance(0.2):
        view_of(lambda: call_handles("frcnn_tensor_squeeze_all", OUT, a), a.squeeze)
        return
    d = p.dim(a.dim())
    view_of(lambda: call_handles("frcnn_tensor_squeeze", OUT, a, dim(d)), lambda: a.squeeze(d))


def random_shape_of(p, n_elements):
    """A shape of n_elements, or nearly: one size may be -1, or wrong."""
    shape = []
    left = n_elements
    if n_elements == 0:
        shape = [p.integer(0, 3) for _ in range(p.integer(1, 4))]
        shape[p.integer(0, len(shape) - 1)] = 0
    else:
        while left > 1 and len(shape) < 6:
            divisors = [f for f in range(2, min(left, 50) + 1) if left % f == 0] or [left]
            shape.append(p.choice(divisors))
            left //= shape[-1]
        if left > 1:
            shape.append(left)
        while p.chance(0.3) and len(shape) < 8:
            shape.insert(p.integer(0, len(shape)), 1)
        if p.chance(0.5):
            p.random.shuffle(shape)
    if shape and p.chance(0.4):
        shape[p.integer(0, len(shape) - 1)] = -1
    if shape and p.chance(0.1):
        shape[p.integer(0, len(shape) - 1)] = p.integer(-2, 9)
    return shape


def regroup(p, a):
    """A shape that a tensor's strides often allow: dimensions merged or split."""
    shape = list(a.shape)
    for _ in range(p.integer(1, 3)):
        if len(shape) >= 2 and p.chance(0.6):
            d = p.integer(0, len(shape) - 2)
            shape[d:d + 2] = [shape[d] * shape[d + 1]]
        elif shape and len(shape) < 8:
            d = p.integer(0, len(shape) - 1)
            divisors = [f for f in range(1, shape[d] + 1) if shape[d] % f == 0]
            if divisors:
                f = p.choice(divisors)
                shape[d:d + 1] = [f, shape[d] // f]
    if shape and p.chance(0.3):
        shape[p.integer(0, len(shape) - 1)] = -1
    return shape


def asked_shape(p, a):
    return regroup(p, a) if p.chance(0.6) else random_shape_of(p, a.numel())


def view(p):
    a = any_tensor(p)
    shape = asked_shape(p, a)
    view_of(lambda: call_handles("frcnn_tensor_view", OUT, a, dim(len(shape)), sizes(shape)), lambda: a.view(shape))


def view_or_copy(a, engine_call, torch_call):
    """Equal values, and the memory of a exactly where PyTorch shares it."""
    found, expected = both(engine_call, torch_call)
    if found is None:
        return
    e, = expected
    f, = found
    if e.numel() and e.untyped_storage().data_ptr() == a.untyped_storage().data_ptr():
        assert_views(found, expected)
    else:
        assert engine.library.frcnn_tensor_get_const_data(f.pointer) != a.data_ptr() or not e.numel()
        same(lambda: [unwrap(f)], lambda: e)


def reshape(p):
    a = any_tensor(p)
    shape = asked_shape(p, a)
    view_or_copy(a, lambda: call_handles("frcnn_tensor_reshape", OUT, a, dim(len(shape)), sizes(shape)),
                 lambda: a.reshape(shape))


def flatten(p):
    a = any_tensor(p, max_dims=8)
    first, last = p.dim(a.dim()), p.dim(a.dim())
    if p.chance(0.7) and -a.dim() <= first < a.dim() and -a.dim() <= last < a.dim() and a.dim():
        first, last = sorted((first, last), key=lambda d: d % a.dim())
    view_or_copy(a, lambda: call_handles("frcnn_tensor_flatten", OUT, a, dim(first), dim(last)),
                 lambda: a.flatten(first, last))


def contiguous(p):
    a = any_tensor(p, max_dims=8)
    view_or_copy(a, lambda: call_handles("frcnn_tensor_contiguous", OUT, a), a.contiguous)
    handle = wrap(a)
    assert engine.library.frcnn_tensor_is_contiguous(handle.pointer) == a.is_contiguous()


def permute(p):
    a = any_tensor(p, max_dims=8)
    order = list(range(a.dim()))
    p.random.shuffle(order)
    order = [d - a.dim() if p.chance(0.3) else d for d in order]
    if order and p.chance(0.1):
        order[p.integer(0, len(order) - 1)] = p.dim(a.dim(), wrong=0.5)
    view_of(lambda: call_handles("frcnn_tensor_permute", OUT, a, dims(order)), lambda: a.permute(order))


def transpose(p):
    a = any_tensor(p, max_dims=8)
    d0, d1 = p.dim(a.dim()), p.dim(a.dim())
    view_of(lambda: call_handles("frcnn_tensor_transpose", OUT, a, dim(d0), dim(d1)), lambda: a.transpose(d0, d1))


def size_at(a, d):
    return a.shape[d] if -a.dim() <= d < a.dim() else 3


def narrow(p):
    a = any_tensor(p, max_dims=8)
    d = p.dim(a.dim())
    n = size_at(a, d)
    start = p.integer(-n - 1, n + 1) if p.chance(0.2) else p.integer(-n, n)
    length = p.integer(-1, n + 1) if p.chance(0.2) else p.integer(0, n - start % max(n, 1))
    view_of(lambda: call_handles("frcnn_tensor_narrow", OUT, a, dim(d), size(start), size(length)),
            lambda: a.narrow(d, start, length))


def select(p):
    a = any_tensor(p, max_dims=8)
    d = p.dim(a.dim())
    n = size_at(a, d)
    index = p.integer(-n - 1, n) if p.chance(0.2) else p.integer(-n, max(n - 1, -n))
    view_of(lambda: call_handles("frcnn_tensor_select", OUT, a, dim(d), size(index)), lambda: a.select(d, index))


def expand(p):
    a = any_tensor(p)
    shape = [p.choice([s, -1]) if s != 1 else p.choice([1, -1, p.integer(0, 5)]) for s in a.shape]
    shape = [p.integer(0, 3) for _ in range(p.integer(0, 3))] + shape
    if shape and p.chance(0.15):
        shape[p.integer(0, len(shape) - 1)] = p.integer(-2, 5)
    if shape and p.chance(0.05):
        shape = shape[1:]
    if min(shape, default=0) < -1 or min(shape[:max(len(shape) - a.dim(), 0)], default=0) < 0:
        # PyTorch raises only where it uses the size: it makes of a scalar a tensor of -1 elements.
        try:
            call_handles("frcnn_tensor_expand", OUT, a, dim(len(shape)), sizes(shape))
        except engine.EngineError:
            return
        raise AssertionError(f"{list(a.shape)} expanded to {shape}")
    view_of(lambda: call_handles("frcnn_tensor_expand", OUT, a, dim(len(shape)), sizes(shape)),
            lambda: a.expand(shape))


def as_strided(p):
    a = any_tensor(p)
    n = p.integer(0, 4)
    shape = [p.integer(0 if p.chance(0.1) else 1, 4) for _ in range(n)]
    strides = [p.integer(-1 if p.chance(0.05) else 0, 4) for _ in range(n)]
    offset = p.integer(-1 if p.chance(0.1) else 0, 5)
    view_of(lambda: call_handles("frcnn_tensor_as_strided", OUT, a, dim(n), sizes(shape), sizes(strides), size(offset)),
            lambda: a.as_strided(shape, strides, offset))


def parts(name, a, *arguments):
    """Counts, then makes: the handles of split and chunk."""
    handle, count = wrap(a), ctypes.c_int(-1)
    function = getattr(engine.library, name)
    check(function(None, 0, ctypes.byref(count), handle.pointer, *arguments))
    array = (ctypes.c_void_p * max(count.value, 1))()
    made = ctypes.c_int(-1)
    check(function(array, count.value, ctypes.byref(made), handle.pointer, *arguments))
    assert made.value == count.value
    return [Handle(ctypes.c_void_p(pointer)) for pointer in array[:made.value]]


def split(p):
    a = any_tensor(p, max_dims=8)
    d = p.dim(a.dim())
    n = size_at(a, d)
    if p.chance(0.4):
        cut = sorted(p.integer(0, n) for _ in range(p.integer(0, 3)))
        lengths = [high - low for low, high in zip([0, *cut], [*cut, n])]
        if p.chance(0.2):
            lengths[p.integer(0, len(lengths) - 1)] += p.integer(-2, 2)
        if p.chance(0.05):
            lengths = []

        def engine_call():
            handle, array = wrap(a), (ctypes.c_void_p * max(len(lengths), 1))()
            check(engine.library.frcnn_tensor_split_sizes(array, handle.pointer, sizes(lengths), len(lengths), dim(d)))
            return [Handle(ctypes.c_void_p(pointer)) for pointer in array[:len(lengths)]]

        view_of(engine_call, lambda: a.split(lengths, d))
        return
    length = p.integer(-1, 1) if p.chance(0.1) else p.integer(1, n + 1)
    view_of(lambda: parts("frcnn_tensor_split", a, size(length), dim(d)), lambda: a.split(length, d))


def chunk(p):
    a = any_tensor(p, max_dims=8)
    d = p.dim(a.dim())
    n = p.integer(-1, 0) if p.chance(0.05) else p.integer(1, 9)
    view_of(lambda: parts("frcnn_tensor_chunk", a, size(n), dim(d)), lambda: a.chunk(n, d))


OPERATIONS = {function.__name__: function for function in
              (share, unsqueeze, squeeze, view, reshape, flatten, contiguous, permute, transpose, narrow, select, expand,
               as_strided, split, chunk)}
