"""test_anchors_suggest.py FRCNN: frcnn anchors suggest on made annotations: more boxes reached, the same bytes each time,
files of each kind, and what is said about bad ones."""
import json
import random
import re
import unittest

import program

FAST = ("--convention", "torchvision", "--strides", "4,8,16", "--sizes", "32/64/128", "--min-size", "320", "--max-size",
        "512")


class Suggest(program.ProgramTest):
    def write_coco(self, name, seed, n_images=60):
        """Squares and tall boxes between the anchors' sizes."""
        draw = random.Random(seed)
        images, annotations = [], []
        for i in range(n_images):
            images.append({"id": i, "file_name": f"{i}.jpg", "width": 400, "height": 320})
            for _ in range(4):
                w = draw.uniform(40, 56)
                h = w * draw.choice((1, 1.5))
                annotations.append({"image_id": i, "category_id": 1,
                                    "bbox": [draw.uniform(0, 400 - w), draw.uniform(0, 320 - h), w, h]})
        self.write(name, json.dumps({"images": images, "annotations": annotations,
                                     "categories": [{"id": 1, "name": "x"}]}).encode())

    def suggest(self, *arguments, status=0):
        out, message = self.run_program("anchors", "suggest", *FAST, *arguments, status=status)
        return out.decode(), message

    def test_more_boxes_are_reached(self):
        self.write_coco("train.json", 1)
        self.write_coco("val.json", 2)
        text, _ = self.suggest("--annotations", "train.json", "--holdout", "val.json", "--picture", "boxes.png", "--json",
                               "fit.json")
        fit = json.loads(self.read("fit.json"))
        for recall in (fit["recall"], fit["holdout"][0]):
            self.assertEqual(recall["all"]["boxes"], 240)
            self.assertGreater(recall["all"]["after"]["recall_70"], recall["all"]["before"]["recall_70"] + 0.1)
            self.assertGreaterEqual(recall["all"]["after"]["recall_50"], recall["all"]["before"]["recall_50"] - 0.02)
        self.assertEqual(fit["holdout"][0]["file"], "val.json")
        self.assertEqual(fit["before"], {"sizes": [[32], [64], [128]], "ratios": [[0.5, 1, 2]] * 3,
                                         "strides": [[4, 4], [8, 8], [16, 16]]})
        self.assertEqual(self.read("boxes.png")[:8], b"\x89PNG\r\n\x1a\n")
        # The line suggested is what the program takes: measured from there, it is where the search ended.
        line = re.search(r"suggest: (--sizes \S+ --ratios \S+)$", text, re.M)[1].split()
        self.suggest("--annotations", "train.json", *line, "--json", "again.json")
        again = json.loads(self.read("again.json"))
        self.assertEqual(again["before"], fit["after"])
        self.assertEqual(again["recall"]["all"]["before"], fit["recall"]["all"]["after"])

    def test_the_same_each_time(self):
        self.write_coco("train.json", 3, 20)
        runs = []
        for threads in ("1", "2"):
            text, _ = self.run_program("anchors", "suggest", *FAST, "--annotations", "train.json", "--picture", "p.png",
                                       env={**program.os.environ, "OMP_NUM_THREADS": threads})
            runs.append((text, self.read("p.png")))
        self.assertEqual(runs[0], runs[1])

    def test_counts_that_are_asked_for(self):
        self.write_coco("train.json", 4, 10)
        text, _ = self.suggest("--annotations", "train.json", "--levels", "2", "--per-cell", "4")
        line = re.search(r"suggest: --sizes (\S+) --ratios (\S+) --strides (\S+)$", text, re.M)
        self.assertEqual(line[1].count("/"), 1)
        self.assertEqual(line[2].count(","), 3)
        self.assertEqual(line[3], "4,8")

    def test_every_kind_of_annotations(self):
        self.write("voc/a.xml", b"<annotation><size><width>400</width><height>320</height></size><object><name>x</name>"
                                b"<bndbox><xmin>11</xmin><ymin>11</ymin><xmax>60</xmax><ymax>70</ymax></bndbox></object>"
                                b"</annotation>")
        self.write("yolo/b.txt", b"0 0.5 0.5 0.2 0.2\n0 0.5 0.5 -0.1 0.1\n")
        self.write_picture("photos/b.png", 320, 400)
        text, message = self.suggest("--annotations", "voc", "yolo/b.txt", "--images", "photos")
        self.assertTrue(text.startswith("2 boxes in 2 images, resized to a short side of 320, a long side of at most 512"))
        self.assertIn("yolo/b.txt: bad boxes left out: 1\n  yolo/b.txt: line 2: box 220,144,180,176: negative size",
                      message)
        text, _ = self.suggest("--annotations", "voc", "--image-size", "256x256", "--json", "-")
        self.assertEqual(json.loads(text)["recall"]["all"]["boxes"], 1)

    def test_the_default_model_says_how_images_are_resized(self):
        self.write_coco("train.json", 5, 5)
        text, _ = self.run_program("anchors", "suggest", "--annotations", "train.json")
        self.assertIn(b"resized to a short side of 288, a long side of at most 512", text)
        text, _ = self.run_program("anchors", "suggest", "--annotations", "train.json", "--min-size", "200")
        self.assertIn(b"resized to a short side of 200, a long side of at most 512", text)

    def test_mistakes(self):
        self.write("bad.json", b'{"images":')
        self.write("none.json", b'{"images":[],"annotations":[],"categories":[]}')
        self.write("good.json", b'{"images":[{"id":1,"file_name":"a","width":99,"height":99}],"annotations":'
                                b'[{"image_id":1,"category_id":1,"bbox":[1,1,50,50]}],"categories":[{"id":1,"name":"x"}]}')
        for arguments, message in (
                ([], "expected --annotations FILE, found none"),
                (["--annotations", "bad.json"], "bad.json: line 1: expected JSON"),
                (["--annotations", "gone.json"], "gone.json: cannot be opened"),
                (["--annotations", "none.json"], "expected at least one box, found none"),
                (["--annotations", "good.json", "--grids", "2x3"], "expected no --grids"),
                (["--annotations", "good.json", "--levels", "9"], "--levels: expected a number from 1 to 8, found '9'"),
                (["--annotations", "good.json", "--per-cell", "x"], "--per-cell: expected a number from 1 to 256"),
                (["--annotations", "good.json", "--max-loss", "101"], "--max-loss: expected a number from 0 to 100"),
                (["--annotations", "good.json", "--picture", "no/p.png"], "no/p.png"),
                (["--annotations", "good.json", "--picture", "-"], "--picture: expected a file to write, found '-'"),
                (["--annotations", "good.json", "--json", "no/p.json"], "no/p.json")):
            out, error = self.suggest(*arguments, status=2)
            self.assertEqual(out, "")
            self.assertIn(message, error)


if __name__ == "__main__":
    program.main()
