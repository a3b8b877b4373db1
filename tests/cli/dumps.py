"""Dumps of anchors as other programs write them: .npy and safetensors without any library, and narrow floats."""
import json
import math
import struct


def f32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def f16(value):
    return struct.unpack("<e", struct.pack("<e", value))[0]


def bf16(value):
    """Rounded to nearest, ties to even."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    bits += 0x7FFF + (bits >> 16 & 1)
    return struct.unpack("<f", struct.pack("<I", bits & 0xFFFF0000))[0]


def next_f32(value):
    """The float32 next to it, away from zero."""
    return struct.unpack("<f", struct.pack("<I", struct.unpack("<I", struct.pack("<f", value))[0] + 1))[0]


def pack(rows, code):
    values = [value for row in rows for value in row]
    return struct.pack(f"<{len(values)}{code}", *values)


def npy(rows, code="f", shape=None):
    """code: struct's letter of a value, f, d or e."""
    name = {"f": "<f4", "d": "<f8", "e": "<f2", "i": "<i4"}[code]
    header = str({"descr": name, "fortran_order": False, "shape": shape or (len(rows), 4)})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header.encode() + pack(rows, code)


def safetensors(tensors):
    """tensors: names with their rows."""
    header, data = {}, b""
    for name, rows in tensors.items():
        begin = len(data)
        data += pack(rows, "f")
        header[name] = {"dtype": "F32", "shape": [len(rows), 4], "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def round_half_away(value):
    return math.copysign(math.floor(abs(value) + 0.5), value)
