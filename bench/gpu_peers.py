"""Torchvision's Faster R-CNN ResNet-50-FPN on a GPU, in the ways that people run it, for frcnn to be compared with.

usage: gpu_peers.py [--folder DIR] [--runs N] [--batches 1,8] [--compile-seconds S] [--json FILE]

Timed is the way from decoded images, uint8 in pinned memory of the CPU, to boxes, labels and scores in the CPU's memory.
The weights are seeded (tests/parity/make_live_model.py), the image is of 800x1333 pixels and is not resized; both are
taken from DIR (model.safetensors, image.png), made there where they are missing, so that frcnn can be given the same.
Every peer is warmed up, cuDNN tries its algorithms first (cudnn.benchmark), and the median of N runs counts. Prints a
Markdown table, what was not had and why, and with --json writes a file of it all. torch.compile gets a process of its own
that is ended after S seconds. Nothing is downloaded. Needs torch, torchvision, safetensors and a GPU.
"""

import argparse
import contextlib
import importlib.util
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY / "tests" / "parity")]

# Name, TF32 in cuDNN's convolutions (PyTorch's default: yes, but not in products of matrices), f16 by autocast.
EAGER = {
    "f32": {"tf32": False, "f16": False},
    "f32, TF32 as PyTorch's default": {"tf32": True, "f16": False},
    "channels_last, autocast f16": {"tf32": True, "f16": True},
}
COMPILED = "channels_last, autocast f16, torch.compile"
N_WARMUP = 4
PEER_SECONDS = 4.0  # a batch of a peer is not measured longer


def make_files(folder, size):
    """Paths of the model and the image."""
    model, image = folder / "model.safetensors", folder / "image.png"
    if not (model.exists() and image.exists()):
        script = REPOSITORY / "tests" / "parity" / "make_live_model.py"
        subprocess.run([sys.executable, script, "resnet50", size, folder], check=True)
    return model, image


def load(model, device):
    import make_live_model
    from safetensors import safe_open

    with safe_open(model, "pt") as f:
        settings = json.loads(f.metadata()["frcnn"])
        net = make_live_model.assemble(settings["backbone"], settings)
        net.load_state_dict({k: f.get_tensor(k) for k in f.keys()})
    return net.to(device)


def load_image(path, device):
    """uint8 [height, width, 3], pinned where there is a GPU."""
    import numpy as np
    import torch
    from PIL import Image

    pixels = torch.from_numpy(np.array(Image.open(path).convert("RGB")))
    return pixels.pin_memory() if device == "cuda" else pixels


def make_detect(net, pixels, device, f16):
    """A function of the batch that detects once, and returns what was found, on the CPU."""
    import torch

    def detect(batch):
        context = torch.autocast(device, torch.float16) if f16 else contextlib.nullcontext()
        with torch.inference_mode(), context:
            uploaded = [pixels.to(device, non_blocking=True) for _ in range(batch)]
            found = net([rgb.permute(2, 0, 1).float() / 255 for rgb in uploaded])
        return [{key: value.cpu() for key, value in image.items()} for image in found]

    return detect


def measure(name, detect, batch, n_runs):
    for _ in range(N_WARMUP):
        found = detect(batch)
    seconds = []
    end = time.perf_counter() + PEER_SECONDS
    while len(seconds) < n_runs and (len(seconds) < 3 or time.perf_counter() < end):
        start = time.perf_counter()
        detect(batch)
        seconds.append(time.perf_counter() - start)
    ms = sorted(1e3 * s for s in seconds)
    median = statistics.median(ms)
    return {"peer": name, "batch": batch, "runs": len(ms), "median_ms": median, "p10_ms": ms[round(0.1 * (len(ms) - 1))],
            "p90_ms": ms[round(0.9 * (len(ms) - 1))], "images_per_s": 1e3 * batch / median,
            "detections": len(found[0]["scores"])}


def measure_eager(net, pixels, device, options):
    import torch

    for name, how in EAGER.items():
        torch.backends.cudnn.allow_tf32 = how["tf32"]
        torch.backends.cuda.matmul.allow_tf32 = False
        if how["f16"]:
            net = net.to(memory_format=torch.channels_last)
        detect = make_detect(net, pixels, device, how["f16"])
        for batch in options.batches:
            yield measure(name, detect, batch, options.runs)


