"""frcnn anchors pin and check: golden files, dumps in every format, reports for machines, exit status."""
import json
import os
import sys
import xml.etree.ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dumps import f16, f32, npy, safetensors  # noqa: E402
from program import ProgramTest, main  # noqa: E402

TORCHVISION = ["--convention", "torchvision", "--image-size", "96x160"]
SIMPLE = ["--convention", "simple-faster-rcnn", "--image-size", "48x64"]


class Golden(ProgramTest):
    def setUp(self):
        super().setUp()
        self.run_program("anchors", "pin", "golden.json", *TORCHVISION)

    def check(self, *arguments, status=0):
        return self.run_program("anchors", "check", *arguments, status=status)[1]

    def levels(self, *arguments):
        output, _ = self.run_program("anchors", "dump", "--format", "json", *(arguments or TORCHVISION))
        return [[[f32(v) for v in row] for row in level["anchors"]] for level in json.loads(output)["levels"]]

    def rows(self, *arguments):
        return [row for level in self.levels(*arguments) for row in level]

    def edit(self, old, new, name="edited.json"):
        text = self.read("golden.json").decode()
        self.assertIn(old, text)
        self.write(name, text.replace(old, new, 1).encode())
        return name


class Pin(Golden):
    # The SHA-256 is that of torchvision 0.29.1's AnchorGenerator.
    def test_resnet50_fpn(self):
        _, message = self.run_program("anchors", "pin", "r50.json", "--convention", "torchvision", "--image-size",
                                      "800x1088")
        sha256 = "83b6ba49e4c4be36e782235c04523ad139f374c9b89df94f37bbd0c09f5a13bf"
        self.assertEqual(message, f"r50.json: torchvision, 800x1088, 5 levels, 217413 anchors, SHA-256 {sha256}\n")
        golden = json.loads(self.read("r50.json"))
        self.assertEqual(list(golden), ["frcnn_anchors", "convention", "order", "image", "levels", "total", "sha256"])
        self.assertEqual((golden["frcnn_anchors"], golden["order"], golden["image"]), (1, "ratio", [800, 1088]))
        self.assertEqual((golden["total"], golden["sha256"]), (217413, sha256))
        last = golden["levels"][4]
        self.assertEqual((last["sizes"], last["ratios"], last["nominal_stride"], last["grid"], last["stride"],
                          last["count"]), ([512], [0.5, 1, 2], [64, 64], [13, 17], [61, 64], 663))
        self.assertEqual(last["base"], [[-362, -181, 362, 181], [-256, -256, 256, 256], [-181, -362, 181, 362]])
        self.assertEqual([sample["index"] for sample in last["samples"]], [0, 94, 189, 283, 378, 472, 567, 662])
        self.assertEqual(last["samples"][-1], {"index": 662, "cell": [12, 16], "anchor": 2,
                                               "box": [16 * 64 - 181, 12 * 61 - 362, 16 * 64 + 181, 12 * 61 + 362]})
        self.assertLess(len(self.read("r50.json")), 8192)

    def test_same_anchors_give_the_same_bytes(self):
        self.run_program("anchors", "pin", "again.json", *TORCHVISION)
        self.assertEqual(self.read("again.json"), self.read("golden.json"))

    def test_a_file_is_replaced_only_where_asked(self):
        before = self.read("golden.json")
        _, message = self.run_program("anchors", "pin", "golden.json", *SIMPLE, status=2)
        self.assertIn("golden.json: is there already; --force replaces it", message)
        self.assertEqual(self.read("golden.json"), before)
        self.write("a\x1b[31m.json", b"")
        _, message = self.run_program("anchors", "pin", "a\x1b[31m.json", *SIMPLE, status=2)
        self.assertEqual(message, "frcnn: a?[31m.json: is there already; --force replaces it\n")
        self.run_program("anchors", "pin", "--force", "golden.json", *SIMPLE)
        self.assertNotEqual(self.read("golden.json"), before)

    def test_the_default_model(self):
        self.run_program("anchors", "pin", "model.json", "--image-size", "288x384")
        golden = json.loads(self.read("model.json"))
        # torchvision 0.29.1
        self.assertEqual(golden["sha256"], "deb6d0d86752ed17a0d06462ac252e92103ce3cc08558eb73e26f62067443b4c")

    def test_mistakes_in_the_options(self):
        for arguments, expected in [([], "expected a file to write"), (["a.json", "b.json"], "found 'b.json' too"),
                                    (["a.json", "--convention", "torchvision"], "expected --image-size or --grids"),
                                    (["-", *TORCHVISION], "expected a file to write, found '-'"),
                                    (["a.json", *TORCHVISION, "--base-size", "8"], "expected it with a convention whose "
                                     "sizes are multiples, not pixels, found 'torchvision'"),
                                    (["a.json", *SIMPLE, "--octave", "4,1e300"], "expected BASE,N, N a whole number"),
                                    (["a.json", *SIMPLE, "--sizes", "1e39"], "a size above 0, at most 1e+06"),
                                    (["gone/a.json", *TORCHVISION], "gone/a.json")]:
            _, message = self.run_program("anchors", "pin", *arguments, status=None)
            self.assertIn(expected, message)
            self.assertEqual(os.listdir(self.folder), ["golden.json"])


