"""Anchors against torchvision as it runs here, and against other programs' rules written down again in NumPy.

usage: live_anchors.py --build BUILD_DIR [--only TEXT]… [--seed N]

Everything is compared as the bytes of float32. Exit status: 0 all equal, 1 a difference, 77 PyTorch or torchvision is
missing.
"""

import argparse
import ctypes
import math
import pathlib
import random
import sys
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tensor" / "live"))

try:
    import numpy
    import torch
    import torchvision
    from torchvision.models.detection.anchor_utils import AnchorGenerator
    from torchvision.models.detection.image_list import ImageList
except ImportError as error:
    print(f"live_anchors.py: skipped, {error}: install tests/requirements.txt", file=sys.stderr)
    sys.exit(77)

import engine

TORCHVISION, DETECTRON2, MMDET, MMDET_LEGACY, PY_FASTER_RCNN, MATLAB, SIMPLE_FASTER_RCNN = range(7)
RATIO_MAJOR, SIZE_MAJOR = 1, 2
MAX_LEVELS, MAX_SIZES = 8, 16
RANDOM_TORCHVISION, RANDOM_OTHERS = 100, 50

f32 = numpy.float32


# ---- the engine ----

class Level(ctypes.Structure):
    _fields_ = [("n_sizes", ctypes.c_int), ("sizes", ctypes.c_double * MAX_SIZES),
                ("n_ratios", ctypes.c_int), ("ratios", ctypes.c_double * MAX_SIZES),
                ("stride_y", ctypes.c_int), ("stride_x", ctypes.c_int)]


class Config(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("convention", ctypes.c_int), ("order", ctypes.c_int),
                ("offset", ctypes.c_double), ("base_size", ctypes.c_double), ("n_levels", ctypes.c_int),
                ("levels", Level * MAX_LEVELS)]


class Grids(ctypes.Structure):
    _fields_ = [("image_h", ctypes.c_int), ("image_w", ctypes.c_int), ("n_levels", ctypes.c_int),
                ("grid_h", ctypes.c_int * MAX_LEVELS), ("grid_w", ctypes.c_int * MAX_LEVELS),
                ("stride_y", ctypes.c_int * MAX_LEVELS), ("stride_x", ctypes.c_int * MAX_LEVELS)]


def make_config(convention, levels, **own):
    """levels: (sizes, ratios, (stride_y, stride_x)) of each."""
    config = Config()
    engine.library.frcnn_anchor_config_default(ctypes.byref(config), convention)
    if config.struct_size != ctypes.sizeof(Config):
        raise AssertionError(f"frcnn_anchor_config has {config.struct_size} bytes, Config {ctypes.sizeof(Config)}")
    config.n_levels = len(levels)
    for to, (sizes, ratios, (stride_y, stride_x)) in zip(config.levels, levels):
        to.n_sizes, to.n_ratios, to.stride_y, to.stride_x = len(sizes), len(ratios), stride_y, stride_x
        to.sizes[:len(sizes)] = sizes
        to.ratios[:len(ratios)] = ratios
    for name, value in own.items():
        setattr(config, name, value)
    return config


def grids_of_image(config, height, width):
    grids = Grids()
    engine.check(engine.library.frcnn_anchor_grids_from_image(ctypes.byref(grids), ctypes.byref(config), height, width))
    return grids


def grids_of_maps(config, height, width, maps):
    grids = Grids()
    engine.check(engine.library.frcnn_anchor_grids_from_maps(
        ctypes.byref(grids), ctypes.byref(config), height, width, engine.dims([h for h, _ in maps]),
        engine.dims([w for _, w in maps])))
    return grids


def make(config, grids):
    """All anchors, [N, 4]; each level's must be the same when they are made alone."""
    anchors, = engine.call("frcnn_anchors_create", engine.OUT, config, grids)
    begin = 0
    for i in range(config.n_levels):
        level, = engine.call("frcnn_anchors_create_level", engine.OUT, config, grids, i)
        compare(anchors[begin:begin + len(level)].numpy(), level.numpy(), f"level {i} alone")
        begin += len(level)
    n = ctypes.c_int64()
    engine.check(engine.library.frcnn_anchors_count(ctypes.byref(n), ctypes.byref(config), ctypes.byref(grids),
                                                    config.n_levels))
    if not begin == len(anchors) == n.value:
        raise AssertionError(f"levels have {begin} anchors, all {len(anchors)}, the count is {n.value}")
    return anchors.numpy()


