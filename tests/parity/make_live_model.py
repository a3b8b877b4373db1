"""Torchvision Faster R-CNN models with seeded weights that behave like trained ones, for tests and benchmarks.

build(arch, settings, images)         the detector, calibrated on the images
save(path, net, arch, settings)       its safetensors file; settings None writes no "frcnn" metadata
save_pth(path, net, settings, is_old) its .pth file
make_image(seed, height, width)       uint8 [height, width, 3], smooth with some edges

usage: make_live_model.py ARCH HEIGHTxWIDTH OUT_DIR

ARCH is the name of a ResNet, which gets an FPN (resnet18, resnet50, resnext50_32x4d, …); of a detector
(fasterrcnn_resnet50_fpn_v2, …); or of the body of a detector without an FPN: children:resnet18, features:mobilenet_v2,
mobilenet:mobilenet_v3_large (as mobilenet_backbone makes it).

Writes OUT_DIR/model.safetensors and an image of that size, OUT_DIR/image.png.

Weights as torchvision draws them are no test: activations die out or explode, every proposal gets the same scores, and
nothing or everything is found. So one pass over some images, those it is to be used on, sets the scales by layer:

- convolutions are drawn from N(0, 2 / fan_in). Each frozen norm's running mean and variance are those of its input, so
  that its output has unit size, with weights round 1 and biases round 0 drawn at random; the last norm of a residual
  block gets a fifth of the weight, so that the sum neither grows with each block nor carries its rounding far;
- FPN, RPN head, box head and predictors are scaled to a chosen standard deviation of their output;
- the predictors of classes and boxes have the mean of their input subtracted (in their bias): features of random nets
  share one large direction, which would give all proposals one class;
- the background's bias is moved until the median image gives about N_DETECTIONS detections.
"""

import json
import os
import sys

import numpy as np
import torch
import torchvision
from PIL import Image
from safetensors.torch import save_file
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import mobilenet_backbone, resnet_fpn_backbone
from torchvision.ops import FrozenBatchNorm2d, MultiScaleRoIAlign

N_DETECTIONS = 40

# What FasterRCNN takes where nothing else is said; the keys are those of the "frcnn" metadata.
SETTINGS = {
    "family": "torchvision",
    "classes": [f"class {i}" for i in range(1, 91)],
    "norm_eps": 1e-5,
    "order": "rgb", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
    "min_size": 800, "max_size": 1333,
    "anchor_sizes": [[32], [64], [128], [256], [512]], "anchor_ratios": [0.5, 1.0, 2.0],
    "rpn_pre_nms_top_n": 1000, "rpn_post_nms_top_n": 1000, "rpn_nms_thresh": 0.7, "rpn_score_thresh": 0.0,
    "roi_output_size": 7, "roi_sampling_ratio": 2,
    "box_score_thresh": 0.05, "box_nms_thresh": 0.5, "box_detections_per_img": 100,
}


def make_image(seed, height, width):
    """Noise in octaves from coarse to fine, then rectangles and discs of one colour for edges."""
    rng = np.random.default_rng(seed)
    image = np.full((height, width, 3), 128.0)
    for cells in (2, 4, 8, 16, 32):
        noise = rng.uniform(-1, 1, (cells + 1, cells + 1, 3)).astype(np.float32)
        planes = [Image.fromarray(noise[..., c]).resize((width, height), Image.Resampling.BICUBIC) for c in range(3)]
        image += 120.0 / cells**0.6 * np.stack([np.asarray(p) for p in planes], -1)
    y, x = np.mgrid[:height, :width]
    for i in range(24):
        cy, cx = rng.uniform(0, height), rng.uniform(0, width)
        ry, rx = rng.uniform(0.02, 0.2, 2) * min(height, width)
        dy, dx = np.abs(y - cy) / ry, np.abs(x - cx) / rx
        inside = np.maximum(dy, dx) < 1 if i % 2 else dy**2 + dx**2 < 1
        image[inside] = 0.3 * image[inside] + 0.7 * rng.uniform(0, 255, 3)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def make_backbone(arch, s):
    kind, _, name = arch.rpartition(":")
    if kind == "children":
        net = getattr(torchvision.models, name)(weights=None, norm_layer=FrozenBatchNorm2d)
        backbone = torch.nn.Sequential(*list(net.children())[:-2])
        backbone.out_channels = net.fc.in_features
    elif kind == "features":
        backbone = getattr(torchvision.models, name)(weights=None).features
        backbone.out_channels = backbone[-1].out_channels
    elif kind == "mobilenet":
        backbone = mobilenet_backbone(backbone_name=name, weights=None, fpn=False)
    elif name.startswith("mobilenet"):
        backbone = mobilenet_backbone(backbone_name=name, weights=None, fpn=True)
    else:
        backbone = resnet_fpn_backbone(backbone_name=name, weights=None, norm_layer=FrozenBatchNorm2d,
                                       trainable_layers=5)
    return backbone


