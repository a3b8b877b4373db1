"""The tensor core against PyTorch as it runs here, on seeded random problems.

usage: run.py [--build BUILD_DIR] [--library PATH] [--device NAME] [--only TEXT]… [--problems N] [--seed N]

Each live_<family>.py holds a dictionary OPERATIONS: name -> function(problems), which makes one problem and compares. A problem
on which PyTorch raises must fail in the engine too: functions say so with `both`. --only takes the operations whose name
holds TEXT. --device runs them all on tensors there; tests/cuda builds a library whose cuda is the host grid. Exit status: 0 all agree, 1 a difference, 77 PyTorch is missing.
"""

import argparse
import importlib
import pathlib
import sys
import traceback
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

try:
    import torch
except ImportError as error:
    print(f"run.py: skipped, {error}: install tests/requirements.txt", file=sys.stderr)
    sys.exit(77)

import engine
from problems import Problems

PROBLEMS = 200
CPU_ONLY = {"live_pictures", "live_print"}  # what refuses tensors of other devices, or tells their device


def run_operation(name, function, n_problems, seed):
    """Prints one line, and the first problem that differs. Returns whether all agreed."""
    for i in range(n_problems):
        try:
            function(Problems(f"{name} {seed} {i}"))
        except Exception:
            print(f"{name}: FAILED at problem {i} of seed {seed}\n{traceback.format_exc()}", flush=True)
            return False
    print(f"{name}: {n_problems} problems", flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--library", type=pathlib.Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--problems", type=int, default=PROBLEMS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    engine.load(options.library or options.build / "src" / "libfrcnn.so", options.device)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")  # PyTorch's advice on shapes that broadcast and numbers that round
    n_run = n_failed = 0
    for path in sorted(HERE.glob("live_*.py")):
        if path.stem in CPU_ONLY and engine.device.kind != engine.CPU.kind:
            continue
        for name, function in importlib.import_module(path.stem).OPERATIONS.items():
            if options.only and not any(text in name for text in options.only):
                continue
            n_run += 1
            n_failed += not run_operation(name, function, options.problems, options.seed)
    print(f"{n_run} operations, {n_failed} failed")
    return 1 if n_failed or not n_run else 0


if __name__ == "__main__":
    sys.exit(main())