class Check(Golden):
    def test_equal(self):
        self.assertEqual(self.check("golden.json"), "golden.json: equal\n  all 3843 anchors are equal\n")

    def test_every_convention(self):
        for name in ["torchvision", "detectron2", "mmdet", "mmdet-legacy", "py-faster-rcnn", "matlab",
                     "simple-faster-rcnn"]:
            self.run_program("anchors", "pin", f"{name}.json", "--convention", name, "--image-size", "97x130")
            self.check(f"{name}.json")
        self.run_program("anchors", "pin", "octave.json", "--convention", "mmdet", "--octave", "4,3", "--offset", "0.5",
                         "--base-size", "8", "--order", "size", "--image-size", "64x64")
        self.check("octave.json")
        self.assertEqual(json.loads(self.read("octave.json"))["levels"][0]["sizes"], [4, 4 * 2 ** (1 / 3), 4 * 2 ** (2 / 3)])

    def test_an_edited_value_is_found(self):
        message = self.check(self.edit("[[-362,", "[[-363,"), status=1)
        self.assertIn("1 of 15 base anchors differ, in 1 value", message)
        self.assertIn("first: level 4, base anchor 0, x1: expected -363, found -362", message)

    # Cells of the last level are 53 apart along x: 2 * 53 - 181.
    def test_an_edited_row_is_found(self):
        message = self.check(self.edit('"cell":[1,2],"anchor":2,"box":[-75,', '"cell":[1,2],"anchor":2,"box":[-74.5,'),
                             status=1)
        self.assertIn("first: level 4, cell (y 1, x 2), anchor 2 of the cell, x1: expected -74.5, found -75", message)

    def test_an_edited_digest_is_found(self):
        golden = json.loads(self.read("golden.json"))
        digest = golden["levels"][3]["sha256"]
        self.assertIn("level 3: the rows that the file has are equal, the SHA-256 of all is not",
                      self.check(self.edit(digest, "0" * 64), status=1))
        self.assertIn("the SHA-256 of all levels is not",
                      self.check(self.edit(golden["sha256"], "0" * 64), status=1))

    def test_files_that_are_no_golden_files(self):
        for old, new, expected in [
                ('"frcnn_anchors": 1', '"frcnn_anchors": 2', "frcnn_anchors: expected version 1, found 2"),
                ('"frcnn_anchors": 1', '"frcnn": 1', "frcnn_anchors: expected a whole number"),
                ('"torchvision"', '"torchvisoin"', 'convention: expected one of torchvision, detectron2, mmdet, '
                 'mmdet-legacy, py-faster-rcnn, matlab, simple-faster-rcnn, found "torchvisoin"'),
                ('"order": "ratio"', '"order": "rows"', 'order: expected "ratio" or "size", found "rows"'),
                ('"order": "ratio"', '"ordre": "ratio"', "a key that golden files do not have, 'ordre'"),
                ('"order": "ratio",', "", "order: expected a value, found nothing"),
                ('"image": [96,160]', '"image": [96]', "image: expected [height, width]"),
                ('"sizes": [32]', '"sizes": []', "levels[0].sizes: expected a list of 1 to 16 numbers"),
                ('"sizes": [32]', '"sizes": [-1]', "level 0: expected a size above 0, at most 1e+06, found -1"),
                ('"grid": [24,40]', '"grid": [0,40]', "levels[0].grid: expected [height, width]"),
                ('"count": 2880', '"count": 2881', "levels[0].count: expected 2880, found 2881"),
                ('"index":0,', '"index":99999,', "levels[0].samples[0].index: expected a whole number from 0 to 2879"),
                ('"cell":[0,0]', '"cell":[0,1]', "levels[0].samples[0].cell[1]: expected 0, found 1"),
                ('"anchor":0', '"anchor":1', "levels[0].samples[0].anchor: expected 0, found 1"),
                ("[-23,-11,23,11]", "[-23,-11,23]", "levels[0].base[0]: expected a box of four numbers"),
                ("[-23,-11,23,11]", '[-23,"a",23,11]', 'levels[0].base[0][1]: expected a number, found "a"'),
                ("[-23,-11,23,11]", "[-23,1e39,23,11]", "levels[0].base[0][1]: expected a float32 number"),
                ('"total": 3843', '"total": 1', "total: expected 3843, found 1"),
                ('"sha256": "', '"sha256": "x', "sha256: expected 64 lower-case hexadecimal digits"),
                ("{", "", "")]:
            message = self.check(self.edit(old, new), status=2)
            self.assertIn("edited.json: UNREADABLE\n  edited.json: ", message)
            self.assertIn(expected, message)
        self.assertIn("gone.json", self.check("gone.json", status=2))

    def test_exit_status(self):
        different = self.edit("[-23,-11,23,11]", "[-23,-11,23,12]", "different.json")
        self.check("golden.json", "golden.json")
        self.check("golden.json", different, status=1)
        self.check("golden.json", "gone.json", status=1)
        self.check("gone.json", "gone.json", status=2)
        self.assertIn("--junit: expected a file to write", self.check("golden.json", "--junit", "-", status=2))
        self.write("empty.json", b"")
        self.assertIn("expected content, found an empty file", self.check("empty.json", status=2))
        self.check(status=None)

    def test_tap(self):
        different = self.edit("[-23,-11,23,11]", "[-23,-11,23,12]", "a # b.json")
        output, _ = self.run_program("anchors", "check", "--tap", "golden.json", different, "gone.json", status=1)
        lines = output.decode().splitlines()
        self.assertEqual(lines[:2], ["TAP version 13", "1..3"])
        self.assertEqual([line for line in lines[2:] if not line.startswith("# ")],
                         ["ok 1 - golden.json", "not ok 2 - a ? b.json", "not ok 3 - gone.json"])
        self.assertIn("# first: level 0, base anchor 0, y2: expected 12, found 11, 1048576 ulp apart", lines)

    def test_junit(self):
        different = self.edit("[-23,-11,23,11]", "[-23,-11,23,12]", "<&\u00e9>.json")
        self.check("--junit", "out.xml", "golden.json", different, "gone.json", status=1)
        root = xml.etree.ElementTree.fromstring(self.read("out.xml"))
        suite = root.find("testsuite")
        self.assertEqual(suite.attrib, {"name": "frcnn anchors check", "tests": "3", "failures": "1", "errors": "1"})
        cases = suite.findall("testcase")
        self.assertEqual([case.get("name") for case in cases], ["golden.json", "<&\u00e9>.json", "gone.json"])
        self.assertIn("expected 12, found 11", cases[1].find("failure").text)
        self.assertIn("gone.json", cases[2].find("error").text)
        self.assertIsNone(cases[0].find("failure"))

    def test_junit_holds_any_name(self):
        name = b"a\xff\x01b.json"
        self.write(name, self.read("golden.json"))
        self.run_program("anchors", "check", "--junit", "out.xml", name)
        root = xml.etree.ElementTree.fromstring(self.read("out.xml"))
        self.assertEqual(root.find("testsuite/testcase").get("name"), "a??b.json")

    def test_a_report_that_cannot_be_written(self):
        self.assertIn("gone/out.xml", self.check("--junit", "gone/out.xml", "golden.json", status=2))


