# SPDX-License-Identifier: MIT
"""The schema of rule files, with the validator of the jsonschema project: it takes the
rules that the program carries, and it and `trilane rules validate` refuse the same ones
(data/wrong-rules.json: what each changes in a sound file, by JSON pointer).
"""
import copy
import glob
import json
import os
import subprocess
import tempfile
import unittest

from harness import PROGRAM

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

HERE = os.path.dirname(os.path.abspath(__file__))
RULES = os.path.join(HERE, "..", "..", "server", "advice", "rules")


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def run(*arguments):
    return subprocess.run([PROGRAM, "rules", *arguments], capture_output=True, text=True, timeout=60, check=False)


def changed(document, pointer, value):
    """A copy of the document in which the member at the pointer is set, or gone (None)."""
    document = copy.deepcopy(document)
    node = document
    *path, last = [int(p) if p.isdigit() else p for p in pointer.strip("/").split("/")]
    for part in path:
        node = node[part]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return document


def refused_by_program(document):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "site.json"), "w", encoding="utf-8") as file:
            json.dump(document, file)
        done = run("validate", folder)
    return done.returncode != 0, done.stderr.strip()


@unittest.skipUnless(Draft202012Validator, "python3-jsonschema is not installed")
class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads(run("schema").stdout)
        cls.validator = Draft202012Validator(cls.schema)

    def test_is_a_schema(self):
        Draft202012Validator.check_schema(self.schema)

    def test_takes_the_rules_that_there_are(self):
        files = sorted(glob.glob(os.path.join(RULES, "*.json")))
        self.assertGreater(len(files), 10)
        for path in files:
            for error in self.validator.iter_errors(read(path)):
                self.fail(f"{os.path.basename(path)}: {error.json_path}: {error.message}")

    def test_agrees_with_the_program_on_what_is_wrong(self):
        cases = read(os.path.join(HERE, "data", "wrong-rules.json"))
        sound = cases["sound"]
        self.assertEqual(list(self.validator.iter_errors(sound)), [])
        self.assertEqual(refused_by_program(sound), (False, ""))
        self.assertGreater(len(cases["wrong"]), 20)
        for pointer, value in cases["wrong"]:
            with self.subTest(pointer=pointer, value=value):
                document = changed(sound, pointer, value)
                refused, message = refused_by_program(document)
                self.assertTrue(refused)
                self.assertIn("site.json", message)
                self.assertFalse(self.validator.is_valid(document))


if __name__ == "__main__":
    unittest.main()