def compare(found, expected, what):
    """The bits of float32: -0 is not 0."""
    if found.dtype != f32 or expected.dtype != f32 or found.shape != expected.shape:
        raise AssertionError(f"{what}: expected {expected.dtype} {expected.shape}, found {found.dtype} {found.shape}")
    differing = numpy.flatnonzero((found.view(numpy.int32) != expected.view(numpy.int32)).any(axis=1))
    if len(differing):
        row = differing[0]
        raise AssertionError(f"{what}: {len(differing)} of {len(found)} rows differ, the first is {row}: "
                             f"expected {expected[row].tolist()}, found {found[row].tolist()}")


# ---- torchvision itself ----

def images_of(height, width):
    return ImageList(torch.zeros(1, 1, height, width), [(height, width)])


def compare_with_generator(generator, height, width, maps, what):
    levels = [(sizes, ratios, (1, 1)) for sizes, ratios in zip(generator.sizes, generator.aspect_ratios)]
    config = make_config(TORCHVISION, levels)
    expected, = generator(images_of(height, width), [torch.zeros(1, 1, *m) for m in maps])
    compare(make(config, grids_of_maps(config, height, width, maps)), expected.numpy(), what)


def has_anchor_generator(name):
    """Models of single-shot detectors have default boxes instead, which are another thing."""
    return not name.startswith("ssd")


def compare_model(name):
    """The model's generator, under the maps that its backbone makes of three images."""
    model = getattr(torchvision.models.detection, name)(weights=None, weights_backbone=None).eval()
    generator = model.rpn.anchor_generator if hasattr(model, "rpn") else model.anchor_generator
    if not isinstance(generator, AnchorGenerator):
        raise AssertionError(f"{name} has no AnchorGenerator")
    for height, width in ((224, 352), (320, 448), (416, 288)):
        with torch.no_grad():
            features = model.backbone(torch.zeros(1, 3, height, width))
        maps = [tuple(m.shape[-2:]) for m in features.values()]
        compare_with_generator(generator, height, width, maps, f"{height}x{width}, maps {maps}")
    return 3


def pyramid_maps(height, width):
    return [(math.ceil(height / 4 / 2 ** i), math.ceil(width / 4 / 2 ** i)) for i in range(5)]


def compare_resnet50_fpn_sizes(_):
    """The default configuration and maps from the image, at sizes that ResNet-50-FPN meets."""
    generator = AnchorGenerator(((32,), (64,), (128,), (256,), (512,)), ((0.5, 1.0, 2.0),) * 5)
    config = Config()
    engine.library.frcnn_anchor_config_default(ctypes.byref(config), TORCHVISION)
    sizes = [(800, 1088), (800, 1216), (768, 1344), (800, 800), (800, 1344), (1344, 800), (1344, 1344)]
    for height, width in sizes:
        expected, = generator(images_of(height, width), [torch.zeros(1, 1, *m) for m in pyramid_maps(height, width)])
        compare(make(config, grids_of_image(config, height, width)), expected.numpy(), f"{height}x{width}")
    return len(sizes)


def random_values(rng, low, high, n):
    """Whole numbers half of the time."""
    if rng.random() < 0.5:
        return [rng.randint(math.ceil(low), int(high)) for _ in range(n)]
    return [math.exp(rng.uniform(math.log(low), math.log(high))) for _ in range(n)]


def random_ratios(rng):
    """Height / width; the usual ones half of the time."""
    if rng.random() < 0.5:
        return [0.5, 1.0, 2.0]
    return [math.exp(rng.uniform(-2, 2)) for _ in range(rng.randint(1, 5))]