def assemble(arch, s):
    common = {
        "min_size": s["min_size"], "max_size": s["max_size"], "image_mean": s["mean"], "image_std": s["std"],
        "rpn_pre_nms_top_n_test": s["rpn_pre_nms_top_n"], "rpn_post_nms_top_n_test": s["rpn_post_nms_top_n"],
        "rpn_nms_thresh": s["rpn_nms_thresh"], "rpn_score_thresh": s["rpn_score_thresh"],
        "box_score_thresh": s["box_score_thresh"], "box_nms_thresh": s["box_nms_thresh"],
        "box_detections_per_img": s["box_detections_per_img"]}
    n_classes = len(s["classes"]) + 1
    if arch.startswith("fasterrcnn_"):
        make = getattr(torchvision.models.detection, arch)
        return make(weights=None, weights_backbone=None, num_classes=n_classes, **common).eval()
    backbone = make_backbone(arch, s)
    ratios = (tuple(s["anchor_ratios"]),) * len(s["anchor_sizes"])
    n_maps = len(s["anchor_sizes"]) - hasattr(backbone, "fpn")
    return FasterRCNN(
        backbone, n_classes, rpn_anchor_generator=AnchorGenerator(tuple(map(tuple, s["anchor_sizes"])), ratios),
        box_roi_pool=MultiScaleRoIAlign([str(i) for i in range(n_maps)], s["roi_output_size"], s["roi_sampling_ratio"]),
        **common).eval()


def he_normal(weight, generator):
    fan_in = weight[0].numel()
    weight.copy_(torch.randn(weight.shape, generator=generator) * (2.0 / fan_in) ** 0.5)


NORMS = (FrozenBatchNorm2d, torch.nn.BatchNorm2d)


def calibrate_norms(body, run, generator):
    """Draws convolutions and norms of body; run() runs it, and its result is returned."""
    def set_statistics(norm, inputs):
        values = inputs[0].transpose(0, 1).flatten(1)
        norm.running_mean.copy_(values.mean(1))
        norm.running_var.copy_(values.var(1) + 1e-3)

    hooks = []
    of_residuals = list_last_norms(body)
    for module in body.modules():
        if isinstance(module, torch.nn.Conv2d):
            he_normal(module.weight, generator)
        elif isinstance(module, NORMS):
            last = module in of_residuals
            size = module.weight.shape
            module.weight.copy_((0.2 if last else 1.0) * (1 + 0.1 * torch.randn(size, generator=generator)))
            module.bias.copy_(0.2 * torch.randn(size, generator=generator))
            hooks.append(module.register_forward_pre_hook(set_statistics))
    result = run()
    for hook in hooks:
        hook.remove()
    return result


def list_last_norms(body):
    """The last norm of each block whose output is added to its input."""
    norms = set()
    for block in body.modules():
        if isinstance(block, torchvision.models.resnet.BasicBlock):
            norms.add(block.bn2)
        elif isinstance(block, torchvision.models.resnet.Bottleneck):
            norms.add(block.bn3)
        elif getattr(block, "use_res_connect", False):
            norms.add([m for m in block.modules() if isinstance(m, NORMS)][-1])
    return norms


def scale_to(layer, inputs, std, generator, mean=None):
    """Draws a convolution or linear layer so that its output over the inputs has this standard deviation, and this
    mean in each channel where one is given."""
    he_normal(layer.weight, generator)
    layer.bias.zero_()
    out = [layer(x) for x in inputs]
    channels = torch.cat([o.transpose(0, 1).flatten(1) for o in out], 1)
    found = channels.mean(1, keepdim=True)
    factor = std / float((channels if mean is None else channels - found).std())
    layer.weight.mul_(factor)
    bias = 0.1 * std * torch.randn(layer.bias.shape, generator=generator)
    layer.bias.copy_(bias if mean is None else bias + mean - factor * found[:, 0])


def calibrate_fpn(fpn, features, generator):
    if len(fpn.inner_blocks[0]) > 1:
        return calibrate_norms(fpn, lambda: fpn(features), generator)
    for block, x in zip(fpn.inner_blocks, features.values()):
        scale_to(block[0], [x], 0.7, generator)
    for i, block in enumerate(fpn.layer_blocks):
        kept = {}
        hook = block[0].register_forward_pre_hook(lambda _, inputs: kept.update(x=inputs[0]))
        fpn(features)
        hook.remove()
        scale_to(block[0], [kept["x"]], 1.0, generator)
    return fpn(features)


