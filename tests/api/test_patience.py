# SPDX-License-Identifier: MIT
"""Clients that take their time, on purpose, and many at once."""
import resource
import socket
import threading
import time
import unittest

from harness import Server, ServerTest, parse_answer, read_all, read_until


class Patience(ServerTest):
    def ask(self, path="/api/v1/health"):
        return f"GET {path} HTTP/1.1\r\nHost: {self.server.host}\r\n".encode()

    def assert_quick(self):
        began = time.monotonic()
        self.assertEqual(self.server.get("/api/v1/health").status, 200)
        self.assertLess(time.monotonic() - began, 2)

    def test_slowloris(self):
        """200 clients that send a byte now and then take nothing from the others."""
        began = time.monotonic()
        clients = [self.server.connect(30) for _ in range(200)]
        try:
            for c in clients:
                c.sendall(self.ask())
            ended = 0
            for _ in range(14):
                self.assert_quick()
                for c in clients:
                    try:
                        c.sendall(b"X-A: b\r\n")
                    except OSError:
                        ended += 1
                time.sleep(1)
            self.assertGreater(ended, 0)
            data = read_all(clients[0])
            self.assert_problem(parse_answer(data), 408)
            self.assertLess(time.monotonic() - began, 30)
        finally:
            for c in clients:
                c.close()
        self.assert_quick()

    def test_silent_connections_are_closed(self):
        with self.server.connect(30) as s:
            began = time.monotonic()
            self.assertEqual(read_all(s), b"")
            self.assertLess(time.monotonic() - began, 15)

    def test_dripping_body_ends(self):
        with self.server.connect(40) as s:
            s.sendall(f"POST /api/v1/benchmarks HTTP/1.1\r\nHost: {self.server.host}\r\n"
                      "Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n".encode())
            began = time.monotonic()
            with self.assertRaises(OSError):
                while True:
                    s.sendall(b" ")
                    time.sleep(0.2)
            self.assertLess(time.monotonic() - began, 20)

    def test_missing_body_is_said(self):
        for size in (100, 60000):
            with self.subTest(size=size):
                data = self.server.raw(
                    f"POST /api/v1/benchmarks HTTP/1.1\r\nHost: {self.server.host}\r\n"
                    f"Content-Type: application/json\r\nContent-Length: {size}\r\n\r\n{{".encode(),
                    shut=False)
                self.assert_problem(parse_answer(data), 408)

    def test_many_connections(self):
        clients = []
        try:
            for _ in range(700):
                clients.append(self.server.connect())
            self.assert_quick()
        finally:
            for c in clients:
                c.close()

    def test_idle_connections_make_room(self):
        clients = []
        try:
            for _ in range(280):
                s = self.server.connect()
                s.sendall(self.ask() + b"\r\n")
                read_until(s, b'"ok"')
                clients.append(s)
            self.assert_quick()
        finally:
            for c in clients:
                c.close()

    def open_stream(self, seconds=10):
        """A stream that is open; one of an earlier test may have to go first."""
        deadline = time.monotonic() + seconds
        while True:
            s = self.server.connect()
            s.sendall(self.ask("/api/v1/events") + b"\r\n")
            data = read_until(s, b"\r\n\r\n")
            if data.startswith(b"HTTP/1.1 200"):
                return s
            s.close()
            self.assertLess(time.monotonic(), deadline, "no place falls free")
            time.sleep(0.2)

    def test_streams(self):
        """16 may listen; the 17th is told to wait; a place that falls free can be had."""
        streams = []
        try:
            for _ in range(16):
                streams.append(self.open_stream())
            answer = self.server.get("/api/v1/events")
            self.assert_problem(answer, 429)
            self.assertTrue(answer.headers["retry-after"])
            self.assert_quick()
            self.server.request("POST", "/api/v1/reports", {})
            for s in streams:
                read_until(s, b'"state":"done"')
            streams.pop().close()
            streams.append(self.open_stream())
        finally:
            for s in streams:
                s.close()

    def test_half_closed_stream_goes_on(self):
        with self.open_stream() as s:
            s.shutdown(socket.SHUT_WR)
            read_until(s, b": ping")
            self.server.request("POST", "/api/v1/reports", {})
            read_until(s, b'"state":"done"')

    def test_ping(self):
        with self.open_stream() as s:
            began = time.monotonic()
            read_until(s, b": ping")
            self.assertLess(time.monotonic() - began, 20)

    def test_clients_that_never_read(self):
        """Their answers pile up in no memory of ours, and nobody else waits."""
        lazy = []
        try:
            for _ in range(50):
                s = socket.socket()
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                s.connect(("127.0.0.1", self.server.port))
                s.settimeout(0.2)
                try:
                    for _ in range(100):
                        s.sendall(self.ask("/api/v1/openapi.json") + b"\r\n")
                except OSError:
                    pass
                lazy.append(s)
            self.assert_quick()
        finally:
            for s in lazy:
                s.close()
        self.assert_quick()

    def test_concurrent_clients(self):
        wrong = []

        def work():
            for path in ["/api/v1/health", "/api/v1/", "/api/v1/jobs", "/metrics", "/none"] * 10:
                status = self.server.get(path).status
                if status != (404 if path == "/none" else 200):
                    wrong.append((path, status))
        threads = [threading.Thread(target=work) for _ in range(16)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        self.assertEqual(wrong, [])

    def test_idle_costs_nothing(self):
        """With a stream open and nothing going on the server sleeps."""
        with self.open_stream():
            time.sleep(1)
            before = self.cpu_ticks()
            time.sleep(3)
            self.assertLessEqual(self.cpu_ticks() - before, 10)

    def cpu_ticks(self):
        try:
            with open(f"/proc/{self.server.process.pid}/stat", encoding="latin-1") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            self.skipTest("no /proc here")
        return int(fields[11]) + int(fields[12])


class Descriptors(unittest.TestCase):
    def test_without_descriptors_for_more(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (48, hard))
        try:
            server = Server()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        clients = []
        try:
            for _ in range(80):
                clients.append(server.connect())
            time.sleep(1)
        finally:
            for c in clients:
                c.close()
        try:
            self.assertEqual(server.get("/api/v1/health").status, 200)
            self.assertEqual(server.stop(), 0)
            self.assertIn("descriptors", server.said())
        finally:
            server.clean()


if __name__ == "__main__":
    unittest.main()
