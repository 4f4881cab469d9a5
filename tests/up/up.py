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


def lines_of(path):
    """The JSON lines of a file that grows; one that is just being written is not there yet."""
    text = path.read_text() if path.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def event(number, **more):
    """An event that the catalogue takes, with an identity of its own."""
    return {"specversion": "1.0", "id": f"t-{number}", "source": "urn:test", "type": "incident.received", "subject": f"J{number}",
            "time": "2026-11-01T10:00:00+08:00", "orgcode": "320981010000",
            "data": {"incident_id": f"J{number}"}, **more}


class Up:
    """One process on one data directory."""

    def __init__(self, folder, *sets, args=(), env=None, under=()):
        self.folder, self.sets, self.args, self.env, self.under = Path(folder), sets, args, env, under
        self.port = self.process = self.rested = None

    def start(self):
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        self.log = open(self.folder / "log", "ab")
        sets = [f"data_dir={self.folder / 'data'}", "http.listen=127.0.0.1:0", f"http.port_file={port_file}", "disk_reserve=1MiB", *self.sets]
        command = [*self.under, SEAWALL, "up", *self.args]
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

    def rest(self):
        """Waits until no processor has read or told anything for two seconds: longer than any of them is put off."""
        seen = {"text": None, "since": 0.0}

        def still():
            _, _, text = self.ask("GET", "/metrics")
            told = [line for line in text.decode().splitlines() if line.startswith(("seawall_records_total", "seawall_emitted_records_total"))]
            if told != seen["text"]:
                seen.update(text=told, since=time.monotonic())
            return time.monotonic() - seen["since"] > 2
        until(still, "it has come to rest", 60)
        self.rested = self.positions()

    def post(self, events, **more):
        batch = isinstance(events, list)
        kind = "application/cloudevents-batch+json" if batch else "application/cloudevents+json"
        status, _, text = self.ask("POST", "/v1/events", json.dumps(events), {"Content-Type": kind}, **more)
        return status, json.loads(text)

    def stream(self, last_id, enough):
        """(id, event, data) of the stream from an id on, until there are enough of them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/v1/stream", headers={"Last-Event-ID": last_id})
        answer = connection.getresponse()
        told, fields = [], {}
        while len(told) < enough:
            line = answer.readline()
            if not line:
                raise AssertionError(f"the stream ended after {len(told)} of {enough}")
            text = line.decode().rstrip("\n")
            if not text:
                if "data" in fields:
                    told.append((fields.get("id"), fields.get("event"), json.loads(fields["data"])))
                fields = {}
            elif not text.startswith(":"):
                name, value = text.split(": ", 1)
                fields[name] = value
        connection.close()
        return told

    def told(self):
        """Every decision about warnings so far, in the order of the stream."""
        positions = self.positions()["seawall.warnings"]
        return self.stream(",".join(["0"] * len(positions)), sum(positions))

    def steady(self, check):
        """A check that asks more than once: again where something fell due while it asked."""
        while True:
            try:
                return check()
            except AssertionError:
                if self.positions() == self.rested:
                    raise
            self.rest()

    def positions(self):
        return self.get("/v1/warnings?limit=1")[1]["as_of"]["positions"]

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
