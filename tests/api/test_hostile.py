# SPDX-License-Identifier: MIT
"""Requests that no well-meaning client sends.

Each is answered with a problem and all security fields, nothing of it comes back, and the
server answers the next request as if nothing had been.
"""
import unittest

from harness import JSON, ServerTest, parse_answer

MARK = "Zq7Mark"  # must not appear in any answer

H = "Host: {host}\r\n"
LINE = "GET /api/v1/health HTTP/1.1\r\n"
POST = "POST /api/v1/benchmarks HTTP/1.1\r\n" + H + "Content-Type: application/json\r\n"

# (status, request): {host} is the server's name, {mark} a word that must not come back
MALFORMED = [
    # request lines
    (400, "{mark}\r\n\r\n"),
    (400, "GET\r\n\r\n"),
    (400, "GET /{mark}\r\n\r\n"),
    (400, "GET  /{mark} HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /{mark}  HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /a b{mark} HTTP/1.1\r\n" + H + "\r\n"),
    (400, " GET / HTTP/1.1\r\n" + H + "\r\n"),
    (400, "\tGET / HTTP/1.1\r\n" + H + "\r\n"),
    (400, "\n\nGET / HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET / HTTP/1.1\n" + H + "\r\n"),
    (400, "GET / HTTP/1.1\r" + H + "\r\n"),
    (400, "GET / HTTP/1.1 \r\n" + H + "\r\n"),
    (400, "GET / HTTP/1.1{mark}\r\n" + H + "\r\n"),
    (400, "GET / http/1.1\r\n" + H + "\r\n"),
    (400, "GET / HTTP/1\r\n" + H + "\r\n"),
    (400, "GET / HTTP/1.10\r\n" + H + "\r\n"),
    (400, "GET / HTTP/-1.1\r\n" + H + "\r\n"),
    (400, "GET / FTP/1.1\r\n" + H + "\r\n"),
    (400, "GET\t/\tHTTP/1.1\r\n" + H + "\r\n"),
    (400, "G<T / HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /\x00{mark} HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /\x7f HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /\xe9 HTTP/1.1\r\n" + H + "\r\n"),
    (400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    (505, "GET / HTTP/2.0\r\n" + H + "\r\n"),
    (505, "GET / HTTP/1.2\r\n" + H + "\r\n"),
    (505, "GET / HTTP/0.9\r\n" + H + "\r\n"),
    (505, "GET / HTTP/3.0\r\n" + H + "\r\n"),
    (505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    (501, "A" * 40 + " / HTTP/1.1\r\n" + H + "\r\n"),
    (414, "GET /" + "a" * 5000 + " HTTP/1.1\r\n" + H + "\r\n"),
    (414, "GET /?" + "a" * 50000 + " HTTP/1.1\r\n" + H + "\r\n"),
    # targets
    (400, "GET {mark} HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET * HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET ?{mark} HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /%{mark} HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /% HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /%0 HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /%00 HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /api/v1/health%00 HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /api%2Fv1%2Fhealth HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /api/v1%2fhealth HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /..%5c..%5cetc HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /../../etc/passwd HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /js/../../etc/passwd HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /./api/v1/health HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /%c0%ae%c0%ae/ HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /%ff HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /%0d%0aSet-Cookie:{mark} HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /a\\b HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /#{mark} HTTP/1.1\r\n" + H + "\r\n"),
    (421, "GET http://{mark}.example/ HTTP/1.1\r\n" + H + "\r\n"),
    (421, "GET http://127.0.0.1/ HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET http:///{mark} HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET http://{host}/ HTTP/1.1\r\n\r\n"),
    (421, "GET http://{host}/ HTTP/1.1\r\nHost: {mark}.example\r\n\r\n"),
    (400, "GET https://{host}/ HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET http://{host}@{mark}/ HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET file:///etc/passwd HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET //{host}:x/ HTTP/1.1\r\n" + H + ": \r\n\r\n"),
    (400, "CONNECT {host} HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /?a=%00 HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /?a=%zz HTTP/1.1\r\n" + H + "\r\n"),
    (400, "GET /?" + "&".join(f"p{i}" for i in range(40)) + " HTTP/1.1\r\n" + H + "\r\n"),
    # Host
    (400, LINE + "\r\n"),
    (400, "GET /api/v1/health HTTP/1.0\r\n\r\n"),
    (400, LINE + "Host:\r\n\r\n"),
    (400, LINE + H + H + "\r\n"),
    (400, LINE + H + "host: {mark}\r\n\r\n"),
    (400, LINE + "Host: {host},{host}\r\n\r\n"),
    (400, LINE + "Host: {host} {mark}\r\n\r\n"),
    (400, LINE + "Host: {mark}@{host}\r\n\r\n"),
    (400, LINE + "Host: {host}/{mark}\r\n\r\n"),
    (400, LINE + "Host: http://{host}\r\n\r\n"),
    (400, LINE + "Host: [::1\r\n\r\n"),
    (400, LINE + "Host: ::1:80\r\n\r\n"),
    (400, LINE + "Host: 127.0.0.1:port\r\n\r\n"),
    (400, LINE + "Host: 127.0.0.1:-1\r\n\r\n"),
    (400, LINE + "Host: 127.0.0.1:99999\r\n\r\n"),
    (400, LINE + "Host: <script>{mark}\r\n\r\n"),
    (421, LINE + "Host: {mark}.example\r\n\r\n"),
    (421, LINE + "Host: {mark}.example:{port}\r\n\r\n"),
    (421, LINE + "Host: 127.0.0.1\r\n\r\n"),
    (421, LINE + "Host: 127.0.0.1:80\r\n\r\n"),
    (421, LINE + "Host: localhost\r\n\r\n"),
    (421, LINE + "Host: localhost.:{port}\r\n\r\n"),
    (421, LINE + "Host: 0.0.0.0:{port}\r\n\r\n"),
    (421, LINE + "Host: 127.1:{port}\r\n\r\n"),
    (421, LINE + "Host: 2130706433:{port}\r\n\r\n"),
    (421, LINE + "Host: 127.0.0.1.{mark}.example:{port}\r\n\r\n"),
    (421, LINE + "Host: 127.0.0.1:0{port}\r\n\r\n".replace("0{port}", "08317")),
    # fields
    (400, LINE + H + "{mark}\r\n\r\n"),
    (400, LINE + H + ": {mark}\r\n\r\n"),
    (400, LINE + "Host : {host}\r\n\r\n"),
    (400, LINE + " Host: {host}\r\n\r\n"),
    (400, LINE + H + "X-A: b\r\n c{mark}\r\n\r\n"),
    (400, LINE + H + "X A: b\r\n\r\n"),
    (400, LINE + H + "X(A): b\r\n\r\n"),
    (400, LINE + H + "X-\xe9: b\r\n\r\n"),
    (400, LINE + H + "X-A: b\x00c\r\n\r\n"),
    (400, LINE + H + "X-A: b\x0bc\r\n\r\n"),
    (400, LINE + H + "X-A: b\nX-B: c\r\n\r\n"),
    (400, LINE + H + "X-A: b\rX-B: c\r\n\r\n"),
    (400, LINE + H + "Origin: http://{host}\r\nOrigin: http://{host}\r\n\r\n"),
    (400, LINE + H + "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n\r\n"),
    (431, LINE + H + "X-A: " + "a" * 17000 + "\r\n\r\n"),
    (431, LINE + H + "".join(f"X-{i}: b\r\n" for i in range(100)) + "\r\n"),
    (431, LINE + H + "Cookie: " + "a" * 200000 + "\r\n\r\n"),
    (417, LINE + H + "Expect: {mark}\r\n\r\n"),
    # framing: what two readers could read in two ways
    (400, POST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}"),
    (400, POST + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}"),
    (400, POST + "Content-Length: 2, 2\r\n\r\n{{}}"),
    (400, POST + "Content-Length: +2\r\n\r\n{{}}"),
    (400, POST + "Content-Length: -2\r\n\r\n{{}}"),
    (400, POST + "Content-Length: 0x2\r\n\r\n{{}}"),
    (400, POST + "Content-Length: 2{mark}\r\n\r\n{{}}"),
    (400, POST + "Content-Length: 2 2\r\n\r\n{{}}"),
    (400, POST + "Content-Length: \r\n\r\n{{}}"),
    (400, POST + "Content-Length: 18446744073709551618\r\n\r\n{{}}"),
    (400, POST + "Content-Length : 2\r\n\r\n{{}}"),
    (400, POST + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, POST + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n"),
    (400, POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
    (400, POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
    (400, POST + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"),
    (501, POST + "Transfer-Encoding: identity\r\n\r\n{{}}"),
    (501, POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    (501, POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    (501, POST + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
    (501, POST + "Transfer-Encoding: chunked;{mark}\r\n\r\n0\r\n\r\n"),
    (400, "POST /api/v1/benchmarks HTTP/1.0\r\n" + H + "Content-Type: application/json\r\n"
          "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    # the client closes its side too early
    (400, "GET /api/v1/health HTTP/1.1\r\n" + H),
    (400, "GET /api"),
]

# Whole and well-formed, and still not for us.
REFUSED = [
    (403, "GET", "/", {"Sec-Fetch-Site": "cross-site"}),
    (403, "GET", "/", {"Sec-Fetch-Site": "same-site"}),
    (403, "GET", "/api/v1/health", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}),
    (403, "GET", "/metrics", {"Origin": "http://evil.example"}),
    (403, "GET", "/api/v1/results", {"Origin": "null"}),
    (403, "GET", "/api/v1/results", {"Origin": "https://{host}"}),
    (403, "GET", "/api/v1/results", {"Origin": "http://{host}0"}),
    (403, "GET", "/api/v1/results", {"Origin": "http://localhost"}),
    (403, "HEAD", "/api/v1/results", {"Sec-Fetch-Site": "cross-site"}),
    (403, "OPTIONS", "/api/v1/results", {"Origin": "http://evil.example"}),
    (403, "POST", "/api/v1/benchmarks", {"Origin": "http://evil.example", **JSON}),
    (403, "DELETE", "/api/v1/jobs/x", {"Origin": "http://evil.example"}),
    (403, "GET", "/no/such/path", {"Origin": "http://evil.example"}),
    (403, "BREW", "/", {"Origin": "http://evil.example"}),
    (404, "GET", "/" + MARK, {}),
    (404, "GET", "/index.html/", {}),
    (404, "GET", "//", {}),
    (404, "GET", "/api/v2/", {}),
    (404, "GET", "/api/v1/jobs/", {}),
    (404, "GET", "/api/v1/jobs/" + MARK, {}),
    (404, "GET", "/api/v1/results/" + MARK + ".csv", {}),
    (404, "GET", "/api/v1/results/..csv", {}),
    (404, "GET", "/api/v1/reports/" + "0" * 26, {}),
    (404, "DELETE", "/api/v1/jobs/" + "0" * 26, {}),
    (404, "POST", "/" + MARK, JSON),
    (405, "POST", "/api/v1/health", JSON),
    (405, "PUT", "/api/v1/jobs", JSON),
    (405, "PATCH", "/api/v1/jobs/x", JSON),
    (405, "DELETE", "/api/v1/results/x", {}),
    (405, "TRACE", "/api/v1/health", {}),
    (405, "GET", "/api/v1/benchmarks", {}),
    (405, "PROPFIND", "/metrics", {}),
    (406, "GET", "/api/v1/health", {"Accept": "text/html"}),
    (406, "GET", "/api/v1/events", {"Accept": "application/json"}),
    (406, "GET", "/api/v1/results/" + "0" * 26, {"Accept": "image/png"}),
    (413, "GET", "/api/v1/health", {"Content-Length": "5"}),
    (400, "GET", "/api/v1/results?limit=0", {}),
    (400, "GET", "/api/v1/results?limit=201", {}),
    (400, "GET", "/api/v1/results?limit=-1", {}),
    (400, "GET", "/api/v1/results?limit=1&limit=2", {}),
    (400, "GET", "/api/v1/results?limit=" + MARK, {}),
    (400, "GET", "/api/v1/results?limit=", {}),
    (400, "GET", "/api/v1/results?cursor=" + MARK, {}),
    (400, "GET", "/api/v1/jobs?cursor=%27%20OR%201=1", {}),
    (400, "GET", "/api/v1/compare", {}),
    (400, "GET", "/api/v1/events", {"Last-Event-ID": MARK}),
    (400, "GET", "/api/v1/events", {"Last-Event-ID": "-1"}),
]

BODIES = [
    (400, b""),
    (400, b"null"),
    (400, b"[]"),
    (400, b"\"{}\""),
    (400, b"{"),
    (400, b"{} {}"),
    (400, b"{}x"),
    (400, b"{\"seed\":1,\"seed\":2}"),
    (400, b"{'seed':1}"),
    (400, b"{\"seed\":01}"),
    (400, b"{\"seed\":NaN}"),
    (400, b"{\"seed\":1,}"),
    (400, b"\xff\xfe{\x00}\x00"),
    (400, b"\xef\xbb\xbf{}"),
    (400, b"{\"data\":\"\xff\"}"),
    (400, b"{\"data\":\"\xc0\x80\"}"),
    (400, b"{\"data\":\"\\ud800\"}"),
    (400, b"{\"batch\":.5}"),
    (400, b"{\"batch\":0x10}"),
    (400, b"{\"data\":\"a\tb\"}"),
    (400, b"{\"seed\":1,\"s\\u0065ed\":2}"),
    (400, b"{}\0"),
    (400, b"\x0c{}"),
    (400, b"{\"a\":" * 100 + b"1" + b"}" * 100),
    (400, b"[" * 60000),
    (422, b"{\"Zq7Mark\":1}"),
    (422, b"{\"models\":\"mlp\"}"),
    (422, b"{\"models\":[]}"),
    (422, b"{\"models\":[\"Zq7Mark\"]}"),
    (422, b"{\"models\":[\"mlp\",\"mlp\"]}"),
    (422, b"{\"lanes\":[\"native; rm -rf /\"]}"),
    (422, b"{\"batch\":0}"),
    (422, b"{\"batch\":4097}"),
    (422, b"{\"batch\":32.5}"),
    (422, b"{\"batch\":\"32\"}"),
    (422, b"{\"batch\":true}"),
    (422, b"{\"batch\":null}"),
    (422, b"{\"batch\":-1}"),
    (422, b"{\"epochs\":101}"),
    (422, b"{\"blocks\":101}"),
    (422, b"{\"seed\":-1}"),
    (422, b"{\"threads\":100000}"),
    (422, b"{\"quick\":1}"),
    (422, b"{\"batch\":99999999999999999999}"),
    (422, b"{\"batch\":1e1000}"),
    (422, b"{\"batch\":-1e1000}"),
    (422, b"{\"seed\":9223372036854775808}"),
    (422, b"{\"data\":\"digits\\u0000\"}"),
    (422, b"{\"\\u0000\":1}"),
    (422, b"{\"data\":\"/etc/passwd\"}"),
    (422, b"{\"data\":\"../digits\"}"),
    (422, b"{\"data\":\"Zq7Mark\"}"),
    (422, b"{\"data\":\"\"}"),
    (422, b"{\"data\":{}}"),
    (422, b"{\"interpreter\":\"/usr/bin/python3\"}"),
    (422, b"{\"interpreter\":\"Zq7Mark\"}"),
]

TYPES = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
         "application/jsonp", "text/json", "application/json; charset=utf-16", "application/ json", ""]


class Hostile(ServerTest):
    def raw_request(self, text):
        return text.format(host=self.server.host, port=self.server.port, mark=MARK).encode("latin-1")

    def alive(self):
        self.assertEqual(self.server.get("/api/v1/health").status, 200)

    def test_there_are_enough(self):
        self.assertGreaterEqual(len(MALFORMED), 100)

    def test_malformed(self):
        for status, text in MALFORMED:
            with self.subTest(request=text[:100]):
                data = self.server.raw(self.raw_request(text))
                answer = parse_answer(data)
                self.assertIsNotNone(answer, data[:200])
                self.assert_problem(answer, status)
                if status != 421:
                    self.assertEqual(answer.headers.get("connection"), "close")
                self.assertNotIn(MARK.encode(), data)
        self.alive()

    def test_malformed_second_request(self):
        """libmicrohttpd reads it then; it may just close, but nothing of it is done."""
        good = LINE + H + "\r\n"
        for status, text in MALFORMED:
            with self.subTest(request=text[:100]):
                data = self.server.raw(self.raw_request(good + text))
                first = parse_answer(data)
                self.assertEqual(first.status, 200)
                self.assertLessEqual(data.count(b"HTTP/1.1 2"), 2)
                self.assertNotIn(b"HTTP/1.1 202", data)
                self.assertNotIn(MARK.encode(), data)
        self.alive()

    def test_refused(self):
        for status, method, path, headers in REFUSED:
            headers = {k: v.replace("{host}", self.server.host) for k, v in headers.items()}
            body = "xxxxx" if headers.get("Content-Length") else None
            with self.subTest(method=method, path=path, headers=headers):
                answer = self.server.request(method, path, body, headers)
                if method == "HEAD":
                    self.assertEqual((answer.status, answer.body), (status, b""))
                    continue
                self.assert_problem(answer, status)
                self.assertNotIn(MARK.encode(), answer.body)
                self.assertEqual("allow" in answer.headers, status == 405)
        self.alive()

    def test_bodies(self):
        for status, body in BODIES:
            with self.subTest(body=body[:60]):
                answer = self.server.request("POST", "/api/v1/benchmarks", body, JSON)
                self.assert_problem(answer, status)
                self.assertNotIn(MARK.encode(), answer.body)
        self.alive()

    def test_json_only(self):
        for kind in TYPES:
            with self.subTest(type=kind):
                answer = self.server.request("POST", "/api/v1/benchmarks", b"{}", {"Content-Type": kind})
                self.assert_problem(answer, 415)
        for coding, status in (("gzip", 415), ("identity", 422)):
            answer = self.server.request("POST", "/api/v1/benchmarks", b'{"batch":0}', {**JSON, "Content-Encoding": coding})
            self.assert_problem(answer, status)
        data = self.server.raw(self.raw_request("POST /api/v1/reports HTTP/1.1\r\n" + H + "Content-Length: 2\r\n\r\n{{}}"))
        self.assert_problem(parse_answer(data), 415)

    def test_body_limits(self):
        for size, status in ((64 * 1024, 422), (64 * 1024 + 1, 413), (20_000_000, 413)):
            body = b'{"x":"' + b"a" * (size - 8) + b'"}'
            with self.subTest(size=size):
                self.assert_problem(self.server.request("POST", "/api/v1/benchmarks", body, JSON), status)
                chunked = (body[i:i + 10000] for i in range(0, len(body), 10000))
                connection = self.server.request("POST", "/api/v1/benchmarks", chunked, JSON)
                self.assert_problem(connection, status)
        self.alive()

    def test_huge_bodies_are_cut_off(self):
        head = self.raw_request(POST + "Content-Length: 999999999999\r\n\r\n")
        self.assert_problem(parse_answer(self.server.raw(head, shut=False)), 413)
        with self.server.connect() as s:
            s.sendall(self.raw_request(POST + "Transfer-Encoding: chunked\r\n\r\n"))
            with self.assertRaises(OSError):
                for _ in range(2000):
                    s.sendall(b"10000\r\n" + b"a" * 65536 + b"\r\n")
        self.alive()

    def test_bodies_that_do_not_come(self):
        """Who waits for the answer before the body's end gets it: the refusal, if it is one."""
        for status, text in ((413, POST + "Content-Length: 70000\r\n\r\n{{"),
                             (415, "POST /api/v1/reports HTTP/1.1\r\n" + H + "Content-Length: 30000\r\n\r\n{{"),
                             (405, "PUT /api/v1/reports HTTP/1.1\r\n" + H + "Content-Length: 30000\r\n\r\n{{"),
                             (404, "POST /{mark} HTTP/1.1\r\n" + H + "Content-Length: 30000\r\n\r\n{{"),
                             (403, POST + "Origin: http://{mark}\r\nContent-Length: 30000\r\n\r\n{{"),
                             (408, "OPTIONS /api/v1/reports HTTP/1.1\r\n" + H + "Content-Length: 30000\r\n\r\n{{"),
                             (413, POST + "Transfer-Encoding: chunked\r\n\r\n20000\r\n" + "a" * 0x1ffff)):
            with self.subTest(request=text[:150]):
                data = self.server.raw(self.raw_request(text), shut=False, timeout=9)
                self.assert_problem(parse_answer(data), status)
                self.assertNotIn(MARK.encode(), data)
                self.assertEqual(data.count(b"HTTP/1.1 "), 1)
        answer = parse_answer(self.server.raw(self.raw_request(POST + "Content-Length: 20\r\n\r\n{{}}")))
        self.assert_problem(answer, 400)
        self.alive()

    def test_expect(self):
        with self.server.connect() as s:
            s.sendall(self.raw_request(POST + "Expect: 100-continue\r\nContent-Length: 15\r\n\r\n"))
            self.assertIn(b"100 Continue", s.recv(1000))
            s.sendall(b'{"epochs": 999}')
            self.assert_problem(parse_answer(s.recv(65536)), 422)
        head = self.raw_request(POST + "Expect: 100-continue\r\nContent-Length: 70000\r\n\r\n")
        data = self.server.raw(head, shut=False)
        self.assertNotIn(b"100 Continue", data)
        self.assert_problem(parse_answer(data), 413)

    def test_malformed_chunks(self):
        for chunks in ("zz\r\n", "2\r\n{{}}x", "-1\r\n\r\n", "ffffffffffffffffff\r\n", "2 \r\n{{}}\r\n0\r\n\r\n",
                       "2\n{{}}\n0\n\n", "0x2\r\n{{}}\r\n0\r\n\r\n", "\r\n{{}}", "1\r\n{{}}\r\n0\r\n\r\n",
                       "2\r\n{{}}\r\n0\r\nX\r\n\r\n", "2;" + "a" * 5000 + "\r\n", "2\r\n{{"):
            with self.subTest(chunks=chunks[:40]):
                data = self.server.raw(self.raw_request(POST + "Transfer-Encoding: chunked\r\n\r\n" + chunks))
                self.assert_problem(parse_answer(data), 400)
        self.alive()

    def test_chunks(self):
        for chunks in ("e\r\n{{\"epochs\":999}}\r\n0\r\n\r\n", "00E\r\n{{\"epochs\":999}}\r\n0\r\nX: y\r\n\r\n",
                       "1\r\n{{\r\nd\r\n\"epochs\":999}}\r\n0\r\n\r\n"):
            with self.subTest(chunks=chunks):
                data = self.server.raw(self.raw_request(POST + "Transfer-Encoding: chunked\r\n\r\n" + chunks))
                self.assert_problem(parse_answer(data), 422)

    def test_chunk_extension(self):
        """Legal, and sent by nobody: libmicrohttpd 0.9 ignores it, 1.0 refuses it."""
        data = self.server.raw(self.raw_request(
            POST + "Transfer-Encoding: chunked\r\n\r\ne;a=b\r\n{{\"epochs\":999}}\r\n0\r\n\r\n"))
        self.assertIn(parse_answer(data).status, (422, 400))

    def test_pipelined_requests_are_answered_in_order(self):
        one = self.raw_request(LINE + H + "\r\n")
        two = self.raw_request("GET /none HTTP/1.1\r\n" + H + "\r\n")
        data = self.server.raw(one + two + one)
        self.assertEqual(data.count(b"HTTP/1.1 200 OK"), 2)
        self.assertEqual(data.count(b"HTTP/1.1 404 Not Found"), 1)

    def test_smuggled_request_is_not_served(self):
        inner = "GET /metrics HTTP/1.1\r\n" + H + "\r\n"
        for text in (POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner,
                     POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n" + inner,
                     POST + "Content-Length: 0\r\nContent-Length: 40\r\n\r\n" + inner,
                     POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + inner,
                     POST + "X: y\r\n Content-Length: 40\r\n\r\n" + inner,
                     LINE + H + "Content-Length: 10\r\n\r\n" + inner):
            with self.subTest(request=text[:150]):
                data = self.server.raw(self.raw_request(text))
                self.assertNotIn(b"trilane_build_info", data)
                self.assertEqual(data.count(b"HTTP/1.1 "), 1)

    def test_absolute_target_of_ours(self):
        for target in ("http://{host}/api/v1/health", "HTTP://{host}/api/v1/health",
                       "http://LOCALHOST:{port}/api/v1/health", "http://{host}", "http://{host}?a=b"):
            with self.subTest(target=target):
                data = self.server.raw(self.raw_request("GET " + target + " HTTP/1.1\r\n" + H + "\r\n"))
                self.assertEqual(parse_answer(data).status, 200)

    def test_fields_are_trimmed_and_lists_joined(self):
        etag = self.server.get("/api/v1/openapi.json").headers["etag"]
        for status, path, fields in ((200, "/api/v1/health", "Host: \t {host} \t\r\n"),
                                     (200, "/api/v1/health", H + "Accept: text/html\r\nAccept: application/json\r\n"),
                                     (406, "/api/v1/health", H + "Accept: text/html\r\nAccept: image/png\r\n"),
                                     (304, "/api/v1/openapi.json", H + "If-None-Match: \"x\"\r\nIf-None-Match: " + etag + "\r\n"),
                                     (431, "/api/v1/health", H + "Accept: */*\r\n" * 20)):
            with self.subTest(fields=fields[:80]):
                data = self.server.raw(self.raw_request(f"GET {path} HTTP/1.1\r\n" + fields + "\r\n"))
                self.assertEqual(parse_answer(data).status, status)

    def test_http_1_0(self):
        data = self.server.raw(self.raw_request("GET /api/v1/health HTTP/1.0\r\n" + H + "\r\n"), shut=False)
        answer = parse_answer(data)
        self.assert_ok(answer)
        self.assertEqual(answer.body, b'{"status":"ok"}\n')

    def test_reset_in_the_middle(self):
        import socket
        import struct
        for text in ("GET", LINE + H, POST + "Content-Length: 100\r\n\r\n{{",
                     "GET /api/v1/events HTTP/1.1\r\n" + H + "\r\n"):
            s = self.server.connect()
            s.sendall(self.raw_request(text))
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()
        self.alive()

    def test_hosts_that_are_ours(self):
        for host in ("127.0.0.1", "localhost", "LocalHost", "[::1]"):
            with self.subTest(host=host):
                answer = self.server.request("GET", "/api/v1/health", headers={"Host": f"{host}:{self.server.port}"})
                self.assert_ok(answer)

    def test_same_origin_is_welcome(self):
        for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"},
                        {"Origin": f"http://{self.server.host}"},
                        {"Sec-Fetch-Site": "same-origin", "Origin": f"http://{self.server.host}"}):
            with self.subTest(headers=headers):
                self.assert_ok(self.server.request("GET", "/api/v1/health", headers=headers))


if __name__ == "__main__":
    unittest.main()
