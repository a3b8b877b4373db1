"""frcnn convert: what it writes is the same model."""
import json
import os

from program import FAST, ProgramTest, main

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "everyday10.safetensors")


class Convert(ProgramTest):
    def detect_with(self, model, out):
        self.run_program("detect", "--no-draw", *FAST, "--model", model, "-o", out, "a.png")
        return [json.loads(line) for line in self.read(out, "detections.jsonl").splitlines()]

    def test_the_same_detections(self):
        self.write_picture("a.png")
        self.assertEqual(self.run_program("convert", DATA, "same.safetensors"), (b"", ""))
        first, second = self.detect_with(DATA, "first"), self.detect_with("same.safetensors", "second")
        self.assertEqual(first[1:], second[1:])
        self.assertEqual(first[0]["settings"], second[0]["settings"])
        self.assertEqual(first[0]["categories"], second[0]["categories"])
        self.assertTrue(first[1]["detections"])

    def test_dtypes(self):
        """The default model's weights are of f16: f32 holds them as they are."""
        self.write_picture("a.png")
        self.run_program("convert", "--dtype", "f32", DATA, "wide.safetensors")
        self.assertGreater(os.path.getsize(self.path("wide.safetensors")), 1.9 * os.path.getsize(DATA))
        self.assertEqual(self.detect_with(DATA, "first")[1:], self.detect_with("wide.safetensors", "second")[1:])
        self.run_program("convert", "--dtype", "f16", "wide.safetensors", "half.safetensors")
        self.run_program("convert", "--dtype", "f16", DATA, "again.safetensors")
        self.assertEqual(self.read("half.safetensors"), self.read("again.safetensors"))
        self.run_program("convert", "--dtype", "bf16", DATA, "brain.safetensors")
        output, _ = self.run_program("info", "--tensors", "brain.safetensors")
        self.assertIn(b"bf16 ", output)
        self.assertNotIn(b" f16 ", output)

    def test_options_are_kept(self):
        self.write("names.txt", b"".join(b"kind %d\n" % i for i in range(10)))
        self.run_program("convert", "--labels", "names.txt", "--min-size", "160", DATA, "own.safetensors")
        output, _ = self.run_program("info", "--json", "own.safetensors")
        model = json.loads(output)
        self.assertEqual(model["preprocess"]["min_size"], 160)
        self.assertIn("kind 9", str(model["classes"]))

    def test_mistakes(self):
        self.write("text.pth", b"no model")
        for arguments, message in [
                ((), "expected IN and OUT"), ((DATA,), "expected IN and OUT"),
                ((DATA, "a.safetensors", "b"), "found 'b'"), ((DATA, "a.pth"), "ends with .safetensors, found 'a.pth'"),
                (("--dtype", "int8", DATA, "a.safetensors"), "expected f32, f16 or bf16, found"),
                (("text.pth", "a.safetensors"), "text.pth: expected a checkpoint"),
                ((DATA, "nowhere/a.safetensors"), "nowhere/a.safetensors")]:
            with self.subTest(arguments):
                _, errors = self.run_program("convert", *arguments, status=2)
                self.assertIn(message, errors)
        self.assertEqual(sorted(os.listdir(self.folder)), ["text.pth"])


if __name__ == "__main__":
    main()
