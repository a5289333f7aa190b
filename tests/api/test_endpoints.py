# SPDX-License-Identifier: MIT
"""Every endpoint used as it is meant to be."""
import csv
import html
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest

from harness import JSON, Server, ServerTest, read_until

ID = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")


def an_id(n):
    return "01" + f"{n:024d}"


def result_document(n):
    with open(os.path.join(DATA, "result.json"), encoding="utf-8") as file:
        return {**json.load(file), "id": an_id(n)}


class Endpoints(ServerTest):
    def test_service(self):
        service = self.assert_ok(self.server.get("/api/v1/")).json()
        self.assertEqual(service["name"], "trilane")
        self.assertEqual(service["data"], ["digits"])
        self.assertEqual(service["limits"]["streams"], 16)
        self.assertEqual(service, self.server.get("/api/v1").json())
        for link in service["links"].values():
            self.assertNotEqual(self.server.get(link, Accept="*/*").status if "events" not in link else 200, 404, link)

    def test_health(self):
        answer = self.assert_ok(self.server.get("/api/v1/health"))
        self.assertEqual(answer.body, b'{"status":"ok"}\n')
        self.assertEqual(answer.headers["content-length"], "16")

    def test_head_everywhere(self):
        for path in ("/", "/api/v1/", "/api/v1/health", "/api/v1/openapi.json", "/api/v1/jobs",
                     "/api/v1/results", "/metrics", "/api/v1/events", "/none"):
            with self.subTest(path=path):
                head = self.server.request("HEAD", path)
                self.assertEqual(head.body, b"")
                self.assert_secure(head)
                if path != "/api/v1/events":
                    get = self.server.get(path)
                    self.assertEqual(head.status, get.status)
                    self.assertEqual(head.type, get.type)
                    if path != "/metrics":
                        self.assertEqual(head.headers["content-length"], get.headers["content-length"])

    def test_options(self):
        answer = self.server.request("OPTIONS", "/api/v1/jobs/x")
        self.assert_ok(answer, 204)
        self.assertEqual(answer.headers["allow"], "GET, HEAD, DELETE, OPTIONS")
        self.assertEqual(answer.body, b"")
        self.assertNotIn("content-length", answer.headers)

    def test_gzip_and_etags(self):
        plain = self.assert_ok(self.server.get("/api/v1/openapi.json"))
        packed = self.assert_ok(self.server.get("/api/v1/openapi.json", Accept_Encoding="gzip"))
        import gzip
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        self.assertNotEqual(packed.headers["etag"], plain.headers["etag"])
        for answer in (plain, packed):
            self.assertIn("Accept-Encoding", answer.headers["vary"])
        same = self.server.get("/api/v1/openapi.json", If_None_Match=plain.headers["etag"])
        self.assertEqual((same.status, same.body), (304, b""))
        self.assert_secure(same)
        self.assertEqual(same.headers["etag"], plain.headers["etag"])
        self.assertEqual(same.headers.get("content-length", str(len(plain.body))), str(len(plain.body)))
        other = self.server.get("/api/v1/openapi.json", If_None_Match='"x"')
        self.assertEqual(other.status, 200)
        for match, status in (("*", 200), (f'"x", {plain.headers["etag"]}', 200), ('"x"', 412), (f'W/{plain.headers["etag"]}', 412)):
            self.assertEqual(self.server.get("/api/v1/openapi.json", If_Match=match).status, status)
        self.assert_problem(self.server.get("/api/v1/jobs", If_Match='"x"'), 412)
        self.assert_problem(self.server.request("DELETE", "/api/v1/jobs/" + "0" * 26, headers={"If-Match": '"x"'}), 412)
        self.assertNotIn("content-encoding", self.server.get("/api/v1/openapi.json", Accept_Encoding="gzip;q=0").headers)
        self.assert_problem(self.server.get("/api/v1/health", Accept_Encoding="identity;q=0"), 406)

    def test_probes(self):
        probes = self.assert_ok(self.server.get("/api/v1/probes")).json()["probes"]
        self.assertGreater(len(probes), 3)
        self.assertTrue(all(p["name"] and p["summary"] for p in probes))

    def test_report(self):
        answer = self.assert_ok(self.server.request("POST", "/api/v1/reports", {"imports": False}), 202)
        job = answer.json()
        self.assertRegex(job["id"], ID)
        self.assertEqual(answer.headers["location"], f"/api/v1/jobs/{job['id']}")
        job = self.server.wait_job(job["id"])
        self.assertEqual((job["state"], job["error"], job["progress"]), ("done", None, 1))
        self.assertEqual(job["request"], {"imports": False})
        report = self.assert_ok(self.server.get(job["links"]["result"]))
        self.assertIn("immutable", report.headers["cache-control"])
        latest = self.assert_ok(self.server.get("/api/v1/reports/latest"))
        self.assertEqual(report.body, latest.body)
        self.assertEqual(self.server.get("/api/v1/reports/latest", If_None_Match=latest.headers["etag"]).status, 304)
        document = report.json()
        self.assertEqual(document["schema"], "trilane/report/1")
        self.assertIsInstance(document["findings"], list)
        self.assertFalse([p["path"] for p in document["interpreters"] if p["imports"]], "nobody asked for imports")

    def test_page_without_scripts(self):
        job = self.server.request("POST", "/api/v1/reports", {}).json()
        self.assertEqual(self.server.wait_job(job["id"])["state"], "done")
        report = self.server.get("/api/v1/reports/latest").json()
        page = self.assert_ok(self.server.get("/", Accept="text/html")).body.decode()
        self.assertNotIn("<!--trilane:summary-->", page)
        shown = html.unescape(re.sub(r"</?code>", "`", page))
        self.assertIn(report["verdict"]["sentence"], shown)
        for finding in report["findings"]:
            self.assertIn(finding["title"], shown)
        for python in report["interpreters"]:
            self.assertIn(f'<span class="path">{python["path"]}', shown)
            self.assertIn(python["verdict"]["sentence"], shown)

    def test_report_requests_are_checked(self):
        for body in ({"imports": 1}, {"x": True}, {"imports": True, "x": 1}):
            self.assert_problem(self.server.request("POST", "/api/v1/reports", body), 422)

    def test_idempotency(self):
        key = {"Idempotency-Key": "k" * 64}
        first = self.server.request("POST", "/api/v1/reports", {"imports": False}, key)
        again = self.server.request("POST", "/api/v1/reports", {"imports": False}, key)
        self.assertEqual(first.status, 202)
        self.assertIn(again.status, (200, 202))
        self.assertEqual(first.headers["location"], again.headers["location"])
        self.assertEqual(first.json()["id"], again.json()["id"])
        self.assert_problem(self.server.request("POST", "/api/v1/reports", {}, key), 422)
        other = self.server.request("POST", "/api/v1/reports", {"imports": False}, {"Idempotency-Key": "another"})
        self.assertNotEqual(other.json()["id"], first.json()["id"])
        for bad in ("", "k" * 65, "a b", "\xe9"):
            with self.subTest(key=bad):
                self.assert_problem(self.server.request("POST", "/api/v1/reports", {}, {"Idempotency-Key": bad}), 400)

    def test_idempotency_under_pressure(self):
        answers = []

        def post():
            answers.append(self.server.request("POST", "/api/v1/reports", {}, {"Idempotency-Key": "race"}))
        threads = [threading.Thread(target=post) for _ in range(8)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        self.assertEqual(len({a.json().get("id", a.status) for a in answers}), 1)

    def test_jobs_in_pages(self):
        for _ in range(3):
            self.server.wait_job(self.server.request("POST", "/api/v1/reports", {}).json()["id"])
        everything = [j["id"] for j in self.server.get("/api/v1/jobs?limit=200").json()["jobs"]]
        self.assertEqual(everything, sorted(everything, reverse=True))
        seen, path = [], "/api/v1/jobs?limit=2"
        while path:
            answer = self.assert_ok(self.server.get(path))
            seen += [j["id"] for j in answer.json()["jobs"]]
            link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("link", ""))
            path = link and link.group(1)
        for cursor in ("0" * 26, "z" * 26, everything[0][:-1] + "!", everything[0].upper()):
            with self.subTest(cursor=cursor):
                self.assert_problem(self.server.get(f"/api/v1/jobs?cursor={cursor}"), 400)
        self.assert_problem(self.server.get(f"/api/v1/results?cursor={everything[0]}"), 400)
        self.assertEqual([i for i in seen if i in everything], everything)
        self.assertEqual(len(seen), len(set(seen)))

    def test_cancel(self):
        job = self.server.request("POST", "/api/v1/reports", {}).json()
        self.server.wait_job(job["id"])
        answer = self.assert_ok(self.server.request("DELETE", f"/api/v1/jobs/{job['id']}"))
        self.assertIn(answer.json()["state"], ("done", "cancelled"))

    def test_events(self):
        with self.server.connect() as s:
            s.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: {self.server.host}\r\n\r\n".encode())
            data = read_until(s, b"retry: ")
            self.assertIn(b"text/event-stream", data)
            job = self.server.request("POST", "/api/v1/reports", {}).json()["id"]
            self.server.wait_job(job)
            data = read_until(s, b'"state":"done"', data)
        ids = [int(i) for i in re.findall(rb"^id: (\d+)$", data, re.M)]
        self.assertEqual(ids, sorted(set(ids)))
        self.assertIn(b"event: job", data)
        with self.server.connect() as s:
            s.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: {self.server.host}\r\nLast-Event-ID: {ids[0]}\r\n\r\n".encode())
            data = read_until(s, b'"state":"done"')
        self.assertEqual(int(re.search(rb"^id: (\d+)$", data, re.M).group(1)), ids[0] + 1)

    def test_diagnosis(self):
        answer = self.server.request("POST", "/api/v1/diagnoses", {"log": ""})
        if answer.status == 503:
            self.skipTest("no advice in this build")
        self.assert_ok(answer)
        self.assertEqual(answer.json()["schema"], "trilane/diagnosis/1")
        self.assertIsInstance(answer.json()["findings"], list)
        for body, status in (({}, 422), ({"log": 1}, 422), ({"log": "", "x": 1}, 422),
                             ({"log": "x" * (1 << 20)}, 200), ({"log": "x" * ((1 << 20) + 1)}, 413),
                             ({"log": "\n" * (1 << 20)}, 200), ({"log": "\xe9" * (1 << 19)}, 200),
                             ({"log": "a\0b\x1b[0m"}, 200), ({"log": "", "this_machine": None}, 422)):
            self.assertEqual(self.server.request("POST", "/api/v1/diagnoses", body).status, status)

    def test_rules(self):
        answer = self.server.get("/api/v1/rules")
        if answer.status == 503:
            self.skipTest("no advice in this build")
        rules = self.assert_ok(answer).json()["rules"]
        self.assertGreater(len(rules), 10)
        rule = self.assert_ok(self.server.get(f"/api/v1/rules/{rules[0]['id']}")).json()
        self.assertEqual(rule["id"], rules[0]["id"])
        self.assert_problem(self.server.get("/api/v1/rules/no-such-rule"), 404)
        self.assert_ok(self.server.get("/api/v1/compatibility"))

    def test_metrics(self):
        answer = self.assert_ok(self.server.get("/metrics"))
        self.assertTrue(answer.type.startswith("text/plain; version=0.0.4"))
        text = answer.body.decode()
        self.assertTrue(text.endswith("\n"))
        typed = set()
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                typed.add(line.split()[2])
            elif not line.startswith("# HELP "):
                match = re.fullmatch(r'([a-z_]+)(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [-+0-9.e]+', line)
                self.assertTrue(match, line)
                self.assertIn(match.group(1), typed)
        self.assertIn("trilane_jobs", typed)

    def test_metrics_as_prometheus_reads_them(self):
        """By promtool where there is one, and by the parser of Prometheus' client for Python."""
        metrics = self.server.get("/metrics").body
        read_by = 0
        if shutil.which("promtool"):
            done = subprocess.run(["promtool", "check", "metrics"], input=metrics, capture_output=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, b""))
            read_by += 1
        python = os.environ.get("TRILANE_TEST_PYTHON", sys.executable)
        program = ("import sys; from prometheus_client.parser import text_string_to_metric_families as read; "
                   "print(sorted(f.name for f in read(sys.stdin.read()) if f.samples and f.documentation))")
        done = subprocess.run([python, "-c", program], input=metrics, capture_output=True, timeout=60, check=False)
        if b"No module named" not in done.stderr:
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"trilane_jobs", done.stdout)
            read_by += 1
        if read_by == 0:
            self.skipTest("neither promtool nor prometheus_client here")


