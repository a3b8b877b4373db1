"""The engine against VGG16 Faster R-CNNs, py-faster-rcnn's and simple-faster-rcnn's, as written down here in NumPy and
PyTorch from their definitions: narrow nets with seeded weights, every stage.

usage: live_vgg.py --build BUILD_DIR [--work DIR]

Needs tests/requirements.txt. Exit status: 0 all within the bounds of tests/golden/default/README.md, 1 a difference, 77
PyTorch is missing.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
    from PIL import Image
    from safetensors.torch import save_file
    from torchvision.ops import nms, roi_pool

    from make_live_model import make_image, scale_to
except ImportError as error:
    print(f"live_vgg.py: skipped, {error}: install tests/requirements.txt", file=sys.stderr)
    sys.exit(77)

WIDTHS = [8, 8, "pool", 16, 16, "pool", 24, 24, 24, "pool", 32, 32, 32, "pool", 32, 32, 32]
N_CLASSES, N_ANCHORS, HIDDEN, N_DETECTIONS = 6, 9, 48, 30
MIN_SIZE, MAX_SIZE = 220, 360
PRE_NMS, POST_NMS = 400, 300
SHAPES = {"landscape": (150, 200), "portrait": (333, 210), "wide": (90, 301)}


class Net(torch.nn.Module):
    """What both have in common; ceils says how pools treat an odd row."""

    def __init__(self, ceils):
        super().__init__()
        layers, channels = [], 3
        for width in WIDTHS:
            if width == "pool":
                layers.append(torch.nn.MaxPool2d(2, 2, ceil_mode=ceils))
            else:
                layers += [torch.nn.Conv2d(channels, width, 3, padding=1), torch.nn.ReLU()]
                channels = width
        self.body = torch.nn.Sequential(*layers)
        self.rpn_conv = torch.nn.Conv2d(channels, 40, 3, padding=1)
        self.rpn_score = torch.nn.Conv2d(40, 2 * N_ANCHORS, 1)
        self.rpn_loc = torch.nn.Conv2d(40, 4 * N_ANCHORS, 1)
        self.fc6 = torch.nn.Linear(channels * 49, HIDDEN)
        self.fc7 = torch.nn.Linear(HIDDEN, HIDDEN)
        self.score = torch.nn.Linear(HIDDEN, N_CLASSES)
        self.loc = torch.nn.Linear(HIDDEN, 4 * N_CLASSES)

    def head(self, pooled):
        x = F.relu(self.fc7(F.relu(self.fc6(pooled.flatten(1)))))
        return x, self.score(x), self.loc(x)


def blend(image, rows, columns):
    """image [h, w, 3] interpolated at taps (first, second, weight of the second)."""
    (y0, y1, fy), (x0, x1, fx) = rows, columns
    fy, fx = fy.astype(np.float32)[:, None, None], fx.astype(np.float32)[None, :, None]
    upper = image[y0][:, x0] * (1 - fx) + image[y0][:, x1] * fx
    lower = image[y1][:, x0] * (1 - fx) + image[y1][:, x1] * fx
    return (upper * (1 - fy) + lower * fy).astype(np.float32)


def decode(boxes, deltas, add):
    """boxes and deltas x, y first; add 1: a box of width w spans w - 1."""
    width, height = boxes[:, 2] - boxes[:, 0] + add, boxes[:, 3] - boxes[:, 1] + add
    x, y = boxes[:, 0] + 0.5 * width, boxes[:, 1] + 0.5 * height
    x, y = deltas[:, 0] * width + x, deltas[:, 1] * height + y
    width, height = torch.exp(deltas[:, 2]) * width, torch.exp(deltas[:, 3]) * height
    return torch.stack([x - 0.5 * width, y - 0.5 * height, x + 0.5 * width, y + 0.5 * height], 1)


def clip(boxes, height, width):
    boxes[:, 0::2] = boxes[:, 0::2].clamp(0, width)
    boxes[:, 1::2] = boxes[:, 1::2].clamp(0, height)
    return boxes


def move(base, height, width, columns):
    """base [A, 4] at every cell; columns: of a box, the two that x moves."""
    shifts = torch.zeros(height, width, 1, 4)
    shifts[..., columns] += (torch.arange(width) * 16.0)[None, :, None, None]
    shifts[..., [1 - c if c < 2 else 5 - c for c in columns]] += (torch.arange(height) * 16.0)[:, None, None, None]
    return (base[None, None] + shifts).reshape(-1, 4)


class Simple:
    """simple-faster-rcnn: RGB in [0, 1], scikit-image's interpolation, boxes y first."""
    name, file, add, ceils, is_simple, config = "simple", "model.pth", 0, False, True, {"caffe_pretrain": False}

    @staticmethod
    def normalise(image):
        return (image - np.float32([0.485, 0.456, 0.406])) / np.float32([0.229, 0.224, 0.225])

    @classmethod
    def transform(cls, rgb):
        h, w = rgb.shape[:2]
        scale = min(MIN_SIZE / min(h, w), MAX_SIZE / max(h, w))
        size = round(h * scale), round(w * scale)

        def taps(n, m):
            at = (np.arange(m) + 0.5) * (n / m) - 0.5
            at = np.where(at < 0, -at, at)
            at = np.where(at > n - 1, 2 * (n - 1) - at, at)
            first = np.floor(at).astype(int)
            return first, np.minimum(first + 1, n - 1), at - first
        image = blend(rgb.astype(np.float32) / 255, taps(h, size[0]), taps(w, size[1]))
        return cls.normalise(image), size[1] / w

    @staticmethod
    def anchors(height, width):
        base = torch.zeros(N_ANCHORS, 4, dtype=torch.float64)
        for i, (ratio, scale) in enumerate((r, s) for r in (0.5, 1, 2) for s in (8, 16, 32)):
            h, w = 16 * scale * ratio**0.5, 16 * scale * (1 / ratio) ** 0.5
            base[i] = torch.tensor([8 - h / 2, 8 - w / 2, 8 + h / 2, 8 + w / 2])
        return move(base.float(), height, width, [1, 3])

    @staticmethod
    def score_pairs(score):
        pairs = score.reshape(N_ANCHORS, 2, *score.shape[1:])
        return pairs[:, 0], pairs[:, 1]

    order = [1, 0, 3, 2]
    cap = None

    @staticmethod
    def nms(boxes, scores, threshold):
        return nms(boxes, scores, threshold)

    @staticmethod
    def weights(net):
        names = {"rpn_conv": "rpn.conv1", "rpn_score": "rpn.score", "rpn_loc": "rpn.loc", "fc6": "head.classifier.0",
                 "fc7": "head.classifier.2", "score": "head.score", "loc": "head.cls_loc"}
        return {"extractor" + k[4:] if k.startswith("body.") else names[k.split(".")[0]] + "." + k.split(".")[1]: v
                for k, v in net.state_dict().items()}


