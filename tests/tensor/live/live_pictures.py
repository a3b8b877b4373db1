"""Pictures: against torchvision's transforms and grids, and Pillow's conversions and files."""

import atexit
import ctypes
import pathlib
import shutil
import tempfile

import numpy
import torch

from compare import assert_same, both, rounded_twice, same
from engine import OUT, call, check, dim, dtype, wrap
import engine
from problems import ALL, FLOATS

try:
    from PIL import Image, ImageOps
    from torchvision.transforms import functional
    from torchvision.utils import make_grid, save_image
except ImportError:
    functional = None

MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
folder = pathlib.Path(tempfile.mkdtemp(prefix="frcnn-pictures-"))
atexit.register(shutil.rmtree, folder, True)


class GridOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("n_per_row", ctypes.c_int64), ("padding", ctypes.c_int64),
                ("pad_value", ctypes.c_double), ("normalize", ctypes.c_int), ("has_value_range", ctypes.c_int),
                ("value_lo", ctypes.c_double), ("value_hi", ctypes.c_double), ("scale_each", ctypes.c_int)]


class ImageOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("ignore_exif", ctypes.c_int), ("max_pixels", ctypes.c_int64),
                ("range_lo", ctypes.c_double), ("range_hi", ctypes.c_double)]


def raw(values):
    """Every value of a byte, where values() keeps to small ones; the same layout."""
    return values * 28 + 3 if values.dtype == torch.uint8 else values


def bytes_tensor(p, shape):
    return raw(p.tensor(shape, torch.uint8)) if p.chance(0.3) else \
        torch.randint(0, 256, shape, generator=p.generator).to(torch.uint8)


def picture_shape(p, channels=(1, 2, 3, 4), may_be_empty=False):
    sides = [p.choice([1, 2, 3, 5, 8, 17, 40]) for _ in range(2)]
    if may_be_empty and p.chance(0.1):
        sides[p.integer(0, 1)] = 0
    return sides + [p.choice(channels)]


def array_of(image):
    """A Pillow image as [H, W, C]."""
    array = torch.from_numpy(numpy.array(image))
    return array.unsqueeze(2) if array.dim() == 2 else array


def image_of(tensor):
    array = tensor.contiguous().numpy()
    n_channels = array.shape[2] if array.ndim == 3 else 1
    return Image.fromarray(array[:, :, 0] if array.ndim == 3 and n_channels == 1 else array, MODES[n_channels])


def to_chw(p):
    kind = p.choice([t for t in ALL if t != torch.bfloat16]) if p.chance(0.3) else torch.uint8
    shape = picture_shape(p, (0, 1, 2, 3, 4, 5), True)
    shape = shape[:2] if p.chance(0.2) else shape[:1] if p.chance(0.05) else shape
    a = raw(p.tensor(shape, kind, special=True))
    same(lambda: call("frcnn_picture_to_chw", OUT, a), lambda: functional.to_tensor(a.numpy()))


def unit_values(p, shape, kind):
    """Most of 0 … 1, some far outside; for integers any."""
    a = p.tensor(shape, kind, special=p.chance(0.3))
    if not kind.is_floating_point:
        return a
    return a if p.chance(0.3) else (a.abs() / 9).to(kind)


def from_chw(p):
    kind = p.choice([torch.uint8, torch.float32, torch.float32, torch.float64, torch.float16])
    kind = p.choice([torch.bfloat16, torch.int64, torch.int8]) if p.chance(0.05) else kind
    height, width, n_channels = picture_shape(p, (5,) if p.chance(0.05) else (1, 2, 3, 4))
    shape = [n_channels, height, width]
    shape = shape[1:] if p.chance(0.2) else shape[2:] if p.chance(0.05) else shape
    a = raw(unit_values(p, shape, kind))
    with numpy.errstate(invalid="ignore"):
        same(lambda: call("frcnn_picture_from_chw", OUT, a), lambda: array_of(functional.to_pil_image(a)))


def convert_dtype(p):
    pair = [p.choice(FLOATS + [torch.uint8]) for _ in range(2)]
    if p.chance(0.7):
        pair[p.integer(0, 1)] = torch.uint8
    a = raw(unit_values(p, p.shape(), pair[0]))
    same(lambda: call("frcnn_picture_convert_dtype", OUT, a, dtype(pair[1])),
         lambda: functional.convert_image_dtype(a, pair[1]), **rounded_twice(*pair))


