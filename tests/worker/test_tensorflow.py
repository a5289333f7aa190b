#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tensorflow_worker.py over a TensorFlow made for this test, which fails in ways that real
ones have: it does not import, or computes one operation wrongly.

Usage: test_tensorflow.py FOLDER, with the three files of the worker.  Its last line is
"N passed, N failed"; what needs NumPy is left out where there is none.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = sys.argv[1]

try:
    import numpy
except ImportError:
    numpy = None
    # Where distributions put theirs: another Python than the first one in PATH may have it.
    SYSTEM = "/usr/bin/python3"
    if sys.executable != SYSTEM and os.access(SYSTEM, os.X_OK):
        os.execv(SYSTEM, [SYSTEM] + sys.argv)


def write_digits(folder, count=64):
    """Grey images, so that there is something to read."""
    for prefix in ("train", "t10k"):
        with open(os.path.join(folder, prefix + "-images-idx3-ubyte"), "wb") as f:
            f.write(struct.pack(">4B3I", 0, 0, 8, 3, count, 28, 28) + b"\x80" * (count * 784))
        with open(os.path.join(folder, prefix + "-labels-idx1-ubyte"), "wb") as f:
            f.write(struct.pack(">4BI", 0, 0, 8, 1, count) + bytes(i % 10 for i in range(count)))


def run(*arguments, **environment):
    """The lines that the worker says, as a list of objects, and its exit code."""
    ours, its = os.pipe()[::-1]  # an input that ends would end the worker
    try:
        with tempfile.TemporaryDirectory() as data:
            write_digits(data)
            result = subprocess.run(
                [sys.executable, "-B", os.path.join(FOLDER, "tensorflow_worker.py"), "--data", data]
                + list(arguments), stdin=its, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=dict(os.environ, PYTHONPATH=os.path.join(HERE, "fakes"), **environment), timeout=120)
    finally:
        os.close(ours)
        os.close(its)
    return [json.loads(line) for line in result.stdout.splitlines()], result.returncode


def of_type(lines, kind):
    return [line for line in lines if line["type"] == kind]


class Imports(unittest.TestCase):
    def test_a_failing_import_is_said_in_its_last_line(self):
        lines, code = run(FAKE_TENSORFLOW="import")
        self.assertEqual(code, 1)
        self.assertEqual([line["type"] for line in lines], ["error"])
        self.assertEqual(lines[0]["code"], "import_failed")
        self.assertIn("no such instruction", lines[0]["text"])

    def test_arguments_are_checked_before(self):
        lines, code = run("--batch", "0", FAKE_TENSORFLOW="import")
        self.assertEqual((code, lines[-1]["code"]), (1, "invalid"))
        self.assertIn("1 to 4096", lines[-1]["text"])


@unittest.skipIf(numpy is None, "NumPy is not installed")
class Operations(unittest.TestCase):
    def wrong(self, orders, *arguments, **environment):
        """What the worker says of a wrong operation; it trains and times nothing."""
        lines, code = run(*arguments, FAKE_TENSORFLOW=orders, **environment)
        self.assertEqual(code, 1)
        checks, = of_type(lines, "checks")
        self.assertIs(checks["passed"], False)
        self.assertEqual(lines[-1]["type"], "error")
        self.assertEqual(lines[-1]["code"], "check_failed")
        self.assertIn(checks["detail"], lines[-1]["text"])
        for kind in ("epoch", "trained", "ready", "sample"):
            self.assertEqual(of_type(lines, kind), [])
        return checks["detail"]

    def test_each_operation_is_named_with_its_error(self):
        for name in ("Dense", "ReLU", "Conv2D", "MaxPooling2D", "softmax"):
            detail = self.wrong(name)
            self.assertIn("%s (eager) on CPU:0 strays by 0.5" % name if name != "Dense" else name, detail)
            self.assertIn(name + " (compiled)", detail)
            others = {"Dense", "ReLU", "Conv2D", "MaxPooling2D", "softmax"} - {name}
            self.assertFalse([o for o in others if o in detail])

    def test_eager_and_compiled_are_told_apart(self):
        self.assertEqual(self.wrong("ReLU compiled"), "ReLU (compiled) on CPU:0 strays by 0.5")

    def test_a_gpu_that_computes_wrongly(self):
        detail = self.wrong("Conv2D GPU", "--device", "gpu", FAKE_GPU="1")
        self.assertIn("Conv2D (eager) on GPU:0 strays by 0.5", detail)

    def test_its_processor_computes_rightly(self):
        lines, _ = run("--device", "cpu", FAKE_TENSORFLOW="Conv2D GPU", FAKE_GPU="1")
        self.assertEqual(lines[0]["device"], "CPU (1 GPU hidden)")
        self.assertEqual(lines[0]["devices"], "/physical_device:CPU:0, /physical_device:GPU:0")
        # The double has no gradients: the worker came past the operations.
        self.assertNotIn("strays", lines[-1]["text"])

    def test_no_gpu_is_no_failure(self):
        lines, _ = run("--device", "gpu")
        self.assertEqual((lines[-1]["type"], lines[-1]["code"]), ("error", "unsupported"))
        self.assertIn("sees no GPU", lines[-1]["text"])

    def test_version_and_devices_are_in_the_hello(self):
        hello = run("--device", "gpu", FAKE_GPU="1")[0][0]
        self.assertEqual(hello["device"], "Fake GPU")
        self.assertIn("TensorFlow 0.0-fake", hello["build"])


if __name__ == "__main__":
    result = unittest.main(argv=sys.argv[:1], exit=False).result
    bad = len(result.failures) + len(result.errors)
    if numpy is None:
        print("skipped: NumPy is not installed, so TensorFlow's operations were not looked at")
    print("%d passed, %d failed" % (result.testsRun - bad - len(result.skipped), bad))
    sys.exit(1 if bad else 77 if numpy is None else 0)
