#!/bin/sh
# Installs the Debian or Ubuntu packages that frcnn is built from, and with --test those that its tests need too.
# Only what is missing is installed: where nothing is, apt is not asked and no network is needed.
set -eu

usage() {
    echo "usage: $0 [--test]"
    echo "  --test  also install what ./test.sh needs"
}

with_tests=no
for argument in "$@"; do
    case $argument in
    --test) with_tests=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "$0: needs apt-get (Debian 12 or 13, Ubuntu 22.04 or 24.04); elsewhere see \"Building\" in README.md" >&2
    exit 2
fi

# The compiler and the build.
packages="gcc libc6-dev cmake ninja-build pkg-config"
# Computing, checkpoints, annotations, images, text on images.
packages="$packages libdnnl-dev libcjson-dev nettle-dev libxml2-dev libzip-dev"
packages="$packages libstb-dev libjpeg-dev libtiff-dev libwebp-dev libexif-dev libfontconfig-dev fonts-dejavu-core"
if [ $with_tests = yes ]; then
    packages="$packages g++ libcmocka-dev clang clang-format clang-tidy python3 python3-venv ca-certificates"
    # clang's sanitizers are a package of their own everywhere but on Ubuntu 22.04.
    # shellcheck disable=SC1091 # every system has it
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    [ "$codename" = jammy ] || packages="$packages libclang-rt-dev"
fi

missing=
for package in $packages; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "All packages are installed."
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "$0: not root, and no sudo. As root: apt-get install$missing" >&2
        exit 2
    fi
    as_root=sudo
fi

echo "Installing:$missing"
# An update may fail without network; packages that are in the cache install all the same.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q || echo "$0: the package lists are old" >&2
# shellcheck disable=SC2086 # one word for each package
if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing </dev/null; then
    echo "$0: apt-get could not install:$missing" >&2
    echo "$0: on Ubuntu some of these are in \"universe\" (add-apt-repository universe)" >&2
    exit 1
fi
