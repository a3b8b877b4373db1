"""Seeded random tensors for the comparison with PyTorch: odd shapes, every dtype, strides and views of all kinds."""

import random

import torch

FLOATS = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
INTEGERS = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64]
ALL = FLOATS + INTEGERS + [torch.bool]


class Problems:
    """Everything follows from the seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.generator = torch.Generator().manual_seed(self.random.getrandbits(63))

    def integer(self, low, high):
        """low to high, both included."""
        return self.random.randint(low, high)

    def choice(self, values):
        return self.random.choice(values)

    def chance(self, probability):
        return self.random.random() < probability

    def shape(self, min_dims=0, max_dims=5, max_size=6, may_be_empty=True):
        """Most sizes small, some 1, a few 0, now and then one that is longer than a vector register."""
        shape = []
        for _ in range(self.integer(min_dims, max_dims)):
            kind = self.random.random()
            if kind < 0.15:
                shape.append(1)
            elif kind < 0.18 and may_be_empty:
                shape.append(0)
            elif kind < 0.25:
                shape.append(self.integer(7, 40))
            else:
                shape.append(self.integer(1, max_size))
        while _product(shape) > 20000:
            shape[shape.index(max(shape))] = 2
        return shape

    def values(self, shape, dtype, special=False, low=-9, high=9):
        """Contiguous. Integers and half of the floats are small whole numbers, so that equal values are frequent; special
        adds NaN, infinities and signed zeros to floats."""
        if dtype == torch.bool:
            return torch.randint(0, 2, shape, generator=self.generator).to(dtype)
        if not dtype.is_floating_point:
            low = max(low, 0) if dtype == torch.uint8 else low
            return torch.randint(low, high + 1, shape, generator=self.generator).to(dtype)
        values = torch.randn(shape, generator=self.generator, dtype=torch.float64) * 3
        if self.chance(0.5):
            values = values.round()
        values = values.clamp(low, high)
        if special:
            flat = values.view(-1)
            for special_value in (float("nan"), float("inf"), float("-inf"), 0.0, -0.0):
                for _ in range(flat.numel() // 20):
                    flat[self.integer(0, flat.numel() - 1)] = special_value
        return values.to(dtype)

    def tensor(self, shape, dtype=torch.float32, special=False, low=-9, high=9):
        """The shape over memory that is laid out in one of many ways: contiguous, permuted, a slice with an offset, every
        second element, an expanded dimension."""
        n = len(shape)
        kind = self.integer(0, 5)
        if kind == 1 and n >= 2:
            order = list(range(n))
            self.random.shuffle(order)
            base = self.values([shape[d] for d in order], dtype, special, low, high)
            return base.permute([order.index(d) for d in range(n)])
        if kind == 2 and n >= 1:
            d = self.integer(0, n - 1)
            before, after = self.integer(0, 3), self.integer(0, 3)
            base = self.values(shape[:d] + [before + shape[d] + after] + shape[d + 1:], dtype, special, low, high)
            return base.narrow(d, before, shape[d])
        if kind == 3 and n >= 1:
            d = self.integer(0, n - 1)
            base = self.values(shape[:d] + [2 * shape[d]] + shape[d + 1:], dtype, special, low, high)
            return base[(slice(None),) * d + (slice(1, None, 2),)]
        if kind == 4 and n >= 1:
            d = self.integer(0, n - 1)
            base = self.values(shape[:d] + [1] + shape[d + 1:], dtype, special, low, high)
            return base.expand(shape)
        return self.values(shape, dtype, special, low, high)

    def dim(self, n_dims, wrong=0.05):
        """One of n_dims, from either end; now and then out of range."""
        if self.chance(wrong):
            return self.choice([n_dims, -n_dims - 1, n_dims + 3])
        n = max(n_dims, 1)
        return self.integer(-n, n - 1)


def _product(shape):
    product = 1
    for s in shape:
        product *= s
    return product
