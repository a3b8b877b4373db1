#!/bin/bash
# bench/gpu.sh [BUILD [FOLDER]]: frcnn and torchvision on this machine's first GPU, the same weights and image, in one run.
#   BUILD   a build with CUDA (default: build/cuda)
#   FOLDER  where model, image and results go (default: build/gpu-bench)
# Needs python3 with torch, torchvision and safetensors. Prints tables; FOLDER/*.json holds the figures.
set -eu

cd "$(dirname "$(realpath "$0")")/.."
build=${1:-build/cuda}
folder=${2:-build/gpu-bench}
frcnn=$build/src/cli/frcnn
size=800x1333
mkdir -p "$folder"

nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm --format=csv,noheader
"$frcnn" info --devices
if [ ! -f "$folder/model.safetensors" ]; then
    python3 tests/parity/make_live_model.py resnet50 $size "$folder"
fi

# From pixels to boxes, one image at a time: stages by events on the GPU, `detect` by the CPU's clock.
for precision in f32 tf32 f16 bf16; do
    echo
    echo "== frcnn, $precision, $size"
    "$frcnn" bench --model "$folder/model.safetensors" --device cuda --precision $precision --warmup 5 --runs 50 \
        --json "$folder/frcnn-$precision.json" "$folder/image.png"
done

# A folder from start to end: decoding, detecting, writing results.
rm -rf "$folder/photos" && mkdir "$folder/photos"
for i in $(seq 200); do ln "$folder/image.png" "$folder/photos/$i.png"; done
for batch in 1 4 8; do
    echo
    echo "== frcnn detect, f16, a folder of 200 images of $size, batch $batch"
    rm -rf "$folder/run"
    "$frcnn" detect --model "$folder/model.safetensors" --device cuda --precision f16 --batch $batch --no-draw \
        -o "$folder/run" "$folder/photos" 2>&1 | grep images/s
done

echo
echo "== torchvision"
python3 bench/gpu_peers.py --folder "$folder" --json "$folder/peers.json"
python3 bench/gpu_ratios.py "$folder"
