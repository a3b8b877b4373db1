"""COCO average precision of the default model on a split of everyday10.

usage: everyday10_ap.py DATA_DIR --frcnn PROGRAM        runs `frcnn detect` on the split, then scores it
       everyday10_ap.py DATA_DIR --results RESULTS      scores a coco_results.json made with --annotations SPLIT.json
       everyday10_ap.py DATA_DIR --torchvision          scores torchvision with data/model.py, to check this script

DATA_DIR holds images/ and SPLIT.json, COCO's format with one key more for each image: classes_not_labelled, classes
whose absence of boxes means nothing. Detections of those classes in that image count neither for nor against. Needs
tests/requirements.txt. Exit status: 0 within TOLERANCE of --expect, 1 not.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
NAMES = ("AP", "AP50", "AP75", "small", "medium", "large")
EXPECTED = {"test": 0.4779, "val": 0.4997}  # data/README.md
TOLERANCE = 0.001
MIN_SCORE = 0.05


def detect_frcnn(program, data, truth, split):
    with tempfile.TemporaryDirectory(prefix="frcnn-ap-") as folder:
        inputs = pathlib.Path(folder) / "inputs.txt"
        inputs.write_text("".join(f"{data / 'images' / image['file_name']}\n" for image in truth["images"]))
        run = pathlib.Path(folder) / "run"
        subprocess.run([program, "detect", "--no-draw", "--annotations", data / f"{split}.json", "--out", run,
                        f"@{inputs}"], check=True)
        return json.loads((run / "coco_results.json").read_text())


def detect_torchvision(data, truth):
    import numpy as np
    import torch
    from PIL import Image

    sys.path.insert(0, str(REPOSITORY / "data"))
    import model

    net, _ = model.load(REPOSITORY / "data" / "everyday10.safetensors")
    results = []
    for image in truth["images"]:
        rgb = np.array(Image.open(data / "images" / image["file_name"]).convert("RGB"))
        with torch.inference_mode():
            out = net([torch.from_numpy(rgb).permute(2, 0, 1).float() / 255])[0]
        for (x1, y1, x2, y2), score, label in zip(*(out[k].tolist() for k in ("boxes", "scores", "labels"))):
            results.append({"image_id": image["id"], "category_id": label, "score": score,
                            "bbox": [x1, y1, x2 - x1, y2 - y1]})
    return results


def evaluate(truth, results):
    """COCO's first six numbers, and AP by class."""
    names = {c["id"]: c["name"] for c in truth["categories"]}
    unlabelled = {image["id"]: set(image["classes_not_labelled"]) for image in truth["images"]}
    boxes = [a for a in truth["annotations"] if a["bbox"][2] > 1 and a["bbox"][3] > 1]
    labelled = {(a["image_id"], a["category_id"]) for a in boxes}

    def counts(r):
        image, category = r["image_id"], r["category_id"]
        return r["score"] >= MIN_SCORE and ((image, category) in labelled or names[category] not in unlabelled[image])

    coco = COCO()
    coco.dataset = {**truth, "annotations": boxes}
    coco.createIndex()
    evaluation = COCOeval(coco, coco.loadRes([r for r in results if counts(r)]), "bbox")
    evaluation.params.imgIds = [image["id"] for image in truth["images"]]
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    precision = evaluation.eval["precision"]
    by_class = {}
    for k, category in enumerate(evaluation.params.catIds):
        values = precision[:, :, k, 0, 2]
        by_class[names[category]] = float(values[values > -1].mean()) if (values > -1).any() else float("nan")
    return evaluation.stats[:6], by_class


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--frcnn")
    source.add_argument("--results", type=pathlib.Path)
    source.add_argument("--torchvision", action="store_true")
    parser.add_argument("--split", default="test", choices=("val", "test"))
    parser.add_argument("--expect", type=float, help="AP that must come out; default: that of data/README.md")
    options = parser.parse_args()
    expected = options.expect if options.expect is not None else EXPECTED[options.split]

    truth = json.loads((options.data / f"{options.split}.json").read_text())
    if options.frcnn:
        results = detect_frcnn(options.frcnn, options.data, truth, options.split)
    elif options.results:
        results = json.loads(options.results.read_text())
    else:
        results = detect_torchvision(options.data, truth)
    stats, by_class = evaluate(truth, results)
    print(" ".join(f"{name} {value:.4f}" for name, value in zip(NAMES, stats)))
    print(" ".join(f"{name} {value:.3f}" for name, value in by_class.items()))
    is_ok = abs(stats[0] - expected) <= TOLERANCE
    print(f"AP {stats[0]:.4f}, expected {expected:.4f} ± {TOLERANCE}: {'ok' if is_ok else 'FAIL'}")
    return 0 if is_ok else 1


if __name__ == "__main__":
    sys.exit(main())
