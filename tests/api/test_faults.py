# SPDX-License-Identifier: MIT
"""What goes wrong around a server: disk, database, clock, processes, descriptors.

Every time there is a clear word about it, the server goes on answering, and when the fault
has passed all is as before.  Some faults come from a library that is preloaded (faults.c);
where the build has none, because of a sanitizer or another system, those are skipped.
"""
import json
import os
import pathlib
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

from harness import PROGRAM, Server, parse_answer
from test_life import children, serve_fails, workers_of

SHIM = os.environ.get("TRILANE_FAULTS_LIBRARY")
NOBODY = 65534
BENCHMARK = {"models": ["mlp"], "lanes": ["native"], "epochs": 1, "blocks": 1}


class FaultTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="trilane-faults-")
        self.data = os.path.join(self.folder, "data")
        self.words = pathlib.Path(self.folder, "faults")
        self.servers = []

    def tearDown(self):
        for server in self.servers:
            server.clean()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, shim=False):
        environment = {}
        if shim:
            if not SHIM:
                self.skipTest("no library to preload in this build")
            environment = {"LD_PRELOAD": SHIM, "TRILANE_FAULTS": str(self.words)}
        server = Server(data_dir=self.data, environment=environment)
        self.servers.append(server)
        server.wait_job(server.get("/api/v1/jobs").json()["jobs"][0]["id"])
        return server

    def fault(self, word=""):
        """At once: a half-written file is no fault."""
        new = self.words.with_suffix(".new")
        new.write_text(word, encoding="ascii")
        os.replace(new, self.words)

    def assert_alive(self, server):
        self.assertEqual(server.get("/api/v1/health").status, 200)
        self.assertEqual(server.get("/").status, 200)
        self.assertIsNone(server.process.poll())

    def assert_problem(self, answer, status, slug):
        self.assertEqual((answer.status, answer.type), (status, "application/problem+json"), answer.body)
        self.assertEqual(answer.json()["type"], f"urn:trilane:problem:{slug}")
        self.assertNotIn(self.folder, answer.body.decode())

    def ends(self, server, path="/api/v1/reports", body=None):
        """The state of a job that is started now, at its end."""
        answer = server.request("POST", path, body or {})
        self.assertEqual(answer.status, 202, answer.body)
        return server.wait_job(answer.json()["id"])


class Disk(FaultTest):
    def test_full(self):
        server = self.start(shim=True)
        before = server.get("/api/v1/reports/latest").body
        self.fault("full")
        answer = server.request("POST", "/api/v1/reports", {})
        self.assert_problem(answer, 503, "disk-full")
        self.assertGreater(int(answer.headers["retry-after"]), 0)
        self.assert_alive(server)
        self.assertEqual(server.get("/api/v1/reports/latest").body, before)
        self.fault()
        self.assertEqual(self.ends(server)["state"], "done")
        self.assertEqual(server.stop(), 0)

    def test_full_while_a_job_runs(self):
        """How it ended is known at once, and saved when there is room."""
        server = self.start(shim=True)
        job = server.request("POST", "/api/v1/reports", {"imports": True}).json()["id"]
        self.fault("full")
        ended = server.wait_job(job)
        if ended["state"] == "done":
            self.skipTest("the report was quicker than the fault")
        self.assertEqual((ended["state"], ended["error"]), ("failed", "database: the disk is full"))
        listed = server.get("/api/v1/jobs?limit=1").json()["jobs"][0]
        self.assertEqual((listed["id"], listed["state"]), (job, "failed"))
        self.fault()
        time.sleep(1.5)
        self.assertEqual(server.stop(signal.SIGKILL), -signal.SIGKILL)
        again = self.start()
        self.assertEqual(again.get(f"/api/v1/jobs/{job}").json(), ended)

    def test_full_when_a_result_is_there(self):
        """What was measured waits for room."""
        server = self.start(shim=True)
        job = server.request("POST", "/api/v1/benchmarks", BENCHMARK).json()["id"]
        next(j for j in server.watch_job(job, 60) if j["progress"] > 0.3)
        self.fault("full")
        deadline = time.monotonic() + 60
        while "waiting to save" not in (server.get(f"/api/v1/jobs/{job}").json()["step"] or ""):
            self.assertLess(time.monotonic(), deadline, server.said())
            time.sleep(0.1)
        self.assert_alive(server)
        self.fault()
        ended = server.wait_job(job)
        self.assertEqual(ended["state"], "done", ended)
        self.assertEqual(server.get(ended["links"]["result"]).json()["schema"], "trilane/result/1")

    def test_file_size_limit(self):
        """A limit on files sends a signal, which must not end the server."""
        self.start().stop()
        size = os.stat(os.path.join(self.data, "trilane.db")).st_size
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        server = self.start()
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size // 2, hard))
        states = []
        for _ in range(20):
            answer = server.request("POST", "/api/v1/reports", {})
            if answer.status != 202:
                states.append(answer.status)
                break
            states.append(server.wait_job(answer.json()["id"])["state"])
        self.assertNotEqual(set(states), {"done"})
        self.assert_alive(server)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (soft, hard))
        self.assertEqual(self.ends(server)["state"], "done")

    def test_read_only_while_running(self):
        server = self.start(shim=True)
        self.fault("read-only")
        answer = server.request("POST", "/api/v1/reports", {})
        self.assertIn(answer.status, (500, 503))
        self.assert_alive(server)
        self.fault()
        self.assertEqual(self.ends(server)["state"], "done")


