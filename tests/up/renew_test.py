"""State of an older format is built anew from the log at the start: the answers are the same, nothing is told twice, and it goes on; with other packs,
what differs is told. Where the log does not hold it, the start is refused. The rows of the aged stores are rubbish: whoever reads them is found out."""
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import up
from up import ROOT, until

PACKS = ROOT / "deploy/packs"
CASES = 150
HALF_WAY = 0xFFFFFFFF  # instead of a format: it was being built anew when the process ended
AGED = ("deadline.books", "risk.books", "view.index", "rollup.figures")


class Renew(up.Case):
    @classmethod
    def setUpClass(cls):
        """A county, the first half of it posted; the data directory is kept as it was when it was stopped."""
        cls.kept = tempfile.TemporaryDirectory(prefix="seawall-renew-")
        cls.addClassCleanup(cls.kept.cleanup)
        folder = Path(cls.kept.name)
        cls.events_file = folder / "events.jsonl"
        up.seawall("generate", "--seed", 4, "--cases", CASES, "--start", "2025-02-01", "--corrections", 20, "--out", cls.events_file)
        cls.events = [json.loads(line) for line in cls.events_file.read_text().splitlines()]
        random.Random(1).shuffle(cls.events)
        one = up.Up(folder).start()
        cls.addClassCleanup(lambda: one.stop(code=None))
        cls.post(one, cls.events[:len(cls.events) // 2])
        cls.before = cls.answers(one)
        one.stop()
        cls.former = folder / "data"
        listed = subprocess.run([os.environ["SEAWALL_AGED"], cls.former, "-", "0"], check=True, capture_output=True, text=True).stdout
        cls.formats = {name: int(version) for name, version in map(str.split, listed.splitlines())}

    @staticmethod
    def post(one, events):
        for at in range(0, len(events), 100):
            status, answer = one.post(events[at:at + 100])
            assert status == 202, answer

    @staticmethod
    def all(one, path, member):
        found, cursor = [], ""
        while cursor is not None:
            status, page = one.get(f"{path}&limit=1000{cursor}")
            assert status == 200, page
            found += page[member]
            cursor = f"&cursor={page['next']}" if page.get("next") else None
        return found

    @classmethod
    def answers(cls, one):
        """What people can ask."""
        one.rest()
        figures = one.get("/v1/figures?from=2024-01-01&to=2027-12-31")[1]["figures"]
        cases = sorted({e["data"]["case_id"] for e in cls.events if "case_id" in e["data"]})[:10]
        return {
            "warnings": cls.all(one, "/v1/warnings?state=all", "warnings"),
            "deadlines": cls.all(one, "/v1/deadlines?", "deadlines"),
            "figures": [(f["id"], f.get("value")) for f in figures],
            "cases": [{k: v for k, v in (one.get(f"/v1/cases/{c}")[1]).items() if k != "as_of"} for c in cases],
            "told": sorted(json.dumps(data) for _, _, data in one.told()),  # of each partition in order; these come as they come
        }

    def aged(self, *stores, version=None):
        """A copy of the data directory in which these stores have the format before."""
        shutil.copytree(self.former, self.folder / "data")
        for store in stores:
            subprocess.run([os.environ["SEAWALL_AGED"], self.folder / "data", store, str(version or self.formats[store] - 1 or HALF_WAY)], check=True)

    def same(self, one, but=()):
        for name, value in self.answers(one).items():
            if name in but:
                continue
            self.assertEqual(len(value), len(self.before[name]), name)
            for now, before in zip(value, self.before[name]):
                self.assertEqual(now, before, name)

    def lines(self, one, event):
        return [line for line in map(json.loads, one.said().splitlines()) if line["event"] == event]

    def refused(self, *sets):
        with self.assertRaises(AssertionError) as raised:
            self.up(*sets)
        return str(raised.exception)

    def set_is_replays(self, one, events, packs=PACKS / "cn-police", enough=50):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        recorded = self.file("known.jsonl", "".join(json.dumps({**e, "receivedtime": stamp}, ensure_ascii=False) + "\n" for e in events))
        out, _ = up.seawall("replay", "--rules", packs, "--catalogue", PACKS / "catalogue", "--calendar", PACKS / "calendars", "--events", recorded,
                            "--final", "--until", stamp)
        wanted = {w["warning_id"]: w["state"] for w in (json.loads(line)["data"] for line in out.splitlines())}
        self.assertGreaterEqual(len(wanted), enough)

        def held():
            return {w["data"]["warning_id"]: w["data"]["state"] for w in self.all(one, "/v1/warnings?", "warnings") if w["data"]["state"] != "withdrawn"}
        until(lambda: held() == wanted, "the set is replay's", 60)

    def goes_on(self, one, packs=PACKS / "cn-police"):
        """The rest of the county comes, and the set is what replay says of the whole."""
        self.post(one, self.events)
        self.set_is_replays(one, self.events, packs)

    def test_it_is_what_it_was_and_goes_on(self):
        self.assertGreater(len(self.before["told"]), 200)
        self.aged(*AGED)
        one = self.up()
        self.assertEqual(sorted(line["processor"] for line in self.lines(one, "state.renewed")), ["deadline", "risk", "rollup", "view"])
        self.same(one)
        self.assertFalse((self.folder / "data/renewal").exists())
        one.stop()
        one.start()  # and by now it is of this format
        self.assertEqual(len(self.lines(one, "state.renewed")), 4)
        self.same(one)
        self.goes_on(one)

    def killed(self, times, *sets):
        """Starts it so many times and kills it somewhere: where it is then is the machine's to say, any place will do."""
        chance, port = random.Random(3), self.folder / "port"
        for _ in range(times):
            port.unlink(missing_ok=True)
            command = [up.SEAWALL, "up"]
            for one in (f"data_dir={self.folder / 'data'}", "http.listen=127.0.0.1:0", f"http.port_file={port}", *sets):
                command += ["--set", one]
            with open(self.folder / "log", "ab") as log:
                process = subprocess.Popen(command, stderr=log)
            begun, wait = time.monotonic(), chance.uniform(0.05, 1.2)
            until(lambda: time.monotonic() - begun > wait or port.exists() or process.poll() is not None, "the moment of the kill")
            process.send_signal(signal.SIGKILL)
            self.assertEqual(process.wait(), -signal.SIGKILL, (self.folder / "log").read_text()[-2000:])

    def test_killed_while_it_is_built_it_begins_again(self):
        self.aged(*AGED)
        self.killed(12)
        self.same(self.up())

    LATER = "  aaa.declared_later:\n    element: case\n    name: 新\n    fields: {case_id: {type: string, required: true, key: true}}\n"

    def catalogue(self, name, more=""):
        """Another one: as it is with more types, or without one that nobody sends and no rule names."""
        other = self.folder / name
        shutil.copytree(PACKS / "catalogue", other)
        with open(other / "case.yaml", "a") as file:
            file.write(more)
        return self.settings(PACKS / "cn-police", other)

    def test_under_a_catalogue_that_has_grown_it_goes_on_as_it_is(self):
        self.aged()
        one = self.up(*self.catalogue("grown", self.LATER))
        self.assertEqual(self.lines(one, "state.renewed"), [])
        self.assertIn("the catalogue has grown", one.said())
        self.same(one, but=["figures"])  # indicators belong to the packs that are the default
        self.post(one, self.events[len(self.events) // 2:len(self.events) * 3 // 4])
        one.stop()
        one.sets = self.catalogue("again", self.LATER + self.LATER.replace("aaa", "zzz"))
        one.start()
        self.goes_on(one)
        self.assertEqual(self.lines(one, "state.renewed"), [])

    def test_under_a_catalogue_that_lacks_a_type_it_is_built_anew(self):
        self.aged()
        one = self.up(*self.catalogue("grown", self.LATER))
        one.stop()
        one.sets = self.catalogue("shrunk")
        one.start()
        self.assertEqual([line["processor"] for line in self.lines(one, "state.renewed")], ["deadline", "risk"])
        self.same(one, but=["figures"])
        self.goes_on(one)

    def other_packs(self):
        """The packs with shorter periods, so that much stands otherwise."""
        other = self.folder / "other"
        shutil.copytree(PACKS / "cn-police", other)
        for path in other.glob("*.yaml"):
            path.write_text(path.read_text().replace("limit: 24h", "limit: 1h"))
        return other

    def settings(self, packs, catalogue=PACKS / "catalogue"):
        return f"packs={packs}", f"catalogue={catalogue}", f"calendar={PACKS / 'calendars'}"

    def test_with_other_packs_what_differs_is_told_once(self):
        self.aged("deadline.books")
        other = self.other_packs()
        posted = self.events[:len(self.events) // 2]
        self.killed(6, *self.settings(other))
        one = self.up(*self.settings(other))
        self.set_is_replays(one, posted, other)
        one.rest()
        told = one.told()
        former = {json.dumps(d) for d in self.before["told"]}
        self.assertEqual(len(told), len({w["id"] for _, _, w in told}), "a telling twice")
        standing = {}
        for _, what, w in told:
            name = w["data"]["warning_id"]
            if what == "warning.raised":
                self.assertNotEqual(standing.get(name), what, "raised while it stands")
            standing[name] = what
        self.assertGreater(len(told), len(former))
        one.stop(signal.SIGKILL, code=-signal.SIGKILL)
        one.start()  # nothing is left to tell
        one.rest()
        self.assertEqual(len(one.told()), len(told))
        self.goes_on(one, other)

    def test_what_the_log_does_not_hold_is_refused(self):
        self.aged("identity.index", version=99)
        self.assertIn(f"identity.index: this store has format 99, this Seawall reads {self.formats['identity.index']}", self.refused())

    def test_a_newer_format_is_refused(self):
        self.aged("deadline.books", version=99)
        self.assertIn(f"deadline.books: this store has format 99, this Seawall reads {self.formats['deadline.books']}", self.refused())


PACK = """
apiVersion: seawall/v1
kind: RulePack
metadata: {name: small, version: 1.0.0, timezone: Asia/Shanghai, calendar: cn}
rules:
  - id: answer
    kind: deadline
    key: [incident_id]
    start: {on: incident.received}
    stop: [{on: incident.disposed}]
    limit: 2h
    warn: [{at: due, level: red}]
  - id: result
    kind: check
    key: [incident_id]
    on: incident.disposed
    when: 'data.result_code == "none"'
    level: red
"""
MORE = PACK + """
  - id: arrival
    kind: sequence
    key: [incident_id]
    on: incident.disposed
    requires: {on: incident.arrived, within: 30d}
    level: orange
  - id: urgent
    kind: check
    key: [incident_id]
    on: incident.disposed
    when: 'data.urgent'
    level: red
  - id: feedback
    kind: deadline
    key: [incident_id]
    start: {on: incident.received, when: 'data.category == "03"'}
    limit: 24h
    warn: [{at: due, level: red}]
"""


class ReadsMore(up.Case):
    """A book keeps of each event what some rule reads, and can't take back what it told by a rule that is gone: for both the log is read again."""

    def settings(self, text):
        return f"packs={self.file('pack.yaml', text)}", f"catalogue={PACKS / 'catalogue'}", f"calendar={PACKS / 'calendars'}"

    def test_rules_come_and_go_and_the_set_is_replays(self):
        events = []
        for n in range(60):
            for at, type, data in ((0, "incident.received", {"category": f"0{n % 5}"}), (1, "incident.arrived", {}), (2, "incident.disposed", {"urgent": n % 3 == 0})):
                if n % 7 or type != "incident.arrived":
                    events.append(up.event(f"{n}-{at}", type=type, subject=f"J{n}", time=f"2026-11-01T0{at}:00:00+08:00", data={"incident_id": f"J{n}", **data}))
        one = self.up(*self.settings(PACK))
        self.assertEqual(one.post(events)[1]["accepted"], len(events))
        one.rest()
        one.stop()
        one.sets = self.settings(MORE)
        one.start()
        Renew.set_is_replays(self, one, events, self.folder / "pack.yaml", 40)
        renewed = [json.loads(line)["processor"] for line in one.said().splitlines() if '"event":"state.renewed"' in line]
        self.assertEqual(renewed, ["deadline", "risk"])
        one.stop()
        one.sets = self.settings(PACK)  # what these rules do not have is withdrawn
        one.start()
        Renew.set_is_replays(self, one, events, self.folder / "pack.yaml", 0)
        one.stop()
        one.sets = self.settings(MORE)  # and what they left out is found again
        one.start()
        Renew.set_is_replays(self, one, events, self.folder / "pack.yaml", 40)
        self.assertEqual(one.said().count('"event":"state.renewed"'), 6)
        one.stop()
        one.sets = self.settings(MORE.replace("limit: 24h", "limit: 30h"))  # nothing more is read: the books are told again while it runs
        one.start()
        Renew.set_is_replays(self, one, events, self.folder / "pack.yaml", 40)
        self.assertEqual(one.said().count('"event":"state.renewed"'), 6)

    all = staticmethod(Renew.all)


if __name__ == "__main__":
    up.main()
