"""Where the program computes: on a machine without a GPU, or with all of them hidden, in a build with CUDA and in one without.
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program import PROGRAM, ProgramTest, main  # noqa: E402

HIDDEN = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
VERSION = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
REASON = ("this build has no CUDA" if "CUDA: no\n" in VERSION else
          r"(no NVIDIA driver was found; install one for CUDA \d+\.0 or newer|CUDA_VISIBLE_DEVICES='' hides all GPUs|"
          r"the NVIDIA driver is for CUDA \d+\.\d+, this build needs \d+\.0; update .*)")


class DeviceOptions(ProgramTest):
    def refuse(self, *arguments):
        """Both commands that compute, with nothing done; their message."""
        self.write_picture("a.png")
        _, message = self.run_program("detect", "-o", "refused", *arguments, "a.png", status=2, env=HIDDEN)
        self.assertFalse(os.path.exists(self.path("refused")), arguments)
        _, other = self.run_program("bench", "--image-size", "64x64", *arguments, status=2, env=HIDDEN)
        self.assertEqual(message, other)
        return message

    def test_auto_goes_on_with_the_cpu(self):
        self.write_picture("a.png")
        for arguments in [[], ["--device", "auto"]]:
            _, message = self.detect("a.png", *arguments, "--force" if arguments else "--no-draw", env=HIDDEN)
            self.assertRegex(message, r"^using the CPU: " + REASON + "\n")
            self.assertRegex(message, r"\n.*, on cpu \(")
        _, message = self.detect("a.png", "--force", "--device", "cpu", env=HIDDEN)
        self.assertNotIn("using the CPU", message)
        _, message = self.detect("a.png", "--force", "--quiet", env=HIDDEN)
        self.assertEqual(message, "")
        _, message = self.run_program("bench", "--runs", "1", "--image-size", "64x64", "--min-size", "64", env=HIDDEN)
        self.assertRegex(message, r"^using the CPU: " + REASON + "\n$")

    def test_no_gpu(self):
        for device in ["cuda", "cuda:0", "cuda:3"]:
            found = "cuda:0" if device == "cuda" else device
            self.assertRegex(self.refuse("--device", device),
                             f"^frcnn: device: expected auto or cpu, found {found}: {REASON}\n$")

    def test_other_names(self):
        for device in ["tpu", "CPU", "cuda:", "cuda:-1", "cuda:x", ""]:
            self.assertEqual(self.refuse("--device", device),
                             f"frcnn: device: expected auto, cpu, cuda or cuda:N, found '{device}'\n")

    def test_precision(self):
        self.write_picture("a.png")
        self.detect("a.png", "--precision", "f32", "--device", "cpu")
        self.assertEqual(self.journal()[0]["settings"]["precision"], "f32")
        for name in ["tf32", "f16", "bf16"]:
            message = self.refuse("--precision", name, "--device", "cpu")
            self.assertEqual(message, f"frcnn: precision: expected f32, as the device is cpu, found {name}\n")
            self.assertIn(f", as the device is cpu, found {name}\n", self.refuse("--precision", name))
        self.assertEqual(self.refuse("--precision", "int8", "--device", "cpu"), "frcnn: precision: expected f32, as the "
                         "device is cpu, found int8, which is not there yet\n")
        for name in ["fp16", "F32", ""]:
            self.assertEqual(self.refuse("--precision", name, "--device", "cpu"), "frcnn: precision: expected f32, "
                             f"tf32, f16 or bf16, found '{name}'\n")

    def test_lists(self):
        self.assertRegex(self.refuse("--device", "cuda:0,1"),
                         f"^frcnn: device: expected auto or cpu, found cuda:0: {REASON}\n$")
        for device in ["cuda:1,1", "cuda:0,", "cpu,cuda"]:
            self.assertEqual(self.refuse("--device", device), "frcnn: device: expected cuda:N,N with 2 to 16 numbers, "
                             f"each once, found '{device}'\n")

    def test_info(self):
        output, _ = self.run_program("info", "--devices", env=HIDDEN)
        self.assertRegex(output.decode(), r"^cpu: .*\d+ cores?\n     oneDNN [\d.]+, .*\ncuda: none, " + REASON + "\n$")
        output, _ = self.run_program("info", "--devices", "--json", env=HIDDEN)
        devices = json.loads(output)["devices"]
        self.assertEqual(list(devices), ["cpu", "gpus", "no_gpu"])
        self.assertEqual(list(devices["cpu"]), ["name", "cores", "isa", "backend"])
        self.assertEqual(devices["gpus"], [])
        self.assertRegex(devices["no_gpu"], "^" + REASON + "$")

    def test_info_of_a_model_too(self):
        output, _ = self.run_program("info", "--devices", "--tensors", env=HIDDEN)
        self.assertRegex(output.decode(), r"^cpu: ")
        self.assertIn("family         torchvision", output.decode())
        output, _ = self.run_program("info", "--devices", "--json", "--image-size", "64x64", env=HIDDEN)
        info = json.loads(output)
        self.assertEqual(info["family"], "torchvision")
        self.assertEqual(info["devices"]["gpus"], [])


if __name__ == "__main__":
    main()
