"""All anchors of ResNet-50-FPN at 800x1344, 268,569 boxes, against copying as many bytes four times, in one process.

usage: anchors.py --build BUILD_DIR [--rounds N]

For every convention that has such a pyramid, frcnn_anchors_create into a new tensor, then four copies by NumPy, each into a
new array and each into one that is there already. They take turns, so that what the machine does meanwhile hits all; the
table holds medians over the rounds and ratios of the copies' time to frcnn's: above 1 frcnn is faster. Needs
tests/requirements.txt.
"""

import argparse
import ctypes
import pathlib
import statistics
import sys
import time

import numpy

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY / "tests" / "anchors"), str(REPOSITORY / "tests" / "tensor" / "live")]

import engine
import live_anchors

HEIGHT, WIDTH, COPIES = 800, 1344, 4
CONVENTIONS = {"torchvision": live_anchors.TORCHVISION, "Detectron2": live_anchors.DETECTRON2,
               "mmdetection": live_anchors.MMDET, "mmdetection 1": live_anchors.MMDET_LEGACY}


def take_turns(calls, rounds):
    """Median seconds of each."""
    times = [[] for _ in calls]
    for i in range(rounds + 2):
        for call, taken in zip(calls, times):
            begin = time.perf_counter()
            call()
            if i >= 2:
                taken.append(time.perf_counter() - begin)
    return [statistics.median(taken) for taken in times]


def copy_into(there, boxes):
    for _ in range(COPIES):
        numpy.copyto(there, boxes)


def copy_anew(boxes):
    for _ in range(COPIES):
        boxes.copy()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=101)
    options = parser.parse_args()
    engine.load(options.build)
    print("| convention | boxes | frcnn ms | four copies, new ms | ratio | four copies, in place ms | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, convention in CONVENTIONS.items():
        config = live_anchors.Config()
        engine.library.frcnn_anchor_config_default(ctypes.byref(config), convention)
        grids = live_anchors.grids_of_image(config, HEIGHT, WIDTH)
        boxes = engine.call("frcnn_anchors_create", engine.OUT, config, grids)[0].numpy()
        there = numpy.empty_like(boxes)
        made, new, in_place = take_turns([
            lambda: engine.call_handles("frcnn_anchors_create", engine.OUT, config, grids),
            lambda: copy_anew(boxes), lambda: copy_into(there, boxes)], options.rounds)
        print(f"| {name} | {len(boxes)} | {made * 1e3:.2f} | {new * 1e3:.2f} | {new / made:.2f} | {in_place * 1e3:.2f} | "
              f"{in_place / made:.2f} |")


if __name__ == "__main__":
    main()
