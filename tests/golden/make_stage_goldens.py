#!/usr/bin/env python3
"""Writes stage_goldens.h: what torch and torchvision compute for the stages between the networks.

    python3 tests/golden/make_stage_goldens.py > tests/golden/stage_goldens.h
    clang-format -i tests/golden/stage_goldens.h

Inputs come from the generator of seeded.h. One thread, as the resize kernel depends on it; x86-64 with AVX2.
"""

import numpy as np
import torch
import torchvision
from torchvision.models.detection import _utils, rpn, roi_heads, transform
from torchvision.ops import MultiScaleRoIAlign, boxes as box_ops, roi_align, roi_pool

torch.set_num_threads(1)
F = np.float32


class Seeded:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return self.state >> 8

    def float(self, low, high):
        return F(F(low) + F(F(high) - F(low)) * F(F(self.next()) * F(2.0**-24)))

    def fill(self, low, high, *shape):
        return np.array([self.float(low, high) for _ in range(int(np.prod(shape)))], F).reshape(shape)

    def bytes(self, *shape):
        return np.array([self.next() & 255 for _ in range(int(np.prod(shape)))], np.uint8).reshape(shape)

    def boxes(self, extent, side, n):
        out = []
        for _ in range(n):
            x, y = self.float(0, extent), self.float(0, extent)
            out.append([x, y, x + self.float(0, side), y + self.float(0, side)])
        return np.array(out, F)


def fnv(array):
    value = 14695981039346656037
    for byte in np.ascontiguousarray(array).tobytes():
        value = (value ^ byte) * 1099511628211 % 2**64
    return value


def put(kind, name, values, form):
    texts = [form(v) for v in np.asarray(values).reshape(-1)]
    print(f"static const {kind} {name}[] = {{")
    line = "   "
    for text in texts:
        if len(line) + len(text) > 116:
            print(line)
            line = "   "
        line += f" {text},"
    print(line)
    print("};\n")


def floats(name, values):
    def form(v):
        text = f"{float(v):.9g}"
        return text + ("f" if any(c in text for c in ".e") else ".0f")

    put("float", name, values.numpy() if isinstance(values, torch.Tensor) else values, form)


def integers(name, values):
    put("int64_t", name, values.numpy() if isinstance(values, torch.Tensor) else values, lambda v: str(int(v)))


def hashed(name, values):
    print(f"static const uint64_t {name} = {fnv(values)}u;\n")


MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def resize(seed, src, dst):
    image = torch.from_numpy(Seeded(seed).bytes(*src, 3)).permute(2, 0, 1).float() / 255
    image = transform.GeneralizedRCNNTransform(1, 1, MEAN, STD).normalize(image)
    out = torch.nn.functional.interpolate(image[None], size=dst, mode="bilinear", align_corners=False)[0]
    return out.permute(1, 2, 0).contiguous().numpy()


def nhwc(tensor):
    return tensor.permute(0, 2, 3, 1).contiguous()


def make_resize():
    floats("golden_resize_7x5_13x9", resize(1, (7, 5), (13, 9)))
    floats("golden_resize_4x6_3x2", resize(2, (4, 6), (3, 2)))
    hashed("golden_resize_60x80_100x133", resize(3, (60, 80), (100, 133)))
    hashed("golden_resize_200x301_99x150", resize(4, (200, 301), (99, 150)))
    image = torch.from_numpy(Seeded(5).bytes(41, 70, 3)).permute(2, 0, 1).float() / 255
    batch, _ = transform.GeneralizedRCNNTransform(75, 120, MEAN, STD)([image])
    integers("golden_transform_sizes", [*batch.image_sizes[0], *batch.tensors.shape[2:]])
    hashed("golden_transform", nhwc(batch.tensors).numpy())


def make_decode():
    boxes = torch.from_numpy(Seeded(11).boxes(100, 60, 24))
    deltas = torch.from_numpy(Seeded(12).fill(-3, 6, 24, 4))
    for name, weights in (("rpn", (1.0, 1.0, 1.0, 1.0)), ("roi", (10.0, 10.0, 5.0, 5.0))):
        floats(f"golden_decode_{name}", _utils.BoxCoder(weights).decode_single(deltas, boxes))


def make_nms():
    n = 120
    boxes = torch.from_numpy(Seeded(21).boxes(60, 40, n))
    scores = torch.arange(n, 0, -1).float()
    groups = torch.tensor([Seeded(1000 + i).next() % 3 for i in range(n)])
    for threshold in (0.1, 0.3, 0.5):
        integers(f"golden_nms_{int(threshold * 10)}", box_ops.nms(boxes, scores, threshold))
        keep = torch.cat([torch.where(groups == g)[0][box_ops.nms(boxes[groups == g], scores[groups == g], threshold)]
                          for g in range(3)])
        integers(f"golden_nms_groups_{int(threshold * 10)}", keep.sort().values)


def roi_boxes():
    rois = Seeded(31).boxes(14, 10, 6)
    return np.concatenate([rois, np.array([[-3, -2, 5, 30], [20, 20, 40, 40], [4, 4, 4, 4], [6, 5, 3, 2]], F)])