class SimpleCaffe(Simple):
    """The same with the pixels of Caffe's weights: BGR bytes less a mean."""
    name, config = "simple-caffe", {"caffe_pretrain": True}

    @staticmethod
    def normalise(image):
        return image[..., ::-1] * np.float32(255) - np.float32([122.7717, 115.9465, 102.9801])


class Py:
    """py-faster-rcnn: BGR bytes less a mean, OpenCV's interpolation of floats at the scale's steps, boxes with + 1."""
    name, file, add, ceils, is_simple = "py", "model.safetensors", 1, True, False
    mean = np.float32([102.9801, 115.9465, 122.7717])

    @staticmethod
    def transform(rgb):
        h, w = rgb.shape[:2]
        scale = MIN_SIZE / min(h, w)
        if np.rint(scale * max(h, w)) > MAX_SIZE:
            scale = MAX_SIZE / max(h, w)

        def taps(n):
            at = ((np.arange(int(np.rint(n * scale))) + 0.5) * (1 / scale) - 0.5).astype(np.float32)
            at = np.clip(at, 0, n - 1)
            first = np.floor(at).astype(int)
            return first, np.minimum(first + 1, n - 1), at - first
        return blend(rgb[..., ::-1].astype(np.float32) - Py.mean, taps(h), taps(w)), scale

    @staticmethod
    def anchors(height, width):
        base = torch.zeros(N_ANCHORS, 4, dtype=torch.float64)
        for i, (ratio, scale) in enumerate((r, s) for r in (0.5, 1, 2) for s in (8, 16, 32)):
            w = np.rint(np.sqrt(256 / ratio))
            h = np.rint(w * ratio)
            half_w, half_h = 0.5 * (w * scale - 1), 0.5 * (h * scale - 1)
            base[i] = torch.tensor([7.5 - half_w, 7.5 - half_h, 7.5 + half_w, 7.5 + half_h])
        return move(base, height, width, [0, 2]).float()

    @staticmethod
    def score_pairs(score):
        return score[:N_ANCHORS], score[N_ANCHORS:]

    order = [0, 1, 2, 3]
    cap = 100

    @staticmethod
    def nms(boxes, scores, threshold):
        boxes, order, keep = boxes.double().numpy(), scores.argsort(descending=True, stable=True).tolist(), []
        areas = (boxes[:, 2] - boxes[:, 0] + 1) * (boxes[:, 3] - boxes[:, 1] + 1)
        gone = np.zeros(len(boxes), bool)
        for i in order:
            if gone[i]:
                continue
            keep.append(i)
            width = np.minimum(boxes[i, 2], boxes[:, 2]) - np.maximum(boxes[i, 0], boxes[:, 0]) + 1
            height = np.minimum(boxes[i, 3], boxes[:, 3]) - np.maximum(boxes[i, 1], boxes[:, 1]) + 1
            overlap = np.maximum(width, 0) * np.maximum(height, 0)
            gone |= overlap / (areas[i] + areas - overlap) > threshold
        return torch.tensor(keep, dtype=torch.int64)

    @staticmethod
    def weights(net):
        names = {"rpn_conv": "rpn_conv/3x3", "rpn_score": "rpn_cls_score", "rpn_loc": "rpn_bbox_pred", "fc6": "fc6",
                 "fc7": "fc7", "score": "cls_score", "loc": "bbox_pred"}
        convs = iter(f"conv{i}_{k}" for i, n in enumerate((2, 2, 3, 3, 3), 1) for k in range(1, n + 1))
        found, state = {}, net.state_dict()
        for k in (k for k in state if k.startswith("body.") and k.endswith("weight")):
            name = next(convs)
            found[name + ".weight"], found[name + ".bias"] = state[k], state[k[:-6] + "bias"]
        found.update({names[k.split(".")[0]] + "." + k.split(".")[1]: v for k, v in state.items() if "body" not in k})
        return {k: v.contiguous() for k, v in found.items()}


