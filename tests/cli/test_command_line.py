# SPDX-License-Identifier: MIT
"""The command line from outside: descriptors that are closed or full, paths as they were
typed, pipes for files, 80 columns."""
import fcntl
import json
import os
import pty
import subprocess
import tempfile
import threading
import unittest

PROGRAM = os.environ.get("TRILANE_PROGRAM", "trilane")
LOG = "zsh: illegal hardware instruction  python train.py\n"
NOTHING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "recordings", "linux-nothing")
COMMANDS = ("bench", "compare", "completion", "diagnose", "help", "probe", "record", "report",
            "rules", "serve", "version")
SHORT = (["--help"], ["version", "--json"], ["rules", "list"], ["completion", "bash"],
         ["diagnose", "-"])


def trilane(*arguments, stdin="", cwd=None, **more):
    return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, text=True,
                          timeout=60, check=False, cwd=cwd, **more)


def through_shell(redirection, *arguments):
    """Exit code and standard error with the redirection in effect."""
    done = subprocess.run(["sh", "-c", f'exec "$0" "$@" {redirection}', PROGRAM, *arguments],
                          input=LOG, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr


def on_terminal(*arguments, **variables):
    """What a terminal gets."""
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    with subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.DEVNULL, stdout=theirs,
                          env={**environment, **variables}):
        os.close(theirs)
        text = b""
        try:
            while piece := os.read(ours, 65536):
                text += piece
        except OSError:  # Linux: nobody writes any more
            pass
    os.close(ours)
    return text


