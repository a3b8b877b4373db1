"""The engine against torchvision, ONNX Runtime and OpenVINO: the same weights, image and number of threads, in one run.

usage: peers.py --frcnn PROGRAM --photo PHOTO [--threads N] [--runs N] [--only default|resnet50] [--peers LIST]

PHOTO is the image of the default model; ResNet-50-FPN gets a seeded one of 800x1333, which is not resized. Each peer
lives in a process of its own, is warmed up, and then takes its turn once a round, so that a slow minute of the machine
hits all. frcnn takes its turns as `frcnn bench`. Prints a Markdown table for each model: median, 10th and 90th
percentile of the time from one decoded image in memory to its detections, the median's ratio to frcnn's (without
--frcnn, to the first peer's), and the process's peak memory. Needs bench/requirements.txt.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY / "data"), str(REPOSITORY / "tests" / "parity")]

FRCNN = "frcnn"
PEERS = {
    "torchvision": "torchvision, eager",
    "channels_last": "torchvision, channels_last",
    "onnxruntime": "ONNX Runtime",
    "openvino": "OpenVINO",
}
REST_SECONDS = 0.3  # lets the last peer's threads stop spinning


# --- in a peer's process ---------------------------------------------------------------------------------------------


def load_torchvision(weights):
    """The detector of a safetensors file with "frcnn" metadata."""
    import make_live_model
    import model
    from safetensors import safe_open

    with safe_open(weights, "pt") as f:
        settings = json.loads(f.metadata()["frcnn"])
        if settings["backbone"] == "mobilenet_v2":
            return model.load(weights)[0]
        net = make_live_model.assemble(settings["backbone"], settings)
        net.load_state_dict({k: f.get_tensor(k) for k in f.keys()})
        return net


def load_image(path):
    """float32 [3, height, width] in [0, 1]."""
    import numpy as np
    from PIL import Image

    return np.ascontiguousarray(np.array(Image.open(path).convert("RGB")).transpose(2, 0, 1)) / np.float32(255)


def make_peer(name, job):
    """A function that detects once, and returns boxes, labels, scores."""
    pixels = load_image(job["image"])
    if name in ("torchvision", "channels_last"):
        import torch

        torch.set_num_threads(job["threads"])
        net, image = load_torchvision(job["weights"]), torch.from_numpy(pixels)
        if name == "channels_last":
            net = net.to(memory_format=torch.channels_last)

        def detect():
            with torch.inference_mode():
                out = net([image])[0]
            return out["boxes"], out["labels"], out["scores"]

        return detect

    if name == "onnxruntime":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = job["threads"], 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(job["onnx"], options, providers=["CPUExecutionProvider"])
        return lambda: session.run(None, {"image": pixels})

    import openvino

    core = openvino.Core()
    # Without the hint it computes in bfloat16 where the CPU can.
    settings = {"INFERENCE_NUM_THREADS": job["threads"], "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": "f32"}
    compiled = core.compile_model(core.read_model(job["onnx"]), "CPU", settings)
    return lambda: compiled([pixels]).to_tuple()


def serve(name, job):
    """Answers each line of standard input with one detection's seconds, and the end of it with the peak memory."""
    detect = make_peer(name, job)
    found = detect()
    print(json.dumps({"detections": len(found[2]), "best": float(max(found[2], default=0.0))}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        detect()
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)
    print(json.dumps({"peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}), flush=True)


def export_onnx(weights, image, path):
    import torch

    net, pixels = load_torchvision(weights), torch.from_numpy(load_image(image))
    torch.onnx.export(net, ([pixels],), path, dynamo=False, opset_version=17, input_names=["image"],
                      output_names=["boxes", "labels", "scores"])


# --- in the process that measures ------------------------------------------------------------------------------------


class Peer:
    def __init__(self, name, job):
        command = [sys.executable, __file__, "--serve", name, "--job", json.dumps(job)]
        environment = {**os.environ, "OMP_NUM_THREADS": str(job["threads"])}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment)
        self.seconds = []
        self.found = self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("peers.py: a peer ended early")
        return json.loads(line)

    def run(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.seconds.append(self.read()["seconds"])

    def finish(self):
        self.process.stdin.close()
        self.peak_kib = self.read()["peak_kib"]
        self.process.wait()


class Frcnn:
    """`frcnn bench`, one run and a warm-up in a new process each time."""

    def __init__(self, program, job):
        self.options = ["--model", job["weights"], "--threads", str(job["threads"])]
        self.program, self.image = program, job["image"]
        self.seconds, self.peak_kib = [], 0
        journal, _ = self.call("detect", "--quiet", "--out", "-", "--no-draw")
        self.found = {"detections": len(json.loads(journal.splitlines()[1])["detections"])}

    def call(self, command, *options):
        """Standard output and peak memory."""
        process = subprocess.Popen([self.program, command, *options, *self.options, self.image],
                                   stdout=subprocess.PIPE, text=True)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"peers.py: frcnn {command}: exit status {process.returncode}")
        return output, usage.ru_maxrss

    def run(self):
        output, peak_kib = self.call("bench", "--runs", "1", "--warmup", "1", "--json", "-")
        self.seconds.append(json.loads(output)["ms"]["detect"]["median"] / 1e3)
        self.peak_kib = max(self.peak_kib, peak_kib)

    def finish(self):
        pass


def percentile(values, share):
    ordered = sorted(values)
    return ordered[round(share * (len(ordered) - 1))]


def describe(title, peers):
    """A table; ratios are to the first peer."""
    medians = {name: statistics.median(peer.seconds) for name, peer in peers.items()}
    reference = next(iter(medians.values()))
    print(f"\n### {title}\n")
    print("| | median ms | 10–90 % | ratio | peak MB | detections |\n| --- | --- | --- | --- | --- | --- |")
    for name, peer in peers.items():
        low, high = (1e3 * percentile(peer.seconds, share) for share in (0.1, 0.9))
        print(f"| {name} | {1e3 * medians[name]:.1f} | {low:.1f}–{high:.1f} | {medians[name] / reference:.2f} | "
              f"{peer.peak_kib / 1024:.0f} | {peer.found['detections']} |")
    sys.stdout.flush()


def make_jobs(options, folder):
    """Title and files of each model."""
    script = REPOSITORY / "tests" / "parity" / "make_live_model.py"
    if options.only in (None, "default"):
        yield "Default model", {"weights": str(REPOSITORY / "data" / "everyday10.safetensors"),
                                "image": str(options.photo), "onnx": str(folder / "default.onnx")}
    if options.only in (None, "resnet50"):
        subprocess.run([sys.executable, script, "resnet50", "800x1333", folder], check=True)
        yield "ResNet-50-FPN, 800x1333", {"weights": str(folder / "model.safetensors"),
                                          "image": str(folder / "image.png"), "onnx": str(folder / "resnet50.onnx")}


def measure(title, job, options):
    names = options.peers.split(",")
    if {"onnxruntime", "openvino"} & set(names):
        subprocess.run([sys.executable, __file__, "--export", "--job", json.dumps(job)], check=True,
                       stderr=subprocess.DEVNULL)
    peers = {PEERS[name]: Peer(name, job) for name in names}
    if options.frcnn:
        peers = {FRCNN: Frcnn(options.frcnn, job), **peers}
    for _ in range(options.runs):
        for peer in peers.values():
            time.sleep(REST_SECONDS)
            peer.run()
    for peer in peers.values():
        peer.finish()
    describe(f"{title}, {job['threads']} threads", peers)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frcnn")
    parser.add_argument("--photo", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--runs", type=int, default=15, help="rounds")
    parser.add_argument("--only", choices=("default", "resnet50"))
    parser.add_argument("--peers", default=",".join(PEERS), help="which, separated by commas")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--export", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--job", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.job)
    elif options.export:
        export_onnx(options.job["weights"], options.job["image"], options.job["onnx"])
    else:
        with tempfile.TemporaryDirectory(prefix="frcnn-bench-") as folder:
            for title, job in make_jobs(options, pathlib.Path(folder)):
                measure(title, {**job, "threads": options.threads}, options)


if __name__ == "__main__":
    main()
