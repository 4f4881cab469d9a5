#!/usr/bin/env python3
"""CloudEvents that upstream puts on seawall.inbox, as an outsider would: by kcat, in structured and binary mode.

  inbox_test.py BUILD_DIR [--seed N]
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from crash_test import Cluster, fail, kcat
from services_test import Service, main, until

JSON = ["-H", "content-type=application/cloudevents+json"]


class World:
    def __init__(self, build, seed):
        self.build, self.random = build, random.Random(seed)
        self.cluster = Cluster(build, "crash")
        self.prefix = f"i{self.random.getrandbits(32):08x}{time.time_ns() % 10**6}."
        self.folder = Path(tempfile.mkdtemp(prefix="seawall-inbox-", dir=build))
        self.ingest = Service(self, "ingest")

    def put(self, values, *headers):
        lines = "".join(v + "\n" for v in values)
        kcat(self.cluster.servers, "-P", "-t", self.prefix + "seawall.inbox", "-p", "-1", *headers, data=lines)

    def read(self, topic, what):
        out = kcat(self.cluster.servers, "-C", "-e", "-q", "-t", self.prefix + topic, "-X", "isolation.level=read_committed", "-f", what + "\n")
        return out.splitlines()

    def events(self):
        return len(self.read("seawall.events", "%k"))

    def letters(self):
        found, cursor = [], ""
        while cursor is not None:
            status, body = self.ingest.ask("GET", "/v1/dead-letters?limit=200" + (f"&cursor={cursor}" if cursor else ""))
            if status != 200:
                return None
            page = json.loads(body)
            found += page["items"]
            cursor = page["next"]
        return found

    def done(self):
        if self.ingest.process.poll() is None:
            self.ingest.kill()
        if not os.environ.get("SW_TEST_KEEP"):
            shutil.rmtree(self.folder)


def event(number, **more):
    return {"specversion": "1.0", "id": f"in-{number}", "source": "urn:outsider", "type": "officer.qualified", "time": "2026-01-05T08:00:00+08:00",
            "orgcode": "320981080000", "data": {"level": "high", "officer_id": f"{number:06d}", "unit_org": "320981080000", "valid_to": "2028-09-27T00:00:00+08:00"}, **more}


def binary(e):
    headers = ["-H", "content-type=application/json"]
    for name, value in e.items():
        if name != "data":
            headers += ["-H", f"ce_{name}={value}"]
    return [json.dumps(e["data"])], headers


def expect(w, events, letters):
    def seen():
        got = w.letters()
        return got is not None and (w.events(), len(got)) == (events, letters)
    until(lambda: f"{events} events and {letters} dead letters; there are {w.events()} and {len(w.letters() or [])}: {(w.letters() or [])[:3]}\n{w.ingest.text()}", seen)


def modes_and_repeats(w):
    w.put([json.dumps(event(n)) for n in range(10)], *JSON)
    lines, headers = binary(event(10, subject="办案/1%41", orgcode="320981120000"))
    w.put(lines, *headers)
    w.put([json.dumps(event(11))])  # no headers at all
    expect(w, 12, 0)
    if "办案/1%41" not in w.read("seawall.events", "%k"):
        fail("a header of the Kafka binding is text as it is: nothing in it is decoded")
    w.put([json.dumps(event(n)) for n in range(10)])  # the same again, in another mode
    lines, headers = binary(event(11))
    w.put(lines, *headers)
    expect(w, 12, 0)


def what_cannot_be_read(w):
    cases = {
        "syntax": ["{not json"],
        "unknown-type": [json.dumps(event(20, type="no.such.type"))],
        "missing": [json.dumps({k: v for k, v in event(21).items() if k != "source"})],
        "conflict": [json.dumps(event(1, data={**event(1)["data"], "level": "low"}))],
    }
    for lines in cases.values():
        w.put(lines, *JSON)
    w.put(["[" + json.dumps(event(22)) + "]"], "-H", "content-type=application/cloudevents-batch+json")
    w.put([json.dumps(event(23)["data"])], "-H", "content-type=application/json", "-H", "ce_id=1", "-H", "ce_id=2")
    w.put([json.dumps(event(24))], "-H", "content-type=application/cloudevents+avro")
    expect(w, 12, len(cases) + 3)
    letters = w.letters()
    codes = sorted(x["code"] for x in letters)
    if codes != sorted([*cases, "content-type", "syntax", "content-type"]):
        fail(f"codes of the dead letters: {codes}")
    offsets = set()
    for x in letters:
        of_inbox = x["topic"] == "seawall.inbox"
        if of_inbox == (x["code"] == "conflict") or not x["message"] or "read_at" not in x:
            fail(f"a dead letter does not say where it was read and why: {x}")
        if of_inbox:
            offsets.add((x["read_at"]["partition"], x["read_at"]["offset"]))
    said = {tuple(map(int, line.split())) for line in w.read("seawall.inbox", "%p %o")}
    if len(offsets) != len(cases) + 2 or not offsets <= said:
        fail(f"places of the dead letters: {offsets}")


def of_a_unit(w):
    """One that is not of the units that upstream may write for is sent again by who may."""
    w.ingest.stop()
    w.ingest.sets = {"inbox.org": "320981080000"}
    w.ingest.start()
    before = len(until(lambda: "the dead letters can be read", lambda: w.letters()))
    w.put([json.dumps(event(30)), json.dumps(event(31, orgcode="320981120000"))], *JSON)
    expect(w, 13, before + 1)
    letter = next(x for x in w.letters() if x["code"] == "forbidden")
    done = subprocess.run([w.build / "bin/seawall", "dlq", "retry", f"{letter['partition']}/{letter['offset']}", "--url", f"http://127.0.0.1:{w.ingest.port}"],
                          capture_output=True, text=True, timeout=60)
    if done.returncode:
        fail(f"dlq retry: {done.stdout} {done.stderr}")
    expect(w, 14, before + 1)
    w.ingest.stop()
    w.ingest.sets = {}
    w.ingest.start()
    return 14, before + 1


def killed_anywhere(w, events, letters):
    """Nothing is taken twice, and nothing is left out: dead letters, which have no identity, among it."""
    good = bad = 0
    for _ in range(6):
        lines = []
        for _ in range(120):
            if w.random.random() < 0.5:
                lines.append(json.dumps(event(1000 + good)))
                good += 1
            else:
                lines.append(f"{{bad {bad}")
                bad += 1
        w.put(lines, *JSON)
        time.sleep(w.random.random() * 0.6)
        w.ingest.kill()
        w.ingest.start()
    expect(w, events + good, letters + bad)
    places = [(x["read_at"]["partition"], x["read_at"]["offset"]) for x in w.letters() if x["topic"] == "seawall.inbox"]
    if len(places) != len(set(places)):
        fail("a record has two dead letters")


def run(w):
    modes_and_repeats(w)
    what_cannot_be_read(w)
    killed_anywhere(w, *of_a_unit(w))
    w.ingest.stop()


if __name__ == "__main__":
    sys.exit(main(World, run))
