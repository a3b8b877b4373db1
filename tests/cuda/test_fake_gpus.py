"""What the program says of GPUs: the one on the host grid, with GPUs and drivers that are not there."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from program import ProgramTest, main  # noqa: E402


def fake(**variables):
    environment = {name: value for name, value in os.environ.items() if name != "CUDA_VISIBLE_DEVICES"}
    for name, value in variables.items():
        environment[name if name.startswith("CUDA") else "FRCNN_FAKE_CUDA_" + name] = str(value)
    return environment


class FakeGpus(ProgramTest):
    def devices(self, **variables):
        output, message = self.run_program("info", "--devices", env=fake(**variables))
        self.assertEqual(message, "")
        json_output, _ = self.run_program("info", "--devices", "--json", env=fake(**variables))
        return output.decode(), json.loads(json_output)["devices"]

    def test_two_gpus(self):
        text, devices = self.devices(DEVICES=2, BYTES=3 << 30)
        self.assertIn("\ncuda:0: Host grid 0, compute capability 9.0, 4 multiprocessors\n"
                      "     3.0 GiB of memory, 3.0 GiB free; CUDA ", text)
        self.assertIn("\ncuda:1: Host grid 1, ", text)
        self.assertNotIn("not usable", text)
        self.assertEqual([gpu["device"] for gpu in devices["gpus"]], ["cuda:0", "cuda:1"])
        self.assertEqual([gpu["memory_bytes"] for gpu in devices["gpus"]], [3 << 30] * 2)
        self.assertEqual([gpu["problem"] for gpu in devices["gpus"]], [None] * 2)
        self.assertIsNone(devices["no_gpu"])

    def test_visible_gpus_are_numbered_from_0(self):
        _, devices = self.devices(DEVICES=4, CUDA_VISIBLE_DEVICES="3,1")
        self.assertEqual([gpu["device"] for gpu in devices["gpus"]], ["cuda:0", "cuda:1"])

    def test_an_old_card(self):
        problem = "Host grid 0 (compute capability 6.1): this build runs on 7.5 and newer; choose another device"
        text, devices = self.devices(CAPABILITY=61)
        self.assertIn(f"\n     not usable: {problem}\n", text)
        self.assertEqual(devices["gpus"][0]["problem"], problem)
        self.assertEqual(devices["no_gpu"], "cuda:0, " + problem)
        self.check_that_the_cpu_is_used("cuda:0, " + problem, CAPABILITY=61)

    def test_no_gpu(self):
        for reason, variables in [
                (r"this machine has no NVIDIA GPU", {"DEVICES": 0}),
                (r"no NVIDIA driver was found; install one for CUDA \d+\.0 or newer", {"DRIVER": 0}),
                (r"the NVIDIA driver is for CUDA 11\.4, this build needs \d+\.0; update the driver, or build with an older "
                 r"toolkit", {"DRIVER": 11040}),
                (r"CUDA_VISIBLE_DEVICES='-1' hides all GPUs", {"CUDA_VISIBLE_DEVICES": "-1"}),
        ]:
            text, devices = self.devices(**variables)
            self.assertRegex(text, f"\ncuda: none, {reason}\n$")
            self.assertEqual(devices["gpus"], [])
            self.assertRegex(devices["no_gpu"], f"^{reason}$")
            self.check_that_the_cpu_is_used(reason, is_pattern=True, **variables)

    def check_that_the_cpu_is_used(self, reason, is_pattern=False, **variables):
        self.write_picture("a.png")
        _, message = self.detect("a.png", "--force", "--no-draw", env=fake(**variables))
        first = message.split("\n")[0]
        if is_pattern:
            self.assertRegex(first, f"^using the CPU: {reason}$")
        else:
            self.assertEqual(first, f"using the CPU: {reason}")
        _, message = self.detect("a.png", "--force", "--device", "cuda", status=2, env=fake(**variables))
        self.assertRegex(message, "^frcnn: device: expected auto or cpu, found cuda:0[:,] ")

    def test_a_gpu_that_is_not_there(self):
        self.write_picture("a.png")
        _, message = self.detect("a.png", "--device", "cuda:2", status=2, env=fake(DEVICES=2))
        self.assertEqual(message, "frcnn: device: expected auto or cpu or a GPU from cuda:0 to cuda:1, found cuda:2\n")


if __name__ == "__main__":
    main()
