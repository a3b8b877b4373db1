"""test_symbols.py LIBRARY HEADERS: the library exports what the public headers declare, all of it and nothing else."""
import glob
import re
import subprocess
import sys

COMMENT = re.compile(r"/\*.*?\*/", re.S)
DECLARATION = re.compile(r"^FRCNN_API\b[^;{]*?\b(\w+)\s*\(", re.M)


def main(library, headers):
    declared = set()
    for path in glob.glob(f"{headers}/*.h"):
        with open(path, encoding="utf-8") as file:
            declared |= set(DECLARATION.findall(COMMENT.sub("", file.read())))
    listing = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    exported = {line.split()[-1].split("@")[0] for line in listing.splitlines()}
    for name in sorted(declared - exported):
        print(f"declared, not exported: {name}")
    for name in sorted(exported - declared):
        print(f"exported, not declared: {name}")
    print(f"{len(declared)} functions declared, {len(exported)} symbols exported")
    return 0 if declared == exported and declared else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
