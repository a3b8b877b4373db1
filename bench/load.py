"""Opening a checkpoint: frcnn and PyTorch on the same file, time and peak memory.

usage: load.py --build BUILD_DIR [--rounds N]

Makes torchvision's fasterrcnn_resnet50_fpn with random weights, 167 MB, as .pth (today's format and that before PyTorch 1.6)
and .safetensors. Programs are run in turns; each is timed from its start to its end. Needs tests/requirements.txt.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

MEASURE = """
import resource, sys, time
begin = time.perf_counter()
{load}
print(time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""
PTH = "import torch; state = torch.load(sys.argv[1], map_location='cpu', weights_only=True)"
SAFETENSORS = "from safetensors.torch import load_file; state = load_file(sys.argv[1])"
MODEL = """
import torchvision
net = torchvision.models.detection.fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None)
net.load_state_dict(state.get('model', state), strict=False)
"""


# In a program of its own: a child's peak counts from its parent's size.
MAKE = """
import pathlib, sys, torch, torchvision
from safetensors.torch import save_file
folder = pathlib.Path(sys.argv[1])
net = torchvision.models.detection.fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None)
state = {k: v for k, v in net.state_dict().items() if not k.endswith("num_batches_tracked")}
torch.save(state, folder / "zip.pth")
torch.save(state, folder / "old.pth", _use_new_zipfile_serialization=False)
save_file(state, folder / "model.safetensors")
print(torch.__version__)
"""


def run(command):
    """Seconds from start to end, and output of a program."""
    begin = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin, done.stdout


SMALL = ["--image-size", "64x64", "--min-size", "64", "--max-size", "64"]


def get_memory(frcnn, folder, model=None):
    """Of a detection on a small image, in MB: the peak, the packed weights, and what is neither these nor buffers."""
    run([frcnn, "bench", *(["--model", model] if model else []), *SMALL, "--device", "cpu", "--runs", "1", "--warmup", "0",
         "--threads", "1", "--json", folder / "bench.json"])
    with open(folder / "bench.json", encoding="utf-8") as file:
        peak = json.load(file)["peak_bytes"] / 1e6
    text = run([frcnn, "info", *([model] if model else []), *SMALL])[1].decode()
    line = next(l for l in text.splitlines() if l.startswith("memory")).split()
    arena, packed = float(line[1]), float(line[4])
    return peak, packed, peak - packed - arena


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    frcnn = options.build / "src/cli/frcnn"
    with tempfile.TemporaryDirectory(prefix="frcnn-load-") as temporary:
        folder = pathlib.Path(temporary)
        version = run([sys.executable, "-c", MAKE, folder])[1].decode().strip()
        print(f"torch {version}, medians of {options.rounds} rounds\n")
        print("| file | frcnn info s | PyTorch, tensors s | PyTorch, the model s | ratio | frcnn peak MB | packed weights MB "
              "| over them, buffers and the program MB | PyTorch peak MB |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        base = get_memory(frcnn, folder)[2]
        for name in ("zip.pth", "old.pth", "model.safetensors"):
            model = folder / name
            load = SAFETENSORS if model.suffix == ".safetensors" else PTH
            rounds = []
            for _ in range(options.rounds):
                own = run([frcnn, "info", model])[0]
                tensors = run([sys.executable, "-c", MEASURE.format(load=load), model])[1].split()
                whole = run([sys.executable, "-c", MEASURE.format(load=load + MODEL), model])[1].split()
                rounds.append((own, float(tensors[0]), float(whole[0]), float(whole[1])))
            own, tensors, whole, peak = (statistics.median(r[i] for r in rounds) for i in range(4))
            ours, packed, rest = get_memory(frcnn, folder, model)
            print(f"| {name} | {own:.2f} | {tensors:.2f} | {whole:.2f} | {tensors / own:.1f} | {ours:.0f} | "
                  f"{packed:.0f} | {rest - base:.0f} | {peak / 1e6:.0f} |", flush=True)


if __name__ == "__main__":
    main()
