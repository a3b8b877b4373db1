"""The anchors of real programs, out of recordings of their runs: make_goldens.py RECORDINGS.

RECORDINGS/<program>/<model>_<image>.safetensors and operators.safetensors hold all that a program computed for an image;
only the anchors are kept, as <program>.safetensors beside this file, named <model>_<image>.<tensor>.
"""

import pathlib
import sys

from safetensors import safe_open
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent
FILES = {
    "detectron2": ["operators", "c4_landscape", "c4_portrait", "dc5_landscape", "fpn_landscape", "fpn_portrait", "fpn_large"],
    "mmdet": ["operators", "r50_fpn_landscape", "r50_fpn_portrait", "r50_fpn_large"],
}


def main():
    recordings = pathlib.Path(sys.argv[1])
    for program, names in FILES.items():
        tensors = {}
        for name in names:
            with safe_open(recordings / program / f"{name}.safetensors", "pt") as file:
                for key in file.keys():
                    if key.startswith("anchors."):
                        tensors[f"{name}.{key.removeprefix('anchors.')}"] = file.get_tensor(key)
        save_file(tensors, HERE / f"{program}.safetensors")


main()
