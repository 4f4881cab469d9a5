"""The wall clock is set an hour forward, back, and forward again while the pipeline runs: every timer that is due by it fires, none early and none
twice, and the set is what replay finds for the same moment. The clock is that of wall_clock.c, preloaded under the process."""
import json
import os
import signal
import unittest
from datetime import datetime, timedelta, timezone

import up
from up import ROOT, until

PACK = """
apiVersion: seawall/v1
kind: RulePack
metadata: {name: steps, version: 1.0.0, timezone: Asia/Shanghai, calendar: cn}
rules:
  - id: answer
    kind: deadline
    key: [incident_id]
    start: {on: incident.received}
    stop: [{on: incident.disposed}]
    limit: 2h
    warn: [{at: start+30m, level: blue}, {at: start+75m, level: orange}, {at: due, level: breach}]
"""


class Steps(up.Case):
    def setUp(self):
        super().setUp()
        self.begin, self.events, self.latest = datetime.now(timezone.utc).replace(microsecond=0), [], None
        self.pack = self.file("pack.yaml", PACK)
        self.set_clock(0)
        self.one = self.up(f"packs={self.pack}", f"catalogue={ROOT / 'deploy/packs/catalogue'}", f"calendar={ROOT / 'deploy/packs/calendars'}", env={
            "LD_PRELOAD": os.environ["SEAWALL_WALL_CLOCK"], "WALL_CLOCK_FILE": str(self.folder / "clock"), "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"})

    def set_clock(self, minutes):
        """The process's wall clock, so far before or behind the machine's."""
        part = self.folder / "clock.part"
        part.write_text(f"{minutes * 60:+d}\n")
        part.rename(self.folder / "clock")
        self.ahead = timedelta(minutes=minutes)

    def moment(self):
        """What the process takes for now: its clock, and never less than that has been."""
        now = datetime.now(timezone.utc) + self.ahead
        self.latest = max(now, self.latest or now)
        return self.latest

    def post(self, type, numbers, minute):
        stamp = (self.begin + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
        new = [up.event(f"{type}-{n}", type=type, subject=f"J{n}", time=stamp, data={"incident_id": f"J{n}"}) for n in numbers]
        status, answer = self.one.post(new)
        self.assertEqual((status, answer["accepted"]), (202, len(new)), answer)
        self.events += new

    def held(self):
        page = self.one.get("/v1/warnings?limit=1000")[1]
        return {w["data"]["warning_id"]: w["data"]["state"] for w in page["warnings"] if w["data"]["state"] != "withdrawn"}

    def settles(self, count):
        """Waits for so many warnings, which must be the set that replay finds at this moment."""
        until(lambda: len(self.held()) >= count, f"{count} warnings are told")
        now = self.moment().strftime("%Y-%m-%dT%H:%M:%SZ")
        recorded = self.file("events.jsonl", "".join(json.dumps({**e, "receivedtime": now}) + "\n" for e in self.events))
        out, _ = up.seawall("replay", "--rules", self.pack, "--events", recorded, "--final", "--until", now)
        wanted = {w["warning_id"]: w["state"] for w in (json.loads(line)["data"] for line in out.splitlines())}
        self.assertEqual(len(wanted), count)
        until(lambda: self.held() == wanted, "the set is replay's")

    def test_timers_fire_by_the_clock_wherever_it_jumps(self):
        self.post("incident.received", range(40), 0)
        self.set_clock(60)  # an hour forward: half an hour has passed for all of them
        self.settles(40)
        self.post("incident.disposed", range(10), 40)
        self.settles(40)
        self.set_clock(0)  # an hour back: its time stands still, and it goes on
        self.post("incident.received", range(40, 50), 0)
        self.settles(50)
        self.one.stop(signal.SIGKILL, code=-signal.SIGKILL)
        self.one.start()  # with a clock behind what it has recorded
        self.post("incident.disposed", range(10, 20), 41)
        self.settles(50)
        self.set_clock(80)
        self.settles(50 + 30)
        self.set_clock(-60)
        self.post("incident.disposed", range(40, 45), 79)
        self.settles(80)
        self.set_clock(125)
        self.settles(80 + 25)
        self.assertEqual(self.one.get("/readyz")[0], 200)
        told = [(what, w["data"], w["time"]) for _, what, w in self.one.told()]
        raised = [(w["warning_id"], decided, w["fires_at"]) for what, w, decided in told if what == "warning.raised"]
        self.assertEqual((len(raised), len({r[0] for r in raised})), (105, 105), "each is raised once")
        self.assertFalse([w for what, w, _ in told if what == "warning.withdrawn"])
        early = [r for r in raised if datetime.fromisoformat(r[1]) < datetime.fromisoformat(r[2])]
        self.assertFalse(early)


if __name__ == "__main__":
    up.main()
