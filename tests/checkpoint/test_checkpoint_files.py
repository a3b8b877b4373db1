"""test_checkpoint_files.py PRINT_CHECKPOINT GOLDEN: files that torch.save and NumPy wrote hold what they should, in all their
formats; files made here, by hand, that nobody should read are refused by name.
"""
import collections
import io
import math
import os
import pickle
import struct
import subprocess
import sys
import tempfile
import types
import unittest
import zipfile
import zlib

GOLDEN = sys.argv.pop()
PROGRAM = sys.argv.pop()


def make_module(name, **members):
    """A module as pickles name it: no PyTorch is needed to write what it writes."""
    module = types.ModuleType(name)
    for member in members.values():
        member.__module__ = name
    vars(module).update(members)
    sys.modules[name] = module
    return module


class FloatStorage:
    pass


class ComplexFloatStorage:
    pass


def _rebuild_tensor_v2(*arguments):
    raise AssertionError(arguments)


make_module("torch", FloatStorage=FloatStorage, ComplexFloatStorage=ComplexFloatStorage)
make_module("torch._utils", _rebuild_tensor_v2=_rebuild_tensor_v2)


class Storage:
    def __init__(self, key, count, kind=FloatStorage, elements=None):
        self.key, self.count, self.kind = key, count, kind
        self.elements = struct.pack(f"<{count}f", *range(count)) if elements is None else elements


class Tensor:
    def __init__(self, storage, size, stride=None, offset=0):
        self.storage, self.size, self.offset = storage, size, offset
        self.stride = stride or tuple(math.prod(size[i + 1:]) for i in range(len(size)))

    def __reduce__(self):
        hooks = collections.OrderedDict()
        return _rebuild_tensor_v2, (self.storage, self.offset, self.size, self.stride, False, hooks)


class Pickler(pickle.Pickler):
    """Storages are told apart from what is pickled, as torch.save does."""

    def __init__(self, file, fields):
        super().__init__(file, 2)
        self.fields, self.storages = fields, {}

    def persistent_id(self, obj):
        if not isinstance(obj, Storage):
            return None
        self.storages[obj.key] = obj
        return ("storage", obj.kind, obj.key, "cpu", obj.count, None)[:self.fields]


def dump(value, fields=5):
    file = io.BytesIO()
    pickler = Pickler(file, fields)
    pickler.dump(value)
    return file.getvalue(), pickler.storages


def zipped(value, stem="archive", extra=(), drop=(), method=zipfile.ZIP_STORED, replace=None):
    """As torch.save packs a value."""
    data, storages = dump(value)
    entries = [(f"{stem}/data.pkl", data), (f"{stem}/byteorder", b"little")]
    entries += [(f"{stem}/data/{key}", storage.elements) for key, storage in storages.items()]
    entries += [(f"{stem}/version", b"3\n"), *extra]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in entries:
            if name not in drop:
                archive.writestr(name, (replace or {}).get(name, content))
    return file.getvalue()


