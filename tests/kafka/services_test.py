#!/usr/bin/env python3
"""The pipeline as separate services over a real cluster: what they hold equals `seawall replay` over the same events.

  services_test.py BUILD_DIR [--seed N]
"""
import argparse
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from crash_test import Cluster, fail, kcat

ROOT = Path(__file__).resolve().parent.parent.parent
WAIT_S = int(os.environ.get("SW_TEST_WAIT_S", 120))


def until(what, condition):
    deadline = time.monotonic() + WAIT_S
    while not (got := condition()):
        if time.monotonic() > deadline:
            fail(f"not within {WAIT_S} s: {what()}")
        time.sleep(0.05)
    return got


class Service:
    def __init__(self, world, name, program=None, **sets):
        self.world, self.name, self.program = world, name, program or name
        self.sets = {key.replace("__", "."): value for key, value in sets.items()}
        self.env = {}
        self.folder = world.folder / name
        self.log = world.folder / f"{name}.log"
        self.start()

    def start(self):
        port = self.folder.with_suffix(".port")
        port.unlink(missing_ok=True)
        sets = {"data_dir": self.folder, "http.listen": "127.0.0.1:0", "http.port_file": port, "partitions": 4, "memory": "16MiB",
                "kafka.bootstrap.servers": self.world.cluster.servers, "topics.prefix": self.world.prefix,
                **getattr(self.world, "seal", {"seal.personal": "false"}), **self.sets}
        words = [w for k, v in sets.items() for w in ("--set", f"{k}={v}")]
        self.process = subprocess.Popen([*self.command(), *words], stderr=self.log.open("a"), stdin=subprocess.DEVNULL, env={**os.environ, **self.env})
        self.port = int(until(lambda: f"{self.name} serves:\n{self.text()}", lambda: self.alive() and port.exists() and port.read_text()))

    def command(self):
        return [self.world.build / f"bin/seawall-{self.program}"]

    def alive(self):
        if self.process.poll() is not None:
            fail(f"{self.name} has ended with {self.process.returncode}:\n{self.text()}")
        return True

    def text(self):
        return self.log.read_text(errors="replace")[-3000:]

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(WAIT_S):
            fail(f"{self.name} has ended with {self.process.returncode}:\n{self.text()}")


class World:
    def __init__(self, build, seed):
        self.build, self.random = build, random.Random(seed)
        self.cluster = Cluster(build, "crash")
        self.prefix = f"s{self.random.getrandbits(32):08x}{time.time_ns() % 10**6}."
        self.folder = Path(tempfile.mkdtemp(prefix="seawall-services-", dir=build))
        self.services = {}
        key = self.folder / "master.key"
        key.touch(0o600)
        key.write_text("5e" * 32)
        self.seal = {"seal.key": key}
        self.topics()
        try:
            for name in ("ingest", "deadline", "risk", "notify"):
                self.services[name] = Service(self, name)
            for i, name in enumerate(("report", "report-1")):
                self.services[name] = Service(self, name, "report", groups=2, instances=2, instance=i)
        except BaseException:
            self.done()
            raise

    def topics(self):
        """apply makes them, check finds nothing wrong, and tells what is."""
        def words(verb, *sets):
            own = [f"kafka.bootstrap.servers={self.cluster.servers}", f"topics.prefix={self.prefix}", "partitions=4", *sets]
            done = subprocess.run([self.build / "bin/seawall", "topics", verb, "--services", "--json", *(w for s in own for w in ("--set", s))],
                                  capture_output=True, text=True, timeout=WAIT_S)
            return done.returncode, json.loads(done.stdout), done.stderr

        code, before, text = words("check")
        if (code, before["made"]) != (1, 0) or "seawall topics apply" not in text:
            fail(f"topics that are not there are not told: {code} {before} {text[-500:]}")
        code, made, text = words("apply")
        if code or not made["made"] or made["wrong"]:
            fail(f"topics apply: {code} {made} {text[-500:]}")
        code, after, text = words("check")
        if code or after["wrong"] or after["checked"] != made["checked"]:
            fail(f"topics check after apply: {code} {after} {text[-500:]}")
        code, other, text = words("check", "partitions=8")
        if code != 1 or "has 4 partitions, 8 are configured" not in text:
            fail(f"other partitions are not told: {code} {other} {text[-500:]}")
        self.refused("partitions=8", f"seal.key={self.seal['seal.key']}", said=("has 4 partitions, 8 are configured", "topics.prefix"))
        self.refused("partitions=4", said=("seal.key: personal fields are locked with one key for all services", "openssl rand"))
        self.refused("partitions=4", f"seal.key={self.folder / 'none.key'}", said=("none.key",))

    def refused(self, *sets, said):
        """A service does not start, and says what to do."""
        own = [f"data_dir={self.folder / 'refused'}", f"topics.prefix={self.prefix}", f"kafka.bootstrap.servers={self.cluster.servers}", "http.listen=127.0.0.1:0", *sets]
        done = subprocess.run([self.build / "bin/seawall-deadline", *(w for s in own for w in ("--set", s))], capture_output=True, text=True, timeout=WAIT_S)
        shutil.rmtree(self.folder / "refused", ignore_errors=True)
        if done.returncode == 0 or not all(words in done.stderr for words in said):
            fail(f"a service starts, or does not say {said}: {done.returncode} {done.stderr[-500:]}")

    def done(self):
        for service in self.services.values():
            if service.process.poll() is None:
                service.kill()
        if not os.environ.get("SW_TEST_KEEP"):
            shutil.rmtree(self.folder)

    def post(self, events):
        """A batch, again until it is answered: a door that can't commit says 503."""
        def once():
            try:
                status, body = self.services["ingest"].ask("POST", "/v1/events", json.dumps(events), {"Content-Type": "application/cloudevents-batch+json"})
            except (OSError, http.client.HTTPException):
                return None
            if status == 503:
                return None
            if status != 202:
                fail(f"the door answers {status}: {body[:500]}")
            return json.loads(body)
        answer = until(lambda: "a batch is taken\n" + self.services["ingest"].text(), once)
        if answer["rejected"]:
            fail(f"refused: {answer['rejected'][:3]}")
        return answer

    def held(self, name="report"):
        found, cursor = {}, ""
        while True:
            status, body = self.services[name].ask("GET", "/v1/warnings?limit=1000" + (f"&cursor={cursor}" if cursor else ""))
            if status != 200:
                return None
            page = json.loads(body)
            for one in page["warnings"]:
                data = one.get("data", one)
                found[data["warning_id"]] = data["state"]
            cursor = page.get("next")
            if not cursor:
                return found


