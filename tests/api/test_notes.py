"""test_notes.py NOTES TENSORS EXAMPLES: what examples/notes.c prints is what its README shows, and its pictures are there;
what examples/tensors.c prints is what its comments say.
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

EXAMPLES = sys.argv.pop()
TENSORS = sys.argv.pop()
PROGRAM = sys.argv.pop()
NO_CUDA = "this build has no CUDA"  # as in what the README shows


def without_devices(text):
    return [line for line in text.splitlines() if not re.match(r"(auto|cuda:\d+): ", line)]


class Notes(unittest.TestCase):
    def test_output_and_pictures(self):
        with open(os.path.join(EXAMPLES, "README.md"), encoding="utf-8") as file:
            shown = re.search(r"^```text\n(.*?)^```$", file.read(), re.M | re.S)[1]
        with tempfile.TemporaryDirectory() as folder:
            environment = {key: value for key, value in os.environ.items() if key != "CUDA_VISIBLE_DEVICES"}
            run = subprocess.run([PROGRAM, folder], capture_output=True, text=True, check=True, env=environment)
            if NO_CUDA in run.stdout:
                self.assertEqual(run.stdout.splitlines(), shown.splitlines())
            else:
                self.assertEqual(without_devices(run.stdout), without_devices(shown))
            self.assertEqual(sorted(os.listdir(folder)),
                             ["channels-1.png", "channels-2.png", "channels-3.png", "channels-4.png", "grid.png"])

    def test_usage(self):
        self.assertEqual(subprocess.run([PROGRAM], capture_output=True, check=False).returncode, 2)

    def test_a_folder_that_is_not_there(self):
        run = subprocess.run([PROGRAM, "/nowhere/at/all"], capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn("/nowhere/at/all/channels-1.png", run.stderr)

    def test_tensors(self):
        with open(os.path.join(EXAMPLES, "tensors.c"), encoding="utf-8") as file:
            said = re.findall(r"/\* (tensor\(.*\)) \*/", file.read())
        run = subprocess.run([TENSORS], capture_output=True, text=True, check=True)
        self.assertEqual(run.stdout.splitlines(), said)


if __name__ == "__main__":
    unittest.main()
