"""frcnn info and frcnn bench: keys that scripts rely on."""
import json
import os
import struct
import sys
import tempfile

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

    def test_other_families(self):
        golden = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden")
        output, _ = self.run_program("info", os.path.join(golden, "detectron2", "c4.pkl"), "--image-size", "119x200",
                                     "--min-size", "119", "--max-size", "200")
        for expected in ["family         detectron2-c4: its tensors have Detectron2's names",
                         "bgr in 0 … 255, mean 103.53, 116.28, 123.675; std 1, 1, 1", "padded to 119x200",
                         "grid 8x13, stride 16x16", "anchors        15 a cell", "14x14 by aligned RoIAlign, sampling ratio 0"]:
            self.assertIn(expected, output.decode())
        output, _ = self.run_program("info", "--json", os.path.join(golden, "mmdetection", "r50_fpn.pth"))
        info = json.loads(output)
        self.assertEqual((info["family"], info["anchors"]["convention"]), ("mmdetection", "mmdet"))
        self.assertEqual(info["classes"], ["ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen"])
        self.assertEqual(info["preprocess"]["std"], [58.395, 57.12, 57.375])

    def test_anchor_options(self):
        output, _ = self.run_program("info", "--json", "--anchor-sizes", "20/40/80/160", "--anchor-ratios", "0.4,1,2.5")
        anchors = json.loads(output)["anchors"]
        self.assertEqual((anchors["sizes"], anchors["ratios"]), ([[20], [40], [80], [160]], [0.4, 1, 2.5]))
        _, message = self.run_program("info", "--anchor-sizes", "20,30/40,50/80,90/160,170", status=2)
        self.assertIn("expected 3 anchors per cell, as rpn.head.cls_logits predicts, found 6", message)

    # What a file holds is told though it is no detector; the status says that.
    def test_tensors_of_no_detector(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "backbone.safetensors")
            header = json.dumps({"layer4.0.conv1.weight": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}})
            with open(path, "wb") as file:
                file.write(struct.pack("<Q", len(header)) + header.encode() + bytes(4))
            output, message = self.run_program("info", "--tensors", path, status=2)
        self.assertIn("a ResNet classification backbone", message)
        self.assertIn("layer4.0.conv1.weight", output.decode())

    def test_bad_values(self):
        for arguments in [["--anchor-sizes", "a/b"], ["--anchor-ratios", ""], ["--image-size", "480"], ["--image-size", "0x5"], ["a", "b"], ["--image-size", "480x640x3"]]:
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
