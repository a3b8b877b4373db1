"""What the tests of the program share: running it, and making images without any library."""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

PROGRAM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else "frcnn"
NOBODY = 65534

# Small sizes keep runs short; the low score lets the model find something in made images too.
FAST = ["--min-size", "96", "--max-size", "128", "--score", "0.0005"]


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(height, width, channels=3):
    kind = {1: 0, 3: 2}[channels]
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))


def png(height, width, pixels):
    """An RGB PNG of height * width * 3 bytes."""
    rows = b"".join(b"\0" + pixels[y * width * 3:(y + 1) * width * 3] for y in range(height))
    return png_header(height, width) + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")


def grey_png(height, width, value):
    """A grey PNG of one value, made row by row: it may be large."""
    compressor = zlib.compressobj(1)
    row = b"\0" + bytes([value]) * width
    data = b"".join(compressor.compress(row) for _ in range(height)) + compressor.flush()
    return png_header(height, width, 1) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def picture(height, width, seed=1):
    """Pixels with edges and texture, the same for the same seed."""
    random = (seed * 2654435761) % 2**32
    pixels = bytearray()
    for y in range(height):
        for x in range(width):
            random = (random * 1664525 + 1013904223) % 2**32
            inside = (x - width // 2) ** 2 + (y - height // 2) ** 2 < (min(height, width) // 3) ** 2
            base = (200 if inside else 60) + (random >> 28)
            pixels += bytes((base, (base + 7 * seed + x) % 256, (base * 2 + y) % 256))
    return bytes(pixels)


def ppm(height, width, pixels):
    return b"P6\n%d %d\n255\n" % (width, height) + pixels


class ProgramTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="frcnn-test-")
        os.chmod(self.folder, 0o777)

    def tearDown(self):
        shutil.rmtree(self.folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, data):
        path = os.path.join(os.fsencode(self.folder), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)

    def read(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()

    def write_picture(self, name, height=48, width=64, seed=1):
        self.write(name, png(height, width, picture(height, width, seed)))

    def write_folder(self, n=4):
        for i in range(n):
            self.write_picture(f"photos/{'ab'[i % 2]}/{i}.png", 40 + 8 * (i % 3), 64, i + 1)

    def run_program(self, *arguments, status=0, **options):
        run = subprocess.run([PROGRAM, *arguments], cwd=self.folder, capture_output=True, check=False, **options)
        message = run.stderr.decode("utf-8", "replace")
        if status is not None:
            self.assertEqual(run.returncode, status, message)
        # A sanitizer's report is a failure whatever the status is.
        self.assertNotIn("Sanitizer", message)
        return run.stdout, message

    def detect(self, *arguments, status=0, **options):
        return self.run_program("detect", *FAST, *arguments, status=status, **options)

    def journal(self, *names):
        lines = self.read(*(names or ("frcnn-out", "detections.jsonl"))).decode().split("\n")
        self.assertEqual(lines.pop(), "")
        return [json.loads(line) for line in lines]

    def files(self, *names):
        """The bytes of every file below a folder."""
        found = {}
        root = self.path(*names)
        for folder, _, files in os.walk(root):
            for file in files:
                path = os.path.join(folder, file)
                with open(path, "rb") as stream:
                    found[os.path.relpath(path, root)] = stream.read()
        return found

    def assert_same_files(self, a, b, what=None):
        """Names and bytes; says which file differs, not how."""
        self.assertEqual(sorted(a), sorted(b), what)
        self.assertEqual([name for name in a if a[name] != b[name]], [], what)

    def jpeg(self):
        """A JPEG, made by the program itself."""
        self.write_picture("for-jpeg/a.png", 96, 128)
        self.detect("for-jpeg", "-o", "made-jpeg")
        return self.read("made-jpeg", "images", "a.png.jpg")


def main():
    unittest.main(verbosity=2)
