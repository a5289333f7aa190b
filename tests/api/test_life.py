# SPDX-License-Identifier: MIT
"""Start, stop and what can be wrong around the server."""
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import tempfile
import time
import unittest

from harness import PROGRAM, Server, read_until


def serve_fails(*arguments):
    return subprocess.run([PROGRAM, "serve", "--port", "0", *arguments], capture_output=True,
                          text=True, timeout=30, check=False)


def children(pid):
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="latin-1") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
                if int(fields[1]) == pid and fields[0] != "Z":
                    found.append(int(name))
            except OSError:
                pass
    return found


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def workers_of(server, job, seconds=30):
    """The processes that the job has started."""
    if not os.path.isdir("/proc/self"):
        raise unittest.SkipTest("no /proc here")
    document = None
    for document in server.watch_job(job, seconds):
        found = children(server.process.pid)
        if found:
            return found
    raise AssertionError(f"no worker: {document}")


class Life(unittest.TestCase):
    def setUp(self):
        self.servers = []

    def tearDown(self):
        for server in self.servers:
            server.clean()

    def start(self, *arguments, **more):
        server = Server(*arguments, **more)
        self.servers.append(server)
        return server

    def test_prints_one_line(self):
        server = self.start()
        self.assertRegex(server.line, r"^listening on http://127\.0\.0\.1:\d+/\n$")
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.stdout.read(), "")
        self.assertEqual(server.process.wait(10), 0)

    def test_stops_within_three_seconds_with_a_stream_open(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            server = self.start()
            with server.connect() as s:
                s.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode())
                read_until(s, b"retry")
                began = time.monotonic()
                self.assertEqual(server.stop(how), 0)
                self.assertLess(time.monotonic() - began, 3)

    def test_listens_on_ipv6_too(self):
        server = self.start()
        try:
            s = socket.create_connection(("::1", server.port), 5)
        except OSError:
            self.skipTest("no IPv6 here")
        with s:
            s.sendall(f"GET /api/v1/health HTTP/1.1\r\nHost: [::1]:{server.port}\r\n\r\n".encode())
            read_until(s, b'"ok"')

    def test_port_in_use(self):
        server = self.start()
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([PROGRAM, "serve", "--port", str(server.port), "--data-dir", folder],
                                  capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("in use", done.stderr)

    def test_data_folder_in_use(self):
        server = self.start()
        done = serve_fails("--data-dir", server.data_dir)
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("another running trilane", done.stderr)

    def test_beyond_loopback_is_refused(self):
        for address in ("0.0.0.0", "::", "192.0.2.1"):
            with tempfile.TemporaryDirectory() as folder:
                done = serve_fails("--data-dir", folder, "--bind", address)
                self.assertEqual((done.returncode, done.stdout), (3, ""), address)
                self.assertIn("token", done.stderr)

    def test_usage(self):
        for arguments in (["--port", "70000"], ["--port", "x"], ["--nonsense"], ["x"],
                          ["--data", "x"], ["--data", "a/b=/tmp"], ["--data", "digits=/tmp"],
                          ["--bind", "localhost.example"]):
            self.assertEqual(serve_fails(*arguments).returncode, 2, arguments)
        for arguments in (["--data", "a=/no/such/dir"], ["--web-dir", "/no/such"]):
            with tempfile.TemporaryDirectory() as folder:
                done = serve_fails("--data-dir", folder, *arguments)
                self.assertEqual((done.returncode, done.stdout), (3, ""), (arguments, done.stderr))
                self.assertTrue(done.stderr.startswith("trilane: "))

    def test_read_only_data_folder(self):
        if os.geteuid() == 0:
            self.skipTest("root writes everywhere")
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o500)
            done = serve_fails("--data-dir", folder)
            self.assertEqual(done.returncode, 3)
            self.assertIn(folder, done.stderr)

    def test_data_folder_is_a_file(self):
        with tempfile.NamedTemporaryFile() as file:
            done = serve_fails("--data-dir", file.name)
            self.assertEqual((done.returncode, done.stdout), (3, ""))
            self.assertIn(file.name, done.stderr)

    def test_data_folder_is_private(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a", "b")
            self.start(data_dir=path).stop()
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o700)

    def test_damaged_database_is_moved_aside(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "trilane.db"), "wb") as file:
                file.write(os.urandom(8192))
            server = self.start(data_dir=folder)
            self.assertEqual(server.get("/api/v1/results").json(), {"results": []})
            self.assertEqual(server.stop(), 0)
            self.assertIn("moved aside", server.said())
            self.assertTrue([n for n in os.listdir(folder) if "damaged" in n])

    def test_foreign_database_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            db = sqlite3.connect(os.path.join(folder, "trilane.db"))
            db.execute("CREATE TABLE precious (x)")
            db.commit()
            db.close()
            done = serve_fails("--data-dir", folder)
            self.assertEqual((done.returncode, done.stdout), (3, ""))
            self.assertEqual(os.listdir(folder).count("trilane.db"), 1)

    def test_locked_database_is_said(self):
        server = self.start()
        server.wait_job(server.get("/api/v1/jobs").json()["jobs"][0]["id"])
        db = sqlite3.connect(os.path.join(server.data_dir, "trilane.db"), isolation_level=None)
        db.execute("BEGIN EXCLUSIVE")
        try:
            answer = server.request("POST", "/api/v1/reports", {}, timeout=60)
            self.assertEqual(answer.status, 503, answer.body)
            self.assertGreater(int(answer.headers["retry-after"]), 0)
        finally:
            db.execute("ROLLBACK")
            db.close()
        self.assertEqual(server.get("/api/v1/health").status, 200)
        self.assertEqual(server.request("POST", "/api/v1/reports", {}).status, 202)
        self.assertEqual(server.stop(), 0)

    def test_history_survives_kill(self):
        server = self.start()
        job = server.request("POST", "/api/v1/reports", {}).json()["id"]
        before = server.wait_job(job)
        report = server.get(before["links"]["result"]).body
        server.stop(signal.SIGKILL)
        again = self.start(data_dir=server.data_dir)
        self.assertEqual(again.get(f"/api/v1/jobs/{job}").json(), before)
        self.assertEqual(again.get(before["links"]["result"]).body, report)
        self.assertEqual(again.stop(), 0)

    def test_kill_during_a_benchmark(self):
        server = self.start()
        server.wait_job(server.get("/api/v1/jobs").json()["jobs"][0]["id"])
        job = server.request("POST", "/api/v1/benchmarks", {"lanes": ["native"], "epochs": 100}).json()["id"]
        workers = workers_of(server, job)
        server.stop(signal.SIGKILL)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline and any(map(is_alive, workers)):
            time.sleep(0.02)
        self.assertEqual([w for w in workers if is_alive(w)], [])
        again = self.start(data_dir=server.data_dir)
        document = again.get(f"/api/v1/jobs/{job}").json()
        self.assertEqual(document["state"], "failed")
        self.assertTrue(document["error"])
        self.assertEqual(again.stop(), 0)

    def test_stop_during_a_benchmark(self):
        server = self.start()
        job = server.request("POST", "/api/v1/benchmarks", {"lanes": ["native"], "epochs": 100}).json()["id"]
        workers = workers_of(server, job)
        began = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - began, 3)
        self.assertEqual([w for w in workers if is_alive(w)], [])

    def test_cancel_a_benchmark(self):
        server = self.start()
        job = server.request("POST", "/api/v1/benchmarks", {"lanes": ["native"], "epochs": 100}).json()["id"]
        workers = workers_of(server, job)
        self.assertEqual(server.request("DELETE", f"/api/v1/jobs/{job}").status, 200)
        self.assertEqual(server.wait_job(job, 5)["state"], "cancelled")
        self.assertEqual([w for w in workers if is_alive(w)], [])
        self.assertEqual(server.stop(), 0)

    def test_queue_is_bounded(self):
        server = self.start()
        job = server.request("POST", "/api/v1/benchmarks", {"lanes": ["native"], "epochs": 100}).json()["id"]
        workers_of(server, job)
        answers = [server.request("POST", "/api/v1/benchmarks", {"seed": n}) for n in range(9)]
        self.assertEqual([a.status for a in answers], [202] * 8 + [429])
        self.assertGreater(int(answers[-1].headers["retry-after"]), 0)
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