def measure_compiled(net, pixels, device, options):
    """What is compiled is what computes on maps of fixed size: backbone, RPN head, box head."""
    import torch

    net = net.to(memory_format=torch.channels_last)
    net.backbone = torch.compile(net.backbone, dynamic=False)
    net.rpn.head = torch.compile(net.rpn.head, dynamic=False)
    net.roi_heads.box_head = torch.compile(net.roi_heads.box_head, dynamic=False)
    detect = make_detect(net, pixels, device, True)
    for batch in options.batches:
        yield measure(COMPILED, detect, batch, options.runs)


def serve_compiled(options, model, image):
    """In a process of its own: a line of JSON for each batch."""
    pixels = load_image(image, options.device)
    for result in measure_compiled(load(model, options.device), pixels, options.device, options):
        print(json.dumps(result), flush=True)


def run_compiled(options, folder):
    """Results, and why some are missing."""
    command = [sys.executable, __file__, "--serve-compiled", "--folder", folder, "--runs", str(options.runs),
               "--batches", ",".join(map(str, options.batches)), "--device", options.device]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)
    why = None
    try:
        output, errors = process.communicate(timeout=options.compile_seconds)
        if process.returncode != 0:
            why = (errors.strip().splitlines() or ["it failed"])[-1]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # with the compilers that it started
        output, _ = process.communicate()
        why = f"not done after {options.compile_seconds:g} s"
    results = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return results, {COMPILED: why} if why else {}


def describe_machine(device):
    import torch
    import torchvision

    machine = {"torch": torch.__version__, "torchvision": torchvision.__version__,
               "cudnn": torch.backends.cudnn.version(), "cuda": torch.version.cuda}
    if device == "cuda":
        machine["gpu"] = torch.cuda.get_device_name(0)
        query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        with contextlib.suppress(OSError):
            machine["driver"] = subprocess.run(query, capture_output=True, text=True).stdout.split("\n")[0]
    return machine


def describe(machine, results, not_had):
    print(f"\n{', '.join(f'{k} {v}' for k, v in machine.items())}\n")
    print("| torchvision | batch | median ms | 10–90 % | images/s | detections |\n| --- | --- | --- | --- | --- | --- |")
    for r in results:
        print(f"| {r['peer']} | {r['batch']} | {r['median_ms']:.2f} | {r['p10_ms']:.2f}–{r['p90_ms']:.2f} | "
              f"{r['images_per_s']:.1f} | {r['detections']} |")
    for name, why in not_had.items():
        print(f"\nSKIPPED: {name}: {why}")
    sys.stdout.flush()


def write(path, machine, size, results, not_had):
    if path:
        text = json.dumps({"machine": machine, "image": size, "results": results, "not_had": not_had}, indent=1)
        path.write_text(text + "\n")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, default=REPOSITORY / "build" / "gpu-peers")
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--batches", type=lambda text: [int(n) for n in text.split(",")], default=[1, 8])
    parser.add_argument("--compile-seconds", type=float, default=45.0, help="0: no torch.compile")
    parser.add_argument("--json", type=pathlib.Path)
    # To try this script without a GPU.
    parser.add_argument("--device", default="cuda", help=argparse.SUPPRESS)
    parser.add_argument("--size", default="800x1333", help=argparse.SUPPRESS)
    parser.add_argument("--serve-compiled", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    options = parse()
    import torch

    if options.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("gpu_peers.py: torch finds no GPU")
    torch.backends.cudnn.benchmark = True
    model, image = make_files(options.folder, options.size)
    if options.serve_compiled:
        return serve_compiled(options, model, image)
    net, pixels = load(model, options.device), load_image(image, options.device)
    results = list(measure_eager(net, pixels, options.device, options))
    has_tensorrt = importlib.util.find_spec("tensorrt") is not None
    not_had = {"TensorRT": "this script makes no engine for it" if has_tensorrt else "not installed"}
    machine = describe_machine(options.device)
    write(options.json, machine, options.size, results, not_had)
    if options.compile_seconds > 0:
        compiled, why = run_compiled(options, options.folder)
        results, not_had = results + compiled, not_had | why
        write(options.json, machine, options.size, results, not_had)
    describe(machine, results, not_had)


if __name__ == "__main__":
    main()