class Results(unittest.TestCase):
    """With a history that was written before the server started."""
    COUNT = 45

    @classmethod
    def setUpClass(cls):
        first = Server()
        first.stop()
        first.errors.close()
        db = sqlite3.connect(os.path.join(first.data_dir, "trilane.db"))
        with db:
            for n in range(cls.COUNT):
                db.execute("INSERT INTO documents (kind, id, created, text) VALUES ('result', ?, ?, ?)",
                           (an_id(n), f"2026-01-01T00:00:{n:02d}.000Z", json.dumps(result_document(n))))
        db.close()
        cls.server = Server(data_dir=first.data_dir)
        cls.server.own_dir = True

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        cls.server.clean()
        assert code == 0

    def test_pages(self):
        seen, path = [], "/api/v1/results?limit=20"
        while path:
            answer = self.server.get(path)
            rows = answer.json()["results"]
            seen += [r["id"] for r in rows]
            link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("link", ""))
            path = link and link.group(1)
        self.assertEqual(seen, [an_id(n) for n in reversed(range(self.COUNT))])
        self.assertEqual(len(self.server.get("/api/v1/results").json()["results"]), 20)
        self.assertEqual(self.server.get(f"/api/v1/results?cursor={an_id(self.COUNT)}").status, 400)
        self.assertEqual(rows[-1]["summary"][0]["models"][0]["model"], "mlp")
        self.assertNotIn("lanes", rows[-1])

    def test_forms(self):
        path = f"/api/v1/results/{an_id(3)}"
        wanted = {".json": "application/json", ".csv": "text/csv", ".md": "text/markdown", ".ndjson": "application/x-ndjson"}
        for suffix, kind in wanted.items():
            with self.subTest(suffix=suffix):
                by_suffix = self.server.get(path + suffix)
                by_accept = self.server.get(path, Accept=kind)
                self.assertEqual(by_suffix.status, 200)
                self.assertEqual(by_suffix.body, by_accept.body)
                self.assertTrue(by_suffix.type.startswith(kind))
                self.assertEqual(self.server.get(path, Accept=kind, If_None_Match=by_accept.headers["etag"]).status, 304)
        etags = {self.server.get(path + s).headers["etag"] for s in wanted}
        self.assertEqual(len(etags), 4)
        self.assertEqual(self.server.get(path).json(), result_document(3))
        self.assertEqual(self.server.get(path, Accept="image/png").status, 406)
        self.assertEqual(self.server.get(path + ".xml").status, 404)
        self.assertIn("Accept", self.server.get(path).headers["vary"])

    def test_csv_is_guarded(self):
        rows = list(csv.DictReader(io.StringIO(self.server.get(f"/api/v1/results/{an_id(0)}.csv").body.decode(), newline="")))
        self.assertEqual(len([r for r in rows if r["lane"] == "native" and r["model"] == "mlp"]), 6)
        self.assertEqual(rows[0]["device"], "'=HYPERLINK(\"http://evil.example\",\"x\")")
        self.assertEqual(rows[0]["step_ns"], "500000")

    def test_markdown_is_escaped(self):
        text = self.server.get(f"/api/v1/results/{an_id(0)}.md").body.decode()
        self.assertNotIn("<script>", text)
        self.assertNotIn("[click](", text)
        self.assertIn("| native | mlp |", text)
        self.assertIn("=HYPERLINK", text)

    def test_ndjson(self):
        lines = [json.loads(l) for l in self.server.get(f"/api/v1/results/{an_id(0)}.ndjson").body.splitlines()]
        self.assertEqual(lines[0]["type"], "result")
        self.assertEqual(len([l for l in lines if l["type"] == "sample"]), 6)

    def test_compare(self):
        answer = self.server.get(f"/api/v1/compare?a={an_id(0)}&b={an_id(1)}")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json()["schema"], "trilane/comparison/1")
        self.assertEqual(self.server.get(f"/api/v1/compare?a={an_id(0)}&b={an_id(999)}").status, 404)
        for query in ("", f"a={an_id(0)}", f"b={an_id(0)}", "a=x", f"a={an_id(0)}&a={an_id(1)}&b={an_id(1)}"):
            self.assertEqual(self.server.get(f"/api/v1/compare?{query}").status, 400)

    def test_metrics_of_the_latest(self):
        self.assertIn('trilane_training_samples_per_second{lane="native",model="mlp"} 64000',
                      self.server.get("/metrics").body.decode())