def compare_random_torchvision(rng):
    for i in range(RANDOM_TORCHVISION):
        height, width = rng.randint(1, 900), rng.randint(1, 900)
        n_levels = rng.randint(1, 6)
        sizes = tuple(tuple(random_values(rng, 0.3, 700, rng.randint(1, 6))) for _ in range(n_levels))
        ratios = tuple(tuple(random_ratios(rng)) for _ in range(n_levels))
        maps = [(rng.randint(1, min(height, 60)), rng.randint(1, min(width, 60))) for _ in range(n_levels)]
        compare_with_generator(AnchorGenerator(sizes, ratios), height, width, maps,
                               f"problem {i}: {sizes}, {ratios}, image {height}x{width}, maps {maps}")
    return RANDOM_TORCHVISION


# ---- other programs' rules ----

def on_grid(base, y, x):
    """Boxes of the first cell moved to every cell: rows of y slow, columns of x fast, boxes fastest."""
    move = numpy.zeros((len(y), len(x), 1, 4), numpy.result_type(y, x))
    move[..., 0] = move[..., 2] = x[None, :, None]
    move[..., 1] = move[..., 3] = y[:, None, None]
    return (move + base).reshape(-1, 4)


def detectron2(level, grid, config):
    """Python's floats, then one rounding; shifts from an arange in float32."""
    sizes, ratios, strides = level
    base = []
    for size in sizes:
        for ratio in ratios:
            width = math.sqrt(size ** 2.0 / ratio)
            height = ratio * width
            base.append([-width / 2.0, -height / 2.0, width / 2.0, height / 2.0])
    y, x = (torch.arange(config["offset"] * stride, n * stride, step=stride, dtype=torch.float32).numpy()
            for n, stride in zip(grid, strides))
    return on_grid(numpy.array(base).astype(f32), y, x)


def mmdet_sides(level, config):
    """Width and height of each box: products in float32, from left to right."""
    scales, ratios, strides = level
    base_size = f32(config.get("base_size") or min(strides))
    scales = numpy.array(scales).astype(f32)
    h_ratios = numpy.sqrt(numpy.array(ratios).astype(f32))
    w_ratios = f32(1) / h_ratios
    if config.get("order") == SIZE_MAJOR:
        pairs = [((base_size * s) * w, (base_size * s) * h) for s in scales for w, h in zip(w_ratios, h_ratios)]
    else:
        pairs = [((base_size * w) * s, (base_size * h) * s) for w, h in zip(w_ratios, h_ratios) for s in scales]
    return numpy.array([w for w, _ in pairs], f32), numpy.array([h for _, h in pairs], f32)


def whole_shifts(grid, strides, dtype):
    return [numpy.arange(n).astype(dtype) * dtype(stride) for n, stride in zip(grid, strides)]


def mmdet(level, grid, config):
    w, h = mmdet_sides(level, config)
    centre = f32(config["offset"] * (config.get("base_size") or min(level[2])))
    half = f32(0.5)
    base = numpy.stack([centre - half * w, centre - half * h, centre + half * w, centre + half * h], axis=1)
    return on_grid(base, *whole_shifts(grid, level[2], f32))


def mmdet_legacy(level, grid, config):
    w, h = mmdet_sides(level, config)
    centre = f32(config["offset"] * ((config.get("base_size") or min(level[2])) - 1))
    w, h = f32(0.5) * (w - f32(1)), f32(0.5) * (h - f32(1))
    base = numpy.rint(numpy.stack([centre - w, centre - h, centre + w, centre + h], axis=1))
    return on_grid(base, *whole_shifts(grid, level[2], f32))


def py_faster_rcnn(level, grid, config):
    """A window of whole pixels; its area kept and rounded for each ratio; then scaled about its middle. All in float64."""
    scales, ratios, strides = level
    base_size = config.get("base_size") or 16
    window = numpy.array([0, 0, base_size - 1, base_size - 1], numpy.float64)

    def about_middle(box, width, height):
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return numpy.array([x - (width - 1) / 2, y - (height - 1) / 2, x + (width - 1) / 2, y + (height - 1) / 2])

    base = []
    for ratio in ratios:
        width = numpy.rint(numpy.sqrt(base_size * base_size / ratio))
        height = numpy.rint(width * ratio)
        box = about_middle(window, width, height)
        base += [about_middle(box, width * scale, height * scale) for scale in scales]
    return on_grid(numpy.array(base), *whole_shifts(grid, strides, numpy.float64)).astype(f32)


