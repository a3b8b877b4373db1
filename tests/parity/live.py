"""The engine against torchvision as it runs here: seeded models, every stage, and the journal of `frcnn detect`.

usage: live.py --build BUILD_DIR [--work DIR] [--only CASE]…

Needs tests/requirements.txt. Exit status: 0 all within the bounds of tests/golden/default/README.md, 1 a difference or
a failure, 77 torchvision is missing.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "golden" / "default")]

try:
    import torch
    from PIL import Image
    from safetensors.torch import save_file

    import make_live_model
    from make_goldens import golden
except ImportError as error:
    print(f"live.py: skipped, {error}: install tests/requirements.txt", file=sys.stderr)
    sys.exit(77)

SHAPES = {"landscape": (480, 640), "portrait": (500, 375), "wide": (203, 701)}

class Case:
    """arch: as make_live_model.py takes it; own: what differs from FasterRCNN's defaults; says: which of the settings the
    file names, None for all; file: what the model is saved as, old.pth in the format before PyTorch 1.6."""

    def __init__(self, arch, own, says=None, file="model.safetensors", is_half=False, has_masks=False, images=None):
        self.arch, self.own, self.file, self.is_half, self.has_masks = arch, own, file, is_half, has_masks
        self.says, self.images = says, images or list(SHAPES)


SIZES = ["min_size", "max_size", "rpn_post_nms_top_n"]
SMALL = {"min_size": 224, "max_size": 352, "rpn_post_nms_top_n": 200}
ONE_LEVEL = {**SMALL, "anchor_sizes": [[32, 64, 128, 256, 512]]}
WIDE_MAP = {**ONE_LEVEL, "roi_output_size": 3}
MOBILENET_V3 = {"anchor_sizes": [[32, 64, 128, 256, 512]] * 3, "rpn_score_thresh": 0.05}

CASES = {
    "resnet18": Case("resnet18", {"min_size": 320, "max_size": 640}, file="model.pth"),
    "resnet18-own-settings": Case("resnet18", {
        "classes": [f"kind {i}" for i in range(1, 8)],
        "mean": [0.5, 0.45, 0.4], "std": [0.25, 0.3, 0.2], "min_size": 256, "max_size": 448,
        "anchor_sizes": [[12, 20], [28, 40], [56, 80], [112, 160], [224, 320]], "anchor_ratios": [0.6, 1.7],
        "rpn_pre_nms_top_n": 300, "rpn_post_nms_top_n": 150, "rpn_nms_thresh": 0.6, "rpn_score_thresh": 0.02,
        "roi_output_size": 5, "roi_sampling_ratio": 3,
        "box_score_thresh": 0.1, "box_nms_thresh": 0.4, "box_detections_per_img": 30}),
    "resnet50": Case("resnet50", {"min_size": 400, "max_size": 667}, images=["landscape", "portrait"]),
    "resnet50-no-metadata": Case("resnet50", {}, says=[], file="old.pth", images=["landscape"]),
    "resnet34-masks": Case("resnet34", SMALL, says=SIZES, file="model.pth", is_half=True, has_masks=True,
                           images=["wide"]),
    "resnext50": Case("resnext50_32x4d", SMALL, says=SIZES, images=["portrait"]),
    "wide-resnet50": Case("wide_resnet50_2", SMALL, says=SIZES, images=["portrait"]),
    "v2": Case("fasterrcnn_resnet50_fpn_v2", SMALL, says=SIZES, file="model.pth"),
    "mobilenet-v3": Case("fasterrcnn_mobilenet_v3_large_fpn", {**MOBILENET_V3, **SMALL}, says=SIZES,
                         file="old.pth"),
    "mobilenet-v3-320": Case("fasterrcnn_mobilenet_v3_large_320_fpn", {
        **MOBILENET_V3, "min_size": 320, "max_size": 640, "rpn_pre_nms_top_n": 150, "rpn_post_nms_top_n": 150},
        says=[], file="mobilenet_320.pth"),
    "mobilenet-v2-fpn": Case("mobilenet_v2", {**SMALL, "anchor_sizes": [[32], [64], [128]]},
                             says=SIZES + ["anchor_sizes"], images=["landscape"]),
    "mobilenet-v2-alone": Case("mobilenet:mobilenet_v2", ONE_LEVEL, says=SIZES, file="model.pth"),
    "mobilenet-v3-alone": Case("mobilenet:mobilenet_v3_large", ONE_LEVEL, says=SIZES, file="old.pth"),
    "mobilenet-v3-small-alone": Case("mobilenet:mobilenet_v3_small", ONE_LEVEL, says=SIZES, images=["wide"]),
    "features": Case("features:mobilenet_v2", WIDE_MAP, says=SIZES + ["roi_output_size"], file="model.pth"),
    "features-v3": Case("features:mobilenet_v3_large", WIDE_MAP, says=SIZES + ["roi_output_size"], images=["wide"]),
    "children": Case("children:resnet18", ONE_LEVEL, says=SIZES, file="old.pth"),
}

PIXELS, SCORE = 0.05, 1e-4


def make_masks(net):
    """The tensors of a mask head, as Mask R-CNN has them behind a Faster R-CNN's."""
    channels = net.backbone.out_channels
    return {"roi_heads.mask_head.0.0.weight": torch.zeros(256, channels, 3, 3),
            "roi_heads.mask_predictor.conv5_mask.bias": torch.zeros(256)}


