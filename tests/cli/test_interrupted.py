"""Runs that are stopped, killed and gone on with: in the end the bytes of a run that nothing happened to."""
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program import FAST, PROGRAM, ProgramTest, main  # noqa: E402


class Interrupted(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write_folder(40)
        self.write("photos/a/bad.png", b"\x89PNG\r\n\x1a\n")
        self.detect("photos", "-o", "whole", status=1)
        self.whole = self.files("whole")

    def start(self, *arguments):
        return subprocess.Popen([PROGRAM, "detect", *FAST, "-v", "photos", *arguments], cwd=self.folder,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def read_images(self, process, n):
        """Waits until n images are done."""
        while n > 0:
            line = process.stderr.readline()
            self.assertNotEqual(line, b"", "the run ended early")
            n -= b" ms\n" in line

    def check_part(self):
        """What is there is whole, and the beginning of the whole run."""
        part = self.files("frcnn-out")
        journal = part.pop("detections.jsonl")
        self.assertTrue(self.whole["detections.jsonl"].startswith(journal))
        self.assertTrue(journal.endswith(b"\n"))
        self.assertLess(len(journal), len(self.whole["detections.jsonl"]))
        for name, data in part.items():
            if not os.path.basename(name).startswith(".frcnn-"):
                self.assertEqual(data, self.whole[name], name)

    def check_resumed(self):
        _, message = self.detect("photos", "--resume", status=1)
        self.assertIn("done before", message)
        self.assertIn("photos/a/bad.png", message)
        for folder, _, files in os.walk(self.path("frcnn-out")):
            for file in files:
                if file.startswith(".frcnn-"):
                    os.remove(os.path.join(folder, file))
        self.assert_same_files(self.whole, self.files("frcnn-out"))

    def check_signal(self, number, expected):
        process = self.start()
        self.read_images(process, 3)
        process.send_signal(number)
        message = process.communicate()[1].decode()
        self.assertEqual(process.returncode, expected, message)
        self.assertRegex(message, r"interrupted with \d+ inputs done; the same command with --resume goes on")
        self.check_part()
        self.assertNotIn("coco.json", self.files("frcnn-out"))
        self.check_resumed()

    def test_interrupt(self):
        self.check_signal(signal.SIGINT, 130)

    def test_terminate(self):
        self.check_signal(signal.SIGTERM, 143)

    def test_twice(self):
        process = self.start()
        self.read_images(process, 2)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        process.communicate()
        self.assertEqual(process.returncode, 130)
        self.check_part()
        self.check_resumed()

    def test_kill(self):
        process = self.start()
        self.read_images(process, 5)
        process.kill()
        process.communicate()
        self.check_part()
        self.check_resumed()

    def test_torn_last_line(self):
        self.detect("photos", status=1)
        journal = self.whole["detections.jsonl"]
        for n_bytes in [0, 5, journal.index(b"\n"), journal.index(b"\n") + 1, len(journal) // 2, len(journal) - 1]:
            with self.subTest(n_bytes=n_bytes):
                self.write("frcnn-out/detections.jsonl", journal[:n_bytes])
                self.detect("photos", "--resume", status=1)
                self.assert_same_files(self.whole, self.files("frcnn-out"))

    def test_interrupted_journal_to_standard_output(self):
        process = self.start("-o", "-")
        self.read_images(process, 3)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()
        self.assertEqual(process.returncode, 130)
        self.assertTrue(self.whole["detections.jsonl"].startswith(output) and output.endswith(b"\n"))

    def test_interrupted_while_it_waits_for_a_stream(self):
        process = subprocess.Popen([PROGRAM, "detect", *FAST, "-v", "-"], cwd=self.folder, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdin.write(b"P6 8 8 255\n" + bytes(192))
        process.stdin.flush()
        self.read_images(process, 1)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(), 130)
        process.communicate()
        self.assertEqual(len(self.journal()), 2)


class Resumed(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write_folder(3)
        self.detect("photos")
        self.before = self.files("frcnn-out")

    def check_refused(self, *arguments, expected):
        _, message = self.detect("--resume", *arguments, status=2)
        self.assertIn(expected, message)
        self.assert_same_files(self.before, self.files("frcnn-out"))

    def test_other_settings(self):
        self.check_refused("photos", "--nms", "0.25",
                           expected="expected the same settings.box_nms_thresh to go on with this run: it was 0.5, now "
                                    "it is 0.25")
        self.check_refused("photos", "--no-exif", expected="settings.exif")
        self.check_refused("photos", "--classes", "dog", expected="settings.classes")

    def test_other_model(self):
        labels = "\n".join(f"class{i}" for i in range(10)) + "\n"
        self.write("labels", labels.encode())
        self.check_refused("photos", "--labels", "labels", expected="categories")

    def test_other_inputs(self):
        self.write_picture("photos/a/00.png")
        self.check_refused("photos", expected="input 2 was a/2.png, now it is a/00.png")
        os.remove(self.path("photos", "a", "00.png"))
        os.remove(self.path("photos", "b", "1.png"))
        self.check_refused("photos", expected="found only 2: the next was b/1.png")

    def test_damaged_journal(self):
        self.write("frcnn-out/detections.jsonl", self.before["detections.jsonl"].replace(b"\n{", b"\n[", 1))
        self.before = self.files("frcnn-out")
        self.check_refused("photos", expected="frcnn-out/detections.jsonl: line 2: expected a JSON object")

    def test_more_inputs_behind(self):
        self.write_picture("photos/c.png")
        self.detect("photos", "--resume")
        self.assertEqual([e["image_id"] for e in self.journal()[1:]], [1, 2, 3, 4])

    def test_nothing_to_resume(self):
        self.detect("photos", "--resume", "-o", "new")
        self.assert_same_files(self.before, self.files("new"))


if __name__ == "__main__":
    main()