def matlab(level, grid, config):
    """Counted from one: the window is 1, 1, 16, 16."""
    scales, ratios, strides = level
    config = {k: v for k, v in config.items() if k == "base_size"}
    zero = py_faster_rcnn((scales, ratios, strides), (1, 1), config)
    return on_grid(zero.astype(numpy.float64) + 1, *whole_shifts(grid, strides, numpy.float64)).astype(f32)


def simple_faster_rcnn(level, grid, config):
    """Sides in float64, boxes rounded to float32 once, y before x; sums in float64, rounded once more."""
    scales, ratios, strides = level
    base_size = config.get("base_size") or 16
    base = []
    for ratio in ratios:
        for scale in scales:
            height = base_size * scale * numpy.sqrt(ratio)
            width = base_size * scale * numpy.sqrt(1.0 / ratio)
            middle = base_size / 2.0
            base.append([middle - height / 2.0, middle - width / 2.0, middle + height / 2.0, middle + width / 2.0])
    y, x = whole_shifts(grid, strides, numpy.float64)
    base = numpy.array(base, numpy.float64).astype(f32).astype(numpy.float64)[:, [1, 0, 3, 2]]
    return on_grid(base, y, x)[:, [1, 0, 3, 2]].astype(f32)


def random_image(rng):
    return rng.randint(1, 1400), rng.randint(1, 1400)


