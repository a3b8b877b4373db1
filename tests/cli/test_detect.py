"""frcnn detect on folders, lists and streams: what it writes, and that it writes the same bytes every time."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program import FAST, PROGRAM, ProgramTest, main, picture, png, ppm  # noqa: E402


class Usage(ProgramTest):
    def test_no_arguments(self):
        _, message = self.run_program(status=2)
        self.assertIn("Usage: frcnn", message)

    def test_unknown_command(self):
        _, message = self.run_program("detekt", status=2)
        self.assertIn("expected detect, anchors, info, convert or bench, found 'detekt'", message)

    def test_help(self):
        for command in ([], ["detect"], ["info"], ["bench"]):
            output, _ = self.run_program(*command, "--help")
            self.assertIn(b"Usage: frcnn", output)

    def test_version(self):
        output, _ = self.run_program("--version")
        lines = output.decode().split("\n")
        self.assertRegex(lines[0], r"^frcnn \d+\.\d+\.\d+$")
        self.assertTrue(lines[1].startswith("oneDNN "))
        self.assertTrue(lines[2].startswith("decoders: stb_image "))
        self.assertRegex(lines[3], r"^CUDA: (no|\d+\.\d+)$")

    def test_bad_values(self):
        for arguments, expected in [
            (["--score", "2"], "--score: expected a number from 0 to 1, found '2'"),
            (["--score", "nan"], "--score: expected"), (["--nms", ""], "--nms: expected"),
            (["--max-detections", "0"], "--max-detections: expected"),
            (["--threads", "-1"], "--threads: expected a whole number from 1 to 1024, found '-1'"),
            (["--batch", "1.5"], "--batch: expected"), (["--max-memory", "lots"], "--max-memory: expected"),
            (["--formats", "voc"], "--formats: expected coco, all or none, found 'voc'"),
            (["--draw-format", "gif"], "--draw-format: expected jpg or png, found 'gif'"),
            (["--mean", "1,2,"], "--mean: expected"), (["--std", "1,2,3,4,5"], "--std: expected"),
            (["--range", "5,5"], "--range: expected"), (["--line-width", "x"], "--line-width: expected"),
            (["--min-size", "0"], "--min-size: expected"), (["--resume", "--force"], "found both"),
            (["--out", "-", "--force"], "found --out -"), (["--no-such-option"], "unrecognized option"),
            (["--device", "cuda:99"], "device: expected auto or cpu"),
            (["--classes", "unicorn"], "found 'unicorn'"), (["--tile", "100"], "unrecognized option"),
            (["--shard", "0/2"], "unrecognized option"),
        ]:
            self.write_picture("a.png")
            _, message = self.run_program("detect", *arguments, "a.png", status=2)
            self.assertIn(expected, message)
            self.assertFalse(os.path.exists(self.path("frcnn-out")), arguments)

    def test_no_input(self):
        _, message = self.run_program("detect", status=2)
        self.assertIn("expected an input", message)


class Folder(ProgramTest):
    def test_everything_is_written(self):
        self.write_folder()
        self.write("photos/notes.txt", b"none of them")
        self.write("photos/.hidden.png", b"")
        output, message = self.detect("photos")
        self.assertEqual(output, b"")
        self.assertIn("left out: 1 hidden file or folder, 1 file that is no image", message)
        self.assertIn("4 images, ", message)
        self.assertIn("results: frcnn-out", message)
        header, *entries = self.journal()
        self.assertEqual(list(header), ["frcnn", "version", "model", "settings", "categories"])
        self.assertEqual(list(header["model"]), ["name", "family", "sha256"])
        self.assertEqual(header["categories"][0], {"id": 1, "name": "person"})
        self.assertEqual([e["file"] for e in entries], ["a/0.png", "a/2.png", "b/1.png", "b/3.png"])
        self.assertEqual([e["image_id"] for e in entries], [1, 2, 3, 4])
        self.assertTrue(any(e["detections"] for e in entries))
        for entry in entries:
            self.assertEqual(list(entry), ["image_id", "file", "width", "height", "detections"])
            scores = [d["score"] for d in entry["detections"]]
            self.assertEqual(scores, sorted(scores, reverse=True))
            for detection in entry["detections"]:
                x, y, width, height = detection["bbox"]
                self.assertTrue(0 <= x and 0 <= y and width > 0 and height > 0)
                self.assertTrue(x + width <= entry["width"] + 0.01 and y + height <= entry["height"] + 0.01)
        self.assertEqual(sorted(self.files("frcnn-out")),
                         ["coco.json", "coco_results.json", "detections.jsonl", "images/a/0.png.jpg",
                          "images/a/2.png.jpg", "images/b/1.png.jpg", "images/b/3.png.jpg"])

    def test_coco_files_agree_with_the_journal(self):
        self.write_folder()
        self.write("photos/bad.png", b"\x89PNG\r\n\x1a\n")
        self.detect("photos", status=1)
        entries = [e for e in self.journal()[1:] if "error" not in e]
        self.assertEqual(len(entries), 4)
        results = json.loads(self.read("frcnn-out", "coco_results.json"))
        self.assertEqual(results, [{"image_id": e["image_id"], **d} for e in entries for d in e["detections"]])
        coco = json.loads(self.read("frcnn-out", "coco.json"))
        self.assertEqual(coco["images"], [{"id": e["image_id"], "file_name": e["file"], "width": e["width"],
                                           "height": e["height"]} for e in entries])
        self.assertEqual([a["id"] for a in coco["annotations"]], list(range(1, len(results) + 1)))
        for annotation, result in zip(coco["annotations"], results):
            self.assertEqual({k: annotation[k] for k in result}, result)
            self.assertAlmostEqual(annotation["area"], result["bbox"][2] * result["bbox"][3], delta=0.01)
            self.assertEqual(annotation["iscrowd"], 0)
        self.assertEqual(coco["categories"], self.journal()[0]["categories"])

    def test_same_bytes(self):
        self.write_folder(7)
        self.detect("photos", "-o", "once", "--threads", "1")
        once = self.files("once")
        for out, options in [("again", ["--threads", "1"]), ("two", ["--threads", "2"]),
                             ("two-again", ["--threads", "2"]), ("batch", ["--threads", "2", "--batch", "3"])]:
            self.detect("photos", "-o", out, *options)
            self.assert_same_files(once, self.files(out), out)

    def test_empty_folder(self):
        os.mkdir(self.path("photos"))
        _, message = self.detect("photos")
        self.assertIn("warning: no image found", message)
        self.assertEqual(self.read("frcnn-out", "coco_results.json"), b"[]\n")
        self.assertEqual(len(self.journal()), 1)

    def test_symlink_loop(self):
        self.write_folder(1)
        os.symlink("..", self.path("photos", "a", "up"))
        os.symlink("self", self.path("photos", "self"))
        self.detect("photos", "--no-draw")
        self.assertEqual(len(self.journal()), 2)

    def test_own_results_are_no_input(self):
        self.write_folder(2)
        self.detect("photos", "-o", "photos/out")
        self.detect("photos", "-o", "second")
        self.assertEqual(len(self.journal("second", "detections.jsonl")), 3)

    def test_strange_paths(self):
        data = png(8, 8, picture(8, 8))
        for name in [b"p/new\nline.png", b"p/\xff\xfe.png", "p/\u05d0\u4e2d\u00e9.png".encode(), b"-x.jpg"]:
            self.write(name, data)
        _, message = self.detect("-v", "p", "--", "-x.jpg")
        self.assertIn("new?line.png", message)
        entries = {e["file"]: e for e in self.journal()[1:]}
        self.assertEqual(set(entries), {"-x.jpg", "new\nline.png", "\ufffd\ufffd.png", "\u05d0\u4e2d\u00e9.png"})
        self.assertEqual(entries["\ufffd\ufffd.png"]["file_bytes"], b"\xff\xfe.png".hex())
        self.assertNotIn("file_bytes", entries["new\nline.png"])
        names = os.listdir(os.fsencode(self.path("frcnn-out", "images")))
        self.assertEqual(set(names), {b"-x.jpg.jpg", b"new\nline.png.jpg", b"\xff\xfe.png.jpg",
                                      "\u05d0\u4e2d\u00e9.png.jpg".encode()})

    def test_longest_names(self):
        data = png(8, 8, picture(8, 8))
        for last in "ab":
            self.write("p/" + 254 * "x" + last, data)
        self.detect("p")
        names = os.listdir(self.path("frcnn-out", "images"))
        self.assertEqual([len(n) for n in names], [255, 255])
        self.assertEqual([e["file"][-1] for e in self.journal()[1:]], ["a", "b"])

    def test_outputs_are_never_shared(self):
        for name in ["p/1.png", "p/1.jpg", "q/1.png"]:
            self.write_picture(name)
        self.detect("p", "q")
        self.assertEqual(sorted(self.files("frcnn-out", "images")), ["p/1.jpg.jpg", "p/1.png.jpg", "q/1.png.jpg"])

    def test_lists_and_patterns(self):
        self.write_folder()
        self.write("list", b"photos/b/1.png\nphotos/a/0.png\n")
        self.detect("@list", "--no-draw")
        self.assertEqual([e["file"] for e in self.journal()[1:]], ["photos/a/0.png", "photos/b/1.png"])
        self.detect("@-", "--no-draw", "--force", input=b"photos/b/1.png\n")
        self.assertEqual([e["file"] for e in self.journal()[1:]], ["photos/b/1.png"])
        self.detect("photos/*/[01].png", "--no-draw", "--force")
        self.assertEqual([e["file"] for e in self.journal()[1:]], ["a/0.png", "b/1.png"])


class Options(ProgramTest):
    def test_drawing(self):
        # Large enough for labels of boxes that score little.
        self.write_picture("photos/a/0.png", 240, 320)
        self.detect("photos", "--no-draw", "-o", "none")
        self.assertFalse(os.path.exists(self.path("none", "images")))
        self.detect("photos", "--draw-format", "png", "-o", "png")
        plain = self.files("png", "images")
        self.assertEqual(list(plain), ["a/0.png.png"])
        self.assertTrue(plain["a/0.png.png"].startswith(b"\x89PNG"))
        for i, options in enumerate([["--hide-labels"], ["--hide-scores"], ["--line-width", "9"]]):
            self.detect("photos", "--draw-format", "png", "-o", f"png{i}", *options)
            self.assertTrue(plain != self.files(f"png{i}", "images"), options)

    def test_formats(self):
        self.write_folder(1)
        self.detect("photos", "--formats", "none", "--no-draw")
        self.assertEqual(list(self.files("frcnn-out")), ["detections.jsonl"])

    def test_filters(self):
        self.write_folder()
        self.detect("photos", "-o", "all", "--no-draw")
        every = [d for e in self.journal("all", "detections.jsonl")[1:] for d in e["detections"]]
        category = every[0]["category_id"]
        self.detect("photos", "-o", "one", "--no-draw", "--classes", str(category))
        header, *entries = self.journal("one", "detections.jsonl")
        self.assertEqual(header["settings"]["classes"], [category])
        self.assertEqual([d for e in entries for d in e["detections"]],
                         [d for d in every if d["category_id"] == category])
        self.detect("photos", "-o", "none", "--no-draw", "--score", "1")
        self.assertEqual(self.read("none", "coco_results.json"), b"[]\n")

    def test_cap_is_told_once(self):
        self.write_folder()
        _, message = self.detect("photos", "--no-draw", "--max-detections", "1")
        self.assertEqual(message.count("--max-detections keeps more"), 1)
        for entry in self.journal()[1:]:
            self.assertLessEqual(len(entry["detections"]), 1)

    def test_shrinking_is_told_once(self):
        for name in "ab":
            self.write_picture(f"photos/{name}.png", 40, 400)
        _, message = self.detect("photos", "--no-draw")
        self.assertEqual(message.count("the model sees 2 images at less than half their size"), 1)

    def test_verbose_and_quiet(self):
        self.write_folder(2)
        _, message = self.detect("photos", "-v", "--no-draw")
        self.assertRegex(message, r"a/0\.png 40x64 → 80x128: .* · decode [\d.]+ resize [\d.]+ backbone [\d.]+ rpn [\d.]+ "
                                  r"roi [\d.]+ post [\d.]+ draw [\d.]+ ms\n")
        self.write("photos/bad.png", b"\x89PNG\r\n\x1a\n")
        _, message = self.detect("photos", "--quiet", "--no-draw", "--force", status=1)
        lines = message.strip().split("\n")
        self.assertEqual(len(lines), 2, message)
        self.assertIn("photos/bad.png", lines[1])

    def test_timings(self):
        self.write_folder(2)
        self.write("photos/c,\"d.png", b"\x89PNG\r\n\x1a\n")
        self.detect("photos", "--timings", "times.csv", status=1)
        lines = self.read("times.csv").decode().strip().split("\n")
        self.assertEqual(lines[0],
                         "file,width,height,decode_ms,resize_ms,backbone_ms,rpn_ms,roi_ms,post_ms,draw_ms")
        self.assertRegex(lines[1], r"^a/0\.png,64,40(,\d+\.\d{3}){7}$")
        self.assertEqual(lines[3], '"c,""d.png",,,,,,,,,')

    def test_strict(self):
        self.write_folder(2)
        self.write("photos/a/1.png", b"\x89PNG\r\n\x1a\n")
        _, message = self.detect("photos", "--strict", status=1)
        self.assertEqual([e["file"] for e in self.journal()[1:]], ["a/0.png", "a/1.png"])
        self.assertIn("photos/a/1.png", message)

    def test_journal_to_standard_output(self):
        self.write_folder(2)
        output, _ = self.detect("photos", "--out", "-")
        self.assertEqual(len(output.decode().strip().split("\n")), 3)
        self.assertEqual(os.listdir(self.folder), ["photos"])
        self.detect("photos", "--no-draw")
        self.assertEqual(output, self.read("frcnn-out", "detections.jsonl"))

    def test_closed_pipe_ends_quietly(self):
        self.write_folder(4)
        with subprocess.Popen([PROGRAM, "detect", *FAST, "--quiet", "photos", "--out", "-"], cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.close()
            message = process.stderr.read()
            process.wait()
        self.assertEqual(message, b"")
        self.assertNotEqual(process.returncode, 0)

    def test_memory_bound_that_is_too_small(self):
        self.write_folder(1)
        _, message = self.detect("photos", "--max-memory", "1K", status=None)
        self.assertRegex(message, r"photos/a/0\.png|max-memory|memory")


class Stream(ProgramTest):
    def frames(self, n):
        return b"".join(ppm(24, 32, picture(24, 32, i)) for i in range(n))

    def test_frames(self):
        self.detect("-", input=self.frames(3))
        self.assertEqual([e["file"] for e in self.journal()[1:]], ["00000001", "00000002", "00000003"])
        self.assertEqual(sorted(self.files("frcnn-out", "images")),
                         ["00000001.jpg", "00000002.jpg", "00000003.jpg"])

    def test_frames_are_images_like_others(self):
        for i in range(2):
            self.write(f"p/{i}.ppm", ppm(24, 32, picture(24, 32, i)))
        self.detect("p", "-o", "files")
        self.detect("-", "-o", "stream", input=self.frames(2))
        for a, b in zip(self.journal("files", "detections.jsonl")[1:], self.journal("stream", "detections.jsonl")[1:]):
            self.assertEqual({**a, "file": ""}, {**b, "file": ""})

    def test_damaged_stream(self):
        _, message = self.detect("-", "--no-draw", input=self.frames(2) + b"\xff\xd8\xff\xe0", status=1)
        self.assertIn("00000003: expected a binary PPM or PGM image", message)
        self.assertEqual(len(self.journal()), 4)
        _, message = self.detect("-", "--no-draw", "--force", input=self.frames(2)[:-1], status=1)
        self.assertIn("00000002: expected all pixels of the image, found the end of the stream", message)

    def test_empty_stream(self):
        self.detect("-", input=b"")
        self.assertEqual(len(self.journal()), 1)

    def test_resume(self):
        self.detect("-", "-o", "whole", input=self.frames(4))
        self.detect("-", input=self.frames(2))
        self.detect("-", "--resume", input=self.frames(4))
        self.assert_same_files(self.files("whole"), self.files("frcnn-out"))


class Annotations(ProgramTest):
    def truth(self, images, categories):
        self.write("truth.json", json.dumps({
            "images": [{"id": i, "file_name": name} for i, name in images], "annotations": [],
            "categories": [{"id": i, "name": name} for i, name in categories]}).encode())

    def test_ids(self):
        self.write_folder(3)
        self.truth([(139, "a/0.png"), (7, "1.png")], [(90, "person"), (3, "automobile"), (44, "dog")])
        _, message = self.detect("photos", "--no-draw", "--annotations", "truth.json")
        header, *entries = self.journal()
        self.assertEqual([(e["file"], e["image_id"]) for e in entries],
                         [("a/0.png", 139), ("a/2.png", 140), ("b/1.png", 7)])
        ids = {c["name"]: c["id"] for c in header["categories"]}
        self.assertEqual((ids["person"], ids["dog"]), (90, 44))
        self.assertEqual(ids["bus"], 3)
        self.assertEqual(len(set(ids.values())), len(ids))
        self.assertIn("1 input is not in the annotations", message)
        self.assertIn("class bus: the annotations have no category of this name; taken for 'automobile'", message)
        self.assertIn("class car: the annotations have no category of this name; written with id", message)
        for result in json.loads(self.read("frcnn-out", "coco_results.json")):
            self.assertIn(result["category_id"], ids.values())

    def test_file_that_is_no_truth(self):
        self.write_folder(1)
        self.write("truth.json", b"[]")
        _, message = self.detect("photos", "--annotations", "truth.json", status=2)
        self.assertIn("truth.json: expected a COCO file", message)
        _, message = self.detect("photos", "--annotations", "gone.json", status=2)
        self.assertIn("gone.json: cannot read", message)
        self.assertFalse(os.path.exists(self.path("frcnn-out")))


if __name__ == "__main__":
    main()
