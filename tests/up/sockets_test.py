"""What clients do to a server: slow ones, half-closed ones, 100 MB bodies, ten thousand connections, bytes that are no HTTP."""
import json
import resource
import socket
import time
import unittest

from up import Case, event, main, until, whole

HEAD = b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/cloudevents+json\r\n"


def status_of(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


class Sockets(Case):
    def test_a_head_that_drips_is_cut_though_it_is_never_silent(self):
        one = self.up("http.header_time=800ms")
        with one.socket() as s:
            s.settimeout(0.05)
            begun, closed = time.monotonic(), False
            while not closed and time.monotonic() - begun < 20:
                try:
                    s.sendall(b"G" if time.monotonic() - begun < 0.01 else b"x")
                    closed = s.recv(1) == b""
                except TimeoutError:
                    pass
                except OSError:
                    closed = True
            self.assertTrue(closed, "a byte now and then must not keep it open")
        self.assertEqual(one.get("/healthz")[0], 200)

    def test_a_body_that_does_not_come_is_cut(self):
        one = self.up("http.body_time=800ms")
        with one.socket() as s:
            s.sendall(HEAD + b"Content-Length: 1000\r\n\r\n{")
            self.assertIn(status_of(whole(s)), (None, 408))

    def test_a_kept_connection_without_requests_is_closed(self):
        one = self.up("http.idle_time=700ms")
        with one.socket() as s:
            s.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertEqual(status_of(whole(s)), 200)

    def test_a_half_closed_client_still_gets_its_answer_or_its_end(self):
        one = self.up("http.header_time=2s", "http.body_time=2s")
        body = json.dumps(event(1)).encode()
        with one.socket() as s:
            s.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            s.shutdown(socket.SHUT_WR)
            self.assertIn(status_of(whole(s)), (202, None))
        for part in (b"", b"GET / HT", HEAD, HEAD + b"Content-Length: 10\r\n\r\n{"):
            with one.socket() as s:
                s.sendall(part)
                s.shutdown(socket.SHUT_WR)
                self.assertIn(status_of(whole(s)), (None, 400))
        self.assertEqual(one.post(event(1))[0], 202)
        until(lambda: b"seawall_http_connections 1\n" in one.ask("GET", "/metrics")[2], "no connection is left over")

    def test_a_body_of_100_mb_is_refused_before_it_is_read(self):
        one = self.up()
        with one.socket() as s:
            s.sendall(HEAD + b"Content-Length: 104857600\r\n\r\n")
            self.assertEqual(status_of(s.recv(65536)), 413)
        with one.socket() as s:
            s.sendall(HEAD + b"Content-Length: 104857600\r\nExpect: 100-continue\r\n\r\n")
            self.assertEqual(status_of(s.recv(65536)), 413, "and nobody is told to go on")
        with one.socket() as s:  # in chunks nobody says how long it is
            s.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
            sent = 0
            try:
                while sent < 100 << 20:
                    s.sendall(b"100000\r\n" + b"x" * 0x100000 + b"\r\n")
                    sent += 0x100000
            except OSError:
                pass
            self.assertLess(sent, 30 << 20, "it is not read to its end")
        status, _, text = one.ask("GET", "/metrics")
        memory = int(next(line.split()[1] for line in text.decode().splitlines() if line.startswith("seawall_http_memory_bytes")))
        self.assertLess(memory, 8 << 20)

    def test_ten_thousand_connections(self):
        want, (soft, hard) = 10000, resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < want + 1000:
            raise unittest.SkipTest(f"the machine allows {hard} open files: ulimit -n has to be raised")
        resource.setrlimit(resource.RLIMIT_NOFILE, (want + 1000, hard))
        one = self.up("http.header_time=120s", "http.idle_time=120s")
        sockets = []
        try:
            for _ in range(want):
                sockets.append(one.socket())
            until(lambda: f"seawall_http_connections {want + 1}\n".encode() in one.ask("GET", "/metrics")[2], "all are taken")
            self.assertEqual(one.post(event(1))[0], 202)
            for s in sockets[::100]:
                s.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            for s in sockets[::100]:
                self.assertEqual(status_of(s.recv(4096)), 200)
            with open(f"/proc/{one.process.pid}/status") as status:
                resident = int(next(line.split()[1] for line in status if line.startswith("VmRSS")))
            self.assertLess(resident, 600_000, "kB")
        finally:
            for s in sockets:
                s.close()
        until(lambda: b"seawall_http_connections 1\n" in one.ask("GET", "/metrics")[2], "all are gone")

    def test_bytes_that_are_no_http(self):
        one = self.up()
        for part in (b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"A" * 100_000, b"GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
                     b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: b\r\n" * 500 + b"\r\n",
                     HEAD + b"Content-Length: -1\r\n\r\n", HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
                     HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"):
            with one.socket(3) as s:
                try:
                    s.sendall(part)
                    s.shutdown(socket.SHUT_WR)
                    answer = s.recv(65536)
                except OSError:  # cut at any of the three: reset, or not connected any more
                    answer = b""
                self.assertNotEqual((status_of(answer) or 400) // 100, 2, part[:60])
        self.assertEqual(one.get("/healthz")[0], 200)

    def test_methods_heads_and_options(self):
        one = self.up()
        status, headers, text = one.ask("HEAD", "/healthz")
        self.assertEqual((status, headers["content-length"], text), (200, "15", b""))
        status, headers, _ = one.ask("OPTIONS", "/v1/events")
        self.assertEqual((status, headers["allow"]), (204, "POST, OPTIONS"))
        status, headers, text = one.ask("DELETE", "/v1/events")
        self.assertEqual((status, headers["allow"], headers["content-type"]), (405, "POST, OPTIONS", "application/problem+json"))
        self.assertEqual(one.ask("GET", "/nowhere")[0], 404)
        self.assertEqual(headers["x-content-type-options"], "nosniff")
        self.assertIn("default-src 'none'", headers["content-security-policy"])
        self.assertEqual(one.ask("POST", "/v1/session", "{}", {"Content-Type": "text/html"})[0], 415)

    def test_requests_behind_one_another_on_one_connection(self):
        one = self.up()
        body = json.dumps(event(1)).encode()
        post = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
        get = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        last = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        with one.socket() as s:
            s.sendall(get + post + get + post + last)
            answers = whole(s).split(b"HTTP/1.1 ")[1:]
        self.assertEqual([a[:3] for a in answers], [b"200", b"202", b"200", b"202", b"200"])

    def test_a_stream_client_that_does_not_read_holds_nothing_up(self):
        one = self.up()
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.connect(("127.0.0.1", one.port))
            s.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertEqual(status_of(s.recv(100)), 200)
            for n in range(10):
                self.assertEqual(one.post([event(f"{n}-{i}") for i in range(100)])[0], 202)
            self.assertEqual(one.get("/healthz")[0], 200)
        one.stop()


if __name__ == "__main__":
    main()