def compare_rule(rng, convention, rule, make_levels, make_own):
    """Seeded levels under 50 seeded images; maps are sides over strides, rounded up."""
    for i in range(RANDOM_OTHERS):
        height, width = random_image(rng)
        levels, own = make_levels(rng), make_own(rng)
        config = make_config(convention, levels, **own)
        maps = [(-(-height // stride_y), -(-width // stride_x)) for _, _, (stride_y, stride_x) in levels]
        expected = numpy.concatenate([rule(level, grid, own) for level, grid in zip(levels, maps)])
        compare(make(config, grids_of_image(config, height, width)), expected,
                f"problem {i}: {levels}, {own}, image {height}x{width}")
    return RANDOM_OTHERS


def random_strides(rng, n_levels):
    """Doubling from level to level; of both sides equal more often than not."""
    first = rng.choice([4, 8, 16, 7, 10])
    return [(first << i, first << i if rng.random() < 0.7 else (first << i) + rng.randint(1, 9)) for i in range(n_levels)]


def pyramid(low, high, n_sizes):
    """Levels whose sizes lie between low and high."""
    def make_levels(rng):
        return [(random_values(rng, low, high, rng.randint(1, n_sizes)), random_ratios(rng), strides)
                for strides in random_strides(rng, rng.randint(1, 6))]
    return make_levels


def octaves(rng):
    """mmdetection's octave_base_scale and scales_per_octave, by the library's own function."""
    n, base = rng.randint(1, 6), rng.choice([1, 2, 3, 4, 5.5, 8])
    expected = [float(numpy.float64(2 ** (i / n)) * base) for i in range(n)]
    sizes = (ctypes.c_double * n)()
    engine.check(engine.library.frcnn_anchor_octave_sizes(sizes, ctypes.c_double(base), n))
    if list(sizes) != expected:
        raise AssertionError(f"octave of {base}, {n}: expected {expected}, found {list(sizes)}")
    return [(expected, random_ratios(rng), strides) for strides in random_strides(rng, rng.randint(1, 6))]


def one_level(rng):
    """As VGG16 has it, or as others made of it."""
    if rng.random() < 0.3:
        return [([8, 16, 32], [0.5, 1, 2], (16, 16))]
    return [(random_values(rng, 1, 40, rng.randint(1, 6)), random_ratios(rng), (16, 16))]


def nothing(_):
    return {}


def any_base_size(rng):
    return {"base_size": rng.choice([0, 0, 16, 8, 4, 32])}


RULES = {
    "detectron2, offset 0": (DETECTRON2, detectron2, pyramid(2, 700, 5), lambda rng: {"offset": 0.0}),
    "detectron2, offset 0.5": (DETECTRON2, detectron2, pyramid(2, 700, 5), lambda rng: {"offset": 0.5}),
    "detectron2, any offset": (DETECTRON2, detectron2, pyramid(2, 700, 5), lambda rng: {"offset": rng.random()}),
    "mmdet, ratio major": (MMDET, mmdet, pyramid(1, 40, 5), lambda rng: {"offset": 0.0, "order": RATIO_MAJOR}),
    "mmdet, size major": (MMDET, mmdet, pyramid(1, 40, 5), lambda rng: {"offset": 0.0, "order": SIZE_MAJOR}),
    "mmdet, ratio major, centre 0.5": (MMDET, mmdet, pyramid(1, 40, 5),
                                       lambda rng: {"offset": 0.5, "order": RATIO_MAJOR}),
    "mmdet, size major, centre 0.5": (MMDET, mmdet, pyramid(1, 40, 5),
                                      lambda rng: {"offset": 0.5, "order": SIZE_MAJOR}),
    "mmdet, octaves": (MMDET, mmdet, octaves, lambda rng: {"offset": rng.choice([0.0, 0.5])}),
    "mmdet, base size": (MMDET, mmdet, pyramid(1, 40, 5),
                         lambda rng: {"offset": rng.random(), "base_size": rng.randint(1, 40)}),
    "mmdet-legacy": (MMDET_LEGACY, mmdet_legacy, pyramid(1, 40, 5), lambda rng: {"offset": 0.5}),
    "mmdet-legacy, any centre": (MMDET_LEGACY, mmdet_legacy, pyramid(1, 40, 5),
                                 lambda rng: {"offset": rng.choice([0.0, rng.random()]),
                                              "order": rng.choice([RATIO_MAJOR, SIZE_MAJOR])}),
    "py-faster-rcnn": (PY_FASTER_RCNN, py_faster_rcnn, one_level, nothing),
    "py-faster-rcnn, base size": (PY_FASTER_RCNN, py_faster_rcnn, one_level, any_base_size),
    "matlab": (MATLAB, matlab, lambda rng: [([8, 16, 32], [0.5, 1, 2], (16, 16))], nothing),
    "simple-faster-rcnn": (SIMPLE_FASTER_RCNN, simple_faster_rcnn, one_level, nothing),
    "simple-faster-rcnn, base size": (SIMPLE_FASTER_RCNN, simple_faster_rcnn, one_level, any_base_size),
}


def make_checks():
    """name: function of a random generator, which returns how much it compared."""
    checks = {f"torchvision {name}": lambda rng, name=name: compare_model(name)
              for name in torchvision.models.list_models(module=torchvision.models.detection)
              if has_anchor_generator(name)}
    checks["torchvision, usual sizes"] = compare_resnet50_fpn_sizes
    checks["torchvision, random"] = compare_random_torchvision
    for name, arguments in RULES.items():
        checks[name] = lambda rng, arguments=arguments: compare_rule(rng, *arguments)
    return checks


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--only", action="append", default=[], help="checks whose name holds this; may be repeated")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    engine.load(options.build / "src" / "libfrcnn.so", "cpu")
    torch.set_num_threads(1)
    n_run = n_failed = 0
    for name, function in make_checks().items():
        if options.only and not any(text in name for text in options.only):
            continue
        n_run += 1
        try:
            print(f"{name}: {function(random.Random(f'{name} {options.seed}'))} problems", flush=True)
        except Exception:
            print(f"{name}: FAILED, seed {options.seed}\n{traceback.format_exc()}", flush=True)
            n_failed += 1
    print(f"{n_run} checks, {n_failed} failed")
    return 1 if n_failed or not n_run else 0


if __name__ == "__main__":
    sys.exit(main())
