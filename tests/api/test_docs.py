# SPDX-License-Identifier: MIT
"""The examples of docs/api.md do what they say."""
import os
import re
import shutil
import subprocess
import unittest

from harness import PROGRAM, ServerTest

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs")


def read(name):
    with open(os.path.join(DOCS, name), encoding="utf-8") as file:
        return file.read()


class Examples(ServerTest):
    def test_examples(self):
        if not shutil.which("curl"):
            self.skipTest("no curl here")
        blocks = re.findall(r"```sh\n(.*?)```", read("api.md"), re.S)
        self.assertGreater(len(blocks), 5)
        for block in blocks:
            with self.subTest(block=block):
                done = subprocess.run(["sh", "-eu", "-c", block], capture_output=True, text=True,
                                      timeout=60, check=False,
                                      env={**os.environ, "TRILANE": f"http://{self.server.host}"})
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertTrue(done.stdout)


class Manual(unittest.TestCase):
    def test_names_every_command(self):
        done = subprocess.run([PROGRAM, "help"], capture_output=True, text=True, timeout=30, check=True)
        listed = re.findall(r"^  ([a-z]+) ", done.stdout, re.M)
        described = re.findall(r"^\.TP\n\.B ([a-z]+)$", read("trilane.1"), re.M)
        self.assertEqual(listed, described)


if __name__ == "__main__":
    unittest.main()