class Options(unittest.TestCase):
    def test_data_sets_have_names(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server("--data", f"mnist={folder}")
            try:
                self.assertEqual(server.get("/api/v1/").json()["data"], ["digits", "mnist"])
                self.assertEqual(server.request("POST", "/api/v1/benchmarks", {"data": folder}).status, 422)
            finally:
                self.assertEqual(server.stop(), 0)
                server.clean()

    def test_web_dir(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (("index.html", "<!doctype html>"), ("a.js", "1"), (".env", "secret")):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
            os.symlink("/etc", os.path.join(folder, "etc"))
            server = Server("--web-dir", folder)
            try:
                page = server.get("/")
                self.assertEqual((page.type, page.body), ("text/html; charset=utf-8", b"<!doctype html>"))
                answer = server.get("/a.js")
                self.assertEqual((answer.type, answer.body), ("text/javascript; charset=utf-8", b"1"))
                self.assertEqual(server.get("/a.js", If_None_Match=answer.headers["etag"]).status, 304)
                for path in ("/etc/passwd", "/.env", "/a.js/", "//a.js"):
                    self.assertEqual(server.get(path).status, 404, path)
                self.assertEqual(server.get("/vendor/chart.js").type, "text/javascript; charset=utf-8")
                self.assertEqual(server.request("POST", "/a.js", b"{}", JSON).status, 405)
            finally:
                self.assertEqual(server.stop(), 0)
                server.clean()


if __name__ == "__main__":
    unittest.main()
