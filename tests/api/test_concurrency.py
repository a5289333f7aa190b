# SPDX-License-Identifier: MIT
"""Many clients at once that ask, start, cancel, listen and leave; meant for ThreadSanitizer
as much as for itself.  Once as on one's own machine, once in lab mode."""
import http.client
import json
import random
import threading
import time
import unittest

from harness import JSON, ServerTest
from test_lab import RUN, VIEW, WithTokens

SECONDS = 4
READ = ["/api/v1/", "/api/v1/health", "/api/v1/jobs?limit=5", "/api/v1/results", "/api/v1/reports/latest",
        "/api/v1/rules", "/metrics", "/api/v1/report.md", "/", "/css/page.css", "/none"]


class Concurrency(ServerTest):
    role_run, role_view = {}, {}

    def setUp(self):
        deadline = time.monotonic() + 60
        while self.server.request("GET", "/api/v1/reports/latest", headers=self.role_view).status == 404:
            self.assertLess(time.monotonic(), deadline, "no first report")
            time.sleep(0.1)
        self.wrong = []
        self.until = time.monotonic() + SECONDS

    def look(self, seed):
        """One connection for many requests."""
        pick = random.Random(seed)
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        while time.monotonic() < self.until:
            path = pick.choice(READ)
            connection.request("GET", path, headers=self.role_view)
            answer = connection.getresponse()
            answer.read()
            if answer.status != (404 if path == "/none" else 200):
                self.wrong.append((path, answer.status))
        connection.close()

    def start_and_cancel(self, seed):
        pick = random.Random(seed)
        while time.monotonic() < self.until:
            kind, body = pick.choice([("reports", {}), ("reports", {"imports": False}),
                                      ("benchmarks", {"models": ["mlp"], "lanes": ["native"], "epochs": 50})])
            answer = self.server.request("POST", f"/api/v1/{kind}", json.dumps(body), {**JSON, **self.role_run, "Idempotency-Key": f"{pick.randrange(30)}-{kind}-{len(body)}"})
            if answer.status not in (202, 429):
                self.wrong.append((kind, answer.status, answer.body))
                continue
            if answer.status == 429:
                for job in self.server.request("GET", "/api/v1/jobs?limit=9", headers=self.role_run).json()["jobs"]:
                    if job["state"] in ("queued", "running"):
                        self.cancel(job["id"])
            elif pick.random() < 0.5:
                self.cancel(answer.json()["id"])

    def cancel(self, job):
        status = self.server.request("DELETE", f"/api/v1/jobs/{job}", headers=self.role_run).status
        if status != 200:
            self.wrong.append(("DELETE", status))

    def listen(self, seed):
        fields = "".join(f"{k}: {v}\r\n" for k, v in self.role_view.items())
        while time.monotonic() < self.until:
            with self.server.connect() as s:
                s.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: {self.server.host}\r\nLast-Event-ID: {seed}\r\n{fields}\r\n".encode())
                s.settimeout(0.5)
                try:
                    if not s.recv(4096).startswith((b"HTTP/1.1 200", b"HTTP/1.1 429")):
                        self.wrong.append("events")
                    s.recv(65536)
                except OSError:
                    pass

    def diagnose(self, seed):
        log = "Traceback\nModuleNotFoundError: No module named 'tensorflow'\n" * (seed * 50)
        while time.monotonic() < self.until:
            answer = self.server.request("POST", "/api/v1/diagnoses", json.dumps({"log": log}), {**JSON, **self.role_view})
            if answer.status != 200:
                self.wrong.append(("diagnoses", answer.status))

    def leave(self, _seed):
        """Asks and does not wait for the answer."""
        while time.monotonic() < self.until:
            with self.server.connect() as s:
                s.sendall(f"GET /api/v1/openapi.json HTTP/1.1\r\nHost: {self.server.host}\r\n\r\n".encode())
            time.sleep(0.01)

    def guess(self, seed):
        while time.monotonic() < self.until:
            status = self.server.request("GET", "/api/v1/jobs", headers={"Authorization": f"Bearer {seed:020d}"}).status
            if status != (401 if self.role_run else 200):
                self.wrong.append(("guess", status))

    def test_all_at_once(self):
        work = [self.look] * 4 + [self.start_and_cancel] * 3 + [self.listen] * 3 + [self.diagnose, self.leave, self.guess]
        threads = [threading.Thread(target=f, args=(seed,)) for seed, f in enumerate(work)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        self.assertEqual(self.wrong, [])
        for job in self.server.request("GET", "/api/v1/jobs?limit=20", headers=self.role_run).json()["jobs"]:
            self.cancel(job["id"])


class Lab(WithTokens, Concurrency):
    role_run, role_view = {"Authorization": f"Bearer {RUN}"}, {"Authorization": f"Bearer {VIEW}"}


if __name__ == "__main__":
    unittest.main()
