"""test_readme.py [PROGRAM]: what README.md shows is what there is: the examples are the files that are compiled, links lead
somewhere, and the options of a subcommand are those that it takes.
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
    def test_examples(self):
        blocks = re.findall(r"^```c\n(.*?)^```$", read("README.md"), re.M | re.S)
        self.assertEqual(blocks, [read("examples/detect.c"), read("examples/tensors.c")])

    def test_links(self):
        for document in ("README.md", "CONTRIBUTING.md", "data/README.md", "data/anchors/README.md", "docs/anchors.md",
                         "examples/README.md"):
            for link in re.findall(r"\]\(([^)#:]+)\)", read(document)):
                path = os.path.join(ROOT, os.path.dirname(document), link)
                self.assertTrue(os.path.exists(path), f"{document}: {link}")

    def taken(self, *command):
        run = subprocess.run([PROGRAM, *command, "--help"], capture_output=True, text=True, check=True)
        return set(re.findall(r"--([a-z][a-z-]+)", run.stdout)) - {"help", "usage", "version"}

    def named(self, heading):
        section = read("README.md").split(heading)[1].split("\n#")[0]
        return set(re.findall(r"--([a-z][a-z-]+)", section)) - {"help"}

    @unittest.skipUnless(PROGRAM, "no program given")
    def test_options(self):
        detect, others = self.named("### Options of `frcnn detect`"), self.named("### Options of `frcnn info`")
        self.assertEqual(detect, self.taken("detect"))
        taken = self.taken("info") | self.taken("convert") | self.taken("bench")
        self.assertLessEqual(taken, detect | others)
        self.assertLessEqual(others, taken)

    @unittest.skipUnless(PROGRAM, "no program given")
    def test_anchors_options(self):
        named = self.named("### Options of `frcnn anchors`")
        help_text = subprocess.run([PROGRAM, "anchors", "--help"], capture_output=True, text=True, check=True).stdout
        commands = re.findall(r"^  frcnn anchors ([a-z]+) ", help_text, re.M)
        self.assertGreaterEqual(len(commands), 3)
        taken = set.union(*(self.taken("anchors", command) for command in commands))
        self.assertLessEqual(taken, named | self.named("### Options of `frcnn detect`"))
        self.assertLessEqual(named, taken)


if __name__ == "__main__":
    unittest.main()
