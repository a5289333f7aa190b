# SPDX-License-Identifier: MIT
"""The examples of docs/api.md do what they say."""
import os
import re
import shutil
import subprocess
import unittest

from harness import ServerTest

DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "api.md")


class Examples(ServerTest):
    def test_examples(self):
        if not shutil.which("curl"):
            self.skipTest("no curl here")
        with open(DOCUMENT, encoding="utf-8") as file:
            blocks = re.findall(r"```sh\n(.*?)```", file.read(), re.S)
        self.assertGreater(len(blocks), 5)
        for block in blocks:
            with self.subTest(block=block):
                done = subprocess.run(["sh", "-eu", "-c", block], capture_output=True, text=True,
                                      timeout=60, check=False,
                                      env={**os.environ, "TRILANE": f"http://{self.server.host}"})
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertTrue(done.stdout)


if __name__ == "__main__":
    unittest.main()
