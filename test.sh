#!/bin/bash
# test.sh [--live]: installs what the tests need, builds, and runs every test; --live adds those that compare with a
# live PyTorch, which is installed into build/venv. CUDA's compiler is installed into build/nvcc where there is none; no GPU
# is needed. Prints a summary; the status is 0 only where nothing failed.
set -u

live=no
for argument in "$@"; do
    case $argument in
    --live) live=yes ;;
    *)
        echo "usage: $0 [--live]" >&2
        exit 2
        ;;
    esac
done
cd "$(dirname "$(realpath "$0")")" || exit 2
exec </dev/null

jobs=$(nproc)
# Tests run side by side: threads that wait by spinning would take the cores from each other.
export OMP_WAIT_POLICY=passive
results=()
n_failed=0

# step NAME COMMAND…: runs it under a heading and notes how it went.
step() {
    local name=$1 begin=$SECONDS outcome=passed
    shift
    printf '\n== %s\n' "$name"
    "$@" || outcome=FAILED
    [ $outcome = passed ] || n_failed=$((n_failed + 1))
    results+=("$(printf '%-7s %4d s  %s' $outcome $((SECONDS - begin)) "$name")")
    [ $outcome = passed ]
}

# skip NAME WHY
skip() {
    printf '\n== %s: SKIPPED: %s\n' "$1" "$2"
    results+=("$(printf '%-7s %6s  %s: %s' skipped '' "$1" "$2")")
}

# build PRESET [OPTION…]
build() {
    cmake --preset "$1" -DFRCNN_BUILD_TESTS=ON -DFRCNN_WARNINGS_AS_ERRORS=ON -DFRCNN_CUDA=OFF &&
        cmake --build --preset "$@" -j "$jobs"
}

# suite PRESET [OPTION…]
suite() {
    ctest --preset "$@" -j "$jobs"
}

# oneDNN's own threads come from an OpenMP runtime that ThreadSanitizer can't see into; ours are what is looked at. Some
# systems spread addresses wider than it can take, so that is switched off where it may be.
folder_under_tsan() {
    local fixed=(setarch "$(uname -m)" -R)
    "${fixed[@]}" true 2>/dev/null || fixed=()
    rm -rf build/tsan/run &&
        OMP_NUM_THREADS=1 TSAN_OPTIONS=halt_on_error=1 \
            "${fixed[@]}" build/tsan/src/cli/frcnn detect --threads 2 --out build/tsan/run "$FRCNN_PHOTOS"
}

# Which checks there are, and what they find, differs between versions; 14 is the one that .clang-tidy is written for. The
# analyzer follows a function's first 40000 states: it takes a third of the time that all take.
tidy() {
    local option states=()
    for option in -Xclang -analyzer-config -Xclang max-nodes=40000; do states+=("-extra-arg=$option"); done
    run-clang-tidy-14 -quiet -p build/asan -j "$jobs" "${states[@]}" "$PWD/(src|tests|examples)/" 2> >(grep -v 'warnings generated' >&2)
}

# nvcc on the PATH: the machine's, or one from PyPI.
find_nvcc() {
    local installed=/usr/local/cuda/bin
    if ! command -v nvcc >/dev/null && [ -x $installed/nvcc ]; then PATH=$installed:$PATH; fi
    if ! command -v nvcc >/dev/null; then
        { [ -x build/nvcc/bin/python ] || python3 -m venv build/nvcc; } &&
            build/nvcc/bin/pip install --quiet --disable-pip-version-check -r tests/requirements-cuda.txt
        PATH=$(echo "$PWD"/build/nvcc/lib/python3*/site-packages/nvidia/cu13/bin):$PATH
    fi
    command -v nvcc >/dev/null && nvcc --version
}

# For every GPU that there is code for. What each kernel takes of a GPU is for check-spills alone to read.
build_cuda() {
    local log=build/cuda/build.log status=0
    cmake --preset cuda -DFRCNN_BUILD_TESTS=ON -DCMAKE_CUDA_FLAGS=-Xptxas=-v || return
    cmake --build --preset cuda -j "$jobs" >>$log 2>&1 || status=$?
    grep -v -e '^ptxas info' -e 'bytes stack frame' $log | tail -n $((status ? 60 : 1))
    return $status
}

against_pytorch() {
    build/venv/bin/python tests/parity/live.py --build build/$optimised &&
        build/venv/bin/python tests/parity/live_vgg.py --build build/$optimised
}

tensors_against_pytorch() {
    build/venv/bin/python tests/tensor/live/run.py --build build/$optimised
}

# The same with tensors on a GPU that is not there.
kernels_against_pytorch() {
    build/venv/bin/python tests/tensor/live/run.py --build build/$optimised --device cuda --problems 20 \
        --library build/$optimised/tests/cuda/libfrcnn.so
}

anchors_against_torchvision() {
    build/venv/bin/python tests/anchors/live_anchors.py --build build/$optimised
}

golden_against_torchvision() {
    build/venv/bin/python tests/anchors/live_golden.py --build build/$optimised
}

make_venv() {
    { [ -x build/venv/bin/python ] || python3 -m venv build/venv; } &&
        build/venv/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
}

summary() {
    printf '\n== summary\n'
    printf '%s\n' "${results[@]}"
    echo
    if [ $n_failed -gt 0 ]; then
        echo "$n_failed FAILED"
        exit 1
    fi
    echo "All passed."
}

step "packages" ./install-deps.sh --test || summary
if step "sample photos" scripts/get-photos build/photos; then
    FRCNN_PHOTOS=$PWD/build/photos
    export FRCNN_PHOTOS
fi

# The optimised build has CUDA where it can; the others are without.
if find_nvcc; then
    optimised=cuda
    step "cuda: build" build_cuda && step "cuda: spills" scripts/check-spills build/cuda/build.log &&
        step "cuda: tests" suite cuda
else
    skip "cuda" "no nvcc, and tests/requirements-cuda.txt could not be installed; CUDA's files are not even built for a CPU"
    optimised=release
    step "release: build" build release && step "release: tests" suite release
fi
if step "asan: build" build asan; then
    step "asan: tests" suite asan
    if command -v run-clang-tidy-14 >/dev/null; then
        step "tidy" tidy
    else
        skip "tidy" "needs clang-tidy 14"
    fi
fi
step "fuzz: build" build fuzz --target fuzzers && step "fuzz: 10000 inputs each" suite fuzz
if step "tsan: build" build tsan --target frcnn_program && [ -n "${FRCNN_PHOTOS:-}" ]; then
    step "tsan: detect on a folder" folder_under_tsan
fi
step "clang: build" build clang --target frcnn_program && step "clang: tests" suite clang -L cli

if [ $live = yes ]; then
    if make_venv; then
        step "live: tensors against PyTorch" tensors_against_pytorch
        if [ -e build/$optimised/tests/cuda/libfrcnn.so ]; then
            step "live: CUDA's kernels against PyTorch" kernels_against_pytorch
        fi
        step "live: anchors against torchvision" anchors_against_torchvision
        step "live: golden anchors against torchvision" golden_against_torchvision
        step "live: against PyTorch" against_pytorch
    else
        skip "live: against PyTorch" "tests/requirements.txt could not be installed, is there a network?"
    fi
fi
summary
