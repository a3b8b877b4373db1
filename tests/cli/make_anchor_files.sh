#!/bin/sh
# make_anchor_files.sh PROGRAM FOLDER: FOLDER/make.sh writes the golden files that are in FOLDER, no more and no fewer.
set -eu
made=$(mktemp -d)
trap 'rm -r "$made"' EXIT
"$2/make.sh" "$1" "$made"
cp "$2/make.sh" "$2/README.md" "$made"
diff -r "$2" "$made"
