# SPDX-License-Identifier: MIT
"""Lab mode: tokens, roles, the login form, TLS."""
import http.client
import os
import shutil
import ssl
import subprocess
import tempfile
import unittest

from harness import PROGRAM, Answer, Server, ServerTest

RUN = "run-0123456789abcdef"
VIEW = "view-0123456789abcdef"


def token_file(folder, text=f"# who may\nrun {RUN}\nview {VIEW}\n", mode=0o600):
    path = os.path.join(folder, "tokens")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


class Tokens(ServerTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.arguments = ("--token-file", token_file(cls.folder))
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)
        super().tearDownClass()

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
        self.assert_problem(self.server.request("POST", "/login", "token=wrong", form), 401)
        self.assert_problem(self.server.request("POST", "/login", f"token={RUN}", {**form, "Origin": "http://evil.example"}), 403)
        self.assert_problem(self.server.request("POST", "/login", "token=" + "x" * 2000, form), 413)
        answer = self.server.request("POST", "/login", f"token={VIEW}", form)
        self.assertEqual((answer.status, answer.headers["location"]), (303, "/"))
        cookie = answer.headers["set-cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)
        self.assert_ok(self.server.get("/api/v1/jobs", Cookie=cookie.split(";")[0]))

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


if __name__ == "__main__":
    unittest.main()
