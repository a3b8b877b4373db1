"""make_checkpoints.py FOLDER: a few tensors as torch.save and NumPy's pickles write them, and as safetensors.

Needs torch, numpy and safetensors (written with 2.14.1, 2.4.6 and 0.8.0).
"""
import collections
import pathlib
import pickle
import sys

import numpy as np
import torch
from safetensors.torch import save_file

folder = pathlib.Path(sys.argv[1])
base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8 - 1
tensors = collections.OrderedDict([
    ("rows", base),
    ("transposed", base.t()),
    ("slice", base[1:3, 2:5]),
    ("every_other", base[::2, 1::2]),
    ("expanded", torch.tensor([[1.5], [2.5]]).expand(2, 3)),
    ("half", torch.linspace(-3, 3, 5).half()),
    ("brain", torch.linspace(-3, 3, 7).bfloat16()),
    ("double", torch.linspace(0, 1, 3, dtype=torch.float64)),
    ("long", torch.tensor([-2**40, 0, 7])),
    ("int", torch.tensor([[1], [-2]], dtype=torch.int32)),
    ("byte", torch.tensor([0, 128, 255], dtype=torch.uint8)),
    ("bool", torch.tensor([True, False, True])),
    ("scalar", torch.tensor(2.25)),
    ("empty", torch.zeros(0, 3)),
    ("parameter", torch.nn.Parameter(torch.tensor([3.0, 4.0]))),
])
save_file({name: tensor.detach().contiguous().clone() for name, tensor in tensors.items()}, folder / "tensors.safetensors")
torch.save(tensors, folder / "zip.pth")
torch.save(tensors, folder / "legacy.pth", _use_new_zipfile_serialization=False)
optimizer = {"state": {0: {"step": torch.tensor(1.0), "exp_avg": torch.ones(2)}}, "param_groups": [{"lr": 0.1}]}
torch.save({"epoch": 3, "state_dict": tensors, "optimizer": optimizer, "best": np.float64(0.5)}, folder / "nested.pth")
torch.save({"model": {"state_dict": dict(tensors)}, "optimizer": optimizer}, folder / "twice.pt")

arrays = {name: tensor.detach().numpy() for name, tensor in tensors.items() if name != "brain"}
arrays["transposed"] = np.asfortranarray(arrays["transposed"])
arrays["half"] = arrays["half"].astype(">f2")
arrays["double"] = arrays["double"].astype(">f8")
arrays["scalar"] = np.array(2.25, dtype=np.float32)
for protocol in range(2, 6):
    with open(folder / f"arrays_{protocol}.pkl", "wb") as file:
        pickle.dump({"model": arrays, "__author__": "nobody", "matching_heuristics": True}, file, protocol)
