#!/usr/bin/env python3
"""gpu_ratios.py FOLDER: what bench/gpu.sh measured, torchvision's time divided by frcnn's, one image at a time."""

import json
import pathlib
import sys

# Which of frcnn's precisions a peer computes like.
LIKE = {
    "f32": "f32",
    "f32, TF32 as PyTorch's default": "tf32",
    "channels_last, autocast f16": "f16",
    "channels_last, autocast f16, torch.compile": "f16",
}


def main():
    folder = pathlib.Path(sys.argv[1])
    ours = {}
    for path in sorted(folder.glob("frcnn-*.json")):
        ours[path.stem.removeprefix("frcnn-")] = json.loads(path.read_text())["ms"]["detect"]["median"]
    print("\n| peer, batch 1 | ms | frcnn | ms | ratio |\n| --- | --- | --- | --- | --- |")
    for result in json.loads((folder / "peers.json").read_text())["results"]:
        if result["batch"] != 1:
            continue
        for precision in dict.fromkeys((LIKE[result["peer"]], "f32")):
            print(f"| torchvision, {result['peer']} | {result['median_ms']:.2f} | {precision} | "
                  f"{ours[precision]:.2f} | {result['median_ms'] / ours[precision]:.2f} |")


main()