def calibrate_box_head(head, pooled, generator):
    if hasattr(head, "fc6"):
        linears, x = [head.fc6, head.fc7], pooled.flatten(1)
    else:
        convs = torch.nn.Sequential(*list(head)[:4])
        x = calibrate_norms(convs, lambda: convs(pooled), generator).flatten(1)
        linears = [head[5]]
    for linear in linears:
        scale_to(linear, [x], 1.0, generator)
        x = linear(x).relu()
    return x


def choose_background(net, logits, deltas, proposals, sizes):
    """Bisects the bias of class 0: the higher, the fewer detections."""
    low, high = -20.0, 40.0
    for _ in range(20):
        middle = (low + high) / 2
        shifted = logits.clone()
        shifted[:, 0] += middle
        boxes, _, _ = net.roi_heads.postprocess_detections(shifted, deltas, proposals, sizes)
        low, high = (middle, high) if np.median([len(b) for b in boxes]) > N_DETECTIONS else (low, middle)
    net.roi_heads.box_predictor.cls_score.bias[0] += high


@torch.no_grad()
def build(arch, settings, images, seed=1):
    generator = torch.Generator().manual_seed(seed)
    net = assemble(arch, settings)
    images, _ = net.transform([torch.from_numpy(rgb).permute(2, 0, 1).float() / 255 for rgb in images])

    if hasattr(net.backbone, "fpn"):
        body = net.backbone.body
        features = calibrate_norms(body, lambda: body(images.tensors), generator)
        maps = calibrate_fpn(net.backbone.fpn, features, generator)
    else:
        maps = {"0": calibrate_norms(net.backbone, lambda: net.backbone(images.tensors), generator)}
    head = net.rpn.head
    hidden = list(maps.values())
    for conv in head.conv:
        scale_to(conv[0], hidden, 1.0, generator)
        hidden = [conv(h) for h in hidden]
    scale_to(head.cls_logits, hidden, 0.7, generator, mean=-2.0)
    scale_to(head.bbox_pred, hidden, 0.3, generator, mean=0.0)

    proposals, _ = net.rpn(images, maps)
    pooled = net.roi_heads.box_roi_pool(maps, proposals, images.image_sizes)
    hidden = calibrate_box_head(net.roi_heads.box_head, pooled, generator)
    predictor = net.roi_heads.box_predictor
    scale_to(predictor.cls_score, [hidden], 1.5, generator, mean=0.0)
    scale_to(predictor.bbox_pred, [hidden], 1.0, generator, mean=0.0)
    logits, deltas = predictor(hidden)
    choose_background(net, logits, deltas, proposals, images.image_sizes)
    return net


def round_to_half(net):
    """Weights that f16 holds: so that a file of f16 and the net agree. Variances may be too large for it."""
    for name, tensor in net.state_dict().items():
        if tensor.is_floating_point() and not name.endswith("running_var"):
            tensor.copy_(tensor.half())


def get_state(net, is_half):
    return {k: v.half() if is_half and v.is_floating_point() and not k.endswith("running_var") else v
            for k, v in net.state_dict().items()}


def save(path, net, settings, is_half=False):
    metadata = {"format": "pt"}
    if settings is not None:
        metadata["frcnn"] = json.dumps(settings)
    save_file({k: v.contiguous() for k, v in get_state(net, is_half).items()}, path, metadata=metadata)


def save_pth(path, net, settings, is_old, is_half=False, others=()):
    """As torch.save writes it, in today's format or that before PyTorch 1.6, the settings beside it; others: tensors of
    heads that a Faster R-CNN has not got."""
    state = {**get_state(net, is_half), **dict(others)}
    if is_old:
        state = {"model": state, "epoch": 1}
    torch.save(state, path, _use_new_zipfile_serialization=not is_old)
    if settings is not None:
        with open(f"{path}.json", "w", encoding="utf-8") as file:
            json.dump(settings, file)


if __name__ == "__main__":
    arch, size, out_dir = sys.argv[1:]
    rgb = make_image(1, *map(int, size.split("x")))
    os.makedirs(out_dir, exist_ok=True)
    Image.fromarray(rgb).save(f"{out_dir}/image.png")
    save(f"{out_dir}/model.safetensors", build(arch, SETTINGS, [rgb]), SETTINGS)
