"""What torchvision computes for an image, stage by stage, on one CPU thread.

usage: make_goldens.py MODEL.safetensors MODEL_DIR OUT_DIR IMAGE...    (MODEL_DIR holds model.py)

Writes OUT_DIR/NAME.safetensors for every image, and OUT_DIR/index.json about all of them. README.md beside this file
says what each tensor is. The live tests use golden() for their own models.
"""

import hashlib
import json
import os
import sys

import numpy as np
import torch
import torchvision
from PIL import Image
from safetensors.torch import save_file


class Tensors(dict):
    """Named tensors for one file. Large ones are sampled: flat NCHW indices, the values there, and the shape."""

    def __init__(self, full, samples):
        super().__init__()
        self.full, self.samples = full, samples

    def put(self, name, t, full=None):
        t = t.detach().float().contiguous()
        if (self.full if full is None else full) or t.numel() <= self.samples:
            self[name] = t.clone()
            return
        choice = np.random.default_rng(t.numel()).choice(t.numel(), self.samples, replace=False)
        index = torch.from_numpy(np.sort(choice).astype(np.int64))
        self[name + ".index"] = index
        self[name + ".value"] = t.flatten()[index]
        self[name + ".shape"] = torch.tensor(t.shape, dtype=torch.int64)


@torch.inference_mode()
def golden(net, rgb, full=False, samples=4096, n_pooled=8):
    """The stages of a torchvision FasterRCNN on one image, uint8 [height, width, 3].

    full keeps every tensor whole; else those of more than `samples` values are sampled. roi.pooled holds the first
    n_pooled proposals. Returns the tensors, the sizes and digests for index.json, and all anchors.
    """
    x = torch.from_numpy(rgb.copy()).permute(2, 0, 1).float() / 255
    t = Tensors(full, samples)
    images, _ = net.transform([x])
    t.put("transform", images.tensors)
    if hasattr(net.backbone, "fpn"):
        body = net.backbone.body(images.tensors)
        for k, v in body.items():
            t.put(f"body.{k}", v, False)
        feats = net.backbone.fpn(body)
        for k, v in feats.items():
            t.put(f"fpn.{k}", v)
    else:
        feats = {"0": net.backbone(images.tensors)}
    logits, deltas = net.rpn.head(list(feats.values()))
    for k, a, b in zip(feats, logits, deltas):
        t.put(f"rpn.logits.{k}", a)
        t.put(f"rpn.deltas.{k}", b)
    anchors = net.rpn.anchor_generator(images, list(feats.values()))[0].contiguous()
    t["anchors.first"], t["anchors.last"] = anchors[:8].clone(), anchors[-8:].clone()

    # The RPN keeps its proposals' scores to itself.
    kept = {}
    filter_proposals = net.rpn.filter_proposals

    def capture(*args):
        boxes, scores = filter_proposals(*args)
        kept["scores"] = scores[0]
        return boxes, scores

    net.rpn.filter_proposals = capture
    proposals, _ = net.rpn(images, feats)
    net.rpn.filter_proposals = filter_proposals
    t["proposals.boxes"], t["proposals.scores"] = proposals[0], kept["scores"]

    pooled = net.roi_heads.box_roi_pool(feats, proposals, images.image_sizes)
    t.put("roi.pooled", pooled[:n_pooled])
    head = net.roi_heads.box_head(pooled)
    t.put("roi.head", head)
    class_logits, box_deltas = net.roi_heads.box_predictor(head)
    t.put("roi.class_logits", class_logits, True)
    t.put("roi.box_deltas", box_deltas)
    out = net([x])[0]
    t["boxes"], t["scores"], t["labels"] = out["boxes"], out["scores"], out["labels"]
    meta = {
        "height": rgb.shape[0], "width": rgb.shape[1], "rgb_sha256": hashlib.sha256(rgb.tobytes()).hexdigest(),
        "resized": list(images.image_sizes[0]), "padded": list(images.tensors.shape[-2:]), "anchors": len(anchors),
        "anchors_sha256": hashlib.sha256(anchors.numpy().tobytes()).hexdigest(),
    }
    return {k: v.contiguous().clone() for k, v in t.items()}, meta, anchors.clone()


def main(weights, model_dir, out_dir, paths):
    sys.path.insert(0, model_dir)
    import model

    torch.set_num_threads(1)
    net, settings = model.load(weights)
    os.makedirs(out_dir, exist_ok=True)
    with open(weights, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    index = {"torch": torch.__version__, "torchvision": torchvision.__version__, "weights_sha256": digest, "images": []}
    for i, path in enumerate(paths):
        rgb = np.asarray(Image.open(path).convert("RGB"))
        tensors, meta, _ = golden(net, rgb, full=(i == 0))
        stem = os.path.splitext(os.path.basename(path))[0]
        save_file(tensors, f"{out_dir}/{stem}.safetensors")
        found = zip(tensors["boxes"].tolist(), tensors["scores"].tolist(), tensors["labels"].tolist())
        detections = [{"label": settings["classes"][label - 1], "score": round(score, 4),
                       "box": [round(v, 2) for v in box]} for box, score, label in found if score > 0.5]
        index["images"].append({"image": os.path.basename(path), **meta, "detections": detections})
        print(stem, meta["resized"], len(tensors["boxes"]), [(d["label"], d["score"]) for d in detections])
    with open(f"{out_dir}/index.json", "w") as f:
        json.dump(index, f, indent=1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
