# SPDX-License-Identifier: MIT
"""A server of one's own for a test, and ways to talk to it: well (request) or not (raw)."""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ.get("TRILANE_PROGRAM", "trilane")
SECURITY = {
    "content-security-policy": "default-src 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
JSON = {"Content-Type": "application/json"}


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    @property
    def type(self):
        return self.headers.get("content-type", "")


def parse_answer(data):
    """The first answer in what came back from a raw socket; None if there is none."""
    head, found, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    match = re.match(r"HTTP/1\.1 (\d{3}) ", lines[0])
    if not found or not match:
        return None
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Answer(int(match.group(1)), headers, body)


class Server:
    def __init__(self, *arguments, data_dir=None, environment=None):
        self.own_dir = data_dir is None
        self.data_dir = data_dir or tempfile.mkdtemp(prefix="trilane-api-")
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--port", "0", "--data-dir", self.data_dir, *arguments],
            stdout=subprocess.PIPE, stderr=self.errors, text=True,
            env={**os.environ, **(environment or {})})
        self.line = self.process.stdout.readline()
        match = re.fullmatch(r"listening on (https?)://(.+):(\d+)/\n", self.line)
        if not match:
            self.process.wait()
            self.process.stdout.close()
            raise AssertionError(f"no address: {self.line!r} {self.said()}")
        self.port = int(match.group(3))
        self.host = f"127.0.0.1:{self.port}"

    def said(self):
        self.errors.seek(0)
        return self.errors.read()

    def connect(self, timeout=20):
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def request(self, method, path, body=None, headers=None, timeout=20):
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers = {**JSON, **(headers or {})}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status,
                          {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def raw(self, data, timeout=20, shut=True):
        """Sends bytes, returns all that comes back until the server closes."""
        with self.connect(timeout) as s:
            try:
                s.sendall(data)
                if shut:
                    s.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            return read_all(s)

    def wait_job(self, job_id, seconds=60):
        job = None
        for job in self.watch_job(job_id, seconds):
            if job["state"] in ("done", "failed", "cancelled"):
                return job
        raise AssertionError(f"the job does not end: {job}")

    def watch_job(self, job_id, seconds):
        """The job again and again; while another program measures on this machine, which may
        take minutes, the time does not count."""
        left = seconds
        while left > 0:
            began = time.monotonic()
            job = self.get(f"/api/v1/jobs/{job_id}").json()
            yield job
            time.sleep(0.05)
            if "waiting for another" not in (job["step"] or ""):
                left -= time.monotonic() - began

    def stop(self, how=signal.SIGTERM, seconds=20):
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(seconds)
        self.process.stdout.close()
        return code

    def clean(self):
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)
        self.errors.close()
        if self.own_dir:
            shutil.rmtree(self.data_dir, ignore_errors=True)


def read_all(s):
    data = b""
    try:
        while piece := s.recv(65536):
            data += piece
    except OSError:
        pass
    return data


def read_until(s, text, data=b""):
    while text not in data:
        piece = s.recv(65536)
        if not piece:
            raise AssertionError(f"closed before {text!r}: {data!r}")
        data += piece
    return data


class ServerTest(unittest.TestCase):
    """One server for all tests of a class; it must live through them and end well."""
    arguments = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.arguments)

    @classmethod
    def tearDownClass(cls):
        try:
            code = cls.server.stop()
            said = cls.server.said()
        finally:
            cls.server.clean()
        if code != 0:
            raise AssertionError(f"exit code {code}: {said}")

    def assert_secure(self, answer):
        for name, value in SECURITY.items():
            self.assertTrue(answer.headers.get(name, "").startswith(value), (name, answer.headers))
        self.assertIn("cache-control", answer.headers)
        self.assertFalse([h for h in answer.headers if h.startswith("access-control")])

    def assert_problem(self, answer, status):
        self.assertEqual(answer.status, status, answer.body[:300])
        self.assertEqual(answer.type, "application/problem+json")
        self.assert_secure(answer)
        document = answer.json()
        self.assertEqual(document["status"], status)
        for member in ("type", "title", "detail"):
            self.assertTrue(document[member])
        return document

    def assert_ok(self, answer, status=200):
        self.assertEqual(answer.status, status, answer.body[:300])
        self.assert_secure(answer)
        return answer
