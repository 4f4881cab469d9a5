"""seawall generate: the same bytes for a seed, valid events, rules exercised, bounded memory."""
import functools
import json
import os
import subprocess
import unittest
from collections import Counter
from datetime import datetime
from pathlib import Path

import cli

PACK = cli.PACKS / "cn-police"


def generate(*args, code=0):
    return cli.run("generate", *args, code=code)


def memory(cases):
    """The most kilobytes that `seawall generate` held, and the most events that waited in it to be told."""
    child = subprocess.Popen([cli.SEAWALL, "generate", "--cases", str(cases), "--json"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True)
    with child.stderr:
        summary = json.loads(child.stderr.read())
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return usage.ru_maxrss, summary["waiting_max"]


@functools.cache
def exercised():
    """The events of 5,000 lives, and what the evaluator says of them."""
    events, report = generate("--cases", 5000, "--coverage", "--json")
    return events, json.loads(report.splitlines()[-1])


class Generate(cli.Case):
    def test_a_seed_gives_the_same_bytes_and_another_seed_another_county(self):
        first, _ = generate("--seed", 7, "--cases", 300)
        again, _ = generate("--seed", 7, "--cases", 300)
        other, _ = generate("--seed", 8, "--cases", 300)
        self.assertTrue(first == again)
        self.assertNotEqual(first[:100000], other[:100000])
        path = Path(self.folder.name) / "out.jsonl"
        out, _ = generate("--seed", 7, "--cases", 300, "--out", path)
        self.assertEqual(out, "")
        self.assertTrue(path.read_text() == first)

    def test_every_event_is_valid_and_told_in_the_order_of_receiving(self):
        out, err = generate("--cases", 2000)
        path = self.file("events.jsonl", out)
        cli.run("replay", "--rules", PACK, "--events", path, "--final", "--json")  # exit code 3 if one were refused
        events = cli.lines(out)
        received = [e["receivedtime"] for e in events]
        self.assertEqual(received, sorted(received))
        for e in events:
            self.assertRegex(e["orgcode"], r"^320981\d\d0000$")
            self.assertLessEqual(e["recordedtime"], e["receivedtime"])
        self.assertIn(f"{len(events)} events", err)

    def test_lags_repeats_and_corrections_come_in_the_shares_asked_for(self):
        def shares(events):
            seen, counts = set(), Counter()
            for e in events:
                recorded, received = (datetime.fromisoformat(e[k]) for k in ("recordedtime", "receivedtime"))
                identity = e["source"], e["id"]
                counts["again"] += identity in seen
                counts["late"] += identity not in seen and (received - recorded).total_seconds() >= 7200
                counts[e["type"]] += identity not in seen
                seen.add(identity)
            plain = sum(1 for _, i in seen if i.startswith("e-"))
            corrected = counts["event.corrected"] + counts["event.retracted"]
            return 100 * counts["late"] / len(seen), 100 * counts["again"] / plain, 100 * corrected / plain, counts

        late, again, corrected, counts = shares(cli.lines(generate("--cases", 1500, "--late", 20, "--duplicates", 10, "--corrections", 5)[0]))
        self.assertAlmostEqual(late, 20, delta=2)
        self.assertAlmostEqual(again, 10, delta=2)
        self.assertAlmostEqual(corrected, 5, delta=1)
        self.assertGreater(counts["event.corrected"], counts["event.retracted"])
        self.assertGreater(counts["event.retracted"], 0)
        late, again, corrected, _ = shares(cli.lines(generate("--cases", 300, "--late", 0, "--duplicates", 0, "--corrections", 0)[0]))
        self.assertEqual((late, again, corrected), (0, 0, 0))

    def test_corrections_change_the_set_and_repeats_do_not(self):
        def final(*args):
            path = self.file("e.jsonl", generate("--cases", 400, *args)[0])
            return cli.run("replay", "--rules", PACK, "--events", path, "--final", "--json")[0]
        plain = generate("--cases", 400, "--duplicates", 40)[0].splitlines()
        first = {}
        for line in plain:
            e = json.loads(line)
            first.setdefault((e["source"], e["id"]), line)
        self.assertLess(len(first), len(plain))
        doubled = self.file("doubled.jsonl", "\n".join(plain) + "\n")
        once = self.file("once.jsonl", "\n".join(first.values()) + "\n")
        sets = [cli.run("replay", "--rules", PACK, "--events", p, "--final", "--json")[0] for p in (doubled, once)]
        self.assertEqual(*sets)
        self.assertNotEqual(final("--corrections", 0), final("--corrections", 60))

    def test_the_pack_is_exercised_as_its_evaluator_sees_it(self):
        _, report = exercised()
        rules = report["rules"]
        self.assertEqual(rules["exercised"], rules["all"])
        for part in ("extend", "pause", "restart", "cancel"):
            self.assertEqual(report[part]["exercised"], report[part]["all"], part)
        listed = json.loads(cli.run("rules", "list", "--json", PACK)[0])
        listed = listed if isinstance(listed, list) else listed["rules"]
        self.assertEqual(rules["all"], len(listed))

    def test_what_no_event_exercises_is_named(self):
        rules = """
apiVersion: seawall/v1
kind: RulePack
metadata: {name: t, version: 1.0.0, timezone: Asia/Shanghai, calendar: cn}
rules:
  - id: t.hit
    kind: deadline
    key: [incident_id]
    start: {on: incident.received}
    stop: [{on: incident.arrived}, {on: incident.closed_no_case, when: 'data.reason == "never said"'}]
    limit: 5m
    warn: [{at: due, level: red, to: [handler]}]
  - {id: t.missed, kind: check, key: [case_id], on: case.filed, when: 'data.category == "never said"', level: red, to: [handler]}
  - id: t.fact
    kind: check
    key: [incident_id]
    facts: {received: {from: [{on: incident.received, value: "true"}]}}
    on: incident.arrived
    when: has(facts.received) && facts.received
    level: red
    to: [handler]
"""
        _, err = generate("--cases", 200, "--coverage", "--rules", self.file("t.yaml", rules))
        self.assertIn("never: t.hit: stop[1] on incident.closed_no_case", err)
        self.assertIn("never: t.missed: start[0] on case.filed", err)
        self.assertIn("rules 2 of 3 (66.6 %); clauses 3 of 5 (60.0 %)", err)

    def test_most_periods_are_kept_and_every_level_is_seen(self):
        events, report = exercised()
        path = self.file("events.jsonl", events)
        warnings = [w["data"] for w in cli.lines(cli.run("replay", "--rules", PACK, "--events", path, "--final", "--json")[0])]
        self.assertEqual({w["level"] for w in warnings}, {"blue", "yellow", "orange", "red", "breach"})
        periods = sum(sum(r["start"]) for r in report["by_rule"] if "stop" in r)
        breaches = len({(w["rule"], json.dumps(w["key"]), w["start"]) for w in warnings if w["kind"] == "deadline" and w["level"] == "breach"})
        self.assertGreater(breaches, 0.01 * periods)
        self.assertLess(breaches, 0.06 * periods)

    @unittest.skipIf(cli.SANITIZED, "sanitizers keep what was freed")
    def test_memory_does_not_grow_with_the_number_of_cases(self):
        small, great = memory(20000), memory(200000)
        self.assertLess(great[0], 1.5 * small[0])
        self.assertLess(great[1], 2 * small[1])

    def test_a_cut_ends_with_the_span_and_options_choose_the_county(self):
        out, _ = generate("--span", "day", "--start", "2026-03-02", "--org", "330102", "--stations", 3, "--cut")
        events = cli.lines(out)
        self.assertTrue(all(e["receivedtime"] < "2026-03-03T00:00:00+08:00" for e in events))
        self.assertTrue(all(e["receivedtime"] >= "2026-03-02T00:00:00+08:00" for e in events))
        self.assertEqual({e["orgcode"] for e in events}, {f"330102{n:02}0000" for n in (1, 2, 3)})
        boundaries = [e for e in events if e["type"] == "clock.boundary"]  # a Monday
        self.assertEqual(len({e["data"]["unit_org"] for e in boundaries}), 3)

    def test_days_have_their_rhythm_and_places_their_heat(self):
        events = cli.lines(generate("--cases", 8000, "--late", 0, "--corrections", 0, "--duplicates", 0)[0])
        calls = [e for e in events if e["type"] == "incident.received"]
        hours = Counter(int(e["time"][11:13]) for e in calls)
        self.assertGreater(hours[19] + hours[20], 3 * (hours[3] + hours[4]))
        places = Counter(e["data"]["location_id"] for e in calls)
        hottest = sum(n for _, n in places.most_common(len(places) // 10))
        self.assertGreater(hottest, 0.25 * len(calls))

    def test_wrong_options_exit_with_2(self):
        for args in (["--seed", "x"], ["--cases", "0"], ["--span", "week"], ["--cases", "5", "--span", "day"], ["--stations", "1"],
                     ["--stations", "100"], ["--org", "32098"], ["--org", "32098a"], ["--late", "101"], ["--duplicates", "-1"],
                     ["--corrections", "many"], ["--start", "2026-02-30"], ["--start", "1.3.2026"], ["--rules", "/nowhere", "--coverage"],
                     ["--catalogue", cli.PACKS / "it-road-fines/catalogue"], ["more"]):
            with self.subTest(args):
                _, err = generate(*args, code=2)
                self.assertTrue(err)
        _, err = generate("--out", "/nowhere/x", code=1)
        self.assertIn("/nowhere/x", err)


if __name__ == "__main__":
    cli.main()
