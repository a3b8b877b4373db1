"""frcnn anchors show from the outside: which files there are, what the page says and links to, and what is refused."""
import html.parser
import json
import os
import struct
import zlib

import program

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(html.parser.HTMLParser):
    """Every element closed in order; links, images and text collected."""

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.images, self.cells, self.title = [], [], [], [], ""
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "a":
            self.links.append(attrs["href"])
        if tag == "img":
            self.images.append((attrs["src"], int(attrs["width"]), int(attrs["height"]), attrs["alt"]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.cells.append(data)
        if self.open and self.open[-1] == "title":
            self.title += data


def png_size(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


def png_colors(data):
    """All colours of an RGB PNG, by the filters that its rows name."""
    width, height = png_size(data)
    stream, at = b"", 8
    while at < len(data):
        length, = struct.unpack(">I", data[at:at + 4])
        if data[at + 4:at + 8] == b"IDAT":
            stream += data[at + 8:at + 8 + length]
        at += 12 + length
    raw, row_bytes = zlib.decompress(stream), width * 3
    before, colors = bytearray(row_bytes), set()
    for y in range(height):
        kind = raw[y * (row_bytes + 1)]
        row = bytearray(raw[y * (row_bytes + 1) + 1:(y + 1) * (row_bytes + 1)])
        for i in range(row_bytes):
            a = row[i - 3] if i >= 3 else 0
            b = before[i]
            c = before[i - 3] if i >= 3 else 0
            if kind == 1:
                row[i] = (row[i] + a) & 255
            elif kind == 2:
                row[i] = (row[i] + b) & 255
            elif kind == 3:
                row[i] = (row[i] + (a + b) // 2) & 255
            elif kind == 4:
                p = a + b - c
                pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
                row[i] = (row[i] + (a if pa <= pb and pa <= pc else b if pb <= pc else c)) & 255
        colors |= {bytes(row[i:i + 3]) for i in range(0, row_bytes, 3)}
        before = row
    return colors


RED = bytes.fromhex("e6293c")
VOC = """<annotation><filename>{name}</filename><size><width>{w}</width><height>{h}</height><depth>3</depth></size>{objects}
</annotation>"""
VOC_OBJECT = """<object><name>{}</name><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox></object>"""


class AnchorsShow(program.ProgramTest):
    def show(self, *arguments, status=0):
        return self.run_program("anchors", "show", *arguments, status=status)

    def page(self, folder):
        """The page, after what it shows was checked: every picture is there, of the size told, and nothing else is."""
        page = Page(self.read(folder, "index.html").decode("utf-8"))
        names = [name for name, _, _, _ in page.images]
        self.assertEqual(page.links, names)
        self.assertEqual(sorted(names + ["index.html"]), sorted(os.listdir(self.path(folder))))
        for name, width, height, alt in page.images:
            self.assertEqual(png_size(self.read(folder, name)), (width, height), name)
            self.assertTrue(alt)
        return page

    def test_a_canvas_and_a_convention(self):
        out, _ = self.show("--canvas", "800x1088", "--convention", "torchvision", "-o", "shown")
        self.assertEqual(out, b"shown/index.html\n")
        page = self.page("shown")
        self.assertEqual([name for name, _, _, _ in page.images],
                         ["base.png", "level-0.png", "level-1.png", "level-2.png", "level-3.png", "level-4.png",
                          "contact.png"])
        cells = page.cells
        self.assertIn("61 × 64", cells)
        self.assertIn("13 × 17", cells)
        self.assertIn("217413", cells)
        self.assertEqual(page.title, "Anchors of torchvision")
        # All levels are of one size of picture.
        self.assertEqual(len({size[1] for size in page.images[1:6]}), 1)

    def test_the_same_pictures_each_time(self):
        for name in ("a", "b"):
            self.show("--canvas", "64x96", "--convention", "mmdet-legacy", "-o", name)
        self.assert_same_files(self.files("a"), self.files("b"))

    def test_every_convention(self):
        for name in ("torchvision", "detectron2", "mmdet", "mmdet-legacy", "py-faster-rcnn", "matlab",
                     "simple-faster-rcnn"):
            self.show("--canvas", "96x128", "--convention", name, "--cell", "1,2", "--every", "3", "-o", name)
            self.page(name)

    def test_an_image_and_the_default_model(self):
        self.write_picture("photo.png", 96, 128)
        self.show("photo.png", "--min-size", "96", "-o", "shown")
        page = self.page("shown")
        self.assertIn("proposals.png", page.links)
        self.assertNotIn("matches.png", page.links)
        self.assertIn("photo.png, anchors of everyday10.safetensors", page.title)
        # Other anchors than the model's, or another frame, have no proposals.
        self.show("photo.png", "--sizes", "16/32/64/128", "-o", "other")
        self.assertNotIn("proposals.png", self.page("other").links)
        self.show("photo.png", "--image-size", "128x256", "-o", "frame")
        self.assertNotIn("proposals.png", self.page("frame").links)

    def test_an_image_and_a_convention(self):
        self.write_picture("photo.png", 48, 64)
        self.show("photo.png", "--convention", "py-faster-rcnn")
        page = self.page("frcnn-anchors")
        self.assertEqual(page.links, ["base.png", "level-0.png", "contact.png"])
        self.assertIn("3 × 4", page.cells)

    def test_names_are_escaped(self):
        name = 'a <b> & "c".png'
        self.write_picture(name)
        self.show(name, "--convention", "matlab", "-o", "shown")
        self.assertEqual(self.page("shown").title, name + ", anchors of matlab")
        self.assertIn(b"a &lt;b&gt; &amp; &quot;c&quot;.png", self.read("shown", "index.html"))
        self.write(b"\xff.png", self.read(name))
        self.show(b"\xff.png", "--convention", "matlab", "-o", "shown")
        self.assertEqual(self.page("shown").title, "\ufffd.png, anchors of matlab")

    def recall(self, out):
        lines = out.decode().splitlines()
        self.assertEqual(lines[0].split(), ["objects", "boxes", "recall@0.5", "recall@0.7"])
        return [line.split() for line in lines[1:5]]

    # Detectron2's square of side 64 at cell (1, 2) of stride 32 is 32,0 to 96,64; the second box has half of that and is
    # small; nothing is near the third.
    ARGUMENTS = ("photo.png", "--convention", "detectron2", "--strides", "32", "--sizes", "64", "--ratios", "1")
    EXPECTED = [["all", "3", "0.667", "0.333"], ["small", "1", "0.000", "0.000"], ["medium", "2", "1.000", "0.500"],
                ["large", "0", "-", "-"]]

    def test_voc_annotations(self):
        self.write_picture("photo.png", 128, 192)
        objects = [VOC_OBJECT.format(*values) for values in
                   (("dog", 33, 1, 96, 64), ("cat", 33, 1, 64, 64), ("<pen>", 100, 100, 103, 103))]
        self.write("photo.xml", VOC.format(name="photo.png", h=128, w=192, objects="".join(
            o.replace("<name><pen>", "<name>&lt;pen&gt;") for o in objects)).encode())
        out, _ = self.show(*self.ARGUMENTS, "--annotations", "photo.xml", "-o", "shown")
        self.assertEqual(self.recall(out), self.EXPECTED)
        page = self.page("shown")
        self.assertIn("matches.png", page.links)
        self.assertIn("0.667", page.cells)
        self.assertIn(RED, png_colors(self.read("shown", "matches.png")))
        # Each box is touched by some anchor: none is out of reach then.
        self.show(*self.ARGUMENTS, "--annotations", "photo.xml", "--iou", "0", "-o", "low")
        self.assertNotIn(RED, png_colors(self.read("low", "matches.png")))

    def test_coco_and_yolo_annotations_say_the_same(self):
        self.write_picture("photo.png", 128, 192)
        boxes = [[32, 0, 64, 64], [32, 0, 32, 64], [99, 99, 4, 4]]
        coco = {"images": [{"id": 5, "file_name": "photo.png", "height": 128, "width": 192},
                           {"id": 6, "file_name": "other.png", "height": 9, "width": 9}],
                "categories": [{"id": 1, "name": "thing"}],
                "annotations": [{"id": i, "image_id": 5, "category_id": 1, "bbox": box, "area": box[2] * box[3],
                                 "iscrowd": 0} for i, box in enumerate(boxes)] +
                               [{"id": 9, "image_id": 5, "category_id": 1, "bbox": [0, 0, 5, 5], "area": 25,
                                 "iscrowd": 1}]}
        self.write("truth.json", json.dumps(coco).encode())
        out, _ = self.show(*self.ARGUMENTS, "--annotations", "truth.json", "-o", "coco")
        self.assertEqual(self.recall(out), self.EXPECTED)
        self.write("labels/photo.txt", "".join(f"0 {(x + w / 2) / 192!r} {(y + h / 2) / 128!r} {w / 192!r} {h / 128!r}\n"
                                               for x, y, w, h in boxes).encode())
        out, _ = self.show(*self.ARGUMENTS, "--annotations", "labels/photo.txt", "-o", "yolo")
        self.assertEqual(self.recall(out), self.EXPECTED)

    def test_boxes_follow_the_resized_image(self):
        self.write_picture("photo.png", 64, 96)
        self.write("photo.xml", VOC.format(name="photo.png", h=64, w=96,
                                           objects=VOC_OBJECT.format("dog", 17, 1, 48, 32)).encode())
        out, _ = self.show(*self.ARGUMENTS, "--image-size", "128x192", "--annotations", "photo.xml", "-o", "shown")
        # Matched as 64 x 64, but counted as the 32 x 32 that it is in the image.
        self.assertEqual(self.recall(out)[0], ["all", "1", "1.000", "1.000"])
        self.assertEqual(self.recall(out)[2], ["medium", "1", "1.000", "1.000"])

    def test_what_is_refused(self):
        self.write_picture("photo.png", 48, 64)
        self.write("text.png", b"no image")
        self.write("wrong.xml", VOC.format(name="photo.png", h=10, w=10,
                                           objects=VOC_OBJECT.format("dog", 1, 1, 5, 5)).encode())
        self.write("other.json", json.dumps({"images": [{"id": 1, "file_name": "b.png", "height": 4, "width": 4}],
                                             "categories": [], "annotations": []}).encode())
        self.write("file", b"")
        vgg = ("--convention", "matlab", "-o", "shown")
        for arguments, expected in (
                ((), "expected IMAGE or --canvas, found neither"),
                (("photo.png", "--canvas", "9x9"), "expected IMAGE or --canvas, found both: 'photo.png'"),
                (("photo.png", "photo.png"), "expected one IMAGE, found a second"),
                (("none.png", *vgg), "none.png: cannot open"),
                (("text.png", *vgg), "text.png: "),
                (("photo.png", "--model", "none.pth"), "none.pth: cannot be opened"),
                (("photo.png", "--convention", "tensorflow"), "tensorflow"),
                (("photo.png", "--cell", "3,0", *vgg), "cell 3,0: expected one of 0,0 to 2,3"),
                (("photo.png", "--cell", "1", *vgg), "--cell: expected Y,X"),
                (("photo.png", "--cell", "1,-1", *vgg), "--cell: expected Y,X"),
                (("photo.png", "--every", "0", *vgg), "--every: expected a whole number from 1 to 65535, found '0'"),
                (("photo.png", "--iou", "2", *vgg), "--iou: expected a number from 0 to 1, found '2'"),
                (("--canvas", "9", *vgg), "--canvas: expected HEIGHTxWIDTH"),
                (("--canvas", "9x9", "--image-size", "9x9", *vgg), "--canvas: expected it without --image-size"),
                (("--canvas", "9x9", "--annotations", "wrong.xml", *vgg), "--annotations: expected IMAGE with it"),
                (("photo.png", "--annotations", "none.xml", *vgg), "none.xml"),
                (("photo.png", "--annotations", "wrong.xml", *vgg),
                 "wrong.xml: expected boxes of an image of 48x64, found 10x10"),
                (("photo.png", "--annotations", "other.json", *vgg), "other.json: expected boxes of photo.png"),
                (("photo.png", "--convention", "matlab", "-o", "file"), "file: cannot make this folder"),
                (("photo.png", "--convention", "matlab", "-o", "no/where"), "no/where: cannot make this folder")):
            out, message = self.show(*arguments, status=2)
            self.assertIn(expected, message)
            self.assertEqual(out, b"", arguments)
            self.assertFalse(os.path.exists(self.path("shown")), arguments)


if __name__ == "__main__":
    program.main()
