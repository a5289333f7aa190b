# SPDX-License-Identifier: MIT
"""Completion in the three shells themselves, and the manual page as mandoc reads it."""
import os
import pty
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from harness import PROGRAM

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

# what is typed, and some of what is offered for its last word
CASES = [
    ("trilane be", {"bench"}),
    ("trilane re", {"record", "report"}),
    ("trilane bench --la", {"--lane"}),
    ("trilane serve --tls", {"--tls-cert", "--tls-key"}),
    ("trilane probe --reco", {"--recording"}),
    ("trilane diagnose --fail-on bl", {"blocker"}),
]


def completion(shell):
    return subprocess.run([PROGRAM, "completion", shell], capture_output=True, text=True, timeout=30, check=True).stdout


class Shell(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="trilane-shells-")
        os.symlink(os.path.abspath(PROGRAM), os.path.join(self.folder, "trilane"))
        self.environment = {"PATH": f"{self.folder}:{os.environ['PATH']}", "HOME": self.folder, "TERM": "dumb", "LANG": "C.UTF-8"}

    def tearDown(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def script(self, shell):
        if not shutil.which(shell):
            self.skipTest(f"no {shell} here")
        path = os.path.join(self.folder, f"completion.{shell}")
        with open(path, "w", encoding="utf-8") as file:
            file.write(completion(shell))
        return path

    def run_shell(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False,
                              env=self.environment, cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""), command)
        return done.stdout.splitlines()

    def test_bash(self):
        path = self.script("bash")
        for typed, offered in CASES:
            with self.subTest(typed=typed):
                words = typed.split(" ")
                lines = self.run_shell("bash", "--norc", "-uc", f"source {path}; COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; "
                                       'COMPREPLY=(); _trilane; printf "%s\\n" "${COMPREPLY[@]}"')
                self.assertLessEqual(offered, set(lines))
                self.assertTrue(all(line.startswith(words[-1]) for line in lines), lines)

    def test_fish(self):
        path = self.script("fish")
        for typed, offered in CASES:
            with self.subTest(typed=typed):
                lines = self.run_shell("fish", "--no-config", "-c", f"source {path}; complete -C '{typed}'")
                self.assertLessEqual(offered, {line.split("\t")[0] for line in lines})

    def test_zsh(self):
        """At a terminal, by the Tab key; where several fit, Tab lists them."""
        path = self.script("zsh")
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execvpe("zsh", ["zsh", "-f", "-i"], self.environment)
        try:
            self.type(terminal, f"PS1=; unsetopt prompt_cr; autoload -U compinit; compinit -u -D; source {path}; print re''ady\n", {"ready"})
            for typed, offered in CASES:
                with self.subTest(typed=typed):
                    self.type(terminal, typed + "\t\t", offered)
                    os.write(terminal, b"\x15")
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(terminal)

    def type(self, terminal, text, expected, seconds=20):
        """Types TEXT and reads until all that is EXPECTED has come."""
        os.write(terminal, text.encode())
        said, deadline = "", time.monotonic() + seconds
        while not all(word in said for word in expected):
            self.assertLess(time.monotonic(), deadline, said)
            if select.select([terminal], [], [], 0.2)[0]:
                said += os.read(terminal, 4096).decode(errors="replace").replace("\x08", "")


class Manual(unittest.TestCase):
    def test_mandoc(self):
        if not shutil.which("mandoc"):
            self.skipTest("no mandoc here")
        done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", os.path.join(ROOT, "docs", "trilane.1")],
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""))


if __name__ == "__main__":
    unittest.main()
