"""What goes wrong in the field: damaged images, folders that can't be read or written, full disks, wrong models.

Every failure is told with its file, harms no other input, and shows in the exit status.
"""
import os
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program import NOBODY, PROGRAM, ProgramTest, grey_png, main, picture, png, png_chunk, png_header  # noqa: E402


def header_only_jpeg(height, width):
    """SOI, DQT, SOF0, SOS and the end of the file: not a pixel."""
    def segment(marker, data):
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data
    return (b"\xff\xd8" + segment(0xdb, b"\0" + bytes(range(1, 65))) +
            segment(0xc0, struct.pack(">BHHB", 8, height, width, 3) + b"\1\x22\0\2\x11\0\3\x11\0") +
            segment(0xda, b"\3\1\0\2\0\3\0\0\x3f\0"))


class Images(ProgramTest):
    def check_others_unharmed(self, bad, expected):
        """Runs on good images with the bad one in the middle; bad is (name, bytes), None for a file that is missing."""
        name, data = bad
        self.write_picture("p/a.png", seed=1)
        self.write_picture("p/z.png", seed=2)
        self.detect("p/a.png", "p/z.png", "-o", "good")
        if data is not None:
            self.write(f"p/{name}", data)
        _, message = self.detect("p/a.png", f"p/{name}", "p/z.png", status=1)
        self.assertIn("1 input failed:\n  p/" + name, message)
        self.assertRegex(message, expected)
        header, *entries = self.journal()
        self.assertEqual(len(entries), 3)
        failed = [e for e in entries if "error" in e]
        self.assertEqual([(list(e), e["file"]) for e in failed], [(["file", "error"], name)])
        self.assertIn(f"p/{name}: ", failed[0]["error"])
        good = [{**e, "image_id": 0} for e in entries if "error" not in e]
        self.assertEqual(good, [{**e, "image_id": 0} for e in self.journal("good", "detections.jsonl")[1:]])
        self.assert_same_files(self.files("good", "images"), self.files("frcnn-out", "images"))

    def test_missing(self):
        self.check_others_unharmed(("gone.jpg", None), "gone.jpg: .*No such file")

    def test_empty(self):
        self.check_others_unharmed(("empty.jpg", b""), "empty.jpg: ")

    def test_text(self):
        self.check_others_unharmed(("text.jpg", b"This is a letter, whatever its name says.\n" * 5),
                                   "text.jpg: expected an image, found no format")

    def test_jpeg_cut_at_half(self):
        data = self.jpeg()
        self.check_others_unharmed(("half.jpg", data[:len(data) // 2]), "half.jpg: ")

    def test_png_cut_at_half(self):
        data = png(64, 64, picture(64, 64))
        self.check_others_unharmed(("half.png", data[:len(data) // 2]), "half.png: ")

    def test_jpeg_of_headers_alone(self):
        self.check_others_unharmed(("headers.jpg", header_only_jpeg(720, 1480)), "headers.jpg: ")

    def test_sizes_in_headers(self):
        for height, width, expected in [(0, 0, "0"), (1, 100000, "100000"), (60000, 60000, "60000")]:
            with self.subTest(height=height, width=width):
                data = png_header(height, width) + png_chunk(b"IDAT", b"x" * 64) + png_chunk(b"IEND", b"")
                self.check_others_unharmed((f"size{height}.png", data), f"size{height}.png: .*{expected}")
                os.remove(self.path("p", f"size{height}.png"))
                for out in ["good", "frcnn-out"]:
                    subprocess.run(["rm", "-r", self.path(out)], check=True)

    def test_every_kind_at_once(self):
        jpeg = self.jpeg()
        for i, data in enumerate([b"", b"text", jpeg[:len(jpeg) // 2], header_only_jpeg(720, 1480), b"\x89PNG\r\n\x1a\n"]):
            self.write(f"p/bad{i}.jpg", data)
        self.write("p/good.jpg", jpeg)
        _, message = self.detect(*[f"p/bad{i}.jpg" for i in range(5)], "p/good.jpg", "p/gone.jpg", status=1)
        self.assertIn("1 image, ", message.replace("1 images", "1 image"))
        self.assertIn("6 inputs failed:", message)
        for i in range(5):
            self.assertEqual(message.count(f"p/bad{i}.jpg: "), 1, message)

    def test_one_pixel(self):
        self.write("one.png", png(1, 1, b"abc"))
        self.detect("one.png")
        self.assertEqual(self.journal()[1]["width"], 1)

    def test_extreme_aspect(self):
        self.write("wide.png", grey_png(2, 3000, 90))
        self.write("high.png", grey_png(3000, 2, 90))
        self.detect("wide.png", "high.png")
        self.assertEqual([(e["height"], e["width"]) for e in self.journal()[1:]], [(3000, 2), (2, 3000)])

    def test_large(self):
        self.write("p/large.png", grey_png(15000, 20000, 90))
        self.write_picture("p/small.png")
        self.detect("p", "--no-draw")
        self.assertEqual([e["width"] for e in self.journal()[1:]], [20000, 64])


class Permissions(ProgramTest):
    """As a user whom permissions bind."""

    def detect_as_nobody(self, *arguments, status):
        if os.geteuid() != 0:
            return self.detect(*arguments, status=status)
        return self.detect(*arguments, status=status, user=NOBODY, group=NOBODY, extra_groups=[])

    def setUp(self):
        super().setUp()
        if os.geteuid() == 0:
            run = subprocess.run([PROGRAM, "--version"], user=NOBODY, group=NOBODY, extra_groups=[], check=False,
                                 capture_output=True)
            if run.returncode != 0:
                self.skipTest("the superuser's build cannot be run by others")

    def test_unreadable_file_and_folder(self):
        self.write_picture("p/good.png")
        self.write_picture("p/locked.png")
        self.write_picture("p/folder/in.png")
        os.chmod(self.path("p", "locked.png"), 0)
        os.chmod(self.path("p", "folder"), 0)
        try:
            _, message = self.detect_as_nobody("p", status=1)
        finally:
            os.chmod(self.path("p", "folder"), 0o755)
        self.assertRegex(message, "p/locked.png: .*Permission denied")
        self.assertIn("p/folder: cannot list this folder: Permission denied", message)
        self.assertEqual(["error" in e for e in self.journal()[1:]], [True, False, True])

    def test_output_folder_not_writable(self):
        self.write_picture("good.png")
        os.mkdir(self.path("locked"), 0o555)
        for out in ["locked", "locked/out"]:
            _, message = self.detect_as_nobody("good.png", "-o", out, status=2)
            self.assertIn("locked", message)
            self.assertIn("Permission denied", message)
        self.assertEqual(os.listdir(self.path("locked")), [])


class Outputs(ProgramTest):
    def test_existing_run(self):
        self.write_folder(3)
        self.detect("photos")
        before = self.files("frcnn-out")
        _, message = self.detect("photos", status=2)
        self.assertIn("frcnn-out: expected a folder without a run", message)
        self.assertIn("--resume goes on with a run, --force replaces it", message)
        self.assert_same_files(before, self.files("frcnn-out"))
        self.detect("photos", "--resume")
        self.assert_same_files(before, self.files("frcnn-out"))

    def test_force_replaces_a_run_and_nothing_else(self):
        self.write_folder(3)
        self.detect("photos")
        self.write("frcnn-out/mine.txt", b"mine")
        self.write("frcnn-out/images/mine.jpg", b"mine")
        self.write_picture("other.png")
        self.detect("other.png", "--force")
        self.assertEqual(sorted(self.files("frcnn-out")),
                         ["coco.json", "coco_results.json", "detections.jsonl", "images/mine.jpg",
                          "images/other.png.jpg", "mine.txt"])

    def test_force_needs_a_run(self):
        self.write_picture("a.png")
        self.write("mine/images/mine.jpg", b"mine")
        for options in [[], ["--force"], ["--resume"]]:
            _, message = self.detect("a.png", "-o", "mine", *options, status=2)
            self.assertIn("mine: expected an empty folder or one with a run, found images", message)
        self.assertEqual(list(self.files("mine")), ["images/mine.jpg"])

    def test_output_is_a_file(self):
        self.write_picture("a.png")
        self.write("file", b"mine")
        for out in ["file", "file/out"]:
            _, message = self.detect("a.png", "-o", out, status=2)
            self.assertIn("file", message)
        self.assertEqual(self.read("file"), b"mine")

    def test_timings_that_cannot_be_written(self):
        self.write_picture("a.png")
        _, message = self.detect("a.png", "--timings", "gone/t.csv", status=2)
        self.assertIn("gone/t.csv", message)

    def test_two_runs_at_once(self):
        self.write_folder(3)
        self.detect("photos")
        lock = subprocess.Popen(["flock", self.path("frcnn-out", "detections.jsonl"), "sh", "-c", "echo held; read _"],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        lock.stdout.readline()
        _, message = self.detect("photos", "--resume", status=2)
        self.assertIn("another process writes this run", message)
        lock.communicate(b"\n")


class FullDisk(ProgramTest):
    """A small file system in memory; only the superuser can make one."""

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("disk"))
        self.is_mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", self.path("disk")],
                                         check=False, capture_output=True).returncode == 0
        if not self.is_mounted:
            super().tearDown()
            self.skipTest("a small file system can be mounted by the superuser only")

    def tearDown(self):
        subprocess.run(["umount", self.path("disk")], check=True)
        super().tearDown()

    def fill(self):
        """Leaves not a byte."""
        with open(self.path("disk", "filler"), "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass

    def test_no_room_at_all(self):
        self.write_picture("a.png")
        os.mkdir(self.path("disk", "out"))
        self.fill()
        _, message = self.detect("a.png", "-o", "disk/out", status=2)
        self.assertIn("disk/out/detections.jsonl: cannot write: No space left on device", message)
        self.assertEqual(os.listdir(self.path("disk", "out")), [])

    def test_room_runs_out(self):
        for i in range(12):
            self.write_picture(f"p/{i:02}.png", 128, 128, i)
        self.detect("p", "-o", "whole")
        whole = self.files("whole")
        _, message = self.detect("p", "-o", "disk/out", status=1)
        self.assertIn("No space left on device", message)
        self.assertIn("--resume goes on", message)
        part = self.files("disk", "out")
        for name, data in part.items():
            if name == "detections.jsonl":
                self.assertTrue(whole[name].startswith(data) and data.endswith(b"\n"))
            else:
                self.assertEqual(data, whole[name], name)
        subprocess.run(["mount", "-o", "remount,size=8m", self.path("disk")], check=True)
        self.detect("p", "-o", "disk/out", "--resume")
        self.assert_same_files(whole, self.files("disk", "out"))


class Models(ProgramTest):
    def check_model(self, data, expected):
        self.write("m.safetensors", data)
        self.write_picture("a.png")
        _, message = self.run_program("detect", "-m", "m.safetensors", "a.png", status=2)
        self.assertRegex(message, "^frcnn: m.safetensors: " + expected)
        self.assertFalse(os.path.exists(self.path("frcnn-out")))
        self.run_program("info", "m.safetensors", status=2)

    def test_hostile_headers(self):
        self.check_model(b"", "")
        self.check_model(b"a letter, not a model" * 10, "")
        self.check_model(struct.pack("<Q", 2**63) + b"{}", "")
        self.check_model(struct.pack("<Q", 100) + b"{}", "")
        for entries in [b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,400]}}',
                        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'
                        b'"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}',
                        b'{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}']:
            self.check_model(struct.pack("<Q", len(entries)) + entries + bytes(8), "")

    def test_no_detector(self):
        header = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
        self.check_model(struct.pack("<Q", len(header)) + header + bytes(4), "")

    def test_missing_model(self):
        self.write_picture("a.png")
        _, message = self.run_program("detect", "-m", "gone.safetensors", "a.png", status=2)
        self.assertRegex(message, "gone.safetensors: .*No such file")


if __name__ == "__main__":
    main()