class Folder(FaultTest):
    """As somebody who may not write: the superuser becomes nobody for it."""
    def serve_as_nobody(self):
        who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        if who and subprocess.run([PROGRAM, "version"], capture_output=True, check=False, **who).returncode:
            self.skipTest("nobody may not run the program where it lies")
        return subprocess.run([PROGRAM, "serve", "--port", "0", "--data-dir", self.data], capture_output=True,
                              text=True, timeout=30, check=False, **who)

    def own(self, path, mode):
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)
        os.chmod(path, mode)

    def prepare(self):
        self.start().stop()
        os.chmod(self.folder, 0o755)
        for name in os.listdir(self.data):
            self.own(os.path.join(self.data, name), 0o600)

    def refuses(self, word):
        done = self.serve_as_nobody()
        self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
        self.assertIn(self.data, done.stderr)
        self.assertIn(word, done.stderr.lower())
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_read_only_folder(self):
        self.prepare()
        os.remove(os.path.join(self.data, "lock"))
        self.own(self.data, 0o500)
        self.refuses("permission denied")

    def test_unreadable_folder(self):
        self.prepare()
        self.own(self.data, 0o000)
        self.refuses("permission denied")

    def test_read_only_database(self):
        self.prepare()
        self.own(os.path.join(self.data, "trilane.db"), 0o400)
        self.own(self.data, 0o700)
        self.refuses("read-only")

    def test_folder_of_another_user(self):
        if os.geteuid() != 0:
            self.skipTest("only the superuser can make one")
        self.prepare()
        os.chown(self.data, 0, 0)
        os.chmod(self.data, 0o755)
        self.refuses("shared with other users")


