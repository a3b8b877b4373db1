"""libfrcnn through ctypes: tensors that share PyTorch's memory, and calls that return PyTorch tensors.

    engine.load(build)                                  once
    total, = engine.call("frcnn_tensor_add", OUT, a, b)    a, b: torch tensors, of any strides and offset

OUT stands where the function hands out a tensor; the call returns one torch tensor for each. Numbers need their C type:
dim(1) is an int, size(5) an int64_t, real(0.5) a double; sizes([2, 3]) and dims([0, 1]) are arrays of them. A function that
fails raises EngineError with its status and message.
"""

import ctypes

import torch

DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.uint8, torch.int8, torch.int16, torch.int32,
          torch.int64, torch.bool]
CODES = {dtype: code for code, dtype in enumerate(DTYPES)}
OK = 0

OUT = object()
dim, size, real = ctypes.c_int, ctypes.c_int64, ctypes.c_double

library = None
device = None


class EngineError(Exception):
    """A status other than FRCNN_OK, and this thread's message."""

    def __init__(self, status, message):
        super().__init__(f"status {status}: {message}")
        self.status, self.message = status, message


class Handle:
    """A frcnn_tensor. keep is whatever owns the memory under it."""

    def __init__(self, pointer, keep=None):
        self.pointer, self.keep = pointer, keep

    def __del__(self):
        library.frcnn_tensor_destroy(ctypes.byref(self.pointer))


class Device(ctypes.Structure):
    """frcnn_device"""

    by_value = True
    _fields_ = [("kind", ctypes.c_int), ("index", ctypes.c_int)]


CPU = Device(0, 0)


def load(path, name):
    """The library, and the device that tensors are on."""
    global library, device
    library = ctypes.CDLL(str(path))
    library.frcnn_error_message.restype = ctypes.c_char_p
    device = Device()
    check(library.frcnn_device_choose(ctypes.byref(device), None, name.encode()))
    for name in ("frcnn_tensor_get_shape", "frcnn_tensor_get_strides"):
        getattr(library, name).restype = ctypes.POINTER(ctypes.c_int64)
    library.frcnn_tensor_get_const_data.restype = ctypes.c_void_p
    library.frcnn_tensor_get_n_elements.restype = ctypes.c_int64


def sizes(values):
    return (ctypes.c_int64 * max(len(values), 1))(*values)


def dims(values):
    return (ctypes.c_int * max(len(values), 1))(*values)


def dtype(torch_dtype):
    return ctypes.c_int(CODES[torch_dtype])


def check(status):
    if status != OK:
        raise EngineError(status, library.frcnn_error_message().decode())


def move(handle, to):
    """The handle's tensor on another device, or itself."""
    moved = ctypes.c_void_p()
    check(library.frcnn_tensor_to_device(ctypes.byref(moved), handle.pointer, to))
    return Handle(moved, handle)


def wrap(tensor):
    """A handle on the memory of a torch tensor, or on a copy of that memory on the device: its shape, strides and offset."""
    code = CODES[tensor.dtype]
    storage = tensor.untyped_storage()
    n = storage.nbytes() // tensor.element_size()
    whole, view = ctypes.c_void_p(), ctypes.c_void_p()
    check(library.frcnn_tensor_from_memory(ctypes.byref(whole), code, 1, sizes([n]), ctypes.c_void_p(storage.data_ptr()),
                                           None, None))
    whole = move(Handle(whole), device)
    check(library.frcnn_tensor_as_strided(ctypes.byref(view), whole.pointer, tensor.dim(), sizes(tensor.shape),
                                          sizes(tensor.stride()), size(tensor.storage_offset())))
    return Handle(view, tensor)


def unwrap(handle):
    """What a handle holds, as a torch tensor of its own."""
    handle = move(handle, CPU)
    n_dims = library.frcnn_tensor_get_n_dims(handle.pointer)
    shape = library.frcnn_tensor_get_shape(handle.pointer)[:n_dims]
    strides = library.frcnn_tensor_get_strides(handle.pointer)[:n_dims]
    torch_dtype = DTYPES[library.frcnn_tensor_get_dtype(handle.pointer)]
    if library.frcnn_tensor_get_n_elements(handle.pointer) == 0:
        return torch.empty(shape, dtype=torch_dtype)
    n = 1 + sum((s - 1) * stride for s, stride in zip(shape, strides))
    data = library.frcnn_tensor_get_const_data(handle.pointer)
    n_bytes = n * torch.empty((), dtype=torch_dtype).element_size()
    flat = torch.frombuffer(bytearray(ctypes.string_at(data, n_bytes)), dtype=torch_dtype)
    return flat.as_strided(shape, strides).clone()


def call_handles(name, *arguments):
    """As call, but the outputs stay handles."""
    outs, passed, kept = [], [], []
    for argument in arguments:
        if argument is OUT:
            outs.append(Handle(ctypes.c_void_p()))
            passed.append(ctypes.byref(outs[-1].pointer))
        elif isinstance(argument, torch.Tensor):
            kept.append(wrap(argument))
            passed.append(kept[-1].pointer)
        elif isinstance(argument, Handle):
            passed.append(argument.pointer)
        elif isinstance(argument, ctypes.Structure) and not getattr(argument, "by_value", False):
            passed.append(ctypes.byref(argument))
        else:
            passed.append(argument)
    check(getattr(library, name)(*passed))
    return outs


def call(name, *arguments):
    return [unwrap(out) for out in call_handles(name, *arguments)]
