"""seawall replay: the real log, any order of the same events, what is refused, every format."""
import csv
import io
import json
import random
from datetime import datetime, timedelta

import cli

FINES = cli.PACKS / "it-road-fines"


def imported():
    log = cli.need(cli.SHARED / "data/roadtraffic50traces.xes")
    out, _ = cli.run("import", "--format", "xes", "--map", FINES / "import/xes.yaml", "--catalogue", FINES / "catalogue", log)
    return out


def event(fine, kind, time, number, **extra):
    return {"specversion": "1.0", "id": f"{fine}-{number}", "source": "urn:test", "type": f"road_fine.{kind}", "time": time,
            "data": {"fine_id": fine}, **extra}


def jsonl(events):
    return "".join(json.dumps(e) + "\n" for e in events)


class RealLog(cli.Case):
    def test_the_sixtieth_day_is_the_day_of_the_penalty_in_every_case(self):
        events = imported()
        path = self.file("fines.jsonl", events)
        penalty = {e["data"]["fine_id"]: e["time"][:10] for e in cli.lines(events) if e["type"] == "road_fine.penalty_added"}
        self.assertEqual(len(penalty), 32)
        out, _ = cli.run("replay", "--rules", FINES, "--events", path, "--until", "2020-01-01T00:00:00Z", "--final")
        days = {}
        for warning in (w["data"] for w in cli.lines(out)):
            if warning["rule"] == "it.fine.pay-60d":
                # due is 24:00 of the last day, written as 00:00 of the next
                days[warning["key"]["fine_id"]] = (datetime.fromisoformat(warning["due"]) - timedelta(seconds=1)).date().isoformat()
        self.assertEqual({fine: days.get(fine) for fine in penalty}, penalty)

    def test_the_same_events_in_any_order_give_the_same_bytes(self):
        events = imported().splitlines()
        plain, _ = cli.run("replay", "--rules", FINES, "--events", "-", "--final", stdin="\n".join(events))
        self.assertGreater(len(plain.splitlines()), 100)
        for seed in range(3):
            shuffled = events * 2
            random.Random(seed).shuffle(shuffled)
            half = len(shuffled) // 3
            one, two = self.file("one", "\n".join(shuffled[:half])), self.file("two", "\n".join(shuffled[half:]))
            again, _ = cli.run("replay", "--rules", FINES, "--events", one, two, "--final", "--memory", "16")
            self.assertEqual(again, plain)
        ids = [w["data"]["warning_id"] for w in cli.lines(plain)]
        self.assertEqual(ids, sorted(ids))


class Clock(cli.Case):
    CREATED = event("F1", "created", "2026-01-10T12:00:00+01:00", 1)

    def replay(self, events, *args, code=0):
        out, err = cli.run("replay", "--rules", FINES, "--events", "-", "--format", "jsonl", *args, stdin=jsonl(events), code=code)
        return cli.lines(out), err

    def test_transitions_come_in_the_order_of_the_decisions(self):
        # 90 days after 10 January, that day not counted: 31 January is the 21st, 28 February the 49th, 31 March the
        # 80th, 10 April the 90th; due at its 24:00. Notified on 9 April: the breach never comes. Fifteen days of 24 hours
        # before due is 23:00, since the clocks go forward on 29 March.
        lines, _ = self.replay([self.CREATED, event("F1", "notified", "2026-04-09T10:00:00+02:00", 2)], "--until", "2026-04-30T00:00:00Z")
        lines = [l for l in lines if l["data"]["rule"] == "it.fine.notify-90d"]
        told = [(l["type"], l["data"]["rule"], l["data"]["level"], l["time"]) for l in lines]
        self.assertEqual(told[1:], [
            ("warning.raised", "it.fine.notify-90d", "yellow", "2026-03-26T23:00:00+01:00"),
            ("warning.raised", "it.fine.notify-90d", "red", "2026-04-08T00:00:00+02:00"),
            ("warning.resolved", "it.fine.notify-90d", "blue", "2026-04-09T10:00:00+02:00"),
            ("warning.resolved", "it.fine.notify-90d", "yellow", "2026-04-09T10:00:00+02:00"),
            ("warning.resolved", "it.fine.notify-90d", "red", "2026-04-09T10:00:00+02:00")])
        self.assertEqual({l["data"]["due"] for l in lines}, {"2026-04-11T00:00:00+02:00"})
        self.assertEqual(lines[-1]["data"]["cause"], {"source": "urn:test", "id": "F1-2", "type": "road_fine.notified"})

    def test_what_comes_late_is_withdrawn_with_its_cause(self):
        late = event("F1", "paid", "2026-02-01T00:00:00+01:00", 2, receivedtime="2026-05-01T00:00:00Z")
        lines, _ = self.replay([self.CREATED, late])
        self.assertEqual([(l["type"], l["data"]["level"]) for l in lines if l["type"] != "warning.raised"],
                         [("warning.withdrawn", level) for level in ("blue", "yellow", "red", "breach")])
        self.assertTrue(all(l["time"] == "2026-05-01T02:00:00+02:00" for l in lines[-4:]))
        known, _ = self.replay([self.CREATED, late], "--known-at", "2026-04-30T00:00:00Z", "--final", "--until", "2026-06-01T00:00:00Z")
        self.assertEqual(len(known), 4)
        now, _ = self.replay([self.CREATED, late], "--final")
        self.assertEqual(now, [])

    def test_a_retraction_takes_back_and_a_correction_replaces(self):
        base = {"specversion": "1.0", "source": "urn:clerk", "time": "2026-06-01T00:00:00Z"}
        retract = {**base, "id": "r1", "type": "event.retracted", "data": {"source": "urn:test", "id": "F1-1"}}
        lines, _ = self.replay([self.CREATED, retract])
        self.assertEqual([l["type"] for l in lines], ["warning.raised"] * 4 + ["warning.withdrawn"] * 4)
        self.assertEqual({l["data"]["reason"] for l in lines[4:]}, {"retracted"})
        moved = {**self.CREATED, "data": {"fine_id": "F2"}}
        correct = {**base, "id": "c1", "type": "event.corrected", "data": {"source": "urn:test", "id": "F1-1", "event": moved}}
        final, _ = self.replay([self.CREATED, correct], "--final")
        self.assertEqual({w["data"]["key"]["fine_id"] for w in final}, {"F2"})
        again, _ = self.replay([correct, self.CREATED], "--final")
        self.assertEqual(again, final)

    def test_a_conflict_is_refused_and_the_first_by_its_clock_stands(self):
        other = {**self.CREATED, "data": {"fine_id": "F9"}, "receivedtime": "2026-01-09T00:00:00Z"}
        final, err = self.replay([self.CREATED, other], "--final", code=3)
        self.assertEqual({w["data"]["key"]["fine_id"] for w in final}, {"F9"})
        self.assertIn("-:1: conflict", err)
        self.assertIn("event.corrected", err)