class Dumps(Golden):
    def compare(self, name, data, status=0, golden="golden.json"):
        self.write(name, data)
        return self.check(golden, "--from", name, status=status)

    def test_what_dump_writes(self):
        for end in ("npy", "csv", "json", "safetensors"):
            self.run_program("anchors", "dump", *TORCHVISION, "-o", f"a.{end}")
            self.assertIn("all 3843 anchors are equal", self.check("golden.json", "--from", f"a.{end}"))
            self.run_program("anchors", "dump", "--base", *TORCHVISION, "-o", f"base.{end}")
            self.assertIn("all 15 base anchors are equal", self.check("golden.json", "--from", f"base.{end}"))

    def test_npy(self):
        rows = self.rows()
        self.compare("a.npy", npy(rows, shape=(1, len(rows), 4)))
        self.assertIn("float64; its values were rounded to float32", self.compare("a.npy", npy(rows, "d")))
        narrow = [[f16(value) for value in row] for row in rows]
        self.assertIn("float16; its values were widened to float32", self.compare("a.npy", npy(narrow, "e")))
        self.assertIn("floating-point values, found i32",
                      self.compare("a.npy", npy([[int(v) for v in row] for row in rows], "i"), status=2))
        self.assertIn("expected a shape that ends in 4", self.compare("a.npy", npy(rows, shape=(4 * len(rows),)), status=2))
        self.assertIn("a.npy", self.compare("a.npy", b"no array", status=2))

    def test_csv(self):
        rows = self.rows()
        plain = "".join(",".join(map(repr, row)) + "\n" for row in rows)
        self.compare("a.csv", plain.encode())
        self.compare("a.csv", ("\ufeffx1,y1,x2,y2\n" + plain).encode())
        self.compare("a.csv", ("x1,y1,x2,y2\r\n" + plain.replace("\n", "\r\n")).encode())
        moved = "".join(f"{d},{a},x,{c},{b}\n" for a, b, c, d in rows)
        self.compare("a.csv", ('"y2", x1,note,x2,y1\n' + moved).encode())
        for text, expected in [("x1,y1,x2\n1,2,3\n", "line 1: expected a column y2 in the header"),
                               ("1,2,3\n", "line 1: expected a header with x1, y1, x2 and y2, or four numbers, found 3"),
                               ("1,2,3,4\n\n1,2,x,4\n", "line 3: expected a number in column 3, found 'x'"),
                               ("1,2,3,4\n1,2\n", "line 2: expected 4 columns, found 2")]:
            self.assertIn("a.csv: " + expected, self.compare("a.csv", text.encode(), status=2))

    def test_json(self):
        levels = self.levels()
        self.compare("a.json", json.dumps([row for level in levels for row in level]).encode())
        self.compare("a.json", json.dumps(levels).encode())
        named = {"coordinates": ["y1", "x1", "y2", "x2"],
                 "levels": [{"anchors": [[b, a, d, c] for a, b, c, d in level]} for level in levels]}
        self.compare("a.json", json.dumps(named).encode())
        for text, expected in [("3", "expected a list of rows, a list of levels"),
                               ("[[1,2,3]]", "level 0, row 0: expected a row of four numbers"),
                               ('[[1,2,3,"a"]]', 'level 0, row 0: expected numbers, found "a"'),
                               ('{"levels": 3}', "levels: expected a list, found 3"),
                               ('{"levels": []}', "expected levels, found none"),
                               ('{"levels": [3]}', "level 0: expected a list of rows"),
                               ('{"coordinates": ["x1","y1","x1","y2"], "levels": []}', "coordinates: expected x1, y1"),
                               (json.dumps(levels[:3]), "expected all anchors in one, or 5 levels, found 3"),
                               ("[", "a.json")]:
            self.assertIn(expected, self.compare("a.json", text.encode(), status=2))

    def test_safetensors(self):
        levels = self.levels()
        named = {f"level.{i}": level for i, level in enumerate(levels)}
        self.compare("a.safetensors", safetensors(named))
        self.compare("a.safetensors", safetensors({"anchors": self.rows()}))
        del named["level.1"]
        self.assertIn("expected one tensor, or level.0 to level.3",
                      self.compare("a.safetensors", safetensors(named), status=2))

    def test_names_say_which_is_x(self):
        self.run_program("anchors", "pin", "simple.json", *SIMPLE)
        rows = self.rows(*SIMPLE)
        text = "x1,y1,x2,y2\n" + "".join(f"{b!r},{a!r},{d!r},{c!r}\n" for a, b, c, d in rows)
        self.compare("a.csv", text.encode(), golden="simple.json")
        self.assertIn("likely cause: x and y swapped: ",
                      self.compare("b.csv", text.split("\n", 1)[1].encode(), status=1, golden="simple.json"))

    def test_counts_of_levels(self):
        levels = self.levels()
        levels[3] = levels[3][:-1]
        message = self.compare("a.json", json.dumps(levels).encode(), status=1)
        self.assertIn("expected 3843 anchors, found 3842", message)
        self.assertIn("level 3: expected 45 anchors, found 44", message)

    def test_no_anchors(self):
        message = self.compare("a.npy", npy([]), status=1)
        self.assertIn("expected 3843 anchors, found 0", message)

    def test_other_names(self):
        self.assertIn("expected a name that ends in .npy, .csv, .json or .safetensors",
                      self.compare("a.txt", b"", status=2))
        self.assertIn("gone.npy", self.check("golden.json", "--from", "gone.npy", status=2))


if __name__ == "__main__":
    main()
