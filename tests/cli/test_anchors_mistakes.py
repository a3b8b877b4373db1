"""frcnn anchors check --from: each mistake that ports of anchor generators make, planted in a dump, is found and named, in
every convention that can make it; none is named where there is none. What the mistakes lead to is worked out here, in Python.
"""
import json
import math
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dumps import bf16, f16, f32, next_f32, npy, round_half_away  # noqa: E402
from program import ProgramTest, main  # noqa: E402

# Sides of maps all differ, strides of 64 do not divide the image, and torchvision's odd sizes have halves to round.
CONVENTIONS = {
    "torchvision": ["--convention", "torchvision", "--image-size", "96x160", "--sizes", "33/65/127/255/513"],
    "mobilenet": ["--convention", "torchvision", "--image-size", "96x160", "--strides", "32,32,64",
                  "--sizes", "32,64,128,256,512/32,64,128,256,512/32,64,128,256,512"],
    "detectron2": ["--convention", "detectron2", "--image-size", "104x164"],
    "detectron2-c4": ["--convention", "detectron2", "--image-size", "104x164", "--strides", "16",
                      "--sizes", "32,64,128,256,512"],
    "detectron2-offset": ["--convention", "detectron2", "--image-size", "104x164", "--offset", "0.5"],
    "mmdet": ["--convention", "mmdet", "--image-size", "96x160"],
    "mmdet-c4": ["--convention", "mmdet", "--image-size", "96x160", "--strides", "16", "--sizes", "2,4,8,16,32"],
    "mmdet-legacy": ["--convention", "mmdet-legacy", "--image-size", "96x160"],
    "py-faster-rcnn": ["--convention", "py-faster-rcnn", "--image-size", "100x150"],
    "matlab": ["--convention", "matlab", "--image-size", "100x150"],
    "simple-faster-rcnn": ["--convention", "simple-faster-rcnn", "--image-size", "100x150"],
}


class Level:
    def __init__(self, pinned, anchors):
        self.grid, self.stride, self.nominal = pinned["grid"], pinned["stride"], pinned["nominal_stride"]
        self.sizes, self.ratios = pinned["sizes"], pinned["ratios"]
        self.base, self.anchors = ([[f32(value) for value in row] for row in rows] for rows in (pinned["base"], anchors))
        self.per_cell = len(self.base)

    def place(self, row):
        """Cell and anchor of a row."""
        cell, anchor = divmod(row, self.per_cell)
        return (*divmod(cell, self.grid[1]), anchor)

    def reorder(self, key):
        """Rows sorted by key(y, x, anchor)."""
        order = sorted(range(len(self.anchors)), key=lambda row: key(*self.place(row)))
        return [self.anchors[row] for row in order]


class Setup:
    def __init__(self, name, pinned, dumped):
        self.name = name
        self.convention = pinned["convention"]
        self.offset = pinned.get("offset", 0) if self.convention == "detectron2" else 0
        self.image = pinned["image"]
        self.is_yx = self.convention == "simple-faster-rcnn"
        self.levels = [Level(a, b["anchors"]) for a, b in zip(pinned["levels"], dumped["levels"])]

    def axis(self, k):
        """0: coordinate k of a box is along y, 1: along x."""
        return k % 2 if self.is_yx else 1 - k % 2

    def rows(self):
        return [row for level in self.levels for row in level.anchors]

    def each(self, change):
        """Every value by change(value, coordinate, level)."""
        return [[f32(change(value, k, level)) for k, value in enumerate(row)]
                for level in self.levels for row in level.anchors]

    def shifted(self, stride, base=None, narrow=f32, grid=None):
        """Base anchors shifted anew, by stride(level) from cell to cell."""
        rows = []
        for level in self.levels:
            sides, (height, width) = stride(level), grid(level) if grid else level.grid
            for y in range(height):
                for x in range(width):
                    shift = [(self.offset + (y, x)[self.axis(k)]) * sides[self.axis(k)] for k in range(4)]
                    rows += [[narrow(narrow(box[k]) + narrow(shift[k])) for k in range(4)]
                             for box in (base(level) if base else level.base)]
        return rows


