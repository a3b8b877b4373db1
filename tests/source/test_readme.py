"""test_readme.py [PROGRAM]: what README.md shows is what there is: the example is the file that is compiled, links lead
somewhere, and the options of `frcnn detect` are those that it takes.
"""
import os
import re
import subprocess
import sys
import unittest

ROOT = os.path.join(os.path.dirname(__file__), "..", "..")
PROGRAM = sys.argv.pop() if len(sys.argv) > 1 else None


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


class Readme(unittest.TestCase):
    def test_example(self):
        blocks = re.findall(r"^```c\n(.*?)^```$", read("README.md"), re.M | re.S)
        self.assertEqual(blocks, [read("examples/detect.c")])

    def test_links(self):
        for document in ("README.md", "CONTRIBUTING.md", "data/README.md"):
            for link in re.findall(r"\]\(([^)#:]+)\)", read(document)):
                path = os.path.join(ROOT, os.path.dirname(document), link)
                self.assertTrue(os.path.exists(path), f"{document}: {link}")

    @unittest.skipUnless(PROGRAM, "no program given")
    def test_options(self):
        text = subprocess.run([PROGRAM, "detect", "--help"], capture_output=True, text=True, check=True).stdout
        taken = set(re.findall(r"--([a-z][a-z-]+)", text)) - {"help", "usage", "version"}
        section = read("README.md").split("### Options of `frcnn detect`")[1].split("\n#")[0]
        named = set(re.findall(r"`--([a-z][a-z-]+)", section))
        self.assertEqual(named, taken)


if __name__ == "__main__":
    unittest.main()