class BadInput(cli.Case):
    def test_every_bad_line_is_named_and_the_rest_is_used(self):
        good = json.dumps(Clock.CREATED)
        bad = {"not json": "{", "deep": "[" * 100000, "wrong type": good.replace('"F1"', "7"), "unknown": good.replace("created", "craeted"),
               "no time": good.replace('"time"', '"tmie"'), "absurd time": good.replace("2026-01-10", "2026-13-10"),
               "double key": good.replace('"id"', '"id":"x","id"'), "array": "[]", "utf8": None, "long": '"' + "x" * (5 << 20) + '"'}
        text = [v.encode() if v is not None else good.encode().replace(b"F1-1", b"\xff\xfe") for v in bad.values()]
        path = self.file("bad.jsonl", b"\n".join(text + [good.encode()]))
        out, err = cli.run("replay", "--rules", FINES, "--events", path, "--final", "--format", "jsonl", code=3)
        self.assertEqual(len(out.splitlines()), 4)
        for number in range(1, len(bad) + 1):
            self.assertIn(f"bad.jsonl:{number}:", err)
        self.assertIn("did you mean 'road_fine.created'", err)

    def test_wrong_usage_and_packs_are_told_with_exit_code_2(self):
        cli.run("replay", code=2)
        cli.run("replay", "--rules", FINES, "--events", "-", "--until", "tomorrow", stdin="", code=2)
        cli.run("replay", "--rules", FINES, "--events", "-", "--format", "pdf", stdin="", code=2)
        cli.run("replay", "--rules", self.file("broken.yaml", "rules: ["), "--events", "-", stdin="", code=2)
        cli.run("replay", "--rules", FINES, "--events", "/nowhere.jsonl", code=1)

    def test_csv_is_one_and_never_a_formula(self):
        out, _ = cli.run("replay", "--rules", FINES, "--events", "-", "--final", "--format", "csv",
                         stdin=jsonl([event("=1+1", "created", "2026-01-10T12:00:00+01:00", 1)]))
        rows = list(csv.DictReader(io.StringIO(out)))
        self.assertEqual(len(rows), 4)
        self.assertEqual({r["key"] for r in rows}, {"'=1+1"})

    def test_the_table_tells_the_level_by_word(self):
        out, _ = cli.run("replay", "--rules", FINES, "--events", "-", "--final", "--format", "table",
                         stdin=jsonl([Clock.CREATED]))
        self.assertIn("已超期 breach", out)
        self.assertIn("2026-04-10 24:00", out)
        self.assertNotIn("\x1b", out)


if __name__ == "__main__":
    cli.main()
