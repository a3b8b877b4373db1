#!/bin/bash
# tests/gpu/run.sh [--no-build] [--quick]: builds and runs all that needs a GPU; skipped aloud where there is none.
#   --no-build  run what build/cuda holds
#   --quick     without compute-sanitizer
# The status is 0 only where nothing failed.
set -u

build=yes
sanitize=yes
for argument in "$@"; do
    case $argument in
    --no-build) build=no ;;
    --quick) sanitize=no ;;
    *)
        echo "usage: $0 [--no-build] [--quick]" >&2
        exit 2
        ;;
    esac
done
cd "$(dirname "$(realpath "$0")")/../.." || exit 2

if ! nvidia-smi --query-gpu=name,driver_version --format=csv,noheader; then
    echo "SKIPPED: this machine has no GPU, or no driver for it"
    exit 0
fi

export OMP_WAIT_POLICY=passive
bin=build/cuda
out=$bin/gpu-tests
n_failed=0
results=()

# check NAME COMMAND…: its output goes to a file, and is shown where it fails.
check() {
    local name=$1 begin=$SECONDS log outcome=passed
    shift
    log=$out/$(tr -c 'A-Za-z0-9_\n' - <<<"$name").log
    if ! "$@" >"$log" 2>&1; then
        outcome=FAILED
        n_failed=$((n_failed + 1))
        printf '\n== %s\n' "$name"
        tail -n 40 "$log"
    fi
    results+=("$(printf '%-6s %4d s  %s' $outcome $((SECONDS - begin)) "$name")")
}

# A folder on a device; a second run of it must give the same bytes but for times.
detect() {
    local device=$1 precision=$2 to=$3
    shift 3
    rm -rf "$to"
    "$bin/src/cli/frcnn" detect --device "$device" --precision "$precision" --no-draw --quiet -o "$to" "$@"
}

same_bytes() {
    detect cuda "$1" "$out/first" "${photos[@]}" && detect cuda "$1" "$out/second" "${photos[@]}" &&
        cmp "$out/first/detections.jsonl" "$out/second/detections.jsonl"
}

same_objects() {
    detect cpu f32 "$out/cpu" "${photos[@]}" && detect cuda "$1" "$out/gpu" "${photos[@]}" &&
        python3 tests/gpu/compare_runs.py "$out/cpu/detections.jsonl" "$out/gpu/detections.jsonl" "$2" "$3" "$4"
}

# A model of another family on small pictures: its own operations, and the convolutions of narrow layers.
same_family() {
    local options=(--model "$1" --min-size 120 --max-size 200 tests/golden/pictures)
    detect cpu f32 "$out/cpu" "${options[@]}" && detect cuda f32 "$out/gpu" "${options[@]}" &&
        python3 tests/gpu/compare_runs.py "$out/cpu/detections.jsonl" "$out/gpu/detections.jsonl" 0.1 0.001 0
}

if [ $build = yes ]; then
    cmake --preset cuda -DFRCNN_BUILD_TESTS=ON -DCMAKE_CUDA_ARCHITECTURES=native &&
        cmake --build --preset cuda -j "$(nproc)" --target frcnn_gpu_tests || exit 1
fi
mkdir -p "$out"
shopt -s nullglob
programs=("$bin"/tests/cuda/*_gpu)
for program in "${programs[@]}"; do
    check "$(basename "$program")" "$program"
done

for model in tests/golden/detectron2/*.pkl tests/golden/mmdetection/*.pth; do
    check "pictures, CPU and GPU: $(basename "$model")" same_family "$model"
done

scripts/get-photos build/photos >/dev/null 2>&1
photos=(build/photos/*.jpg)
if [ ${#photos[@]} -gt 0 ]; then
    # The other precisions run what is measured to be fastest, which may be another in another process.
    check "two runs, same bytes" same_bytes f32
    # Sums in another order move a box by less than a tenth of a pixel. With 10 bits of fraction it is a few pixels, with the 7 of
    # bf16 more, and of two overlapping boxes that score alike the other may be kept: of some boxes in a hundred, or in four.
    check "a folder, CPU and GPU: f32" same_objects f32 0.1 0.001 0
    check "a folder, CPU and GPU: tf32" same_objects tf32 3 0.03 0.05
    check "a folder, CPU and GPU: f16" same_objects f16 3 0.03 0.05
    check "a folder, CPU and GPU: bf16" same_objects bf16 12 0.15 0.25
else
    echo "SKIPPED: runs of a folder: no photos in build/photos (scripts/get-photos)"
fi

if [ $sanitize = yes ] && command -v compute-sanitizer >/dev/null; then
    # Tests of what happens without memory ask for too much on purpose: that is no error. Nor is what is found in the kernels
    # of cuBLASLt.
    for program in "${programs[@]}"; do
        for tool in memcheck racecheck synccheck initcheck; do
            check "compute-sanitizer $tool: $(basename "$program")" env FRCNN_TEST_SHORT=1 \
                compute-sanitizer --tool $tool --report-api-errors no --kernel-name-exclude kns=nvjet \
                --error-exitcode 1 "$program"
        done
    done
else
    echo "SKIPPED: compute-sanitizer"
fi

printf '\n== summary\n'
printf '%s\n' "${results[@]}"
if [ $n_failed -gt 0 ]; then
    echo "$n_failed FAILED"
    exit 1
fi
echo "All passed."