def swap_red_blue(p):
    shape = p.shape(max_dims=4)
    d = p.dim(len(shape) + 1) if p.chance(0.1) else p.integer(0, len(shape))
    if p.chance(0.9):
        shape.insert(d % (len(shape) + 1), p.choice([3, 4]))
    d = d - len(shape) if p.chance(0.5) else d
    a = p.tensor(shape, p.choice(ALL), special=True)

    def expected():
        n_channels = a.size(d)
        if n_channels not in (3, 4):
            raise ValueError
        return a.index_select(d, torch.tensor([2, 1, 0, 3][:n_channels]))

    same(lambda: call("frcnn_picture_swap_red_blue", OUT, a, dim(d)), expected)


def convert(p):
    shape = picture_shape(p)
    a = bytes_tensor(p, shape[:2] if p.chance(0.1) else shape)
    n_channels = p.integer(1, 4)
    same(lambda: call("frcnn_picture_convert", OUT, a, dim(n_channels)),
         lambda: array_of(image_of(a).convert(MODES[n_channels])))


def grid_problem(p, kinds, channels):
    height, width, n_channels = picture_shape(p, channels, True)
    shape = [p.choice([1, 2, 3, 5, 8, 9, 12]), n_channels, height, width]
    if p.chance(0.05):
        shape[0] = 0
    shape = shape[p.choice([0, 0, 0, 0, 1, 2]):]
    a = p.tensor(shape, p.choice(kinds), special=p.chance(0.2))
    options = GridOptions()
    engine.library.frcnn_picture_grid_options_default(ctypes.byref(options))
    python = {}
    if p.chance(0.7):
        options.n_per_row = python["nrow"] = p.choice([1, 2, 3, 4, 8, 100])
    if p.chance(0.6):
        options.padding = python["padding"] = p.choice([0, 1, 2, 5])
    if p.chance(0.6):
        options.pad_value = python["pad_value"] = p.choice([1.0, 0.5, 0.25, 2.7, 255.9] if p.chance(0.9) else
                                                            [256.0, -1.5, 1e39, float("nan")])
    if p.chance(0.5 if a.dtype.is_floating_point else 0.1):
        options.normalize, python["normalize"] = 1, True
        # The sign of the least of several zeros depends on the order in which PyTorch compares them.
        a = a + 0 if a.dtype.is_floating_point else a
    if p.chance(0.4):
        low = p.choice([0.0, -1.5, 0.1, 3.0])
        options.has_value_range, options.value_lo, options.value_hi = 1, low, low + p.choice([1.0, 0.0, 3.3, 1e-6, -1.0])
        python["value_range"] = (options.value_lo, options.value_hi)
    if p.chance(0.3):
        options.scale_each, python["scale_each"] = 1, True

    def expected(function, *arguments):
        # PyTorch fills no memory where there is no padding to see, and normalizes integers where there are none.
        holds(options.pad_value, a.dtype)
        if options.normalize and not a.dtype.is_floating_point:
            raise ValueError
        try:
            return function(a, *arguments, **python)
        except ZeroDivisionError as error:
            raise ValueError from error

    return a, options, expected


def holds(value, kind):
    """PyTorch's own check of a number that it fills a tensor with."""
    torch.zeros(1, dtype=kind).new_full((9,), value)


def grid(p):
    a, options, expected = grid_problem(p, FLOATS + ALL, (0, 1, 2, 3, 4, 5))
    same(lambda: call("frcnn_picture_make_grid", OUT, a, options), lambda: expected(make_grid))


def path_of(name):
    return ctypes.c_char_p(str(folder / name).encode())


def save(name, a, *arguments):
    handle = wrap(a)
    check(getattr(engine.library, name)(handle.pointer, path_of("ours.png"), *arguments))
    return array_of(Image.open(folder / "ours.png"))


def save_grid(p):
    a, options, expected = grid_problem(p, [torch.uint8, torch.int32] if p.chance(0.05) else FLOATS,
                                        (5,) if p.chance(0.05) else (1, 2, 3, 4))
    if 0 in a.shape:
        return save_grid(p)

    def theirs():
        expected(save_image, folder / "theirs.png")
        return array_of(Image.open(folder / "theirs.png"))

    found, wanted = both(lambda: [save("frcnn_picture_save_grid", a, ctypes.byref(options))], theirs)
    if found is not None:
        assert_same(found[0], wanted[0])
    return None


def save_png(p):
    shape = picture_shape(p, (5,) if p.chance(0.05) else (1, 2, 3, 4))
    a = bytes_tensor(p, shape[:2] if p.chance(0.1) else shape)
    found, wanted = both(lambda: [save("frcnn_picture_save", a)], lambda: array_of(image_of(a)) if shape[2] < 5 or
                         a.dim() == 2 else functional.to_pil_image(a.permute(2, 0, 1)))
    if found is not None:
        assert_same(found[0], wanted[0])


def read(name, n_channels=0):
    return call("frcnn_picture_open", OUT, path_of(name), dim(n_channels), None)[0]


