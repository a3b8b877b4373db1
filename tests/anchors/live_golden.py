"""Golden files against torchvision as it runs here, and the example of docs/anchors.md as it stands there.

usage: live_golden.py --build BUILD_DIR

Exit status: 0 all well, 1 a difference, 77 PyTorch or torchvision is missing.
"""

import argparse
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

try:
    import numpy
    import torch
    from torchvision.models import detection
    from torchvision.models.detection.image_list import ImageList
except ImportError as error:
    print(f"live_golden.py: skipped, {error}: install tests/requirements.txt", file=sys.stderr)
    sys.exit(77)

MODELS = {
    "torchvision-resnet50-fpn": ("fasterrcnn_resnet50_fpn", "fasterrcnn_resnet50_fpn_v2"),
    "torchvision-mobilenet-v3-fpn": ("fasterrcnn_mobilenet_v3_large_fpn",),
    "torchvision-mobilenet-v3-320-fpn": ("fasterrcnn_mobilenet_v3_large_320_fpn",),
}


def digest(anchors):
    return hashlib.sha256(anchors.numpy().astype("<f4").tobytes()).hexdigest()


def check_models():
    """Each torchvision model's own generator, on maps that its backbone makes."""
    n_failed = n_files = 0
    for name, functions in MODELS.items():
        models = [getattr(detection, function)(weights=None, weights_backbone=None).eval() for function in functions]
        for path in sorted((ROOT / "data" / "anchors").glob(f"{name}-[0-9]*x*.json")):
            golden = json.loads(path.read_text())
            size = tuple(golden["image"])
            image = torch.zeros(1, 3, *size)
            with torch.no_grad():
                maps = list(models[0].backbone(image).values())
            for function, model in zip(functions, models):
                anchors = model.rpn.anchor_generator(ImageList(image, [size]), maps)[0]
                is_equal = digest(anchors) == golden["sha256"] and len(anchors) == golden["total"]
                print(f"{'equal' if is_equal else 'DIFFERENT':9}  {path.name}  {function}", flush=True)
                n_failed += not is_equal
            n_files += 1
    assert n_files >= 9, n_files
    return n_failed


def transposed(anchors, grids):
    """What a grid in NumPy's default indexing leads to."""
    parts = anchors.split([3 * h * w for h, w in grids])
    return torch.cat([part.reshape(h, w, 3, 4).transpose(0, 1).reshape(-1, 4) for part, (h, w) in zip(parts, grids)])


def run(command, folder, expected, output=""):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    print(done.stderr, end="")
    if done.returncode != expected:
        print(f"FAILED: {command}: expected status {expected}, found {done.returncode}")
    elif output not in done.stderr:
        print(f"FAILED: {command}: expected the output\n{output}")
    return done.returncode != expected or output not in done.stderr


def check_example(program):
    """The page's Python and its command; then with a mistake planted in the Python."""
    text = (ROOT / "docs" / "anchors.md").read_text()
    python = re.search(r"^```python\n(.*?)^```$", text, re.M | re.S)[1]
    command = re.search(r"^```sh\nfrcnn (.*?)\n```$", text, re.M | re.S)[1].split()
    pin = re.search(r"^    frcnn (anchors pin .*)$", text, re.M)[1].split()
    wrong = python.replace("anchors.numpy()", "anchors.numpy()[:, [1, 0, 3, 2]]")
    assert wrong != python
    with tempfile.TemporaryDirectory() as folder:
        n_failed = run([program, *pin], folder, 0)
        n_failed += run([sys.executable, "-c", python], folder, 0) + run([program, *command], folder, 0)
        n_failed += run([sys.executable, "-c", wrong], folder, 0) + run([program, *command], folder, 1)
        report = (pathlib.Path(folder) / "anchors.xml").read_text()
        if "x and y swapped" not in report:
            print(f"FAILED: expected 'x and y swapped' in the report, found {report}")
            n_failed += 1
        told = re.search(r"^    anchors.json: DIFFERENT\n(?:      .*\n)+", text, re.M)[0].replace("\n    ", "\n").strip()
        golden = json.loads((pathlib.Path(folder) / "anchors.json").read_text())
        anchors = torch.from_numpy(numpy.load(pathlib.Path(folder) / "anchors.npy"))[:, [1, 0, 3, 2]]
        grids = [level["grid"] for level in golden["levels"]]
        numpy.save(pathlib.Path(folder) / "anchors.npy", transposed(anchors, grids).numpy())
        n_failed += run([program, *command], folder, 1, told)
    return n_failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    n_failed = check_models() + check_example(str((arguments.build / "src" / "cli" / "frcnn").resolve()))
    print(f"live_golden.py: {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