def legacy(value, keys=None, counts=None, tail=b""):
    data, storages = dump(value, 6)
    head = b"".join(pickle.dumps(part, 2) for part in
                    (0x1950a86a20f9469cfc6c, 1001, {"protocol_version": 1001, "little_endian": True}))
    keys = sorted(storages) if keys is None else keys
    file = head + data + pickle.dumps(keys, 2)
    for key in keys:
        storage = storages.get(key, Storage(key, 1))
        file += struct.pack("<q", (counts or {}).get(key, storage.count)) + storage.elements
    return file + tail


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "file.pth")

    def run_program(self, path):
        return subprocess.run([PROGRAM, path], capture_output=True, text=True, check=False)

    def read(self, path):
        run = self.run_program(path)
        self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
        return run.stdout.splitlines()

    def read_bytes(self, data):
        with open(self.path, "wb") as file:
            file.write(data)
        return self.read(self.path)

    def refuse(self, data, message):
        with open(self.path, "wb") as file:
            file.write(data)
        run = self.run_program(self.path)
        self.assertEqual((run.returncode, run.stderr), (1, ""), run.stdout)
        self.assertTrue(run.stdout.startswith(self.path + ": "), run.stdout)
        self.assertIn(message, run.stdout)

    def test_what_others_wrote(self):
        expected = self.read(os.path.join(GOLDEN, "tensors.safetensors"))
        self.assertEqual(len(expected), 15)
        for name in ("zip.pth", "legacy.pth", "nested.pth", "twice.pt"):
            with self.subTest(name):
                self.assertEqual(self.read(os.path.join(GOLDEN, name)), expected)
        arrays = [line for line in expected if not line.startswith("brain ")]
        for protocol in range(2, 6):
            with self.subTest(protocol):
                self.assertEqual(self.read(os.path.join(GOLDEN, f"arrays_{protocol}.pkl")), arrays)

    def test_made_here(self):
        storage = Storage("0", 6)
        value = {"b": Tensor(storage, (2, 3)), "a": Tensor(storage, (3,), (2,), 1), "step": 3}
        rows = struct.pack("<6f", *range(6)).hex()
        expected = ["a f32 [3] " + struct.pack("<3f", 1, 3, 5).hex(), "b f32 [2, 3] " + rows]
        self.assertEqual(self.read_bytes(zipped(value)), expected)
        self.assertEqual(self.read_bytes(legacy(value)), expected)
        swapped = {"archive/byteorder": b"big", "archive/data/0": struct.pack(">6f", *range(6))}
        self.assertEqual(self.read_bytes(zipped(value, replace=swapped)), expected)

    def test_wrappers(self):
        tensors = {"w": Tensor(Storage("0", 1), (1,))}
        for name in ("model", "state_dict", "model_state_dict", "model_state", "ema", "ema_model", "blobs"):
            self.assertEqual(self.read_bytes(zipped({name: tensors, "epoch": 1})), ["w f32 [1] 00000000"])
        self.assertEqual(self.read_bytes(zipped({"ema": {"state_dict": tensors}})), ["w f32 [1] 00000000"])
        both = {"model": tensors, "ema": {"w": Tensor(Storage("1", 2), (2,))}}
        self.assertEqual(self.read_bytes(zipped(both)),
                         ["ema.w f32 [2] 000000000000803f", "model.w f32 [1] 00000000"])
        momentum = {"blobs": {"w": Tensor(Storage("0", 1), (1,)), "w_momentum": Tensor(Storage("1", 1), (1,))}}
        self.assertEqual(self.read_bytes(zipped(momentum)), ["w f32 [1] 00000000"])

    def test_no_state_dict(self):
        self.refuse(zipped({"epoch": 1}), "expected a dict of tensors by name")
        self.refuse(zipped([Tensor(Storage("0", 1), (1,))]), "expected a dict of tensors by name")
        self.refuse(zipped({"model": types.SimpleNamespace()}), "found a whole types.SimpleNamespace: save its state_dict()")
        self.refuse(zipped(types.SimpleNamespace()), "found a whole types.SimpleNamespace")
        yolo = types.ModuleType("ultralytics")
        yolo.Model = type("Model", (), {"__module__": "ultralytics", "__qualname__": "Model"})
        sys.modules["ultralytics"] = yolo
        self.refuse(zipped({"model": yolo.Model()}), "a YOLO model, which is no Faster R-CNN")
        self.refuse(zipped({1: Tensor(Storage("0", 1), (1,))}), "expected a name for each tensor")
        self.refuse(zipped({"": Tensor(Storage("0", 1), (1,))}), "expected a name for each tensor")
        self.refuse(zipped({"w": Tensor(Storage("0", 1, ComplexFloatStorage, bytes(8)), (1,))}),
                    'tensor "w": tensors of torch.ComplexFloatStorage are not read')

    def test_archives(self):
        value = {"w": Tensor(Storage("0", 6), (2, 3))}
        self.refuse(zipped(value, method=zipfile.ZIP_DEFLATED), "compressed entries are not read")
        content = b"a storage of six values."
        sound = zipped({"w": Tensor(Storage("0", 6, FloatStorage, content), (2, 3))})
        self.refuse(sound.replace(b"six", b"sex"), "the file is damaged: the entry's bytes are not those of its checksum")
        # PyTorch can be told to leave the checksums out.
        unsummed = sound.replace(struct.pack("<I", zlib.crc32(content)), bytes(4)).replace(b"six", b"ten")
        self.assertEqual(self.read_bytes(unsummed), self.read_bytes(zipped({"w": Tensor(
            Storage("0", 6, FloatStorage, content.replace(b"six", b"ten")), (2, 3))})))
        self.refuse(zipped(value, extra=[("archive/constants.pkl", b"")]), "found a TorchScript archive")
        self.refuse(zipped(value, drop=["archive/data.pkl"]), "found one without data.pkl")
        self.refuse(zipped(value, drop=["archive/data/0"]), "expected an entry archive/data/0 in the archive, found none")
        self.refuse(zipped(value, replace={"archive/data/0": bytes(20)}), "expected 6 elements of 4 bytes, found 20 bytes")
        self.refuse(zipped(value, replace={"archive/data/0": bytes(25)}), "expected 6 elements of 4 bytes, found 25 bytes")
        self.refuse(zipped(value, replace={"archive/byteorder": b"middle"}), "expected a byte order")
        for name in ("../x", "archive/../../x", "/x", "archive\\x", "archive/.."):
            self.refuse(zipped(value, extra=[(name.replace("\\", "!"), b"")]).replace(b"archive!x", b"archive\\x"),
                        "expected names of places within the archive")
        for key in ("a", "../0", "", "1" * 80):
            self.refuse(zipped({"w": Tensor(Storage(key, 1), (1,))}, drop=[f"archive/data/{key}"]), "expected numbers for keys")
        self.refuse(zipped({"w": Tensor(Storage("0", 5), (2, 3))}), "beyond its storage")
        with zipfile.ZipFile(self.path, "w") as archive:
            archive.writestr("a.txt", "a")
        with open(self.path, "rb") as file:
            self.refuse(file.read(), "found one without data.pkl")

    def test_an_entry_that_is_there_twice(self):
        data = zipped({"w": Tensor(Storage("0", 6), (2, 3))}, extra=[("archive/data/1", bytes(24))])
        self.refuse(data.replace(b"archive/data/1", b"archive/data/0"), 'the archive has "archive/data/0" twice')

    def patched(self, entry, offset, new):
        """A zip with bytes of an entry's line in the directory changed."""
        data = bytearray(zipped({"w": Tensor(Storage("0", 6), (2, 3)), "x": Tensor(Storage("1", 6), (6,))}))
        at = data.index(b"PK\x01\x02")
        while data[at + 46:at + 46 + len(entry)] != entry:
            at = data.index(b"PK\x01\x02", at + 1)
        data[at + offset:at + offset + len(new)] = new
        return bytes(data)

    def test_lying_directories(self):
        entry = b"archive/data/1"
        self.refuse(self.patched(entry, 8, b"\x01\x00"), "archive/data/1: encrypted entries are not read")
        self.refuse(self.patched(entry, 20, struct.pack("<II", 1 << 20, 1 << 20)), "found one of 1048576")
        self.refuse(self.patched(entry, 20, struct.pack("<II", 24, 4000)), "found one of 4000")
        self.refuse(self.patched(entry, 42, struct.pack("<I", 1 << 20)), "expected an entry within the archive")
        good = zipped({"w": Tensor(Storage("0", 6), (2, 3)), "x": Tensor(Storage("1", 6), (6,))})
        at = good.index(b"archive/data/0") - 30
        self.refuse(self.patched(entry, 42, struct.pack("<I", at)), "the entry lies in the bytes of another")

    def test_cut_short(self):
        value = {"w": Tensor(Storage("0", 6), (2, 3)), "x": Tensor(Storage("1", 3), (3,))}
        data = zipped(value)
        for n in range(4, len(data), 7):
            self.refuse(data[:n], "cut short")
        data = legacy(value)
        for n in range(15, len(data), 3):
            self.refuse(data[:n], "cut short")

    def test_a_large_archive(self):
        """With records for sizes of 64 bits, as torch.save always writes them."""
        file = io.BytesIO()
        data, storages = dump({"w": Tensor(Storage("0", 2), (2,))})
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in (("a/data.pkl", data), ("a/data/0", storages["0"].elements)):
                with archive.open(name, "w", force_zip64=True) as entry:
                    entry.write(content)
        self.assertEqual(self.read_bytes(file.getvalue()), ["w f32 [2] 000000000000803f"])

    def test_old_files(self):
        value = {"w": Tensor(Storage("0", 2), (2,)), "x": Tensor(Storage("10", 1), (1,))}
        self.refuse(legacy(value, tail=b"more"), "expected the end of the file after its storages, found 4 more")
        self.refuse(legacy(value, counts={"10": 2}), 'storage "10": expected 1 elements, found 2')
        self.refuse(legacy(value, keys=["0"]), 'storage "10" is not in the file')
        self.refuse(legacy(value, keys=["0", "0", "10"]), "expected keys of the storages that its tensors view")
        self.refuse(legacy(value, keys=["0", "5"]), "expected keys of the storages that its tensors view")
        self.refuse(legacy(value, keys=[]), "is not in the file")
        twice = {"w": Tensor(Storage("0", 2), (2,)), "x": Tensor(Storage("0", 1), (1,))}
        self.refuse(legacy(twice), 'storage "0" is there twice')

    def test_pickles(self):
        self.refuse(pickle.dumps({"model": {"a": 1}}, 2) + b"more", "expected the end of the file after a pickle")
        self.refuse(dump({"w": Tensor(Storage("0", 2), (2,))})[0], "found a storage of PyTorch's")
        self.refuse(pickle.dumps({"a": [1]}, 4), "expected a dict of tensors by name")


if __name__ == "__main__":
    unittest.main()
