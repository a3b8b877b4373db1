#!/usr/bin/env python3
"""compare_runs.py A B PIXELS SCORE SHARE: detections of either journal have one of their class near them in the other.

Near: corners within PIXELS, the score within SCORE. Detections that score within SCORE of the threshold, 0.05, may be
missing on one side; of the others no larger a SHARE than that.
"""
import json
import sys

THRESHOLD = 0.05


def read(path):
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    return {line["file"]: line["detections"] for line in lines if "detections" in line}


def is_near(a, b, pixels, score):
    return (a["category_id"] == b["category_id"] and abs(a["score"] - b["score"]) <= score and
            all(abs(p - q) <= pixels for p, q in zip(a["bbox"], b["bbox"])))


def main():
    first, second = read(sys.argv[1]), read(sys.argv[2])
    pixels, score, share = (float(argument) for argument in sys.argv[3:6])
    n = n_missing = 0
    if first.keys() != second.keys() or not first:
        sys.exit(f"other images: {sorted(first)} and {sorted(second)}")
    for name in first:
        for these, those in ((first[name], second[name]), (second[name], first[name])):
            for one in these:
                if one["score"] < THRESHOLD + score:
                    continue
                n += 1
                if not any(is_near(one, other, pixels, score) for other in those):
                    n_missing += 1
                    print(f"{name}: {one} has none near it")
    print(f"{n} detections, {n_missing} without one near them")
    sys.exit(1 if n_missing > share * n or not n else 0)


main()
