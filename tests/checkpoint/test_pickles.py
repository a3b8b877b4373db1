"""test_pickles.py PRINT_PICKLE: pickles of Python's own, in every protocol that files of weights have, are read into what
went in; what their objects would run is never run.
"""
import argparse
import collections
import os
import pickle
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop()
PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


class Evil:
    """Pickled, it is a call of os.system."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


class Evaluated:
    def __reduce__(self):
        return eval, ("__import__('os').abort()",)


class Plain:
    def __init__(self):
        self.items = [1, 2]


def show(value):
    """As print_pickle has it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{show(k)}: {show(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        ends = "[]" if isinstance(value, list) else "()"
        return ends[0] + ", ".join(map(show, value)) + ends[1]
    if isinstance(value, (bytes, bytearray)):
        return "b:" + value.hex()
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, float):
        return f"{value:.17g}"
    return str(value)


class Pickles(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def run_program(self, data):
        with open(self.path("a.pkl"), "wb") as file:
            file.write(data)
        return subprocess.run([PROGRAM, self.path("a.pkl")], capture_output=True, text=True, check=False)

    def read(self, data):
        run = self.run_program(data)
        self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
        shown, n_read = run.stdout.rstrip("\n").rsplit("\n", 1)
        self.assertEqual(int(n_read), len(data))
        return shown

    def fail_to_read(self, data):
        run = self.run_program(data)
        self.assertEqual((run.returncode, run.stderr), (1, ""), run.stdout)
        self.assertTrue(run.stdout.startswith(self.path("a.pkl") + ": "), run.stdout)
        return run.stdout

    def test_plain_values(self):
        shared = ["once"]
        values = [
            None, True, False, 0, 255, 256, 65535, 65536, -1, -2**31, 2**31, 2**63 - 1, -2**63, 1.5, -0.0, 1e300, "",
            "text", "\u00e4\u20ac\U0001f600", "long" * 100, b"", b"bytes\x00\xff", b"b" * 300, (), (1,), (1, 2),
            (1, 2, 3), (1, 2, 3, 4), [], [1], list(range(3000)), {}, {"a": 1}, {i: str(i) for i in range(2500)},
            {"nested": [{"deep": ((), [{}])}]}, [shared, shared, (shared,)],
        ]
        for protocol in PROTOCOLS:
            for value in values:
                with self.subTest(protocol=protocol, value=str(value)[:40]):
                    self.assertEqual(self.read(pickle.dumps(value, protocol)), show(value))

    def test_other_containers(self):
        ordered = collections.OrderedDict([("b", 1), ("a", [2])])
        attributed = collections.OrderedDict(a=1)
        attributed._metadata = {"": {"version": 2}}
        for protocol in PROTOCOLS:
            self.assertEqual(self.read(pickle.dumps(ordered, protocol)), show(ordered))
            self.assertEqual(self.read(pickle.dumps(attributed, protocol)), "{'a': 1}")
        self.assertEqual(self.read(pickle.dumps(bytearray(b"\x01\x02"), 5)), "b:0102")

    def test_what_is_unknown_is_opaque(self):
        values = {"arguments": argparse.Namespace(lr=0.1), "counter": collections.Counter("aab"), "plain": Plain(),
                  "big": 2**70, "set": {1, 2}, "frozen": frozenset([1]), "complex": 1j, "range": range(3),
                  "function": len, "default": collections.defaultdict(list, a=[1])}
        opaque = {"arguments": "<argparse.Namespace>", "counter": "<collections.Counter>", "plain": "<__main__.Plain>",
                  "big": "<int>", "function": "<builtins.len>", "default": "<collections.defaultdict>"}
        for protocol in PROTOCOLS:
            shown = self.read(pickle.dumps(values, protocol))
            for name, text in opaque.items():
                if name == "function" and protocol == 2:
                    text = "<__builtin__.len>"
                self.assertIn(f"'{name}': {text}", shown)

    def test_nothing_is_run(self):
        for protocol in PROTOCOLS:
            trap = self.path("trap")
            shown = self.read(pickle.dumps({"model": {"a": 1}, "x": Evil(trap), "y": Evaluated()}, protocol))
            self.assertFalse(os.path.exists(trap))
            self.assertRegex(shown, r"'x': <(posix|nt)\.system>, 'y': <(builtins|__builtin__)\.eval>")

    def test_cut_anywhere(self):
        data = pickle.dumps({"a": [1.5, "text", b"bytes", (1, 2, 3)], "b": collections.OrderedDict(c=None)}, 4)
        for n in range(len(data)):
            self.assertIn("cut short", self.fail_to_read(data[:n]))

    def test_a_list_in_itself(self):
        value = [1]
        value.append({"self": value})
        for protocol in PROTOCOLS:
            self.assertIn("holds itself", self.fail_to_read(pickle.dumps(value, protocol)))

    def test_the_end_is_found(self):
        data = pickle.dumps([1, 2], 2)
        run = self.run_program(data + data)
        self.assertEqual(run.stdout, f"[1, 2]\n{len(data)}\n")

    def test_text_protocols(self):
        for protocol in (0, 1):
            self.assertIn("opcode", self.fail_to_read(pickle.dumps({"a": [2**40, "x"]}, protocol)))


if __name__ == "__main__":
    unittest.main()
