#!/usr/bin/env python3
"""The brokers are away for a while: the door says 503 with Retry-After, and everything goes on by itself when they are back.

  outage_test.py BUILD_DIR [--seed N]
"""
import http.client
import json
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from crash_test import Cluster, fail, kcat
from services_test import Service, main, until


class World:
    def __init__(self, build, seed):
        self.build = build
        self.cluster = Cluster(build, "outage", own=True)
        self.prefix = f"o{random.Random(seed).getrandbits(32):08x}."
        self.folder = Path(tempfile.mkdtemp(prefix="seawall-outage-", dir=build))
        self.services = {}
        for name in ("ingest", "deadline"):
            self.services[name] = Service(self, name)

    def post(self, number):
        """Status and Retry-After of one event."""
        event = {"specversion": "1.0", "id": f"out-{number}", "source": "urn:outage", "type": "officer.qualified", "time": "2026-01-05T08:00:00+08:00",
                 "orgcode": "320981080000", "data": {"level": "high", "officer_id": f"{number:06d}", "unit_org": "320981080000", "valid_to": "2028-09-27T00:00:00+08:00"}}
        connection = http.client.HTTPConnection("127.0.0.1", self.services["ingest"].port, timeout=60)
        try:
            connection.request("POST", "/v1/events", json.dumps(event), {"Content-Type": "application/cloudevents+json"})
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Retry-After")
        finally:
            connection.close()

    def events(self):
        out = kcat(self.cluster.servers, "-C", "-e", "-q", "-t", self.prefix + "seawall.events", "-X", "isolation.level=read_committed", "-f", "%k\n")
        return len(out.splitlines())

    def memory_mb(self, name):
        status = Path(f"/proc/{self.services[name].process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024

    def done(self):
        for service in self.services.values():
            if service.process.poll() is None:
                service.kill()
        self.cluster.do("stop", "--purge")
        if not os.environ.get("SW_TEST_KEEP"):
            shutil.rmtree(self.folder)


def run(w):
    if w.post(0)[0] != 202:
        fail("an event is not taken while all is well")
    before = {name: w.memory_mb(name) for name in w.services}
    w.cluster.do("kill", "1")
    # What is on its way when they go away is answered 503 once its time is over; then the door says so at once.
    status, retry = until(lambda: "the door says 503", lambda: (answer := w.post(1))[0] == 503 and answer)
    quick = 0
    for number in range(2, 200):
        began = time.monotonic()
        status, retry = w.post(number)
        if status != 503 or not retry or int(retry) < 1:
            fail(f"while the brokers are away: {status}, Retry-After {retry}")
        quick += time.monotonic() - began < 1
    if quick < 190:
        fail(f"the door waits while the brokers are away: only {quick} of 198 answers within a second")
    for name, service in w.services.items():
        service.alive()
        if w.memory_mb(name) > before[name] + 64:
            fail(f"{name} grows while the brokers are away: {before[name]} to {w.memory_mb(name)} MB")
    w.cluster.do("up", "1")
    until(lambda: f"the door takes events again: {w.services['ingest'].text()[-500:]}", lambda: w.post(1)[0] == 202)
    for number in range(200):  # all of them, as their senders do
        until(lambda: "an event is taken", lambda: w.post(number)[0] == 202)
    until(lambda: f"200 events: {w.events()}", lambda: w.events() == 200)
    for name, service in w.services.items():
        service.alive()
        service.stop()


if __name__ == "__main__":
    sys.exit(main(World, run))
