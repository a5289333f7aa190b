# SPDX-License-Identifier: MIT
"""The files that make the server a service, as systemd and launchd would read them."""
import os
import plistlib
import shutil
import subprocess
import tempfile
import unittest

from harness import PROGRAM

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "script", "service")


def read(name):
    """With the program under test where the installed one would be."""
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        text = file.read()
    assert "@CMAKE_INSTALL_FULL_BINDIR@/trilane" in text
    return text.replace("@CMAKE_INSTALL_FULL_BINDIR@/trilane", os.path.abspath(PROGRAM))


class Service(unittest.TestCase):
    def test_systemd(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("no systemd-analyze here")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "trilane.service")
            with open(path, "w", encoding="utf-8") as file:
                file.write(read("trilane.service.in"))
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True,
                                  timeout=60, check=False, env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"})
        said = [line for line in done.stderr.splitlines() if path in line or "trilane" in line]
        self.assertEqual((done.returncode, said), (0, []), done.stderr)

    def test_launchd(self):
        job = plistlib.loads(read("trilane.plist.in").encode())
        self.assertEqual(job["ProcessType"], "Interactive")
        self.assertEqual(job["ProgramArguments"], [os.path.abspath(PROGRAM), "serve"])
        self.assertEqual(job["KeepAlive"], {"SuccessfulExit": False})
        self.assertNotIn("UserName", job)


if __name__ == "__main__":
    unittest.main()
