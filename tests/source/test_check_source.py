"""scripts/check-source finds each fault that it is there for, and nothing in a clean tree."""
import os
import subprocess
import sys
import tempfile
import unittest

CHECKER = os.path.join(os.path.dirname(__file__), "..", "..", "scripts", "check-source")
CLEAN = "int frcnn_one(void);\n"


def check(files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in {".clang-format": "DisableFormat: true\n", **files}.items():
            os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        run = subprocess.run([sys.executable, CHECKER, root], capture_output=True, text=True)
        return run.returncode, run.stdout


class CheckSource(unittest.TestCase):
    def assert_fault(self, files, expected):
        status, output = check(files)
        self.assertEqual(status, 1, output)
        self.assertIn(expected, output)

    def assert_clean(self, files):
        status, output = check(files)
        self.assertEqual(status, 0, output)

    def test_clean_tree(self):
        self.assert_clean({
            "include/frcnn/a.h": CLEAN,
            "src/rpn/b.c": '#include "anchors/grid.h"\n#include "frcnn/a.h"\n#include "rpn/b.h"\n',
            "tests/rpn/test_b.c": '#include "detector/any.h"\n',
            "src/tensor/memory.c": "void f(void *p)\n{\n    free(p);\n}\n",
            "cuda/a.cu": '#include "kernel.h"\n#include "roi/roi_ops.h"\n#include "tensor/b.h"\n// not __global__\n',
            "cuda/cuda_backend.cu": '#include "detector/backend.h"\n',
            "src/cli/main.c": "int main(void)\n{\n    return printf(\"one\");\n}\n",
        })

    def test_arrows(self):
        for path, target in [("src/tensor/a.c", "image/image.h"), ("src/rpn/a.c", "roi/roi_align.h"),
                             ("src/cli/a.c", "detector/plan.h"), ("bench/a.c", "tensor/error.h"),
                             ("src/image/a.c", "error.h"), ("src/run/a.c", "rpn/nms.h"),
                             ("cuda/a.cu", "detector/backend.h"), ("cuda/a.h", "run/run.h")]:
            self.assert_fault({path: f'#include "{target}"\n'}, f'{path}:1: "{target}"')

    def test_module_without_arrows(self):
        self.assert_fault({"src/new/a.c": CLEAN}, "src/new has no arrows")

    def test_banned_functions(self):
        self.assert_fault({"src/run/a.c": "\nvoid f(char *a)\n{\n    strcpy(a, a);\n}\n"}, "src/run/a.c:4: strcpy")
        self.assert_fault({"tests/run/test_a.c": "int f(char *a)\n{\n    return atoi(a);\n}\n"}, "atoi")

    def test_words_that_are_no_calls(self):
        self.assert_clean({"src/run/a.c": '/* malloc(3) */\nconst char *text = "free(it)"; // exit(1)\n'
                                          "void f(struct pool *p)\n{\n    p->free(p);\n}\n"})

    def test_memory_and_printing(self):
        self.assert_fault({"src/run/a.c": "void f(void *p)\n{\n    free(p);\n}\n"}, "src/run/a.c:3: free")
        self.assert_fault({"src/run/a.c": "void f(void)\n{\n    abort();\n}\n"}, "src/run/a.c:3: abort")

    def test_thrust(self):
        call = "void f(int *p)\n{\n    thrust::sort(%s, p, p);\n}\n"
        self.assert_clean({"cuda/thrust_a.cu": call % "FRCNN_THRUST_POLICY(memory, stream)"})
        self.assert_clean({"cuda/cub_a.cu": "void f(void)\n{\n    cub::g(thrust::counting_iterator<long>(0));\n}\n"})
        self.assert_fault({"cuda/thrust_a.cu": call % "p"}, "cuda/thrust_a.cu:3: thrust::sort: begins with")
        self.assert_fault({"cuda/thrust_a.cu": call % "thrust::device"}, "begins with FRCNN_THRUST_POLICY")
        self.assert_fault({"cuda/a.cu": call % "FRCNN_THRUST_POLICY(memory, stream)"}, "belongs into a file")
        for text in ["FRCNN_KERNEL(32) f(int n)\n", "#include <cub/cub.cuh>\n", "#include <cuda_runtime.h>\n",
                     "auto f = [=] __device__(int i) { return i; };\n"]:
            self.assert_fault({"cuda/thrust_a.cu": text}, "not in a Thrust file")

    def test_kernels(self):
        self.assert_fault({"cuda/a.cu": "\n__global__ void f(int n);\n"}, "cuda/a.cu:2: __global__: use FRCNN_KERNEL")
        self.assert_fault({"cuda/a.h": "f<<<1, 1>>>(n);\n"}, "<<<: use FRCNN_LAUNCH")
        self.assert_fault({"cuda/a.cu": "__shared__ int n;\n"}, "use FRCNN_SHARED")
        self.assert_clean({"cuda/kernel.h": "#define FRCNN_SHARED __shared__\n"})

    def test_names(self):
        self.assert_fault({"src/rpn/a.c": CLEAN, "src/roi/a.c": CLEAN}, "the name is taken by")

    def test_text(self):
        self.assert_fault({"a.md": "TO" + "DO: more\n"}, "a.md:1: TO" + "DO")
        self.assert_fault({"a.md": "see /ho" + "me/me/file\n"}, "a path of somebody's machine")
        self.assert_fault({"a.md": "end \n"}, "space at the end")
        self.assert_fault({"a.md": "end"}, "no newline")


if __name__ == "__main__":
    unittest.main()
