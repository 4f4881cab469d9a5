#!/usr/bin/env python3
"""From one process with a log of its own onto a cluster: no warning lost, none told twice.

  move_test.py BUILD_DIR [--seed N]
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

import services_test
from crash_test import Cluster, fail
from services_test import Service, main, until

PACKS = Path(__file__).resolve().parent.parent.parent / "deploy/packs/cn-police"


ID, STATE = 2, (1, 23)  # fields of seawall.v1.Warning


class Up(Service):
    def command(self):
        return [self.world.build / "bin/seawall", "up"]


class World(services_test.World):
    def __init__(self, build, seed):
        self.build, self.random = build, random.Random(seed)
        self.cluster = Cluster(build, "crash")
        self.prefix = f"m{self.random.getrandbits(32):08x}{time.time_ns() % 10**6}."
        self.folder = Path(tempfile.mkdtemp(prefix="seawall-move-", dir=build))
        self.services = {}
        self.start_up()

    def start_up(self):
        """One process; it has the door and the queries."""
        up = Up(self, "up")
        self.services = {"ingest": up, "report": up}

    def up_refuses(self, words):
        done = subprocess.run([self.build / "bin/seawall", "up", "--set", f"data_dir={self.folder / 'up'}", "--set", "http.listen=127.0.0.1:0", "--set", "partitions=4"],
                              capture_output=True, text=True, timeout=60)
        if done.returncode == 0 or words not in done.stderr:
            fail(f"up on a directory that was moved: {done.returncode} {done.stderr[-500:]}")

    def move(self, *sets, kill_after=None):
        own = [f"kafka.bootstrap.servers={self.cluster.servers}", f"topics.prefix={self.prefix}", "partitions=4", *sets]
        words = [self.build / "bin/seawall", "move", "--services", "--json", "--from", self.folder / "up", *(w for s in own for w in ("--set", s))]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            out, err = process.communicate(timeout=kill_after or 200)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return None
        return process.returncode, json.loads(out or "{}"), err


def varint(data, at):
    n = shift = 0
    while True:
        n |= (data[at] & 0x7f) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return n, at


def fields(data):
    """The top-level fields of a protobuf message."""
    found, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            found[tag >> 3], at = varint(data, at)
        elif tag & 7 == 2:
            size, at = varint(data, at)
            found[tag >> 3], at = data[at:at + size], at + size
        else:
            at += 8 if tag & 7 == 1 else 4
    return found


def told_twice(w):
    """Records of seawall.warnings that say again what the last one of the same warning said."""
    last, twice, count = {}, [], 0
    for partition in range(4):
        path = w.folder / "warnings"
        with path.open("wb") as out:
            subprocess.run(["kcat", "-b", w.cluster.servers, "-C", "-e", "-q", "-t", w.prefix + "seawall.warnings", "-p", str(partition),
                            "-X", "isolation.level=read_committed", "-f", "%R%s"], stdout=out, check=True, timeout=60)
        data, at = path.read_bytes(), 0
        while at < len(data):
            size = int.from_bytes(data[at:at + 4], "big")
            said = fields(data[at + 4:at + 4 + size])
            at += 4 + size
            count += 1
            key = said[ID]
            what = [said.get(field) for field in STATE]
            if last.get(key) == what:
                twice.append((key, what))
            last[key] = what
    return twice, count


def events_of(w):
    path = w.folder / "events.jsonl"
    subprocess.run([w.build / "bin/seawall", "generate", "--seed", "11", "--cases", "40", "--out", path], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    events = [e for e in map(json.loads, path.read_text().splitlines()) if e["time"][:19] < now[:10]]
    for e in events:
        e.pop("receivedtime", None)
    return events, now


def warnings_of_replay(w, events, now):
    path = w.folder / "taken.jsonl"
    path.write_text("".join(json.dumps(e) + "\n" for e in events))
    replay = subprocess.run([w.build / "bin/seawall", "replay", "--rules", PACKS, "--events", path, "--final", "--until", now], capture_output=True, text=True)
    if replay.returncode not in (0, 3):
        fail(f"replay: {replay.stderr[-1000:]}")
    return {x["data"]["warning_id"]: x["data"]["state"] for x in map(json.loads, replay.stdout.splitlines())}


def agree(w, want):
    def difference():
        got = w.held() or {}
        return [sorted(set(want) - set(got)), sorted(set(got) - set(want)), sorted(i for i in set(want) & set(got) if want[i] != got[i])]

    until(lambda: f"{len(want)} warnings; lost, more, other: {[len(x) for x in difference()]} {[x[:3] for x in difference()]}\n" +
          "\n".join(s.text()[-800:] for s in set(w.services.values())), lambda: not any(difference()))


def run(w):
    events, now = events_of(w)
    half = len(events) // 2
    for first in range(0, half, 500):
        w.post(events[first:min(first + 500, half)])
    agree(w, warnings_of_replay(w, events[:half], now))
    code, _, text = w.move()
    if code == 0 or "already runs" not in text:
        fail(f"a move while up runs: {code} {text}")
    w.services["ingest"].stop()
    code, _, text = w.move("partitions=8")
    if code == 0 or "4 partitions" not in text:
        fail(f"a move to other partitions: {code} {text}")
    broken_off = 0
    for _ in range(4):  # killed at any moment, and started again
        if w.move(kill_after=0.3 + w.random.random() * 2) is None:
            broken_off += 1
    if broken_off and not (w.folder / "up/moved").exists():
        w.up_refuses("a move onto a Kafka cluster has begun")
    code, other, text = w.move("topics.prefix=elsewhere.") if not (w.folder / "up/moved").exists() else (1, {}, "has begun")
    if code == 0 or "has begun" not in text:
        fail(f"a second move elsewhere: {code} {other} {text}")
    if not (w.folder / "up/moved").exists():
        code, said, text = w.move()
        if code or not said["moved"] or not said["records"] or not said["rows"] or not said["tasks"]:
            fail(f"move: {code} {said} {text}")
    w.up_refuses("was moved onto a Kafka cluster")
    w.services = {}
    for name in ("ingest", "deadline", "risk", "notify", "report"):
        w.services[name] = Service(w, name)
    again = w.post(events[:400])
    if again["accepted"] or again["duplicates"] != 400:
        fail(f"events from before the move, sent again: {str(again)[:300]}")
    for first in range(half, len(events), 500):
        w.post(events[first:first + 500])
    agree(w, warnings_of_replay(w, events, now))
    twice, count = told_twice(w)
    if twice:
        fail(f"{len(twice)} of {count} say again what was said: {twice[:3]}")
    print(f"{len(events)} events, {count} tellings, moved in the middle after {broken_off} kills: the same as replay")
    for service in w.services.values():
        service.stop()


if __name__ == "__main__":
    sys.exit(main(World, run))