def propose(kind, score, loc, anchors, size, scale):
    """Proposals x first, and their scores, of one image's maps."""
    background, found = kind.score_pairs(score)
    chance = torch.softmax(torch.stack([background, found]), 0)[1].permute(1, 2, 0).flatten()
    deltas = loc.permute(1, 2, 0).reshape(-1, 4)[:, kind.order]
    boxes = clip(decode(anchors[:, kind.order], deltas, kind.add), size[0] - kind.add, size[1] - kind.add)
    sides = boxes[:, 2:] - boxes[:, :2] + kind.add
    large = (sides >= 16 * scale).all(1)
    boxes, chance = boxes[large], chance[large]
    best = chance.argsort(descending=True, stable=True)[:PRE_NMS]
    keep = best[kind.nms(boxes[best], chance[best], 0.7)[:POST_NMS]]
    return boxes[keep], chance[keep]


def detect(kind, rois, logits, deltas, scale, height, width):
    chances = torch.softmax(logits, 1)
    if kind.is_simple:
        deltas = deltas.reshape(-1, 4)[:, kind.order] * torch.tensor([0.1, 0.1, 0.2, 0.2])
    found = []
    for label in range(1, N_CLASSES):
        own = deltas.reshape(-1, N_CLASSES, 4)[:, label]
        boxes = clip(decode(rois / scale, own, kind.add), height - kind.add, width - kind.add)
        sure = chances[:, label] > 0.05
        boxes, chance = boxes[sure], chances[sure, label]
        for i in kind.nms(boxes, chance, 0.3).tolist():
            found.append((float(chance[i]), label, boxes[i].tolist()))
    found.sort(key=lambda d: -d[0])
    return found[:kind.cap]