def other_order(setup):
    rows = []
    for level in setup.levels:
        slow, fast = len(level.ratios), len(level.sizes)
        if setup.convention == "detectron2":
            slow, fast = fast, slow
        rows += level.reorder(lambda y, x, a, n=fast: (y, x, a % n, a // n))
    return rows


def unrounded(setup, rounding):
    """torchvision's and the others' base anchors by their own formulas, with another rounding."""
    def torchvision(size, ratio):
        height = f32(math.sqrt(f32(ratio)))
        w, h = f32(f32(1 / height) * size), f32(height * size)
        return [rounding(f32(v / 2)) for v in (-w, -h, w, h)]

    def legacy(size, ratio, stride):
        height = f32(math.sqrt(f32(ratio)))
        w, h = f32(f32(stride * f32(1 / height)) * size), f32(f32(stride * height) * size)
        centre = 0.5 * (stride - 1)
        half_w, half_h = f32(0.5 * f32(w - 1)), f32(0.5 * f32(h - 1))
        return [rounding(f32(v)) for v in (centre - half_w, centre - half_h, centre + half_w, centre + half_h)]

    def caffe(size, ratio):
        w = rounding(math.sqrt(256 / ratio))
        h = rounding(w * ratio)
        one = 1 if setup.convention == "matlab" else 0
        half = [0.5 * (w * size - 1), 0.5 * (h * size - 1)]
        return [7.5 - half[0] + one, 7.5 - half[1] + one, 7.5 + half[0] + one, 7.5 + half[1] + one]

    def base(level):
        pairs = [(size, ratio) for ratio in level.ratios for size in level.sizes]
        if setup.convention == "torchvision":
            return [torchvision(*pair) for pair in pairs]
        if setup.convention == "mmdet-legacy":
            return [legacy(*pair, level.stride[0]) for pair in pairs]
        if setup.convention in ("py-faster-rcnn", "matlab"):
            return [caffe(*pair) for pair in pairs]
        return [[rounding(value) for value in box] for box in level.base]

    return setup.shifted(lambda level: level.stride, base)


def sides(setup, from_centre):
    rows = []
    for a, b, c, d in setup.rows():
        first = [(a + c) / 2, (b + d) / 2] if from_centre else [a, b]
        rows.append([f32(v) for v in (*first, c - a, d - b)])
    return rows


def division(level, setup):
    return [side // cells for side, cells in zip(setup.image, level.grid)]


def floor_grid(setup, new_stride):
    def grid(level):
        return [side // stride for side, stride in zip(setup.image, level.nominal)]

    def stride(level):
        if setup.convention == "torchvision" and new_stride:
            return [side // cells for side, cells in zip(setup.image, grid(level))]
        return level.stride
    return setup.shifted(stride, grid=grid)


def all_sizes(setup):
    if setup.convention != "torchvision" or len(setup.levels[0].sizes) != 1:
        return None
    every = [level.sizes[0] for level in setup.levels]

    def base(level):
        halves = [(f32(f32(1 / f32(math.sqrt(r))) * s) / 2, f32(f32(math.sqrt(r)) * s) / 2)
                  for r in level.ratios for s in every]
        return [[float(round(v)) for v in (-w, -h, w, h)] for w, h in halves]
    return setup.shifted(lambda level: level.stride, base)


def inside(setup):
    height, width = setup.image[::1 if setup.is_yx else -1]
    return [row for row in setup.rows() if min(row) >= 0 and row[2] < height and row[3] < width]


def every_value(change):
    return lambda setup: setup.each(change)


def far_corner(by):
    return every_value(lambda value, k, level: value + (by if k >= 2 else 0))


def by_stride(setup, factor, pixels=0):
    return setup.each(lambda value, k, level: value + factor * level.stride[setup.axis(k)] + pixels)


# What the program must call it, and what it does to a setup's anchors; None where a convention cannot make it.
MISTAKES = [
    ("sizes and ratios in the other order", other_order),
    ("x and y swapped", lambda s: [[b, a, d, c] for a, b, c, d in s.rows()]),
    ("grid transposed", lambda s: [r for level in s.levels for r in level.reorder(lambda y, x, a: (x, y, a))]),
    ("anchors of a cell slowest", lambda s: [r for level in s.levels for r in level.reorder(lambda y, x, a: (a, y, x))]),
    ("levels in reverse order", lambda s: [row for level in reversed(s.levels) for row in level.anchors]),
    ("ratios inverted", lambda s: [r for level in s.levels for r in level.reorder(
        lambda y, x, a, n=len(level.sizes): (y, x, 2 - a // n, a % n)
        if s.convention != "detectron2" else (y, x, a // 3, 2 - a % 3))]),
    ("corner and sides", lambda s: sides(s, False)),
    ("centre and sides", lambda s: sides(s, True)),
    ("widths one too large", far_corner(1)),
    ("widths one too small", far_corner(-1)),
    ("widths one too large", every_value(lambda value, k, level: value + (0.5 if k >= 2 else -0.5))),
    ("widths one too small", every_value(lambda value, k, level: value - (0.5 if k >= 2 else -0.5))),
    ("counted from one", every_value(lambda value, k, level: value + 1)),
    ("counted from zero", every_value(lambda value, k, level: value - 1)),
    ("half a pixel too far", every_value(lambda value, k, level: value + 0.5)),
    ("half a pixel too near", every_value(lambda value, k, level: value - 0.5)),
    ("half a stride too far", lambda s: by_stride(s, 0.5)),
    ("half a stride too near", lambda s: by_stride(s, -0.5)),
    ("half a stride too far", lambda s: by_stride(s, 0.5, -0.5)),
    ("half a stride too near", lambda s: by_stride(s, -0.5, 0.5)),
    ("nominal stride", lambda s: s.shifted(lambda level: level.nominal) if s.convention == "torchvision" else None),
    ("stride by division", lambda s: None if s.convention == "torchvision" else s.shifted(
        lambda level: division(level, s))),
    ("stride not rounded", lambda s: s.shifted(lambda level: [side / cells for side, cells in zip(s.image, level.grid)])),
    ("rounding missing", lambda s: unrounded(s, float)),
    ("rounded", lambda s: unrounded(s, round)),
    ("rounded half away from zero", lambda s: unrounded(s, round_half_away)),
    ("truncated", lambda s: unrounded(s, math.trunc)),
    ("rounded down", lambda s: unrounded(s, math.floor)),
    ("truncated", every_value(lambda value, k, level: math.trunc(value))),
    ("float16 precision", every_value(lambda value, k, level: f16(value))),
    ("float16 precision", lambda s: s.shifted(lambda level: level.stride, narrow=f16)),
    ("bfloat16 precision", every_value(lambda value, k, level: bf16(value))),
    ("bfloat16 precision", lambda s: s.shifted(lambda level: level.stride, narrow=bf16)),
    ("clipped", lambda s: s.each(lambda value, k, level: min(max(value, 0), s.image[s.axis(k)]))),
    ("clipped", lambda s: s.each(lambda value, k, level: min(max(value, 0), s.image[s.axis(k)] - 1))),
    ("scaled", every_value(lambda value, k, level: value * 1.6666666)),
    ("scaled", every_value(lambda value, k, level: value / 16)),
    ("scaled by axis", lambda s: s.each(lambda value, k, level: value / s.image[s.axis(k)])),
    ("in cells", lambda s: s.each(lambda value, k, level: value / level.stride[s.axis(k)])),
    ("maps rounded down", lambda s: floor_grid(s, True)),
    ("maps rounded down", lambda s: floor_grid(s, False)),
    ("a level missing", lambda s: [row for level in s.levels[:-1] for row in level.anchors]),
    ("a level missing", lambda s: [row for level in s.levels[1:] for row in level.anchors]),
    ("a whole batch", lambda s: s.rows() * 3),
    ("all sizes on every level", all_sizes),
    ("anchors outside removed", inside),
    ("another number of anchors a cell", lambda s: [row for row in s.rows() for _ in range(2)][:-1] + [[0.0] * 4]),
]



class Mistakes(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.setups = {}

    def make(self, name):
        """The setup of a convention, with its golden file in the test's folder."""
        self.run_program("anchors", "pin", "--force", f"{name}.json", *CONVENTIONS[name])
        if name not in self.setups:
            output, _ = self.run_program("anchors", "dump", "--format", "json", *CONVENTIONS[name])
            self.setups[name] = Setup(name, json.loads(self.read(f"{name}.json")), json.loads(output))
        return self.setups[name]

    def check(self, name, rows, status):
        self.write("dump.npy", npy(rows))
        return self.run_program("anchors", "check", f"{name}.json", "--from", "dump.npy", status=status)[1]

    def test_each_mistake_is_named(self):
        planted = {}
        for name in CONVENTIONS:
            setup = self.make(name)
            # Where two mistakes lead to the very same anchors, the first is named.
            causes = {npy(setup.rows()): None}
            for number, (cause, plant) in enumerate(MISTAKES):
                rows = plant(setup)
                cause = causes.setdefault(npy(rows), cause) if rows else None
                if cause is None:
                    continue
                if cause == "in cells" and len(setup.levels) == 1:
                    cause = "scaled"
                with self.subTest(convention=name, mistake=cause, number=number):
                    self.assertIn(f"likely cause: {cause}: ", self.check(name, rows, 1))
                if cause == MISTAKES[number][0]:
                    planted.setdefault(number, []).append(name)
        for number, (cause, _) in enumerate(MISTAKES):
            self.assertGreaterEqual(len(planted.get(number, [])), 1, (number, cause))

    def test_nothing_is_named_where_nothing_is_wrong(self):
        for name in CONVENTIONS:
            message = self.check(name, self.make(name).rows(), 0)
            self.assertIn("are equal", message)
            self.assertNotIn("cause", message)

    def test_one_ulp_in_one_value_is_found_and_no_cause_invented(self):
        for name in CONVENTIONS:
            setup = self.make(name)
            rows = [list(row) for row in setup.rows()]
            at = 2 * len(rows) // 3
            rows[at][2] = next_f32(rows[at][2])
            message = self.check(name, rows, 1)
            self.assertIn("1 of %d anchors differ, in 1 value, " % len(rows), message)
            self.assertIn(", 1 ulp apart", message)
            self.assertIn("none of the known mistakes", message)
            first = 0
            for index, level in enumerate(setup.levels):
                if at < first + len(level.anchors):
                    y, x, anchor = level.place(at - first)
                    self.assertIn(f"first: level {index}, cell (y {y}, x {x}), anchor {anchor} of the cell, "
                                  f"{'y2' if setup.is_yx else 'x2'}: expected", message)
                    break
                first += len(level.anchors)

    def test_one_value_far_off_is_no_known_mistake(self):
        for name in CONVENTIONS:
            for value in (0.0, 1e30, math.inf, math.nan):
                rows = [list(row) for row in self.make(name).rows()]
                rows[7][1] = value
                self.assertIn("none of the known mistakes", self.check(name, rows, 1))

    def test_noise_is_no_known_mistake(self):
        for name in CONVENTIONS:
            rows = [[f32(value + ((i * 2654435761 + k * 40503) % 1000 - 500) / 50) for k, value in enumerate(row)]
                    for i, row in enumerate(self.make(name).rows())]
            self.assertIn("none of the known mistakes", self.check(name, rows, 1))

    def test_a_mistake_with_a_few_other_differences_is_named(self):
        setup = self.make("torchvision")
        rows = [list(row) for level in setup.levels for row in level.reorder(lambda y, x, a: (x, y, a))]
        for i in range(3):
            rows[100 + i][0] += 7
        message = self.check("torchvision", rows, 1)
        self.assertIn("likely cause: grid transposed: ", message)
        self.assertIn("(3 values differ from that too)", message)

    def test_base_anchors(self):
        for name in CONVENTIONS:
            setup = self.make(name)
            base = [box for level in setup.levels for box in level.base]
            self.assertIn("base anchors are equal", self.check(name, base, 0))
            message = self.check(name, [[b, a, d, c] for a, b, c, d in base], 1)
            self.assertIn("base anchor", message)

    # Detectron2's anchors of torchvision's sizes, as a port that took the wrong generator has them.
    def test_another_convention(self):
        self.make("torchvision")
        for other in ("detectron2", "mmdet", "mmdet-legacy"):
            sizes = "33/65/127/255/513" if other == "detectron2" else "8.25/8.125/7.9375/7.96875/8.015625"
            self.run_program("anchors", "dump", "--convention", other, "--image-size", "96x160", "--sizes", sizes,
                             "-o", "other.npy")
            _, message = self.run_program("anchors", "check", "torchvision.json", "--from", "other.npy", status=1)
            self.assertIn("likely cause: another convention: ", message)
            self.assertIn(f"not {other}", message)


if __name__ == "__main__":
    main()
