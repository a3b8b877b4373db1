"""Writes all_dtypes.safetensors and empty.safetensors with the reference implementation (safetensors 0.8.0, torch
2.14.1); tests/checkpoint reads them and writes the same bytes."""
import torch
from safetensors.torch import save_file

TENSORS = {
    "b": torch.tensor([[1.5, -2.0, 3.25]]),
    "a": torch.tensor([1, -2], dtype=torch.int64),
    "h": torch.tensor([1.0, 0.5, 65504.0], dtype=torch.float16),
    "bf": torch.tensor([1.0, -3.0], dtype=torch.bfloat16),
    "d": torch.tensor(2.5, dtype=torch.float64),
    "u": torch.tensor([0, 255, 7], dtype=torch.uint8),
    "i8": torch.tensor([-128, 127], dtype=torch.int8),
    "i16": torch.tensor([[-300], [300]], dtype=torch.int16),
    "i32": torch.tensor([70000], dtype=torch.int32),
    "bo": torch.tensor([True, False, True]),
    "empty": torch.zeros(0, 3),
    "é\"\\\n\t\x01\x7f/": torch.tensor([9], dtype=torch.uint8),
}

save_file(TENSORS, "all_dtypes.safetensors", {"k\"": "v\né"})
save_file({}, "empty.safetensors")
