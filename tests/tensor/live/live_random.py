"""Random numbers: several draws one after another from one generator, held against a torch.Generator of the same seed.

Problems mix kinds of draws, so that the words in between and the kept second normal count; then the states are equal, and
one of them goes on from the other's.
"""

import ctypes

import torch

import engine
from compare import assert_same, both, same
from engine import OUT, call, dim, dtype, real, size, sizes
from problems import FLOATS, INTEGERS


class Pair:
    """Our generator and PyTorch's, of one seed."""

    def __init__(self, p):
        self.p = p
        seed = p.choice([0, 1, 42, -1, p.integer(0, 99), p.integer(-2**63, 2**63 - 1), 2**40 + 7])
        self.theirs = torch.Generator().manual_seed(seed)
        self.pointer = ctypes.c_void_p()
        # A seed that is not the one at first: manual_seed starts again.
        engine.check(engine.library.frcnn_generator_create(ctypes.byref(self.pointer), ctypes.c_uint64(p.integer(0, 9))))
        if p.chance(0.5):
            self.ours("frcnn_tensor_randn", dtype(torch.float32), dim(1), sizes([3]))
        engine.library.frcnn_generator_manual_seed(self.pointer, ctypes.c_uint64(seed % 2**64))

    def __del__(self):
        engine.library.frcnn_generator_destroy(ctypes.byref(self.pointer))

    def ours(self, name, *arguments):
        return call(name, OUT, self.pointer, *arguments)

    def state(self):
        return call("frcnn_generator_get_state", OUT, self.pointer)[0]

    def set_state(self, state):
        handle = engine.wrap(state)
        engine.check(engine.library.frcnn_generator_set_state(self.pointer, handle.pointer))

    def shape(self):
        """Often less than 16 elements or a few more, sometimes more than a state has words."""
        if self.p.chance(0.6):
            return self.p.shape(max_dims=3, max_size=5)
        return [self.p.choice([15, 16, 17, 31, 32, 33, 623, 624, 625, self.p.integer(1, 5000)])]

    def rand(self, kind=None):
        kind, shape = kind or self.p.choice(FLOATS), self.shape()
        same(lambda: self.ours("frcnn_tensor_rand", dtype(kind), dim(len(shape)), sizes(shape)),
             lambda: torch.rand(shape, generator=self.theirs, dtype=kind))

    def uniform(self):
        p, kind, shape = self.p, self.p.choice(FLOATS), self.shape()
        low, high = p.choice([(0, 1), (-1, 1), (5, 5), (0.1, 0.3), (1, 1.004), (1000, 1001), (-3e4, 3e4), (0, 65504),
                              (p.random.uniform(-9, 9), p.random.uniform(-9, 99)), (-4e4, 4e4), (0, 65505), (-2e38, 2e38),
                              (-1e308, 1e308), (0, float("inf")), (float("nan"), 1), (-3e38, 0), (0, 1e39)])
        same(lambda: self.ours("frcnn_tensor_uniform", dtype(kind), dim(len(shape)), sizes(shape), real(low), real(high)),
             lambda: torch.empty(shape, dtype=kind).uniform_(low, high, generator=self.theirs))

    def randn(self, kind=None):
        kind, shape = kind or self.p.choice(FLOATS), self.shape()
        same(lambda: self.ours("frcnn_tensor_randn", dtype(kind), dim(len(shape)), sizes(shape)),
             lambda: torch.randn(shape, generator=self.theirs, dtype=kind))

    def bounds(self, kind):
        p = self.p
        kinds = [(0, 100), (0, 2), (-5, 5), (3, 3), (4, 1), (0, 2**28 - 1), (0, 2**28), (-2**31, 2**31), (0, 256), (0, 257),
                 (-128, 128), (-2**63, 2**63 - 1), (0, 65505), (0, 65506), (-65504, 0), (-65505, 0)]
        if kind.is_floating_point:
            centre = p.choice([1, -1]) * 2**p.integer(5, 30) + p.integer(-20, 20)
            kinds += [(centre, centre + p.integer(1, 200))] * len(kinds)
        else:
            info = torch.iinfo(kind) if kind != torch.bool else None
            low = p.integer(info.min, info.max) if info else 0
            kinds += [(low, p.integer(low, info.max + (kind != torch.int64)) if info else 2)] * len(kinds)
        return p.choice(kinds)

    def randint(self):
        kind, shape = self.p.choice(FLOATS + INTEGERS + [torch.bool]), self.shape()
        low, high = self.bounds(kind)
        same(lambda: self.ours("frcnn_tensor_randint", dtype(kind), dim(len(shape)), sizes(shape), size(low), size(high)),
             lambda: torch.randint(low, high, shape, generator=self.theirs, dtype=kind))

    def randperm(self):
        kind = self.p.choice([torch.int64] * 5 + FLOATS + INTEGERS + [torch.bool])
        n = self.p.choice([0, 1, 2, 128, 129, 256, 257, 2049, 2050, 32768, 32769, -1] + [self.p.integer(0, 3000)] * 12)
        same(lambda: self.ours("frcnn_tensor_randperm", dtype(kind), size(n)),
             lambda: torch.randperm(n, generator=self.theirs, dtype=kind))

    def draw_some(self):
        """Draws in between."""
        for _ in range(self.p.integer(0, 4)):
            self.p.choice([self.rand, self.uniform, self.randn, self.randint, self.randperm])()

    def compare_states(self):
        ours, theirs = self.state(), self.theirs.get_state()
        assert torch.equal(ours, theirs), f"states differ at {(ours != theirs).nonzero().flatten().tolist()[:9]}"