def make_roi_align():
    values = torch.from_numpy(Seeded(32).fill(-1, 1, 6, 7, 3)).permute(2, 0, 1)[None].contiguous()
    rois = torch.from_numpy(roi_boxes())
    for aligned in (0, 1):
        for sampling in (2, 0, 3):
            out = roi_align(values, [rois], 2, 0.5, sampling, bool(aligned))
            floats(f"golden_roi_align_{aligned}_{sampling}", nhwc(out))
    values = torch.from_numpy(Seeded(33).fill(-1, 1, 20, 30, 37)).permute(2, 0, 1)[None].contiguous()
    rois = torch.from_numpy(Seeded(34).boxes(100, 60, 40))
    for aligned, sampling in ((0, 2), (1, 0)):
        out = roi_align(values, [rois], 7, 0.25, sampling, bool(aligned))
        hashed(f"golden_roi_align_large_{aligned}_{sampling}", nhwc(out).numpy())


def make_roi_pool():
    ramp = torch.arange(16.0).reshape(1, 1, 4, 4)
    rois = torch.tensor([[0, 0, 3, 3], [0.5, 0.5, 2.5, 2.5], [1, 1, 1, 1], [10, 10, 20, 20], [-3, -3, 1, 1],
                         [-0.5, -0.5, 1.5, 2.5], [2, 2, 1, 1]])
    floats("golden_roi_pool_ramp", nhwc(roi_pool(ramp, [rois], 2, 1.0)))
    values = torch.from_numpy(Seeded(32).fill(-1, 1, 6, 7, 3)).permute(2, 0, 1)[None].contiguous()
    hashed("golden_roi_pool", nhwc(roi_pool(values, [torch.from_numpy(roi_boxes())], 2, 0.5)).numpy())
    values = torch.from_numpy(Seeded(33).fill(-1, 1, 20, 30, 37)).permute(2, 0, 1)[None].contiguous()
    rois = torch.from_numpy(Seeded(34).boxes(100, 60, 40))
    for size in (7, 3):
        hashed(f"golden_roi_pool_large_{size}", nhwc(roi_pool(values, [rois], size, 0.25)).numpy())
    values[0, ::2, ::3, ::2] = np.nan
    values[0, 1::3, ::2] = -np.inf
    hashed("golden_roi_pool_special", nhwc(roi_pool(values, [rois], 7, 0.25)).numpy())


def make_levels():
    maps = {str(i): torch.from_numpy(Seeded(41 + i).fill(-1, 1, 80 >> i, 96 >> i, 2)).permute(2, 0, 1)[None].contiguous()
            for i in range(3)}
    rois = torch.from_numpy(Seeded(44).boxes(300, 640, 12))
    pool = MultiScaleRoIAlign(["0", "1", "2"], 2, 2)
    floats("golden_multi_scale", nhwc(pool(maps, [rois], [(640, 768)])))
    sides = np.array([111.99, 112, 223.999, 223.9999, 224, 447.999, 448, 2000, 0, 1e-9, 111.9], F)
    mapper = torchvision.ops.poolers.LevelMapper(2, 5)
    boxes = np.stack([0 * sides, 0 * sides, sides, sides], 1)
    integers("golden_levels", mapper([torch.from_numpy(boxes)]) + 2)


def make_proposals():
    sizes, n_per_cell = ((6, 8), (3, 4)), 3
    counts = [h * w * n_per_cell for h, w in sizes]
    logits = [torch.from_numpy(Seeded(51 + i).fill(-4, 3, n)) for i, n in enumerate(counts)]
    deltas = [torch.from_numpy(Seeded(53 + i).fill(-1, 1, n, 4)) for i, n in enumerate(counts)]
    anchors = [torch.from_numpy(Seeded(55 + i).boxes(90, 30 + 30 * i, n)) for i, n in enumerate(counts)]
    boxes = _utils.BoxCoder((1.0, 1.0, 1.0, 1.0)).decode(torch.cat(deltas), [torch.cat(anchors)]).reshape(1, -1, 4)
    net = rpn.RegionProposalNetwork(None, None, 0.7, 0.3, 256, 0.5, dict(training=60, testing=60),
                                    dict(training=50, testing=50), 0.5, score_thresh=0.1)
    net.eval()
    out, scores = net.filter_proposals(boxes, torch.cat(logits)[None], [(85, 100)], counts)
    floats("golden_proposal_boxes", out[0])
    floats("golden_proposal_scores", scores[0])


def make_postprocess():
    n, n_classes = 30, 5
    logits = torch.from_numpy(Seeded(61).fill(-2, 2, n, n_classes))
    deltas = torch.from_numpy(Seeded(62).fill(-5, 5, n, 4 * n_classes))
    proposals = torch.from_numpy(Seeded(63).boxes(90, 60, n))
    heads = roi_heads.RoIHeads(None, None, None, 0.5, 0.5, 512, 0.25, None, 0.05, 0.5, 25)
    heads.eval()
    boxes, scores, labels = heads.postprocess_detections(logits, deltas, [proposals], [(96, 128)])
    floats("golden_detection_boxes", transform.resize_boxes(boxes[0], (96, 128), (72, 95)))
    floats("golden_detection_scores", scores[0])
    integers("golden_detection_labels", labels[0])


def main():
    print("/* Written by make_stage_goldens.py with "
          f"torch {torch.__version__.split('+')[0]} and torchvision {torchvision.__version__.split('+')[0]}. */")
    print("#ifndef FRCNN_TESTS_STAGE_GOLDENS_H\n#define FRCNN_TESTS_STAGE_GOLDENS_H\n\n#include <stdint.h>\n")

    for make in (make_resize, make_decode, make_nms, make_roi_align, make_roi_pool, make_levels, make_proposals,
                 make_postprocess):
        make()
    print("#endif")


main()
