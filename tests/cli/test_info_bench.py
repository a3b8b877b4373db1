"""frcnn info and frcnn bench: keys that scripts rely on."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program import ProgramTest, main  # noqa: E402


class Info(ProgramTest):
    def test_text(self):
        output, _ = self.run_program("info")
        text = output.decode()
        for expected in ["family         torchvision: ", "backbone       mobilenet_v2", "1 person", "10 sheep",
                         "mean 0.5, 0.5, 0.5; std 0.5, 0.5, 0.5", "short side 288, long side at most 512",
                         "best 500 a level", "at most 100 an image"]:
            self.assertIn(expected, text)

    def test_image_size(self):
        output, _ = self.run_program("info", "--image-size", "480x640")
        text = output.decode()
        self.assertIn("image          480x640, resized to 288x384, padded to 288x384", text)
        self.assertIn("level pool    grid 5x6, stride 57x64", text)

    # By hand, as torchvision does it: 480x640 * 288/480; sides / 8, 16, 32, then half of that rounded up; a stride is the
    # padded side / the grid's; (36 * 48 + 18 * 24 + 9 * 12 + 5 * 6) * 3 anchors.
    def test_json(self):
        output, _ = self.run_program("info", "--json", "--image-size", "480x640")
        info = json.loads(output)
        self.assertEqual(list(info), ["family", "backbone", "classes", "parameters", "preprocess", "levels", "anchors",
                                      "resized", "padded", "macs", "arena_bytes"])
        self.assertEqual(info["classes"], ["person", "car", "bus", "truck", "motorbike", "dog", "cat", "horse", "cow",
                                           "sheep"])
        self.assertEqual(info["preprocess"], {"order": "rgb", "mean": [0.5] * 3, "std": [0.5] * 3, "min_size": 288,
                                              "max_size": 512})
        self.assertEqual([level["name"] for level in info["levels"]], ["0", "1", "2", "pool"])
        self.assertEqual([level["grid"] for level in info["levels"]], [[36, 48], [18, 24], [9, 12], [5, 6]])
        self.assertEqual([level["stride"] for level in info["levels"]], [[8, 8], [16, 16], [32, 32], [57, 64]])
        self.assertEqual(info["anchors"], {"convention": "torchvision", "sizes": [[32], [64], [128], [256]],
                                           "ratios": [0.5, 1, 2], "per_cell": 3, "total": 6894})
        self.assertEqual((info["resized"], info["padded"]), ([288, 384], [288, 384]))
        self.assertEqual(list(info["macs"]), ["backbone", "fpn", "rpn", "roi"])
        self.assertGreater(info["arena_bytes"], 0)

    def test_json_without_a_size(self):
        output, _ = self.run_program("info", "--json", "--tensors", "--mean", "0.1,0.2,0.3")
        info = json.loads(output)
        self.assertNotIn("resized", info)
        self.assertNotIn("total", info["anchors"])
        self.assertEqual(info["preprocess"]["mean"], [0.1, 0.2, 0.3])
        tensors = {t["name"]: t for t in info["tensors"]}
        self.assertEqual(tensors["rpn.head.conv.0.0.weight"]["shape"], [128, 128, 3, 3])
        self.assertEqual(tensors["rpn.head.conv.0.0.weight"]["dtype"], "f16")

    def test_bad_values(self):
        for arguments in [["--image-size", "480"], ["--image-size", "0x5"], ["a", "b"], ["--image-size", "480x640x3"]]:
            _, message = self.run_program("info", *arguments, status=2)
            self.assertIn("expected", message)


class Bench(ProgramTest):
    def test_text(self):
        output, _ = self.run_program("bench", "--runs", "2", "--warmup", "1", "--image-size", "64x64", "--min-size",
                                     "64", "--max-size", "64")
        text = output.decode()
        for expected in ["a made image of 64x64, 2 runs behind 1 to warm up", "backbone ", "GFLOP/s", "peak memory",
                         "Not timed: "]:
            self.assertIn(expected, text)
        self.assertNotIn("decode  ", text)

    def test_json(self):
        self.write_picture("a.png")
        self.write_picture("b.png", 64, 48)
        output, _ = self.run_program("bench", "--runs", "2", "--warmup", "0", "--json", "-", "--min-size", "64",
                                     "--max-size", "64", "--threads", "1", "a.png", "b.png")
        bench = json.loads(output)
        self.assertEqual((bench["images"], bench["runs"], bench["threads"]), (2, 2, 1))
        self.assertEqual(list(bench["ms"]), ["decode", "resize", "backbone", "rpn", "roi", "post", "detect", "draw"])
        for stage in bench["ms"].values():
            self.assertTrue(stage["p10"] <= stage["median"] <= stage["p90"])
        for stage in ["backbone", "rpn", "roi", "detect"]:
            self.assertGreater(bench["ms"][stage]["gflops"], 0)
        self.assertGreater(bench["peak_bytes"], 0)

    def test_bad_input(self):
        _, message = self.run_program("bench", "gone.png", status=2)
        self.assertIn("gone.png: ", message)
        _, message = self.run_program("bench", "--image-size", "64x64", "a.png", status=2)
        self.assertIn("found both", message)


if __name__ == "__main__":
    main()