class Descriptors(unittest.TestCase):
    def test_output_closed(self):
        for arguments in SHORT:
            with self.subTest(arguments=arguments):
                code, said = through_shell(">&-", *arguments)
                self.assertEqual(code, 3)
                self.assertIn("cannot write standard output", said)

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_output_full(self):
        for arguments in SHORT:
            with self.subTest(arguments=arguments):
                code, said = through_shell(">/dev/full", *arguments)
                self.assertEqual(code, 3)
                self.assertIn("cannot write standard output", said)

    def test_reader_gone(self):
        ours, theirs = os.pipe()
        os.close(ours)
        with subprocess.Popen([PROGRAM, "rules", "schema"], stdout=theirs, stderr=subprocess.PIPE) as p:
            os.close(theirs)
            self.assertEqual(p.stderr.read(), b"")
            self.assertEqual(p.wait(30), 3)

    def test_errors_closed(self):
        self.assertEqual(through_shell("2>&-", "nonsense")[0], 2)
        self.assertEqual(through_shell("2>&-", "version")[0], 0)

    def test_input_closed_is_no_log(self):
        done = subprocess.run(["sh", "-c", f'exec "{PROGRAM}" diagnose --json <&-'],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertIn(done.returncode, (0, 1))
        self.assertEqual(json.loads(done.stdout)["schema"], "trilane/diagnosis/1")

    def test_closed_output_is_no_file_of_the_server(self):
        with tempfile.TemporaryDirectory() as folder:
            with subprocess.Popen(["sh", "-c", 'exec "$0" serve --port 0 --data-dir "$1" >&-', PROGRAM, folder],
                                  stderr=subprocess.PIPE) as p:
                while not os.path.exists(os.path.join(folder, "trilane.db-wal")):
                    self.assertIsNone(p.poll())
                p.terminate()
                p.wait(30)
            for name in os.listdir(folder):
                with open(os.path.join(folder, name), "rb") as f:
                    self.assertNotIn(b"listening", f.read(), name)


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        os.mkdir(self.path("elsewhere"))
        with open(self.path("elsewhere/real.log"), "w", encoding="utf-8") as f:
            f.write(LOG)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def causes(self, done):
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return [f["cause"] for f in json.loads(done.stdout)["findings"]]

    def test_paths_are_said_as_typed(self):
        for arguments in (["diagnose", "none.log"], ["diagnose", "./none.log"], ["compare", "none.json", "x"]):
            with self.subTest(arguments=arguments):
                done = trilane(*arguments, cwd=self.folder.name)
                self.assertEqual((done.returncode, done.stdout), (3, ""))
                self.assertIn(f"cannot open {arguments[1]}: No such file", done.stderr)
        for arguments in (["diagnose", "elsewhere"], ["compare", "elsewhere", "elsewhere"]):
            with self.subTest(arguments=arguments):
                done = trilane(*arguments, cwd=self.folder.name)
                self.assertEqual((done.returncode, done.stdout), (3, ""))
                self.assertIn("elsewhere: cannot read: Is a directory", done.stderr)

    def test_log_from_anywhere(self):
        os.mkdir(self.path("here"))
        os.symlink("../elsewhere/real.log", self.path("here/link.log"))
        wanted = self.causes(trilane("diagnose", "--json", stdin=LOG))
        self.assertTrue(wanted)
        self.assertEqual(self.causes(trilane("diagnose", "--json", self.path("here/link.log"))), wanted)
        self.assertEqual(self.causes(trilane("diagnose", "--json", "-", stdin=LOG)), wanted)
        os.mkfifo(self.path("pipe"))

        def write():
            with open(self.path("pipe"), "w", encoding="utf-8") as f:
                f.write(LOG)

        writer = threading.Thread(target=write)
        writer.start()
        self.assertEqual(self.causes(trilane("diagnose", "--json", self.path("pipe"))), wanted)
        writer.join()

    def test_results_through_pipes(self):
        result = os.path.join(os.path.dirname(__file__), "results", "base.json")
        with open(result, encoding="utf-8") as f:
            text = f.read()
        plain = trilane("compare", "--json", result, result)
        self.assertIn(plain.returncode, (0, 5), plain.stderr)
        self.assertEqual(trilane("compare", "--json", result, "-", stdin=text).stdout, plain.stdout)
        done = trilane("compare", result, "-", stdin=text.replace("trilane/result/1", "trilane/result/2"))
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("trilane/result/1", done.stderr)


class Waiting(unittest.TestCase):
    def test_a_second_benchmark_says_why_nothing_happens(self):
        path = f"/tmp/trilane-benchmark-{os.geteuid()}.lock"
        with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "w", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # another one holds it: as good
            with subprocess.Popen([PROGRAM, "bench", "--quick", "--model", "mlp"], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as bench:
                late = threading.Timer(20, bench.terminate)
                late.start()
                said = bench.stderr.readline()
                bench.terminate()
                late.cancel()
                self.assertIn("waiting for another benchmark", said)
                self.assertEqual(bench.wait(30), 3)


class Words(unittest.TestCase):
    def test_help_has_80_columns(self):
        for arguments in ([], *([c] for c in COMMANDS)):
            done = trilane(*arguments, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
            self.assertTrue(done.stdout.startswith(" ".join(("usage: trilane", *arguments))), arguments)
            self.assertEqual(done.stdout, trilane("help", *arguments).stdout)
            for line in done.stdout.splitlines():
                self.assertLessEqual(len(line), 80, line)

    def test_overview_names_every_command(self):
        said = [line.split()[0] for line in trilane("help").stdout.splitlines() if line.startswith("  ")]
        self.assertEqual(tuple(said), COMMANDS)

    def test_version(self):
        plain, document = trilane("version").stdout, json.loads(trilane("version", "--json").stdout)
        self.assertEqual(document["name"], "trilane")
        self.assertEqual(plain, f"trilane {document['version']} ({document['build']}, {document['arch']})\n")
        self.assertEqual(trilane("--version").stdout, plain)

    def test_completion_knows_what_a_value_is(self):
        zsh = trilane("completion", "zsh").stdout
        self.assertRegex(zsh, r"'--recording=\[[^\n]*\]:DIR:_files'")
        self.assertRegex(zsh, r"'--batch=\[[^\n]*\]:N: '")
        self.assertRegex(zsh, r"'--json\[[^\n]*\]'")
        self.assertRegex(zsh, r"'--fail-on=\[[^\n]*\]:value:\([a-z ]+\)'")

    def test_the_nearest_word_is_offered(self):
        for typed, meant in (("versoin", "version"), ("bnech", "bench"), ("diagnos", "diagnose"),
                             ("serves", "serve"), ("frobnicate", None)):
            with self.subTest(typed=typed):
                done = trilane(typed)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(f'did you mean "{meant}"?' if meant else "see trilane --help", done.stderr)

    def test_pages_are_indented_and_leave_out_the_unknown(self):
        page = trilane("probe", "--recording", NOTHING).stdout.splitlines()
        machine = page[page.index("Machine") + 1:]
        machine = machine[:machine.index("")]
        self.assertTrue(machine)
        for line in machine:
            self.assertRegex(line, r"^  [A-Z][A-Za-z]+ +\S|^  (conda|pip|uv) +\S|^ {16}\S", page)
        self.assertFalse([line for line in machine if line.startswith("  Model")])

    def test_diagnosis_in_words(self):
        found = json.loads(trilane("diagnose", "--json", "-", stdin=LOG).stdout)["findings"][0]
        page = " ".join(trilane("diagnose", "-", stdin=LOG).stdout.split())
        for text in (found["title"], found["explanation"], found["remedy"]["text"], found["references"][0]["url"]):
            self.assertIn(" ".join(text.split()), page)

    def test_comparison_in_words(self):
        results = os.path.join(os.path.dirname(os.path.abspath(__file__)), "results")
        files = os.path.join(results, "base.json"), os.path.join(results, "slower.json")
        document = json.loads(trilane("compare", "--json", *files).stdout)
        page = trilane("compare", *files).stdout
        self.assertIn(document["sentence"], page)
        for row in document["comparisons"]:
            self.assertIn(row["sentence"], page)
        with open(files[0], encoding="utf-8") as f:
            hostile = f.read().replace('"Apple M1"', '"Apple \\u001b[31mM1\\u0007"')
        said = trilane("compare", "-", files[1], stdin=hostile).stdout
        self.assertIn("Apple \ufffd[31mM1\ufffd", said)
        self.assertNotIn("\x1b", said)

    def test_rules_of_a_site_judge_its_machines(self):
        rule = {"id": "site-linux", "cause": "site-linux", "family": "environment", "severity": "hint",
                "confidence": "certain", "title": "Ours", "explanation": "It is.", "remedy": {"text": "Ask us."},
                "references": [], "facts": [{"each": "machine", "when": {"path": "machine.os.name", "is": "Linux"}}]}
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "site.json"), "w", encoding="utf-8") as f:
                json.dump({"schema": "trilane/rules/1", "rules": [rule]}, f)
            done = trilane("diagnose", "--json", "--rules", folder, "--recording", NOTHING)
        self.assertIn("site-linux", [f["cause"] for f in json.loads(done.stdout)["findings"]], done.stderr)

    def test_colours_where_they_are_wanted(self):
        for variables, wanted in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": ""}, True),
                                  ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            with self.subTest(variables=variables):
                page = on_terminal("probe", "--recording", NOTHING, **variables)
                self.assertEqual(b"\x1b[" in page, wanted)

    def test_what_cannot_be_meant_is_usage(self):
        for arguments in (["--data", "x"], ["--data", "=x"], ["--data", "a="], ["--data", "a/b=/tmp"],
                          ["--data", "digits=/tmp"], ["--data", "a=/tmp", "--data", "a=/tmp"],
                          ["--bind", "localhost"], ["--host", ""], ["--host", "a b"], ["--host", "lab:80"],
                          ["--tls-cert", "x.pem"], ["--tls-key", "x.pem"]):
            with self.subTest(arguments=arguments):
                done = trilane("serve", "--port", "0", *arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertTrue(done.stderr.startswith("trilane: error: "), done.stderr)


if __name__ == "__main__":
    unittest.main()
