#!/bin/sh
# demo.sh [DIR]: finds objects in the images of DIR, or in seven sample photos, and draws them.
# Installs what is missing (see install-deps.sh), builds, and leaves everything in frcnn-out beside this script.
set -eu

if [ $# -gt 1 ] || [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
    echo "usage: $0 [DIR]"
    echo "  DIR  a folder of images; without it, sample photos are fetched"
    exit 2
fi
input=
[ $# -eq 0 ] || input=$(realpath -- "$1")
cd "$(dirname "$(realpath "$0")")"

./install-deps.sh
cmake --preset release -DFRCNN_BUILD_TESTS=OFF
cmake --build --preset release
if [ -z "$input" ]; then
    scripts/get-photos build/photos || { echo "Name a folder of your own: $0 DIR" >&2; exit 1; }
    input=build/photos
fi
build/release/src/cli/frcnn detect --force --score 0.5 --out frcnn-out "$input"

echo
echo "The drawn images are in   $PWD/frcnn-out/images"
echo "The results are in        $PWD/frcnn-out/coco_results.json (and coco.json, detections.jsonl)"
