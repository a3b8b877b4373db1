"""The tensor core against PyTorch: operations on 1 M and 16 M elements with the same number of threads, in one process.

usage: tensors.py --build BUILD_DIR [--threads N] [--rounds N] [--only TEXT]…

libfrcnn is called through ctypes on PyTorch's own memory. Both take turns, once a round each, so that what the machine does
meanwhile hits both; the table holds the fastest of the rounds and the ratio of PyTorch's to frcnn's: above 1 frcnn is faster. Maps are
[N, H, W, C] for frcnn; PyTorch's time is the better of its two layouts. --only takes the rows whose name holds TEXT. Needs
tests/requirements.txt.
"""

import argparse
import ctypes
import os
import pathlib
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "tests" / "tensor" / "live"))

MILLION = 1 << 20


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", action="append", default=[])
    return parser.parse_args()


def measure(first, others, rounds):
    """Seconds of the first, and of the fastest of the others: each at its best."""
    calls = [first, *others]
    times = [[] for _ in calls]
    for call in calls:
        call()
    for _ in range(rounds):
        for call, taken in zip(calls, times):
            begin = time.perf_counter()
            call()
            taken.append(time.perf_counter() - begin)
    fastest = [min(taken) for taken in times]
    return fastest[0], min(fastest[1:])


