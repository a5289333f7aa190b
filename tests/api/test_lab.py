# SPDX-License-Identifier: MIT
"""Lab mode: tokens, roles, the login form, TLS."""
import hashlib
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from harness import PROGRAM, Answer, Server, ServerTest, parse_answer

RUN = "run-0123456789abcdef"
VIEW = "view-0123456789abcdef"


def token_file(folder, text=f"# who may\nrun {RUN}\nview {VIEW}\n", mode=0o600):
    path = os.path.join(folder, "tokens")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


class WithTokens:
    """Beside a ServerTest: its server knows both tokens."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.arguments = ("--token-file", token_file(cls.folder))
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)
        super().tearDownClass()


class Tokens(WithTokens, ServerTest):
    def bearer(self, token):
        return {"Authorization": f"Bearer {token}"}

    def test_without_a_token(self):
        self.assert_ok(self.server.get("/api/v1/health"))
        self.assert_ok(self.server.get("/api/v1/openapi.json"))
        for path in ("/api/v1/", "/metrics", "/api/v1/jobs", "/api/v1/events", "/"):
            answer = self.server.get(path)
            self.assert_problem(answer, 401)
            self.assertEqual(answer.headers["www-authenticate"], "Bearer")
        self.assert_problem(self.server.request("POST", "/api/v1/reports", {}), 401)

    def test_roles(self):
        for token, status in ((VIEW, 403), (RUN, 202), ("x" * 20, 401), (RUN + "x", 401), (RUN[:-1], 401)):
            answer = self.server.request("POST", "/api/v1/reports", {}, self.bearer(token))
            self.assertEqual(answer.status, status)
        for token in (VIEW, RUN):
            self.assert_ok(self.server.request("GET", "/api/v1/jobs", headers=self.bearer(token)))
        owners = [j.get("owner") for j in self.server.request("GET", "/api/v1/jobs", headers=self.bearer(VIEW)).json()["jobs"]]
        self.assertIn("run", owners)
        self.assertIn("started by run", self.server.said())
        self.assertNotIn(RUN, self.server.said())

    def test_login(self):
        answer = self.server.get("/", Accept="text/html")
        self.assertEqual((answer.status, answer.headers["location"]), (303, "/login"))
        page = self.assert_ok(self.server.get("/login"))
        self.assertIn(b"<form", page.body)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.server.request("POST", "/login", "token=wrong", form)
        self.assert_problem(answer, 401)
        self.assertEqual(answer.headers["www-authenticate"], "Bearer")
        self.assert_problem(self.server.request("POST", "/login", f"token={RUN}", {**form, "Origin": "http://evil.example"}), 403)
        self.assert_problem(self.server.request("POST", "/login", "token=" + "x" * 2000, form), 413)
        self.assert_problem(self.server.request("POST", "/login", f"token={RUN}&token={RUN}", form), 401)
        for kind in ("text/plain", "application/json", ""):
            answer = self.server.request("POST", "/login", f"token={RUN}", {"Content-Type": kind})
            self.assertIn("x-www-form-urlencoded", self.assert_problem(answer, 415)["hint"])
        answer = self.server.request("POST", "/login", f"token={VIEW}", form)
        self.assertEqual((answer.status, answer.headers["location"]), (303, "/"))
        cookie = answer.headers["set-cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)
        self.assert_ok(self.server.get("/api/v1/jobs", Cookie=cookie.split(";")[0]))

    def test_login_in_a_browser(self):
        """Who types it wrong sees the form again, not JSON."""
        form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html,*/*;q=0.8",
                "Origin": f"http://{self.server.host}", "Sec-Fetch-Site": "same-origin"}
        answer = self.assert_ok(self.server.request("POST", "/login", "token=%3Cscript%3E", form), 401)
        self.assertTrue(answer.type.startswith("text/html"))
        self.assertIn(b"does not know", answer.body)
        self.assertNotIn(b"script>", answer.body)
        self.assertNotIn("set-cookie", answer.headers)

    def test_role_and_signing_out(self):
        for token in (VIEW, RUN):
            service = self.server.request("GET", "/api/v1/", headers=self.bearer(token)).json()
            self.assertEqual(service["role"], token.split("-", maxsplit=1)[0])
        for cookie in (f"trilane={VIEW}", "trilane=of-a-token-that-was-changed", ""):
            answer = self.assert_ok(self.server.request("DELETE", "/api/v1/session", headers={"Cookie": cookie}), 204)
            self.assertRegex(answer.headers["set-cookie"], r"^trilane=; Path=/; Max-Age=0;")
        answer = self.server.request("DELETE", "/api/v1/session", headers={"Cookie": f"trilane={VIEW}", "Sec-Fetch-Site": "cross-site"})
        self.assert_problem(answer, 403)
        self.assertNotIn("set-cookie", answer.headers)

    def test_hint_names_the_way_in(self):
        self.assertIn("/login", self.server.get("/api/v1/jobs").json()["hint"])

    def test_guessing_makes_nobody_else_wait(self):
        began, ended = time.monotonic(), []

        def guess(n):
            answer = self.server.request("GET", "/api/v1/jobs", headers=self.bearer(f"{n:020d}"))
            ended.append((answer.status, time.monotonic() - began))
        threads = [threading.Thread(target=guess, args=(n,)) for n in range(40)]
        [t.start() for t in threads]
        for _ in range(10):
            asked = time.monotonic()
            self.assert_ok(self.server.request("GET", "/api/v1/jobs", headers=self.bearer(VIEW)))
            self.assertLess(time.monotonic() - asked, 0.5)
        [t.join() for t in threads]
        self.assertEqual({status for status, _ in ended}, {401})
        self.assertGreater(min(seconds for _, seconds in ended), 0.9)

    def test_guessing_before_the_body(self):
        head = (f"POST /api/v1/reports HTTP/1.1\r\nHost: {self.server.host}\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {'x' * 20}\r\nExpect: 100-continue\r\nContent-Length: 9999999\r\n\r\n")
        began = time.monotonic()
        self.assert_problem(parse_answer(self.server.raw(head.encode(), shut=False)), 401)
        self.assertGreater(time.monotonic() - began, 0.9)

    def test_cancelling_leaves_a_line(self):
        job = self.server.request("POST", "/api/v1/reports", {"imports": False}, self.bearer(RUN)).json()
        self.assertEqual(job["owner"], "run")
        self.assertEqual(self.server.request("DELETE", f"/api/v1/jobs/{job['id']}", headers=self.bearer(VIEW)).status, 403)
        self.assertEqual(self.server.request("DELETE", f"/api/v1/jobs/{job['id']}", headers=self.bearer(RUN)).status, 200)
        self.assertIn(f"report started by run: {job['id']}", self.server.said())
        self.assertIn(f"report cancelled by run: {job['id']}", self.server.said())

    def test_bad_token_files(self):
        for text, mode in (("run short\n", 0o600), ("", 0o600), (f"run {RUN}\nrun {RUN}\n", 0o600),
                           (f"root {RUN}\n", 0o600), (f"run {RUN}\n", 0o644)):
            with tempfile.TemporaryDirectory() as folder:
                done = subprocess.run([PROGRAM, "serve", "--port", "0", "--data-dir", folder, "--token-file", token_file(folder, text, mode)],
                                      capture_output=True, text=True, timeout=30, check=False)
                self.assertEqual((done.returncode, done.stdout), (3, ""), done.stderr)
                self.assertNotIn(RUN, done.stderr)


class Tls(unittest.TestCase):
    def test_tls(self):
        if not shutil.which("openssl"):
            self.skipTest("no openssl to make a certificate with")
        with tempfile.TemporaryDirectory() as folder:
            key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                            "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                            "-keyout", key, "-out", certificate], check=True, capture_output=True)
            os.chmod(key, 0o600)
            server = Server("--tls-cert", certificate, "--tls-key", key, "--token-file", token_file(folder), "--bind", "0.0.0.0",
                            "--host", "lab.example")
            try:
                self.assertTrue(server.line.startswith("listening on https://0.0.0.0:"))
                context = ssl.create_default_context(cafile=certificate)
                connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context, timeout=20)
                for host, status in ((None, 401), ("lab.example", 401), ("other.example", 421)):
                    headers = {"Host": f"{host}:{server.port}"} if host else {}
                    connection.request("GET", "/api/v1/jobs", headers=headers)
                    response = connection.getresponse()
                    answer = Answer(response.status, dict(response.getheaders()), response.read())
                    self.assertEqual(answer.status, status)
                connection.close()
                with server.connect() as plain:
                    plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
                    self.assertNotIn(b"HTTP/1.1 200", plain.recv(1000))
            finally:
                self.assertEqual(server.stop(), 0)
                server.clean()


class SelfSigned(unittest.TestCase):
    """Beyond this machine without a certificate: one is made, kept, and made anew when it must."""
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.data = os.path.join(self.folder, "data")
        self.tokens = token_file(self.folder)

    def tearDown(self):
        shutil.rmtree(self.folder)

    def path(self, name):
        return os.path.join(self.data, name)

    def read(self, name):
        with open(self.path(name), encoding="ascii") as file:
            return file.read()

    def serve(self, *more):
        """What it said, after a look through TLS."""
        try:
            server = Server("--bind", "0.0.0.0", "--token-file", self.tokens, *more, data_dir=self.data)
        except AssertionError as error:
            if "this build" in str(error):
                self.skipTest("no TLS or no GnuTLS in this build")
            raise
        try:
            self.assertTrue(server.line.startswith("listening on https://"))
            self.ask(server)
            self.assertEqual(server.stop(), 0)
            return server.said()
        finally:
            server.clean()

    def ask(self, server):
        context = ssl.create_default_context(cafile=self.path("tls-certificate.pem"))
        for name in ("127.0.0.1", "localhost"):  # which a bare machine does not resolve
            head = f"GET /api/v1/jobs HTTP/1.0\r\nHost: {name}:{server.port}\r\nAuthorization: Bearer {VIEW}\r\n\r\n"
            with socket.create_connection(("127.0.0.1", server.port), 20) as plain, \
                    context.wrap_socket(plain, server_hostname=name) as connection:
                connection.sendall(head.encode())
                self.assertIn(b" 200 ", connection.recv(4096).split(b"\r\n")[0])
        der = ssl.PEM_cert_to_DER_cert(self.read("tls-certificate.pem"))
        digest = hashlib.sha256(der).hexdigest().upper()
        fingerprint = ":".join(digest[i:i + 2] for i in range(0, 64, 2))
        self.assertIn(f"SHA-256 fingerprint {fingerprint}", server.said())
        self.assertEqual(os.stat(self.path("tls-key.pem")).st_mode & 0o777, 0o600)

    def test_made_once(self):
        self.assertIn("a certificate was made", self.serve())
        before = self.read("tls-certificate.pem"), self.read("tls-key.pem")
        self.assertNotIn("was made", self.serve())
        self.assertEqual((self.read("tls-certificate.pem"), self.read("tls-key.pem")), before)

    def test_made_anew(self):
        self.serve()
        for name, damage in (("tls-certificate.pem", "x"), ("tls-key.pem", ""), ("tls-key.pem", None)):
            with self.subTest(name=name, damage=damage):
                before = self.read("tls-certificate.pem")
                if damage is None:
                    os.chmod(self.path(name), 0o644)
                else:
                    with open(self.path(name), "w", encoding="ascii") as file:
                        file.write(damage)
                self.assertIn("a new certificate was made", self.serve())
                self.assertNotEqual(self.read("tls-certificate.pem"), before)
        self.assertIn("not for lab9.example", self.serve("--host", "lab9.example"))

    def test_own_name_is_answered_to(self):
        name = socket.gethostname()
        server = Server("--bind", "0.0.0.0", "--token-file", self.tokens, "--insecure-lan", data_dir=self.data)
        try:
            self.assertTrue(server.line.startswith("listening on http://"))
            answer = server.request("GET", "/api/v1/health", headers={"Host": f"{name}:{server.port}"})
            self.assertEqual(answer.status, 200)
            self.assertIn("warning", server.said())
        finally:
            server.stop()
            server.clean()


if __name__ == "__main__":
    unittest.main()