def open_png(p):
    """Written by Pillow in each of its modes, read with the file's channels and with others."""
    a = bytes_tensor(p, picture_shape(p))
    image = image_of(a)
    kind = p.choice(["", "", "", "1", "P", "P and transparency", "L and transparency", "16 bits"])
    keywords = {}
    if kind in ("1", "P"):
        image = image.convert("RGB").convert(kind)
    elif kind == "P and transparency":
        image = image.convert("RGB").convert("P")
        keywords["transparency"] = p.integer(0, 255)
    elif kind == "L and transparency":
        image = image.convert("L")
        keywords["transparency"] = p.integer(0, 255)
    elif kind == "16 bits":
        wide = torch.randint(0, 65536, a.shape[:2], generator=p.generator)
        image = Image.fromarray(wide.numpy().astype(numpy.uint16))
    image.save(folder / "theirs.png", **keywords)
    if kind == "16 bits":
        assert_same(read("theirs.png"), ((wide * 2 * 255 + 65535) // (2 * 65535)).to(torch.uint8).unsqueeze(2))
        return
    image = Image.open(folder / "theirs.png")
    own = {"": image.mode, "1": "L", "P": "RGB", "P and transparency": "RGBA", "L and transparency": "LA"}[kind]
    # Pillow drops a transparent colour on its way to LA, not to RGBA.
    full = image.convert("RGBA") if "transparency" in kind else image.convert(own)
    full.info.pop("transparency", None)
    assert_same(read("theirs.png"), array_of(full.convert(own)))
    n_channels = p.integer(1, 4)
    assert_same(read("theirs.png", n_channels), array_of(full.convert(own).convert(MODES[n_channels])))


def open_other(p):
    """Formats beside PNG that keep every pixel, and EXIF's orientations."""
    shape = picture_shape(p)
    image = image_of(bytes_tensor(p, shape))
    kind = p.choice(["tif", "webp", "bmp", "ppm", "png and exif", "webp and exif"])
    name = "theirs." + kind.split(" ", maxsplit=1)[0]
    keywords = {"lossless": True} if "webp" in kind else {}
    if kind in ("bmp", "ppm") and image.mode in ("LA", "RGBA"):
        image = image.convert("RGB")
    if "exif" in kind:
        exif = Image.Exif()
        exif[0x0112] = p.integer(1, 8)
        keywords["exif"] = exif
    image.save(folder / name, **keywords)
    image = ImageOps.exif_transpose(Image.open(folder / name))
    # A BMP's grey is a palette.
    own = "RGB" if kind == "bmp" else image.mode
    assert_same(read(name), array_of(image.convert(own)))
    n_channels = p.integer(1, 4)
    assert_same(read(name, n_channels), array_of(image.convert(own).convert(MODES[n_channels])))


def jpeg(p):
    """Both ways. Decoders round alike but for a unit here and there; what is lost to compression is the other side's."""
    n_channels = p.choice([1, 3])
    low = torch.rand([1, n_channels, 3, 4], generator=p.generator)
    a = torch.nn.functional.interpolate(low, size=p.choice([(24, 40), (17, 33), (8, 8)]), mode="bilinear")
    a = (a[0].permute(1, 2, 0) * 255).to(torch.uint8)
    image_of(a).save(folder / "theirs.jpg", quality=p.choice([75, 95]))
    theirs = array_of(Image.open(folder / "theirs.jpg"))
    assert_same(read("theirs.jpg").float(), theirs.float(), atol=2)
    handle = wrap(a)
    check(engine.library.frcnn_picture_save(handle.pointer, path_of("ours.jpeg")))
    image = Image.open(folder / "ours.jpeg")
    assert image.mode == MODES[n_channels], image.mode
    assert_same(array_of(image).float(), read("ours.jpeg").float(), atol=2)
    error = (array_of(image).float() - a.float()).abs().mean()
    assert error < 6, error


def image_and_back(p):
    shape = picture_shape(p)
    a = bytes_tensor(p, shape)
    image, handle = ctypes.c_void_p(), wrap(a)
    check(engine.library.frcnn_picture_to_image(ctypes.byref(image), handle.pointer))
    found, = call("frcnn_picture_from_image", OUT, ctypes.byref(image))
    assert image.value is None
    assert_same(found, array_of(image_of(a).convert("RGB")))


OPERATIONS = {} if functional is None else {
    "picture_to_chw": to_chw, "picture_from_chw": from_chw, "picture_convert_dtype": convert_dtype,
    "picture_swap_red_blue": swap_red_blue, "picture_convert": convert, "picture_make_grid": grid,
    "picture_save_grid": save_grid, "picture_save": save_png, "picture_open": open_png,
    "picture_open, other formats": open_other, "picture_open and save, jpeg": jpeg, "picture_from_image": image_and_back,
}