def calibrate(net, kind, images):
    generator = torch.Generator().manual_seed(3)
    inputs = [torch.from_numpy(kind.transform(rgb)[0].copy()).permute(2, 0, 1)[None] for rgb in images]
    x = inputs
    for layer in net.body:
        if isinstance(layer, torch.nn.Conv2d):
            scale_to(layer, x, 1.0, generator)
        x = [layer(m) for m in x]
    scale_to(net.rpn_conv, x, 1.0, generator)
    hidden = [F.relu(net.rpn_conv(m)) for m in x]
    scale_to(net.rpn_score, hidden, 1.0, generator, mean=0.0)
    scale_to(net.rpn_loc, hidden, 0.2, generator, mean=0.0)
    pooled = []
    for rgb, m, h in zip(images, x, hidden):
        scale = kind.transform(rgb)[1]
        size = inputs[len(pooled)].shape[-2:]
        rois, _ = propose(kind, net.rpn_score(h)[0], net.rpn_loc(h)[0], kind.anchors(*m.shape[-2:]), size, scale)
        pooled.append(roi_pool(m, [rois], 7, 1 / 16).flatten(1))
    rows = [torch.cat(pooled)]
    for layer in (net.fc6, net.fc7):
        scale_to(layer, rows, 1.0, generator)
        rows = [F.relu(layer(rows[0]))]
    scale_to(net.score, rows, 1.5, generator, mean=0.0)
    # py-faster-rcnn's weights hold the 0.1 and 0.2 that simple-faster-rcnn multiplies with.
    scale_to(net.loc, rows, 1.0 if kind.is_simple else 0.15, generator, mean=0.0)


def golden(net, kind, rgb):
    """Named as tests/golden/default has them, logits as the engine has them: of a pair the difference."""
    image, scale = kind.transform(rgb)
    x = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None]
    body = net.body(x)
    hidden = F.relu(net.rpn_conv(body))
    score, loc = net.rpn_score(hidden)[0], net.rpn_loc(hidden)[0]
    anchors = kind.anchors(*body.shape[-2:])
    rois, chances = propose(kind, score, loc, anchors, x.shape[-2:], scale)
    pooled = roi_pool(body, [rois], 7, 1 / 16)
    rows, logits, deltas = net.head(pooled)
    background, found = kind.score_pairs(score)
    detections = detect(kind, rois, logits, deltas, scale, *rgb.shape[:2])
    turned = loc.reshape(N_ANCHORS, 4, *loc.shape[1:])[:, kind.order].flatten(0, 1)
    return {
        "transform": x, "body.0": body, "rpn.logits.0": (found - background)[None], "rpn.deltas.0": turned[None],
        "anchors": anchors, "proposals.boxes": rois, "proposals.scores": chances, "roi.pooled": pooled,
        "roi.head": rows, "roi.class_logits": logits,
        "roi.box_deltas": deltas.reshape(-1, N_CLASSES, 4)[..., kind.order].flatten(1),
        "boxes": torch.tensor([d[2] for d in detections]), "scores": torch.tensor([d[0] for d in detections]),
        "labels": torch.tensor([d[1] for d in detections])}


@torch.no_grad()
def run(kind, parity, folder):
    torch.set_num_threads(1)
    torch.manual_seed(2)
    images = {n: make_image(seed + 1, *shape) for seed, (n, shape) in enumerate(SHAPES.items())}
    net = Net(kind.ceils)
    calibrate(net, kind, list(images.values()))
    weights = kind.weights(net)
    model = folder / kind.file
    if kind.is_simple:
        torch.save({"model": weights, "config": {"voc_data_dir": "x", **kind.config}, "optimizer": None}, model)
    else:
        save_file(weights, model)
    with open(f"{model}.json", "w", encoding="utf-8") as file:
        json.dump({"min_size": MIN_SIZE, "max_size": MAX_SIZE, "rpn_pre_nms_top_n": PRE_NMS}, file)
    failures = 0
    for name, rgb in images.items():
        print(f"== {kind.name}, {name}", flush=True)
        Image.fromarray(rgb).save(folder / f"{name}.png")
        tensors = golden(net, kind, rgb)
        save_file({k: v.contiguous().clone() for k, v in tensors.items()}, folder / f"{name}.safetensors")
        print(f"{len(tensors['scores'])} detections, {len(tensors['proposals.scores'])} proposals")
        command = [parity, model, folder / f"{name}.png", folder / f"{name}.safetensors"]
        failures += subprocess.run(command).returncode != 0
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="where CMake built")
    parser.add_argument("--work", type=pathlib.Path, help="keep models, images and goldens in this folder")
    options = parser.parse_args()
    failures = 0
    with tempfile.TemporaryDirectory(prefix="frcnn-vgg-") as temporary:
        for kind in (Simple, SimpleCaffe, Py):
            folder = (options.work or pathlib.Path(temporary)) / kind.name
            folder.mkdir(parents=True)
            failures += run(kind, options.build / "tests/parity/parity", folder)
    print(f"live_vgg: {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