def rows(torch, engine, n):
    """(name, frcnn's call, PyTorch's calls) on n elements, made one at a time."""
    from live_arithmetic import Scalar
    from live_resampling import InterpolateOptions

    functional = torch.nn.functional
    generator = torch.Generator().manual_seed(1)
    side = int(n**0.5)

    def frcnn(name, *arguments):
        handles = [engine.wrap(a) if isinstance(a, torch.Tensor) else a for a in arguments]
        return lambda: engine.call_handles(f"frcnn_tensor_{name}", *handles)

    def normal(*shape):
        return torch.randn(shape, generator=generator)

    out, dtype, dim, dims = engine.OUT, engine.dtype, engine.dim, engine.dims
    a, b = normal(n), normal(n)
    yield "a + b", frcnn("add", out, a, b), [lambda: a + b]
    yield "a / b", frcnn("div", out, a, b), [lambda: a / b]
    yield "a * 2.5", frcnn("mul_scalar", out, a, Scalar(2.5)), [lambda: a * 2.5]
    yield "a += b", frcnn("add_in_place", a.clone(), b), [lambda c=a.clone(): c.add_(b)]
    yield "maximum", frcnn("maximum", out, a, b), [lambda: torch.maximum(a, b)]
    yield "a > b", frcnn("gt", out, a, b), [lambda: a > b]
    c = a > 0
    yield "where", frcnn("where", out, c, a, b), [lambda: torch.where(c, a, b)]
    low, high = Scalar(-0.5), Scalar(0.5)
    yield ("clamp", frcnn("clamp", out, a, ctypes.byref(low), ctypes.byref(high)), [lambda: a.clamp(-0.5, 0.5)])
    yield "remainder", frcnn("remainder_scalar", out, a, Scalar(0.7)), [lambda: a % 0.7]
    yield "relu", frcnn("relu", out, a), [lambda: a.relu()]
    yield "exp", frcnn("exp", out, a), [lambda: a.exp()]
    d = b.abs()
    yield "log", frcnn("log", out, d), [lambda: d.log()]
    yield "sqrt", frcnn("sqrt", out, d), [lambda: d.sqrt()]
    yield "sigmoid", frcnn("sigmoid", out, a), [lambda: a.sigmoid()]
    yield "tanh", frcnn("tanh", out, a), [lambda: a.tanh()]
    for name in ("uint8", "int32", "int64", "float64", "float16"):
        e = (a * 9).to(getattr(torch, name)) if name != "uint8" else (d * 9).to(torch.uint8)
        yield f"a + a, {name}", frcnn("add", out, e, e), [lambda e=e: e + e]
    e = (d * 9).to(torch.uint8)
    yield "u8 to f32", frcnn("cast", out, e, dtype(torch.float32)), [lambda: e.float()]
    yield "f32 to u8", frcnn("cast", out, d, dtype(torch.uint8)), [lambda: d.to(torch.uint8)]
    f, row, column = normal(side, side), normal(side), normal(side, 1)
    yield "matrix + row", frcnn("add", out, f, row), [lambda: f + row]
    yield "matrix * column", frcnn("mul", out, f, column), [lambda: f * column]
    yield "transposed copy", frcnn("contiguous", out, f.t()), [lambda: f.t().contiguous()]
    yield ("sum, mean of all", frcnn("mean", out, f, None, dim(0), dim(0)), [lambda: f.mean()])
    for d0 in (0, 1):
        one = dims([d0])
        yield f"sum, dim {d0}", frcnn("sum", out, f, one, dim(1), dim(0)), [lambda d0=d0: f.sum(d0)]
        yield f"amax, dim {d0}", frcnn("amax", out, f, one, dim(1), dim(0)), [lambda d0=d0: f.amax(d0)]
        yield f"max and indices, dim {d0}", frcnn("max", out, out, f, dim(d0), dim(0)), [lambda d0=d0: f.max(d0)]
        yield f"argmax, dim {d0}", frcnn("argmax", out, f, dim(d0), dim(0)), [lambda d0=d0: f.argmax(d0)]
        yield f"softmax, dim {d0}", frcnn("softmax", out, f, dim(d0)), [lambda d0=d0: f.softmax(d0)]
        yield f"cumsum, dim {d0}", frcnn("cumsum", out, f, dim(d0)), [lambda d0=d0: f.cumsum(d0)]
    everything = dims([0, 1])
    yield ("var of all", frcnn("var", out, f, everything, dim(2), dim(0), engine.real(1)), [lambda: f.var()])
    yield "var, dim 1", frcnn("var", out, f, dims([1]), dim(1), dim(0), engine.real(1)), [lambda: f.var(1)]
    yield "prod, dim 1", frcnn("prod", out, f, dims([1]), dim(1), dim(0)), [lambda: f.prod(1)]
    yield "any of all", frcnn("any", out, c & False, None, dim(0), dim(0)), [lambda g=c & False: g.any()]
    yield "sort, dim 1", frcnn("sort", out, out, f, dim(1), dim(0)), [lambda: f.sort(dim=1, stable=True)]
    yield "topk 100, dim 1", frcnn("topk", out, out, f, engine.size(100), dim(1), dim(1)), [lambda: f.topk(100, 1)]
    yield "masked_select", frcnn("masked_select", out, a, c), [lambda: a.masked_select(c)]
    h, g = engine.wrap(f), engine.wrap(f)
    for d0 in (0, 1):
        yield (f"cat, dim {d0}", frcnn("cat", out, (ctypes.c_void_p * 2)(h.pointer, g.pointer), dim(2), dim(d0)),
               [lambda d0=d0: torch.cat([f, f], d0)])
    classes = torch.randint(0, 64, [n // 64], generator=generator)
    yield ("one_hot 64", frcnn("one_hot", out, classes, engine.size(64)), [lambda: functional.one_hot(classes, 64)])
    logits = normal(n // 64, 64)
    yield ("cross_entropy of 64", frcnn("cross_entropy", out, logits, classes, None),
           [lambda: functional.cross_entropy(logits, classes)])
    k, m = normal(n // 1024, 256), normal(256, 1024)
    yield "matmul, to n elements of 256", frcnn("matmul", out, k, m), [lambda: k @ m]
    own = ctypes.c_void_p()
    engine.check(engine.library.frcnn_generator_create(ctypes.byref(own), ctypes.c_uint64(1)))
    for name in ("rand", "randn"):
        yield (name, frcnn(name, out, own, dtype(torch.float32), dim(1), engine.sizes([n])),
               [lambda name=name: getattr(torch, name)(n, generator=generator)])
    engine.library.frcnn_generator_destroy(ctypes.byref(own))
    for channels in (1, 64):
        size = int((n / channels)**0.5)
        nhwc = normal(1, size, size, channels)
        nchw = nhwc.permute(0, 3, 1, 2)
        layouts = [nchw, nchw.contiguous()]
        name = f"{size}x{size}x{channels}"
        pools = {"max_pool2d 2, stride 2": ("max_pool2d", 2, 2, 0), "max_pool2d 3, stride 2": ("max_pool2d", 3, 2, 1),
                 "avg_pool2d 2, stride 2": ("avg_pool2d", 2, 2, 0)}
        for title, (function, kernel, stride, padding) in pools.items():
            chosen = pool_options(engine, function, kernel, stride, padding)
            outputs = [out, None] if function == "max_pool2d" else [out]
            yield (f"{title}, {name}", frcnn(function, *outputs, nhwc, chosen),
                   [lambda m=m, g=getattr(functional, function), k=kernel, s=stride, p=padding: g(m, k, s, p)
                    for m in layouts])
        yield (f"adaptive_avg_pool2d 7, {name}", frcnn("adaptive_avg_pool2d", out, nhwc, engine.size(7), engine.size(7)),
               [lambda m=m: functional.adaptive_avg_pool2d(m, 7) for m in layouts])
        yield (f"adaptive_max_pool2d 7, {name}",
               frcnn("adaptive_max_pool2d", out, None, nhwc, engine.size(7), engine.size(7)),
               [lambda m=m: functional.adaptive_max_pool2d(m, 7) for m in layouts])
        yield (f"max_pool2d 2 with indices, {name}",
               frcnn("max_pool2d", out, out, nhwc, pool_options(engine, "max_pool2d", 2, 2, 0)),
               [lambda m=m: functional.max_pool2d(m, 2, return_indices=True) for m in layouts])
        mean, spread = normal(channels), normal(channels).abs()
        yield (f"batch_norm, {name}", frcnn("batch_norm", out, nhwc, mean, spread, mean, spread, engine.real(1e-5)),
               [lambda m=m: functional.batch_norm(m, mean, spread, mean, spread) for m in layouts])
        half = InterpolateOptions(struct_size=ctypes.sizeof(InterpolateOptions), mode=1, out_h=size // 2, out_w=size // 2)
        yield (f"interpolate to half, {name}", frcnn("interpolate", out, nhwc, half),
               [lambda m=m: functional.interpolate(m, size=size // 2, mode="bilinear") for m in layouts])


def pool_options(engine, function, kernel, stride, padding):
    """The library's options struct: a size_t, then ints, which the struct's default function fills."""
    chosen = (ctypes.c_int * 32)()
    getattr(engine.library, f"frcnn_{function}_options_default")(chosen)
    chosen[2:8] = [kernel, kernel, stride, stride, padding, padding]
    return chosen


def main():
    chosen = options()
    # Before either is loaded: both read it.
    os.environ["OMP_NUM_THREADS"] = str(chosen.threads)
    import torch

    import engine

    torch.set_num_threads(chosen.threads)
    engine.load(chosen.build)
    print(f"torch {torch.__version__}, {chosen.threads} threads\n")
    print("| | 1 M: frcnn ms | PyTorch ms | ratio | 16 M: frcnn ms | PyTorch ms | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for small, large in zip(rows(torch, engine, MILLION), rows(torch, engine, 16 * MILLION)):
        is_map = small[0].rsplit(", ", 1)[-1].count("x") == 2
        name = small[0].rsplit(", ", 1)[0] + f", C {small[0].rsplit('x', 1)[1]}" if is_map else small[0]
        if chosen.only and not any(text in name for text in chosen.only):
            continue
        cells = []
        for _, frcnn, peers in (small, large):
            ours, theirs = measure(frcnn, peers, chosen.rounds)
            cells += [f"{ours * 1e3:.2f}", f"{theirs * 1e3:.2f}", f"{theirs / ours:.2f}"]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