def in_between(method):
    def function(p):
        pair = Pair(p)
        pair.draw_some()
        method(pair)
        method(pair)
        pair.compare_states()

    return function


def wrong_dtype(pair, name):
    """A dtype that is no float, in both."""
    kind = pair.p.choice(INTEGERS + [torch.bool])
    same(lambda: pair.ours("frcnn_tensor_" + name, dtype(kind), dim(1), sizes([3])),
         lambda: getattr(torch, name)([3], dtype=kind, generator=pair.theirs))


def rand(p):
    pair = Pair(p)
    pair.draw_some()
    wrong_dtype(pair, "rand")
    pair.rand(torch.float32)
    pair.rand()
    pair.compare_states()


def randn(p):
    pair = Pair(p)
    pair.draw_some()
    wrong_dtype(pair, "randn")
    pair.randn(torch.float32)
    pair.randn()
    pair.compare_states()


def generator_state(p):
    """Back to where a state was taken, and over to the other side, both ways."""
    pair = Pair(p)
    pair.draw_some()
    ours, theirs = pair.state(), pair.theirs.get_state()
    pair.draw_some()
    pair.set_state(theirs)
    pair.theirs.set_state(ours)
    pair.randn()
    pair.draw_some()
    pair.compare_states()
    wrong = p.choice([theirs[:-1].clone(), theirs[:0], theirs.int(), torch.cat([theirs, theirs]), damaged(p, theirs)])
    both(lambda: pair.set_state(wrong) or [], lambda: pair.theirs.set_state(wrong) or [])
    pair.compare_states()


def damaged(p, state):
    """Positions out of range: left is an int32 at 8, seeded one at 12, next one at 16."""
    bad = state.clone()
    at, values = p.choice([(8, [0, 0, 0, 0]), (8, [113, 2, 0, 0]), (12, [0, 0, 0, 0]), (16, [113, 2, 0, 0]),
                           (8, [255, 255, 255, 255])])
    bad[at:at + 4] = torch.tensor(values, dtype=torch.uint8)
    return bad


def noise_of(x, out, p):
    """What PyTorch multiplies by, with the elements that out dropped; a zero or NaN is the same either way."""
    dropped = (out == 0) | (out.isnan() & x.isinf())
    return (~dropped).to(x.dtype).div_(1 - p)


def dropout(p):
    """PyTorch draws which elements by its own means: the structure is compared, and the share of those dropped."""
    pair = Pair(p)
    kind = p.choice(FLOATS * 3 + INTEGERS + [torch.bool])
    x = p.tensor(p.shape() if p.chance(0.8) else [p.integer(1000, 20000)], kind, special=True)
    probability = p.choice([0, 1, -0.1, 1.5, float("nan"), 0.5, 0.1, 0.9, 1 - 2**-20] + [p.random.random()] * 8)
    is_training = p.chance(0.8)
    drop = torch.nn.functional.dropout
    if not is_training or not kind.is_floating_point or not 0 < probability < 1 or x.numel() == 0:
        same(lambda: pair.ours("frcnn_tensor_dropout", x, real(probability), dim(is_training)),
             lambda: drop(x, probability, is_training))
        return
    expected = drop(x, probability, True)
    assert_same(x * noise_of(x, expected, probability), expected)
    found, = pair.ours("frcnn_tensor_dropout", x, real(probability), dim(True))
    assert_same(found, (x * noise_of(x, found, probability)).contiguous())
    torch.rand(x.numel(), generator=pair.theirs)
    pair.compare_states()
    # Six standard deviations of a binomial number, of which one problem in 10^9 has more.
    is_told = (x != 0) & ~x.isnan()
    n_told, n_dropped = int(is_told.sum()), int((is_told & ((found == 0) | found.isnan())).sum())
    assert abs(n_dropped - probability * n_told) <= 6 * (n_told * probability * (1 - probability))**0.5 + 1


OPERATIONS = {
    "rand": rand,
    "uniform": in_between(Pair.uniform),
    "randn": randn,
    "randint": in_between(Pair.randint),
    "randperm": in_between(Pair.randperm),
    "generator_state": generator_state,
    "dropout": dropout,
}
