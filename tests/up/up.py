"""What the tests of a running `seawall up` share: starting it, asking it, stopping it."""
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SEAWALL = None
VENV = ROOT / "build/venv/bin"


def until(condition, what, seconds=30):
    """Waits for a condition, looking often; fails with its name."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


def event(number, **more):
    """An event that the catalogue takes, with an identity of its own."""
    return {"specversion": "1.0", "id": f"t-{number}", "source": "urn:test", "type": "incident.received", "subject": f"J{number}",
            "time": "2026-11-01T10:00:00+08:00", "orgcode": "320981010000",
            "data": {"incident_id": f"J{number}"}, **more}


class Up:
    """One process on one data directory."""

    def __init__(self, folder, *sets, args=(), env=None):
        self.folder, self.sets, self.args, self.env = Path(folder), sets, args, env
        self.port = self.process = None

    def start(self):
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        self.log = open(self.folder / "log", "ab")
        sets = [f"data_dir={self.folder / 'data'}", "http.listen=127.0.0.1:0", f"http.port_file={port_file}", "disk_reserve=1MiB", *self.sets]
        command = [SEAWALL, "up", *self.args]
        for one in sets:
            command += ["--set", one]
        self.process = subprocess.Popen(command, stderr=self.log, env={**os.environ, **(self.env or {})})
        until(lambda: port_file.exists() or self.process.poll() is not None, "the port is told")
        if self.process.poll() is not None:
            raise AssertionError(f"it did not start:\n{self.said()[-3000:]}")
        self.port = int(port_file.read_text())
        return self

    def said(self):
        return (self.folder / "log").read_text(errors="replace")

    def stop(self, how=signal.SIGTERM, code=0):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)
        self.log.close()
        if code is not None and self.process.returncode != code:
            raise AssertionError(f"it ended with {self.process.returncode}, not {code}:\n{self.said()[-3000:]}")

    def ask(self, method, path, body=None, headers=None, token=None):
        """(status, headers, body) of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, text

    def get(self, path, **more):
        status, _, text = self.ask("GET", path, **more)
        return status, json.loads(text) if text else None

    def post(self, events, **more):
        batch = isinstance(events, list)
        kind = "application/cloudevents-batch+json" if batch else "application/cloudevents+json"
        status, _, text = self.ask("POST", "/v1/events", json.dumps(events), {"Content-Type": kind}, **more)
        return status, json.loads(text)

    def socket(self, timeout=60):
        return socket.create_connection(("127.0.0.1", self.port), timeout)


def whole(sock):
    """Everything until the other side closes."""
    parts = []
    try:
        while part := sock.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="seawall-up-")
        self.addCleanup(self.temporary.cleanup)
        self.folder = Path(self.temporary.name)

    def up(self, *sets, **more):
        one = Up(self.folder, *sets, **more).start()
        self.addCleanup(lambda: one.stop(code=None))
        return one

    def file(self, name, text, mode=0o600):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path


def seawall(*args, code=0):
    done = subprocess.run([SEAWALL, *map(str, args)], capture_output=True, text=True, timeout=250)
    if done.returncode != code:
        raise AssertionError(f"exit code {done.returncode}, not {code}: seawall {' '.join(map(str, args))}\n{done.stderr[-4000:]}")
    return done.stdout, done.stderr


def main():
    global SEAWALL
    SEAWALL = sys.argv.pop(1)
    result = unittest.main(module="__main__", exit=False, verbosity=2).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.skipped else 0)
