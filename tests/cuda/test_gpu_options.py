"""What the program says of GPUs: on those of the host grid, which are not there."""
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from program import ProgramTest, main  # noqa: E402


def fake(**variables):
    environment = {name: value for name, value in os.environ.items() if name != "CUDA_VISIBLE_DEVICES"}
    environment["FRCNN_CUDA_LIBRARIES"] = ""
    environment.update({name if name.isupper() and "CUDA" in name else f"FRCNN_FAKE_CUDA_{name}": str(value)
                        for name, value in variables.items()})
    return environment


class GpuOptions(ProgramTest):
    def devices(self, **variables):
        output, _ = self.run_program("info", "--devices", "--json", env=fake(**variables))
        return json.loads(output)["devices"]

    def test_text(self):
        output, _ = self.run_program("info", "--devices", env=fake(DEVICES=2, BYTES=16 << 30))
        lines = output.decode().split("\n")
        self.assertEqual(lines[2], "cuda:0: Host grid 0, compute capability 9.0, 4 multiprocessors")
        self.assertRegex(lines[3], r"^     16\.0 GiB of memory, 16\.0 GiB free; CUDA \d+\.\d+, driver for CUDA \d+\.\d+$")
        self.assertEqual(lines[4], "     cuDNN: not found; cuBLASLt: not found")
        self.assertEqual(lines[5], "cuda:1: Host grid 1, compute capability 9.0, 4 multiprocessors")
        self.assertEqual(len(lines), 9)

    def test_json(self):
        devices = self.devices(DEVICES=3, BYTES=1 << 30)
        self.assertIsNone(devices["no_gpu"])
        self.assertEqual([gpu["device"] for gpu in devices["gpus"]], ["cuda:0", "cuda:1", "cuda:2"])
        gpu = devices["gpus"][2]
        self.assertEqual(list(gpu), ["device", "name", "compute_capability", "multiprocessors", "memory_bytes",
                                     "free_bytes", "cuda", "driver_cuda", "cudnn", "cublaslt", "problem"])
        self.assertEqual((gpu["name"], gpu["compute_capability"], gpu["memory_bytes"], gpu["free_bytes"]),
                         ("Host grid 2", "9.0", 1 << 30, 1 << 30))
        self.assertEqual((gpu["cudnn"], gpu["cublaslt"], gpu["problem"]), (None, None, None))

    def test_hidden(self):
        self.assertEqual(len(self.devices(DEVICES=4, CUDA_VISIBLE_DEVICES="2,0")["gpus"]), 2)
        devices = self.devices(DEVICES=4, CUDA_VISIBLE_DEVICES="-1")
        self.assertEqual((devices["gpus"], devices["no_gpu"]), ([], "CUDA_VISIBLE_DEVICES='-1' hides all GPUs"))
        self.assertEqual(self.devices(DEVICES=0)["no_gpu"], "this machine has no NVIDIA GPU")

    def test_drivers(self):
        self.assertRegex(self.devices(DRIVER=0)["no_gpu"], r"^no NVIDIA driver was found; install one for CUDA \d+\.0")
        reason = self.devices(DRIVER=10020)["no_gpu"]
        self.assertRegex(reason, r"^the NVIDIA driver is for CUDA 10\.2, this build needs \d+\.0; update the driver, or "
                         "build with an older toolkit$")
        self.write_picture("a.png")
        _, message = self.detect("a.png", env=fake(DRIVER=10020))
        self.assertIn(f"using the CPU: {reason}\n", message)
        _, message = self.run_program("detect", "a.png", "-o", "x", "--device", "cuda", status=2, env=fake(DRIVER=10020))
        self.assertEqual(message, f"frcnn: device: expected auto or cpu, found cuda:0: {reason}\n")

    def test_old_cards(self):
        problem = ("Host grid 0 (compute capability 6.1): this build runs on 7.5 and newer; choose another device")
        devices = self.devices(CAPABILITY=61)
        self.assertEqual((devices["gpus"][0]["problem"], devices["no_gpu"]), (problem, "cuda:0, " + problem))
        output, _ = self.run_program("info", "--devices", env=fake(CAPABILITY=61))
        self.assertIn(f"\n     not usable: {problem}\n", output.decode())
        self.write_picture("a.png")
        _, message = self.detect("a.png", env=fake(CAPABILITY=61))
        self.assertTrue(message.startswith(f"using the CPU: cuda:0, {problem}\n"), message)
        _, message = self.run_program("detect", "a.png", "-o", "x", "--device", "cuda:0", status=2,
                                      env=fake(CAPABILITY=61))
        self.assertEqual(message, f"frcnn: device: expected auto or cpu, found cuda:0, {problem}\n")

    def test_gpus_that_are_not_there(self):
        self.write_picture("a.png")
        for device in ["cuda:2", "cuda:0,2"]:
            _, message = self.run_program("detect", "a.png", "--device", device, status=2, env=fake(DEVICES=2))
            self.assertEqual(message, "frcnn: device: expected auto or cpu or a GPU from cuda:0 to cuda:1, found cuda:2\n")
        _, message = self.run_program("detect", "a.png", "--device", "cuda", "--precision", "int8", status=2, env=fake())
        self.assertTrue(re.match("frcnn: precision: expected f32, tf32, f16 or bf16, found int8", message), message)

    @unittest.skipIf("FRCNN_TEST_SHORT" in os.environ, "short: it runs a whole model")
    def test_two_gpus_share_a_run(self):
        data = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "everyday10.safetensors")
        model = self.path("model.safetensors")
        os.symlink(os.path.abspath(data), model)
        with open(model + ".json", "w", encoding="utf-8") as file:
            json.dump({"min_size": 48, "max_size": 64, "rpn_pre_nms_top_n": 100, "rpn_post_nms_top_n": 16}, file)
        names = ["0.png", "1.png"]
        for seed, name in enumerate(names):
            self.write_picture(name, height=40 + 4 * seed, width=60, seed=seed)
        journals = []
        for device in ["cuda:1", "cuda:0,1"]:
            _, message = self.run_program("detect", "--model", model, "--no-draw", "--device", device, "-o", device,
                                          *names, env=fake(DEVICES=2))
            self.assertIn(f"on {device} (Host grid", message)
            journals.append(self.read(device, "detections.jsonl"))
        self.assertEqual(journals[0], journals[1])


if __name__ == "__main__":
    main()