def detained():
    """Events of periods that run."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
    return [{"specversion": "1.0", "type": "coercion.detained", "id": f"held-{n}", "source": "urn:test", "subject": f"P-{n}", "time": at, "orgcode": "320981010000",
                "data": {"case_id": f"A-{n}", "person_id": f"P-{n}", "kind": "criminal", "detained_at": at}} for n in range(20)]


def same_from_either(world, events):
    """Of whichever instance is asked, one answer: neither owns all of what it tells of."""
    cases = sorted({(e["data"][by], by) for e in events for by in ("case_id", "incident_id", "person_id") if by in e["data"]})[:100]
    warnings = sorted(world.held())
    paths = [f"/v1/cases/{c}?by={by}&limit=500" for c, by in cases] + ["/v1/deadlines?limit=1000", "/v1/deadlines?org=320981&due_before=2100-01-01T00:00:00Z&limit=1000",
                                                           "/v1/warnings?limit=1000&state=open"] + [f"/v1/warnings/{w}" for w in warnings[:20]]

    def answer(name, path):
        status, body = world.services[name].ask("GET", path)
        page = json.loads(body)
        if status == 404:  # it has not come there yet
            return name
        if status != 200 or not page["as_of"].pop("time"):
            fail(f"{name} answers {path} with {status}: {body[:300]}")
        return page

    def apart():
        return [path for path in paths if answer("report", path) != answer("report-1", path)]

    until(lambda: "the periods run", lambda: len(answer("report", "/v1/deadlines")["deadlines"]) >= 20)
    until(lambda: f"both instances answer the same to {apart()}: {[answer(name, apart()[0]) for name in ('report', 'report-1')]}", lambda: not apart())
    if len(cases) < 20 or len(answer("report-1", "/v1/deadlines")["deadlines"]) < 20:
        fail(f"too little to compare: {len(cases)} cases")


def one_with_other_rules_waits(world):
    """The packs of one machine are newer than those of the other: it says so, and holds still, until they are the same."""
    one, other = world.services["report"], world.services["report-1"]
    for part in ("packs", "notify", "indicators"):
        shutil.copytree(ROOT / "deploy" / part, world.folder / "deploy" / part)
    packs = world.folder / "deploy/packs"
    rules = next(path for path in sorted((packs / "cn-police").glob("*.yaml")) if "severity: major" in path.read_text())
    rules.write_text(rules.read_text().replace("severity: major", "severity: minor", 1))
    other.stop()
    other.env = {"SEAWALL_PACKS": str(packs)}
    other.start()
    until(lambda: f"it is not ready: {other.ask('GET', '/readyz')}", lambda: b"another instance runs other rules" in other.ask("GET", "/readyz")[1])
    if other.ask("GET", "/readyz")[0] != 503 or b"\nseawall_ready 0\n" not in other.ask("GET", "/metrics")[1]:
        fail("it is told to be ready")
    if "report-0 at" not in other.text() or "kafka.claimed" in other.text().split("kafka.packs")[-1]:
        fail(f"who differs is not told, or it works:\n{other.text()}")
    until(lambda: f"the other goes on: {one.text()}", lambda: one.ask("GET", "/readyz")[0] == 200)
    one.stop()
    one.env = other.env
    one.start()
    for service in (one, other):
        until(lambda: f"both are ready again: {service.text()}", lambda: service.ask("GET", "/readyz")[0] == 200)


def other_books_are_told_or_refused(world, events):
    """On Kafka no books are built anew. They go on under a catalogue that has grown; one that lacks something of theirs is refused and nothing is touched; what other
    rules lack is said. Each with what to do."""
    deadline, packs = world.services["deadline"], world.folder / "deploy/packs"

    def told():
        return sorted(kcat(world.cluster.servers, "-C", "-e", "-q", "-t", world.prefix + "seawall.warnings", "-f", "%p %o\n").splitlines())

    def says(words):
        deadline.stop()
        deadline.start()
        until(lambda: f"it says '{words}': {deadline.text()}", lambda: words in deadline.text() and deadline.alive())

    before = told()
    case = packs / "catalogue/case.yaml"
    usual = case.read_text()
    case.write_text(usual + "  aaa.declared_later: {element: case, name: 新, fields: {case_id: {type: string, required: true, key: true}}}\n")
    deadline.env = {"SEAWALL_PACKS": str(packs)}
    says("the catalogue has grown")
    until(lambda: f"it is ready: {deadline.text()}", lambda: deadline.ask("GET", "/readyz")[0] == 200)
    if told() != before:
        fail("a service whose catalogue has grown has told something")
    for name in ("report", "report-1"):  # they read books that were written before, and after
        world.services[name].stop()
        world.services[name].start()
    for name in ("report", "report-1"):
        until(lambda: f"it is ready: {world.services[name].text()}", lambda: world.services[name].ask("GET", "/readyz")[0] == 200)
    same_from_either(world, events)
    deadline.stop()
    world.refused("partitions=4", f"catalogue={ROOT / 'deploy/packs/catalogue'}", f"seal.key={world.seal['seal.key']}",
                  said=("the books were written under another catalogue (a type is gone: aaa.declared_later)", "start it with the one that it ran with", "docs/operations.md"))
    if told() != before:
        fail("a service with another catalogue has told something")
    deadline.start()
    team = packs / "cn-police/team.yaml"
    kept = team.read_text()
    team.unlink()
    deadline.env = {"SEAWALL_PACKS": str(packs)}
    says("a rule is gone: what it has warned of stays until it is closed")
    team.write_text(kept)
    says("new rules read what no rule has read before: they find it in events from now on")


def run(world):
    seawall = world.build / "bin/seawall"
    path = world.folder / "events.jsonl"
    subprocess.run([seawall, "generate", "--seed", "7", "--cases", "40", "--out", path], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    events = [e for e in map(json.loads, path.read_text().splitlines()) if e["time"][:19] < now[:10]]
    for e in events:
        e.pop("receivedtime", None)
    kills = sorted(world.random.sample(range(1, len(events) // 200 + 2), 3))
    for at, first in enumerate(range(0, len(events), 200)):
        world.post(events[first:first + 200])
        if at + 1 in kills:
            service = world.services[world.random.choice(sorted(world.services))]
            service.kill()
            service.start()
    world.post(events[:200])  # sent again: nothing changes
    (world.folder / "taken.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events))
    replay = subprocess.run([seawall, "replay", "--rules", ROOT / "deploy/packs/cn-police", "--events", world.folder / "taken.jsonl",
                             "--final", "--until", now], capture_output=True, text=True)
    if replay.returncode not in (0, 3):
        fail(f"replay: {replay.stderr[-1000:]}")
    want = {w["data"]["warning_id"]: w["data"]["state"] for w in map(json.loads, replay.stdout.splitlines())}

    def difference():
        got = world.held() or {}
        if got != world.held("report-1"):  # either instance has all of it, a moment behind the other
            return [["instances differ"], [], []]
        lost = sorted(set(want) - set(got))
        more = sorted(i for i in set(got) - set(want))
        other = sorted(i for i in set(want) & set(got) if want[i] != got[i])
        return lost, more, other

    until(lambda: f"the services hold {len(want)} warnings; lost, more, other: {[len(x) for x in difference()]} {[x[:3] for x in difference()]}\n"
          + "\n".join(s.text()[-800:] for s in world.services.values()), lambda: not any(difference()))
    print(f"{len(events)} events, {len(want)} warnings, killed 3 times: the same as replay")
    events += detained()
    world.post(events[-20:])
    same_from_either(world, events)
    one_with_other_rules_waits(world)
    other_books_are_told_or_refused(world, events)
    same_from_either(world, events)
    for service in world.services.values():
        if service.ask("GET", "/healthz")[0] != 200 or b"seawall_records_total" not in service.ask("GET", "/metrics")[1]:
            fail(f"{service.name} has no health or metrics")
        service.stop()


def main(make, run):
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    args = parser.parse_args()
    try:
        world = make(args.build.resolve(), args.seed)
        try:
            run(world)
        finally:
            world.done()
    except AssertionError as fault:
        print(f"FAILED, repeat with --seed {args.seed}\n{fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(World, run))