class Database(FaultTest):
    def path(self):
        return os.path.join(self.data, "trilane.db")

    def aside(self):
        return [n for n in os.listdir(self.data) if n.startswith("trilane.db.damaged-")]

    def test_locked_at_start(self):
        self.start().stop()
        db = sqlite3.connect(self.path(), isolation_level=None)
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("BEGIN EXCLUSIVE")
        try:
            done = serve_fails("--data-dir", self.data)
        finally:
            db.close()
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("another program holds it locked", done.stderr)
        self.assertEqual(self.aside(), [])
        self.assertEqual(len(self.start().get("/api/v1/jobs").json()["jobs"]), 2)

    def damage(self, name):
        size = os.stat(self.path()).st_size
        with open(self.path(), "r+b") as file:
            if name == "no header":
                file.write(b"\0" * 100)
            elif name == "pages":
                file.seek(4096)
                file.write(os.urandom(size - 4096))
            elif name == "cut":
                file.truncate(size // 2)
            elif name == "text":
                file.truncate(0)
                file.write(b"I am no database, and longer than a header is. " * 10)

    def test_damaged(self):
        """Moved aside with a word, byte for byte, and a new history begins."""
        for name in ("no header", "pages", "cut", "text"):
            with self.subTest(damage=name):
                shutil.rmtree(self.data, ignore_errors=True)
                self.start().stop()
                self.damage(name)
                before = pathlib.Path(self.path()).read_bytes()
                server = self.start()
                self.assertIn("moved aside", server.said())
                self.assert_alive(server)
                kept = [n for n in self.aside() if not n.endswith(("-wal", "-shm"))]
                self.assertEqual(len(kept), 1)
                self.assertEqual(pathlib.Path(self.data, kept[0]).read_bytes(), before)
                self.assertEqual(server.stop(), 0)

    def test_damaged_log_of_changes(self):
        """A write-ahead log of rubbish is what SQLite itself passes over; the history stays."""
        first = self.start()
        jobs = first.get("/api/v1/jobs").json()
        first.stop()
        pathlib.Path(self.path() + "-wal").write_bytes(os.urandom(70000))
        again = self.start()
        self.assertEqual(again.get("/api/v1/jobs").json()["jobs"][1:], jobs["jobs"])

    def test_damaged_while_running(self):
        server = self.start()
        with open(self.path(), "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * (os.stat(self.path()).st_size - 4096))
        for path in ("/api/v1/jobs", "/api/v1/results", "/api/v1/reports/latest", "/metrics", "/"):
            self.assertIn(server.get(path).status, (200, 404, 500))
        server.request("POST", "/api/v1/reports", {})
        self.assertEqual(server.get("/api/v1/health").status, 200)
        server.stop(signal.SIGKILL)
        again = self.start()
        self.assert_alive(again)

    def test_something_else_in_its_place(self):
        for make in (os.mkdir, os.mkfifo, lambda path: os.symlink("/dev/zero", path)):
            with self.subTest(make=make):
                shutil.rmtree(self.data, ignore_errors=True)
                os.mkdir(self.data, 0o700)
                make(self.path())
                done = serve_fails("--data-dir", self.data)
                self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
                self.assertIn("trilane.db", done.stderr)
                self.assertTrue(os.path.lexists(self.path()))


class Clock(FaultTest):
    def test_jumps(self):
        """Back and forth by years: jobs end, and the newest is still the newest."""
        server = self.start(shim=True)
        ids = [server.get("/api/v1/jobs").json()["jobs"][0]["id"]]
        for seconds in (0, 10 * 365 * 86400, -10 * 365 * 86400, 3600, -3600, 0):
            with self.subTest(seconds=seconds):
                self.fault(f"clock {seconds}")
                job = self.ends(server, body={"imports": False})
                self.assertEqual(job["state"], "done")
                ids.append(job["id"])
                latest = server.get("/api/v1/reports/latest")
                self.assertEqual(latest.headers["content-location"], job["links"]["result"])
                self.assert_alive(server)
        listed = [job["id"] for job in server.get("/api/v1/jobs").json()["jobs"]]
        self.assertEqual(listed, ids[::-1])
        self.fault("clock -100000000")
        server.stop()
        again = self.start(shim=True)
        listed = [job["id"] for job in again.get("/api/v1/jobs").json()["jobs"]]
        self.assertEqual(listed[1:], ids[::-1])

    def test_idempotency_survives_a_jump(self):
        server = self.start(shim=True)
        key = {"Idempotency-Key": "monday"}
        first = server.request("POST", "/api/v1/reports", {}, key).json()["id"]
        self.fault("clock -86400")
        self.assertEqual(server.request("POST", "/api/v1/reports", {}, key).json()["id"], first)

    def test_waiting_takes_the_other_clock(self):
        """A benchmark measures durations that no jump bends."""
        server = self.start(shim=True)
        job = server.request("POST", "/api/v1/benchmarks", BENCHMARK).json()["id"]
        for seconds in (86400, -86400, 0) * 3:
            self.fault(f"clock {seconds}")
            time.sleep(0.2)
        ended = server.wait_job(job)
        self.assertEqual(ended["state"], "done", ended)
        for lane in server.get(ended["links"]["result"]).json()["lanes"]:
            for model in lane["models"]:
                self.assertTrue(all(0 < ns < 10**10 for ns in model["step_ns"]["samples"]))


class Processes(FaultTest):
    def assert_lane_failed(self, server, word):
        job = self.ends(server, "/api/v1/benchmarks", BENCHMARK)
        self.assertEqual(job["state"], "failed", job)
        self.assertIn(word, job["error"])
        result = server.get(job["links"]["result"]).json()
        self.assertEqual([lane["state"] for lane in result["lanes"]], ["failed"])
        self.assert_alive(server)

    def test_no_process_can_be_started(self):
        server = self.start(shim=True)
        self.fault("spawn")
        self.assert_lane_failed(server, "temporarily unavailable")
        self.assertEqual(self.ends(server, body={"imports": True})["state"], "done")
        self.fault()
        self.assertEqual(self.ends(server, "/api/v1/benchmarks", BENCHMARK)["state"], "done")

    def test_no_descriptors_for_a_process(self):
        server = self.start(shim=True)
        self.fault("pipe")
        self.assert_lane_failed(server, "oo many open files")
        self.fault()
        self.assertEqual(self.ends(server)["state"], "done")

    def test_no_descriptors_at_all(self):
        """With every descriptor taken by clients; those that are there are served."""
        server = self.start()
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (60, 60))
        clients = []
        try:
            for _ in range(100):
                clients.append(server.connect())
            time.sleep(0.5)
            asked = f"GET /api/v1/health HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode()
            clients[0].sendall(asked)
            self.assertEqual(parse_answer(clients[0].recv(4096)).status, 200)
        finally:
            for client in clients:
                client.close()
        self.assert_alive(server)
        self.assertEqual(self.ends(server)["state"], "done")

    def test_worker_killed_from_outside(self):
        server = self.start()
        for how, word in ((signal.SIGKILL, "SIGKILL"), (signal.SIGABRT, "SIGABRT")):  # sanitizers take SIGSEGV
            job = server.request("POST", "/api/v1/benchmarks", {**BENCHMARK, "epochs": 100}).json()["id"]
            os.kill(workers_of(server, job)[0], how)
            ended = server.wait_job(job)
            self.assertEqual(ended["state"], "failed")
            self.assertIn(word, ended["error"])
            self.assert_alive(server)

    def test_worker_that_stands_still_is_cancelled(self):
        """Stopped, it hears no SIGTERM; SIGKILL it does."""
        server = self.start()
        job = server.request("POST", "/api/v1/benchmarks", {**BENCHMARK, "epochs": 100}).json()["id"]
        worker = workers_of(server, job)[0]
        os.kill(worker, signal.SIGSTOP)
        self.assertEqual(server.request("DELETE", f"/api/v1/jobs/{job}").status, 200)
        self.assertEqual(server.wait_job(job, 20)["state"], "cancelled")
        self.assertEqual(children(server.process.pid), [])


class Acknowledged(FaultTest):
    def test_nothing_is_lost(self):
        """Killed at any moment, it has every job that it said yes to, and every result it told of."""
        told = {}
        for turn in range(5):
            server = self.start()
            for n in range(3):
                answer = server.request("POST", "/api/v1/reports", {}, {"Idempotency-Key": f"{turn}-{n}"})
                self.assertEqual(answer.status, 202)
                told[answer.json()["id"]] = None
            time.sleep(0.03 * turn)
            for job in server.get("/api/v1/jobs").json()["jobs"]:
                if job["state"] == "done":
                    told[job["id"]] = server.get(job["links"]["result"]).body
            server.stop(signal.SIGKILL)
        server = self.start()
        for job, report in told.items():
            document = server.get(f"/api/v1/jobs/{job}")
            self.assertEqual(document.status, 200)
            self.assertIn(document.json()["state"], ("done", "failed"))
            if report:
                self.assertEqual(server.get(document.json()["links"]["result"]).body, report)
                self.assertEqual(json.loads(report)["schema"], "trilane/report/1")


if __name__ == "__main__":
    unittest.main()