def write_case(name, folder):
    """The model, the images and their goldens, as files. Returns the settings and what torchvision detected."""
    case = CASES[name]
    settings = {**make_live_model.SETTINGS, **case.own}
    images = {n: make_live_model.make_image(seed + 1, *SHAPES[n]) for seed, n in enumerate(case.images)}
    net = make_live_model.build(case.arch, settings, list(images.values()))
    if case.is_half:
        make_live_model.round_to_half(net)
    said = settings if case.says is None else {k: settings[k] for k in case.says} or None
    if case.file.endswith(".pth"):
        others = make_masks(net) if case.has_masks else ()
        make_live_model.save_pth(folder / case.file, net, said, case.file == "old.pth", case.is_half, others)
    else:
        make_live_model.save(folder / case.file, net, said, case.is_half)
    torch.set_num_threads(1)
    expected = {}
    (folder / "images").mkdir()
    for image, rgb in images.items():
        Image.fromarray(rgb).save(folder / "images" / f"{image}.png")
        tensors, _, anchors = golden(net, rgb, samples=65536, n_pooled=200)
        tensors["anchors"] = anchors
        del tensors["anchors.first"], tensors["anchors.last"]
        save_file(tensors, folder / f"{image}.safetensors")
        expected[f"{image}.png"] = {k: tensors[k].tolist() for k in ("boxes", "scores", "labels")}
    return settings, expected


def compare_stages(parity, model, images):
    folder = model.parent
    failures = 0
    for image in images:
        print(f"-- {image}, stages", flush=True)
        command = [parity, model, folder / "images" / f"{image}.png",
                   folder / f"{image}.safetensors"]
        failures += subprocess.run(command).returncode != 0
    return failures


def is_at_bound(scores, i, settings):
    """Whether rounding alone can have decided that detection i is there."""
    if abs(scores[i] - settings["box_score_thresh"]) <= SCORE:
        return True
    return len(scores) >= settings["box_detections_per_img"] and scores[i] - scores[-1] <= SCORE


def compare_line(line, expected, settings):
    """Differences of a journal line, as texts."""
    if "error" in line:
        return [line["error"]]
    found = [(d["category_id"], d["score"], [d["bbox"][0], d["bbox"][1], d["bbox"][0] + d["bbox"][2],
                                             d["bbox"][1] + d["bbox"][3]]) for d in line["detections"]]
    taken = [False] * len(found)
    differences = []
    for i, (label, score, box) in enumerate(zip(expected["labels"], expected["scores"], expected["boxes"])):
        for j, (other_label, other_score, other_box) in enumerate(found):
            if not taken[j] and label == other_label and abs(score - other_score) <= SCORE and \
                    max(abs(a - b) for a, b in zip(box, other_box)) <= PIXELS:
                taken[j] = True
                break
        else:
            if not is_at_bound(expected["scores"], i, settings):
                differences.append(f"absent: label {label}, score {score:.6f}, box {box}")
    scores = [score for _, score, _ in found]
    differences += [f"new: label {label}, score {score:.6f}, box {box}" for j, (label, score, box) in enumerate(found)
                    if not taken[j] and not is_at_bound(scores, j, settings)]
    return differences


def compare_converted(frcnn, model):
    """What frcnn convert writes gives the same detections."""
    print("-- frcnn convert", flush=True)
    folder = model.parent
    lines = []
    subprocess.run([frcnn, "convert", model, folder / "converted.safetensors"], check=True)
    for name in (model.name, "converted.safetensors"):
        subprocess.run([frcnn, "detect", "--quiet", "--no-draw", "--force", "--model", folder / name,
                        "--out", folder / "converted", folder / "images"], check=True)
        with open(folder / "converted" / "detections.jsonl", encoding="utf-8") as file:
            lines.append(file.readlines()[1:])
    print("ok    the same detections" if lines[0] == lines[1] else "FAIL  other detections")
    return lines[0] != lines[1]


def compare_journal(frcnn, model, settings, expected):
    folder = model.parent
    print("-- frcnn detect, journal", flush=True)
    command = [frcnn, "detect", "--quiet", "--no-draw", "--model", model,
               "--out", folder / "run", folder / "images"]
    status = subprocess.run(command).returncode
    if status != 0:
        print(f"FAIL  frcnn detect: exit status {status}")
        return 1
    lines = [json.loads(line) for line in open(folder / "run" / "detections.jsonl", encoding="utf-8")][1:]
    names = [pathlib.PurePath(line["file"]).name for line in lines]
    if names != sorted(expected):
        print(f"FAIL  files of the journal: expected {sorted(expected)}, found {names}")
        return 1
    failures = 0
    for name, line in zip(names, lines):
        differences = compare_line(line, expected[name], settings)
        print(f"{'FAIL' if differences else 'ok  '}  {name}: {len(expected[name]['scores'])} expected, "
              f"{len(line.get('detections', []))} found")
        for text in differences[:10]:
            print(f"      {text}")
        failures += bool(differences)
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="where CMake built")
    parser.add_argument("--work", type=pathlib.Path, help="keep models, images and goldens in this folder")
    parser.add_argument("--only", action="append", choices=CASES, help="a case; may be repeated")
    options = parser.parse_args()
    parity, frcnn = options.build / "tests/parity/parity", options.build / "src/cli/frcnn"
    failures = 0
    with tempfile.TemporaryDirectory(prefix="frcnn-live-") as temporary:
        for name in options.only or CASES:
            folder = (options.work or pathlib.Path(temporary)) / name
            folder.mkdir(parents=True)
            print(f"== {name}", flush=True)
            settings, expected = write_case(name, folder)
            model = folder / CASES[name].file
            failures += compare_stages(parity, model, CASES[name].images)
            failures += compare_journal(frcnn, model, settings, expected)
            if model.suffix == ".pth":
                failures += compare_converted(frcnn, model)
            if options.work is None:
                shutil.rmtree(folder)
    print(f"live: {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
