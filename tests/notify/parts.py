"""What the tests of notify share: the node, a gateway stub, Kannel on free ports."""
import http.client
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NODE = None
COUNTY = ROOT / "tests/unit/notify/county.yaml"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait(what, condition, seconds=60):
    """Polls until the condition gives something; the wait is for an event elsewhere, never for time itself."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = condition()
        if got:
            return got
        threading.Event().wait(0.02)
    raise AssertionError(f"{what} did not come within {seconds} s")


class Node:
    """One process over a folder."""

    def __init__(self, folder, channels=None, settings=None):
        self.folder, self.settings = Path(folder), settings or ROOT / "deploy/notify"
        self.channels = channels
        self.log = open(self.folder / "node.log", "a")
        self.child = None

    def start(self):
        self.child = subprocess.Popen([NODE, self.folder, self.settings, self.channels or "-"], stdout=subprocess.PIPE,
                                      stderr=self.log, text=True)
        words = self.child.stdout.readline().split()
        if not words:
            raise AssertionError("the node did not start:\n" + (self.folder / "node.log").read_text()[-3000:])
        self.port, self.reply = int(words[1]), words[3]
        return self

    def kill(self):
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        self.child.stdout.close()

    def stop(self):
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            code = self.child.wait(60)
            self.child.stdout.close()
            assert code == 0, f"the node ended with {code}:\n" + (self.folder / "node.log").read_text()[-3000:]
        self.log.close()

    def ask(self, method, path, body=None, headers=None, status=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        kind = {} if body is None else {"Content-Type": "application/json"}
        data = body if isinstance(body, (str, bytes)) or body is None else json.dumps(body)
        if isinstance(data, str):
            data = data.encode()
        connection.request(method, path, data, {**kind, **(headers or {})})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if status is not None and answer.status != status:
            raise AssertionError(f"{method} {path}: {answer.status}, not {status}: {text[:2000]}")
        return json.loads(text) if text else None

    def load(self, path=COUNTY):
        return self.ask("POST", "/v1/directory", Path(path).read_text(), {"Content-Type": "application/yaml"}, 200)

    def known(self, officer):
        """The directory has reached all tasks."""
        wait("the directory", lambda: self.load()["changed"] == 0)
        wait("the officer", lambda: "notices" in self.ask("GET", f"/v1/officers/{officer}/inbox"))

    def raise_(self, case, level="red", count=1):
        self.ask("POST", "/test/warnings", {"case": case, "level": level, "count": count}, status=202)

    def inbox(self, officer="S3", limit=500):
        return self.ask("GET", f"/v1/officers/{officer}/inbox?limit={limit}", status=200)["notices"]

    def states(self, officer="S3"):
        return {n["key"]["case_id"]: n["state"] for n in self.inbox(officer)}

    def act(self, warning, action, officer, key="k", status=202, **more):
        return self.ask("POST", f"/v1/warnings/{warning}/actions", {"action": action, "officer": officer, **more},
                        {"Idempotency-Key": key}, status)


class Gateway(http.server.ThreadingHTTPServer):
    """A stub of Kannel's sendsms: what it is asked, and answers as it is told."""
    daemon_threads = True

    def __init__(self, port=0):
        self.got, self.lock, self.open = [], threading.Lock(), set()
        self.answer = lambda fields: (202, "0: Accepted for delivery")
        super().__init__(("127.0.0.1", port), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def close(self):
        self.shutdown()
        self.server_close()
        with self.lock:
            for connection in self.open:  # kept alive ones too
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def handle_error(self, request, client_address):
        pass  # a client that was killed


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        with self.server.lock:
            self.server.open.add(self.connection)

    def finish(self):
        with self.server.lock:
            self.server.open.discard(self.connection)
        super().finish()

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.headers.get("Content-Type", "")
        fields = json.loads(body) if "json" in kind else {"text": body.decode()}
        fields.update({k.lower()[9:]: v for k, v in self.headers.items() if k.lower().startswith("x-kannel-")})
        with self.server.lock:
            self.server.got.append((self.path, dict(self.headers), fields, body))
        answer = self.server.answer(fields)
        if answer is None:  # the connection breaks before an answer
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, text = answer
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="seawall-notify-")
        self.path = Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def file(self, name, text):
        path = self.path / name
        path.write_text(text)
        return path

    def kannel_channels(self, url, report="", timeout="5s", more=""):
        secret = self.file("gateway.password", "pass word\n")
        text = (f"kind: Channels\nsms: {{driver: kannel, url: '{url}', username: seawall, password_file: {secret}, "
                f"from: '10690', timeout: {timeout}{more}{', report_base: ' + chr(39) + report + chr(39) if report else ''}}}\n")
        return self.file("channels.yaml", text)

    def node(self, **options):
        node = Node(self.path, **options).start()
        self.addCleanup(node.stop)
        node.load()
        node.known("S3")
        return node


def main():
    global NODE
    NODE = sys.argv.pop(1)
    os.environ.pop("http_proxy", None)
    os.environ["no_proxy"] = "*"
    unittest.main(module="__main__", verbosity=2)
