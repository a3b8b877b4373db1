"""Files: .npy against NumPy, .safetensors against its Python package and PyTorch, both ways."""

import ctypes
import io
import pathlib
import tempfile

import numpy
import safetensors.torch
import torch

from compare import assert_same
import engine
from engine import OUT, EngineError, call, check, wrap
from problems import ALL

FOLDER = tempfile.TemporaryDirectory(prefix="frcnn-live-")
PATH = str(pathlib.Path(FOLDER.name) / "file")


class Device(ctypes.Structure):
    """frcnn_device."""

    _fields_ = [("kind", ctypes.c_int), ("index", ctypes.c_int)]
    by_value = True


CPU = Device(0, 0)


def any_tensor(p, dtypes=ALL):
    return p.tensor(p.shape(max_dims=6), p.choice(dtypes), special=p.chance(0.3))


def bits(tensor):
    """The bytes of the elements, so that a NaN's payload counts."""
    return tensor.clone(memory_format=torch.contiguous_format).reshape(-1).view(torch.uint8).tolist()


def assert_same_bits(found, expected):
    assert found.dtype == expected.dtype and found.shape == expected.shape, (found.dtype, found.shape)
    assert bits(found) == bits(expected)


def npy_save(p):
    """The file's bytes are NumPy's; bfloat16 is refused by both."""
    tensor = any_tensor(p)
    try:
        call("frcnn_npy_save", tensor, PATH.encode())
    except EngineError as error:
        assert tensor.dtype == torch.bfloat16, error
        assert error.status == 5 and "bf16" in error.message, error
        return
    assert tensor.dtype != torch.bfloat16
    expected = io.BytesIO()
    numpy.save(expected, tensor.contiguous().numpy())
    assert pathlib.Path(PATH).read_bytes() == expected.getvalue()
    assert_same_bits(torch.from_numpy(numpy.load(PATH)), tensor)


def npy_load(p):
    """Every layout, byte order and version; strides as NumPy's; damaged and foreign files fail in both."""
    array = any_tensor(p, [dtype for dtype in ALL if dtype != torch.bfloat16]).numpy()
    kind = p.integer(0, 4)
    if kind == 1:
        array = numpy.asfortranarray(array)
    if p.chance(0.4):
        array = array.astype(array.dtype.newbyteorder(">"), order="K")
    if kind == 2:
        array = numpy.zeros(array.shape, p.choice(["<u2", "<u4", "<c8", "S3", "<M8[s]", "O", [("a", "<f4"), ("b", "<i2")]]))
    file = io.BytesIO()
    numpy.lib.format.write_array(file, array, version=p.choice([None, (1, 0), (2, 0), (3, 0)]))
    content = file.getvalue()
    if kind == 3:
        content = content[:p.integer(0, len(content) - 1)]
    pathlib.Path(PATH).write_bytes(content)
    try:
        expected = numpy.load(PATH)
        expected = torch.from_numpy(expected.astype(expected.dtype.newbyteorder("="), order="K"))
        is_read = expected.dtype in ALL
    except (ValueError, EOFError, TypeError):
        is_read = False
    if not is_read:
        try:
            call("frcnn_npy_load", OUT, PATH.encode(), CPU)
        except EngineError as error:
            assert error.message.startswith(PATH), error
            return
        raise AssertionError("read, though NumPy or PyTorch refuses it")
    handle, = engine.call_handles("frcnn_npy_load", OUT, PATH.encode(), CPU)
    assert_same_bits(engine.unwrap(handle), expected)
    strides = engine.library.frcnn_tensor_get_strides(handle.pointer)[:expected.dim()]
    if all(size > 1 for size in expected.shape):
        assert list(strides) == list(expected.stride()), (strides, expected.stride())


def strings(values):
    return (ctypes.c_char_p * max(len(values), 1))(*[value.encode() for value in values])


def save_state(tensors):
    handles = [wrap(tensor) for tensor in tensors.values()]
    pointers = (ctypes.c_void_p * max(len(handles), 1))(*[handle.pointer for handle in handles])
    check(engine.library.frcnn_safetensors_save(PATH.encode(), ctypes.c_size_t(len(tensors)), strings(list(tensors)), pointers,
                                                ctypes.c_size_t(0), None, None))


def load_state(names):
    checkpoint = ctypes.c_void_p()
    check(engine.library.frcnn_checkpoint_open(ctypes.byref(checkpoint), PATH.encode()))
    try:
        engine.library.frcnn_checkpoint_get_count.restype = ctypes.c_size_t
        assert engine.library.frcnn_checkpoint_get_count(checkpoint) == len(names)
        return {name: call("frcnn_checkpoint_load", OUT, checkpoint, name.encode(), CPU)[0] for name in names}
    finally:
        engine.library.frcnn_checkpoint_close(ctypes.byref(checkpoint))


def random_state(p):
    names = [f"{p.choice(['layer', 'größe', 'a b', ''])}{i}.{p.choice(['weight', 'bias'])}" for i in range(p.integer(0, 6))]
    return {name: any_tensor(p) for name in names}


def assert_same_state(found, expected):
    assert sorted(found) == sorted(expected)
    for name, tensor in expected.items():
        assert_same_bits(found[name], tensor)


def safetensors_save(p):
    """The package reads what the engine writes, and would have written the same bytes."""
    state = random_state(p)
    save_state(state)
    assert_same_state(safetensors.torch.load_file(PATH), state)
    expected = safetensors.torch.save({name: tensor.clone(memory_format=torch.contiguous_format) for name, tensor in
                                       state.items()})
    assert pathlib.Path(PATH).read_bytes() == expected


def safetensors_load(p):
    """The engine reads what the package writes."""
    state = random_state(p)
    safetensors.torch.save_file({name: tensor.clone(memory_format=torch.contiguous_format) for name, tensor in state.items()},
                                PATH)
    assert_same_state(load_state(list(state)), state)


def state_dict(p):
    """A module's state through the engine's file and back; PyTorch's own load_state_dict takes it."""
    features = p.integer(1, 5)

    def make():
        return torch.nn.Sequential(torch.nn.Linear(features, 3), torch.nn.BatchNorm1d(3), torch.nn.Conv1d(1, features, 3))

    module, again = make(), make()
    save_state(module.state_dict())
    again.load_state_dict(load_state(list(module.state_dict())))
    for name, tensor in module.state_dict().items():
        assert_same(again.state_dict()[name], tensor)


OPERATIONS = {"npy_save": npy_save, "npy_load": npy_load, "safetensors_save": safetensors_save,
              "safetensors_load": safetensors_load, "state_dict": state_dict}
