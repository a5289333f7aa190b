# SPDX-License-Identifier: MIT
"""docs/openapi.json against the program's route table, both ways, and against itself.

The route table is asked through the program: OPTIONS of every documented path must allow
just the documented methods, and routes.c is read for rows that are not documented.
With TRILANE_SCHEMATHESIS set to its command (script/test does), schemathesis is let loose on
the server, but for three checks: names and keys that depend on what is there may be refused (422), a
cancelled job is still to be seen, and a job's id is no report's.
"""
import json
import os
import re
import subprocess
import tempfile
import unittest

from harness import ServerTest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def load():
    with open(os.path.join(ROOT, "docs", "openapi.json"), encoding="utf-8") as file:
        return json.load(file)


def walk(node, path=""):
    yield path, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from walk(value, f"{path}/{key}")
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from walk(value, f"{path}/{i}")


class Description(ServerTest):
    def test_served_as_it_is_in_the_repository(self):
        self.assertEqual(self.server.get("/api/v1/openapi.json").json(), load())

    def test_every_route_is_described(self):
        with open(os.path.join(ROOT, "server", "api", "routes.c"), encoding="utf-8") as file:
            rows = re.findall(r'\{HTTP_(\w+),\s*(V1)?\s*("([^"]*)")?', file.read())
        table = {(("/api/v1" if v1 else "") + literal, method.lower()) for method, v1, _, literal in rows}
        described = {(path, method) for path, item in load()["paths"].items() for method in item}
        self.assertEqual(table, described)

    def test_every_description_is_a_route(self):
        for path, item in load()["paths"].items():
            allow = {m.upper() for m in item} | {"OPTIONS"}
            if "GET" in allow:
                allow.add("HEAD")
            with self.subTest(path=path):
                answer = self.server.request("OPTIONS", path.replace("{id}", "0" * 26))
                self.assertEqual(answer.status, 204)
                self.assertEqual(set(answer.headers["allow"].split(", ")), allow)

    def test_references_lead_somewhere(self):
        document = load()
        targets = {"#" + path for path, _ in walk(document)}
        used = {node["$ref"] for _, node in walk(document) if isinstance(node, dict) and "$ref" in node}
        self.assertEqual(used - targets, set())
        for kind in ("schemas", "responses", "parameters", "headers"):
            for name in document["components"][kind]:
                self.assertIn(f"#/components/{kind}/{name}", used)

    def test_operations_have_names(self):
        ids = [op["operationId"] for item in load()["paths"].values() for op in item.values()]
        self.assertEqual(len(ids), len(set(ids)))

    def test_documents_have_the_required_members(self):
        document = load()
        for path, item in document["paths"].items():
            schema = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
            if "{id}" in path or "$ref" not in schema:
                continue
            answer = self.server.get(path)
            if answer.status != 200:
                continue
            with self.subTest(path=path):
                required = document["components"]["schemas"][schema["$ref"].split("/")[-1]].get("required", [])
                self.assertLessEqual(set(required), set(answer.json()))

    def test_schemathesis(self):
        command = os.environ.get("TRILANE_SCHEMATHESIS")
        if not command:
            self.skipTest("TRILANE_SCHEMATHESIS is not set")
        with tempfile.TemporaryDirectory() as folder:
            done = self.run_schemathesis(command, folder)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:] + done.stderr[-2000:])

    def run_schemathesis(self, command, folder):
        """In FOLDER, where it leaves what it found."""
        return subprocess.run(
            [*command.split(), "run", f"http://{self.server.host}/api/v1/openapi.json",
             "--url", f"http://{self.server.host}", "--exclude-path", "/api/v1/events",
             "--exclude-checks",
             "positive_data_acceptance,use_after_free,ensure_resource_availability",
             "--max-examples", os.environ.get("TRILANE_EXAMPLES", "15"),
             "--seed", os.environ.get("TRILANE_SEED", "1"), "--no-color"],
            capture_output=True, text=True, timeout=280, check=False, cwd=folder)


if __name__ == "__main__":
    unittest.main()
