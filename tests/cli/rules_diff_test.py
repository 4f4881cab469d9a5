"""seawall rules diff: what a new pack would add, remove and move, each figure counted by hand."""
import csv
import io
import json
import shutil
from pathlib import Path

import cli

CATALOGUE = """
types:
  case.filed: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}, officers: int}}
  case.opened: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}}}
  case.decided: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}}}
  case.released: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}}}
"""
LIMIT = """
  - id: r.limit
    name: 办案期限
    kind: deadline
    key: [case_id]
    start: {on: case.filed}
    stop: [{on: case.decided}, {on: case.released}]
    limit: 3d
    count: {begin: next-day}
    warn: [{at: -24h, level: orange, to: [handler]}, {at: due, level: breach, to: [handler]}]
"""
CHECK = """
  - id: r.check
    name: 两人办案
    kind: check
    key: [case_id]
    on: case.filed
    when: data.officers < 2
    level: red
    to: [handler]
"""
KINDS = ["added", "removed", "earlier", "later", "changed", "same"]


def event(case, kind, time, number, org="320981010000", **data):
    return {"specversion": "1.0", "id": f"{case}-{number}", "source": "urn:t", "type": f"case.{kind}", "time": f"2026-03-{time}+08:00",
            "orgcode": org, "data": {"case_id": case, **data}}


# Three days, that of the filing not counted, end at 24:00 of the 4th: A is decided 34 hours late, B in time, C never.
EVENTS = [event("A", "filed", "01T09:00:00", 1, officers=1), event("A", "decided", "06T10:00:00", 2),
          event("B", "filed", "01T09:00:00", 1, officers=2), event("B", "released", "04T12:00:00", 2),
          event("C", "filed", "01T09:00:00", 1, "320981020000", officers=2)]


class Diff(cli.Case):
    def pack(self, name, *rules, meta=""):
        return self.file(name, "apiVersion: seawall/v1\nkind: RulePack\n"
                         f"metadata: {{name: t, version: '1', timezone: Asia/Shanghai{meta}}}\nrules:\n" + "".join(rules))

    def args(self, old, new, events=EVENTS):
        return ("rules", "diff", old, new, "--catalogue", self.file("catalogue.yaml", CATALOGUE),
                "--events", self.file("events.jsonl", "".join(json.dumps(e) + "\n" for e in events)))

    def diff(self, old, new, *more, events=EVENTS, code=0):
        out, err = cli.run(*self.args(old, new, events), "--json", "--list", *more, code=code)
        found = json.loads(out)
        return found, {r["rule"]: [r[k] for k in KINDS] for r in found["rules"]}, err

    def test_a_longer_limit_moves_and_removes(self):
        # Five days end at 24:00 of the 6th: A is decided before, its breach falls away, and so does the lateness of the
        # orange. B's orange stood from the 4th 00:00; now it would be the 6th, and B was released on the 4th.
        found, rules, _ = self.diff(self.pack("old.yaml", LIMIT), self.pack("new.yaml", LIMIT.replace("3d", "5d")))
        self.assertEqual(rules, {"r.limit": [0, 2, 0, 3, 0, 0]})
        self.assertEqual([found["total"][k] for k in KINDS], [0, 2, 0, 3, 0, 0])
        self.assertEqual([[u["orgcode"], *(u[k] for k in KINDS)] for u in found["units"]],
                         [["320981010000", 0, 2, 0, 1, 0, 0], ["320981020000", 0, 0, 0, 2, 0, 0]])
        warnings = {(w["key"]["case_id"], w["level"]): w for w in found["warnings"]}
        self.assertEqual({k: w["change"] for k, w in warnings.items()},
                         {("A", "orange"): "later", ("A", "breach"): "removed", ("B", "orange"): "removed",
                          ("C", "orange"): "later", ("C", "breach"): "later"})
        moved = warnings["A", "orange"]
        self.assertEqual(moved["differs"], ["due", "fires_at", "late_by"])
        old, new = moved["old"]["data"], moved["new"]["data"]
        self.assertEqual((old["fires_at"], old["due"], old["late_by"]), ("2026-03-04T00:00:00+08:00", "2026-03-05T00:00:00+08:00", 122400))
        self.assertEqual((new["fires_at"], new["due"]), ("2026-03-06T00:00:00+08:00", "2026-03-07T00:00:00+08:00"))
        self.assertNotIn("late_by", new)
        self.assertEqual(old["warning_id"], new["warning_id"])
        self.assertNotIn("new", warnings["A", "breach"])

    def test_the_other_way_round_it_adds_and_moves_earlier(self):
        _, rules, _ = self.diff(self.pack("old.yaml", LIMIT.replace("3d", "5d")), self.pack("new.yaml", LIMIT))
        self.assertEqual(rules, {"r.limit": [2, 0, 3, 0, 0, 0]})

    def test_a_new_rule_adds_and_says_that_it_is_new(self):
        old, new = self.pack("old.yaml", LIMIT), self.pack("new.yaml", LIMIT, CHECK)
        found, rules, _ = self.diff(old, new)
        self.assertEqual(rules, {"r.limit": [0, 0, 0, 0, 0, 5], "r.check": [1, 0, 0, 0, 0, 0]})
        self.assertEqual([(r["rule"], r["in_old"], r["in_new"]) for r in found["rules"]],
                         [("r.limit", True, True), ("r.check", False, True)])
        out, _ = cli.run(*self.args(old, new))
        self.assertIn("only in NEW", out)
        self.assertIn("1 rules without a difference", out)
        self.assertNotIn("r.limit", out)
        out, _ = cli.run(*self.args(new, old))
        self.assertIn("only in OLD", out)
        self.assertIn("0 added, 1 removed, 0 earlier, 0 later, 0 changed, 5 same", out)

    def test_a_stop_taken_out_changes_what_stays_and_adds_the_breach(self):
        new = LIMIT.replace(", {on: case.released}", "")
        found, rules, _ = self.diff(self.pack("old.yaml", LIMIT), self.pack("new.yaml", new))
        self.assertEqual(rules, {"r.limit": [1, 0, 0, 0, 1, 4]})
        self.assertEqual({w["level"]: (w["key"]["case_id"], w["change"], w["differs"]) for w in found["warnings"]},
                         {"orange": ("B", "changed", ["state"]), "breach": ("B", "added", [])})

    def test_a_level_moves_and_goes_to_others(self):
        new = LIMIT.replace("{at: -24h, level: orange, to: [handler]}", "{at: -30h, level: orange, to: [handler, unit_leader]}")
        found, rules, _ = self.diff(self.pack("old.yaml", LIMIT), self.pack("new.yaml", new))
        self.assertEqual(rules, {"r.limit": [0, 0, 3, 0, 0, 2]})
        self.assertEqual({tuple(w["differs"]) for w in found["warnings"]}, {("fires_at", "to")})
        new = LIMIT.replace("level: orange, to: [handler]", "level: orange, to: [unit_leader]")
        found, rules, _ = self.diff(self.pack("old.yaml", LIMIT), self.pack("new.yaml", new))
        self.assertEqual(rules, {"r.limit": [0, 0, 0, 0, 3, 2]})
        self.assertEqual({tuple(w["differs"]) for w in found["warnings"]}, {("to",)})

    def test_a_period_that_another_event_opens_is_moved_to_the_nearest_start(self):
        # Filed on 1, 11 and 21 March; opened on the 12th and the 22nd only: the first is removed, the others move a day.
        events = [event("A", "filed", "01T09:00:00", 1), event("A", "decided", "08T09:00:00", 2)]
        for n, day in enumerate((11, 21), 1):
            events += [event("A", "filed", f"{day}T09:00:00", 3 * n), event("A", "opened", f"{day + 1}T09:00:00", 3 * n + 1),
                       event("A", "decided", f"{day + 7}T09:00:00", 3 * n + 2)]
        new = LIMIT.replace("start: {on: case.filed}", "start: {on: case.opened}")
        found, rules, _ = self.diff(self.pack("old.yaml", LIMIT), self.pack("new.yaml", new), events=events)
        self.assertEqual(rules, {"r.limit": [0, 2, 0, 4, 0, 0]})
        breaches = [w for w in found["warnings"] if w["level"] == "breach"]
        self.assertEqual([(w["change"], w["old"]["data"]["start"][8:10], w.get("new", {}).get("data", {}).get("start", "")[8:10])
                          for w in breaches], [("removed", "01", ""), ("later", "11", "12"), ("later", "21", "22")])
        self.assertEqual(breaches[1]["differs"][:2], ["opened_by", "start"])
        _, back, _ = self.diff(self.pack("old.yaml", new), self.pack("new.yaml", LIMIT), events=events)
        self.assertEqual(back, {"r.limit": [2, 0, 4, 0, 0, 0]})

    def test_a_finding_about_another_event_is_another_finding(self):
        events = [event("A", "filed", "01T09:00:00", 1, officers=1), event("A", "filed", "02T09:00:00", 2, officers=3)]
        new = CHECK.replace("data.officers < 2", "data.officers > 2")
        _, rules, _ = self.diff(self.pack("old.yaml", CHECK), self.pack("new.yaml", new), events=events)
        self.assertEqual(rules, {"r.check": [1, 1, 0, 0, 0, 0]})

    def test_the_same_pack_does_not_differ(self):
        pack = self.pack("pack.yaml", LIMIT, CHECK)
        found, rules, _ = self.diff(pack, pack)
        self.assertEqual(found["warnings"], [])
        self.assertEqual(rules, {"r.limit": [0, 0, 0, 0, 0, 5], "r.check": [0, 0, 0, 0, 0, 1]})
        self.assertEqual(found["events"], {"accepted": 5, "rejected": 0})

    def test_a_rule_that_is_to_hold_later_is_tried_with_always(self):
        old, new = self.pack("old.yaml", LIMIT), self.pack("new.yaml", LIMIT, CHECK, meta=", effective: {from: 2027-01-01}")
        _, rules, err = self.diff(old, new)
        self.assertEqual(rules, {"r.limit": [0, 5, 0, 0, 0, 0], "r.check": [0, 0, 0, 0, 0, 0]})
        self.assertIn("2 rules of NEW hold only from after the last event on; --always", err)
        _, rules, err = self.diff(old, new, "--always")
        self.assertEqual(rules, {"r.limit": [0, 0, 0, 0, 0, 5], "r.check": [1, 0, 0, 0, 0, 0]})
        self.assertEqual(err, "")

    def test_rejected_events_are_told_once_and_the_difference_still_stands(self):
        conflict = event("A", "filed", "01T09:00:01", 1, officers=1)
        unknown = event("A", "burnt", "01T09:00:00", 9)
        found, rules, err = self.diff(self.pack("old.yaml", LIMIT), self.pack("new.yaml", LIMIT.replace("3d", "5d")),
                                      events=[*EVENTS, conflict, unknown], code=3)
        self.assertEqual(rules, {"r.limit": [0, 2, 0, 3, 0, 0]})
        self.assertEqual(found["events"], {"accepted": 5, "rejected": 2})
        self.assertEqual((err.count("case.burnt"), err.count("conflict")), (1, 1))

    def test_until_and_known_at_hold_for_both(self):
        old, new = self.pack("old.yaml", LIMIT), self.pack("new.yaml", LIMIT.replace("3d", "5d"))
        # Until the 4th 00:00 the old oranges have come, nothing else.
        _, rules, _ = self.diff(old, new, "--until", "2026-03-04T00:00:00+08:00")
        self.assertEqual(rules, {"r.limit": [0, 3, 0, 0, 0, 0]})
        # A's decision and B's release are not known yet: nothing is removed, three periods move.
        _, rules, _ = self.diff(old, new, "--known-at", "2026-03-02T00:00:00+08:00")
        self.assertEqual(rules, {"r.limit": [0, 0, 0, 6, 0, 0]})

    def test_lists_as_jsonl_csv_and_table(self):
        args = self.args(self.pack("old.yaml", LIMIT), self.pack("new.yaml", LIMIT.replace("3d", "5d")))
        listed = cli.lines(cli.run(*args, "--format", "jsonl")[0])
        self.assertEqual(len(listed), 5)
        rows = list(csv.DictReader(io.StringIO(cli.run(*args, "--format", "csv")[0])))
        self.assertEqual([(r["change"], r["key"], r["level"]) for r in rows],
                         [(w["change"], w["key"]["case_id"], w["level"]) for w in listed])
        self.assertEqual((rows[0]["old_fires_at"], rows[0]["new_fires_at"], rows[0]["old_late_by"], rows[0]["differs"]),
                         ("2026-03-04T00:00:00+08:00", "2026-03-06T00:00:00+08:00", "122400", "due fires_at late_by"))
        removed = next(r for r in rows if r["change"] == "removed")
        self.assertEqual((removed["new_fires_at"], removed["new_state"], removed["new_warning_id"]), ("", "", ""))
        table, _ = cli.run(*args, "--list")
        self.assertEqual(table, cli.run(*args, "--format", "table")[0])
        for text in ("2026-03-04 00:00", "2026-03-06 00:00", "办案期限", "橙", "0 added, 2 removed, 0 earlier, 3 later, 0 changed, 0 same"):
            self.assertIn(text, table)

    def test_conditions_that_fail_are_noted_for_each_side(self):
        # One filing says nothing of the officers: the new rule can't decide it.
        events = [event("A", "filed", "01T09:00:00", 1)]
        _, rules, err = self.diff(self.pack("old.yaml", LIMIT), self.pack("new.yaml", LIMIT, CHECK), events=events)
        self.assertEqual(rules["r.check"], [0] * 6)
        self.assertIn("0 times under OLD, 1 under NEW", err)

    def test_standard_input_is_read_for_both_sides(self):
        args = self.args(self.pack("old.yaml", LIMIT), self.pack("new.yaml", LIMIT, CHECK))
        wanted, _ = cli.run(*args, "--json")
        piped, _ = cli.run(*args[:-1], "-", "--json", stdin=args[-1].read_text())
        self.assertEqual(piped, wanted)
        _, err = cli.run(*args[:-1], "-", stdin=args[-1].read_text(), env={"TMPDIR": "/no/such/folder"}, code=1)
        self.assertIn("/no/such/folder", err)
        self.assertIn("TMPDIR", err)

    def test_any_order_of_the_events_and_little_memory_give_the_same_bytes(self):
        events = [e for n in range(300) for e in (event(f"K{n}", "filed", f"{n % 20 + 1:02}T09:00:00", 1, f"3209810{n % 7}0000", officers=n % 3),
                                                  event(f"K{n}", "decided", f"{n % 20 + 6:02}T10:00:00", 2))]
        old, new = self.pack("old.yaml", LIMIT), self.pack("new.yaml", LIMIT.replace("3d", "5d"), CHECK)
        wanted, _ = cli.run(*self.args(old, new, events), "--list")
        self.assertEqual(cli.run(*self.args(old, new, events[::-1] + events), "--list", "--memory", "16")[0], wanted)

    def test_wrong_usage_and_broken_packs_are_2_and_missing_events_1(self):
        pack = self.pack("pack.yaml", LIMIT)
        cli.run("rules", "diff", pack, code=2)
        _, err = cli.run("rules", "diff", pack, pack, "--catalogue", self.file("c.yaml", CATALOGUE), code=2)
        self.assertIn("--events", err)
        _, err = cli.run(*self.args(pack, self.pack("broken.yaml", LIMIT.replace("3d", "3 days"))), code=2)
        self.assertIn("broken.yaml", err)
        cli.run(*self.args(pack, pack), "--format", "xml", code=2)
        cli.run(*self.args(pack, pack), "--format", "csv", "--json", code=2)
        _, err = cli.run(*self.args(pack, pack)[:-1], "/no/such/file", code=1)
        self.assertEqual(err.count("/no/such/file"), 1)


class OwnPack(cli.Case):
    """The figures agree with two replays, compared by warning_id without the program."""

    def final(self, pack, events):
        out, _ = cli.run("replay", "--rules", pack, "--events", events, "--final", "--format", "jsonl")
        return {w["data"]["warning_id"]: w["data"] for w in cli.lines(out)}

    def test_a_day_of_a_county_under_a_longer_limit(self):
        events = Path(self.folder.name) / "day.jsonl"
        cli.run("generate", "--cases", "2500", "--seed", "11", "--late", "0", "--out", events)
        draft = Path(self.folder.name) / "draft"
        shutil.copytree(cli.PACKS / "cn-police", draft)
        changed = draft / "coercion.yaml"
        head, rule, tail = changed.read_text().partition("id: cr.detain.request-3d")
        changed.write_text(head + rule + tail.replace("limit: 3d", "limit: 5d", 1))
        old, new = self.final(cli.PACKS / "cn-police", events), self.final(draft, events)
        found = json.loads(cli.run("rules", "diff", cli.PACKS / "cn-police", draft, "--events", events, "--json", "--list")[0])
        joined = sum("opened_by" in w["differs"] for w in found["warnings"])
        parts = ("start", "due", "fires_at", "state", "late_by", "provisional", "to")
        alike = sum(all(old[i].get(p) == new[i].get(p) for p in parts) for i in old.keys() & new.keys())
        total = found["total"]
        self.assertGreater(total["later"], 0)
        self.assertEqual((total["same"], total["removed"] + joined, total["added"] + joined),
                         (alike, len(old.keys() - new.keys()), len(new.keys() - old.keys())))
        self.assertEqual(sum(total.values()) + joined, len(old.keys() | new.keys()))
        self.assertEqual({w["rule"] for w in found["warnings"]}, {"cr.detain.request-3d"})


class List(cli.Case):
    def test_a_rule_as_json_has_its_key(self):
        path = self.file("pack.yaml", "apiVersion: seawall/v1\nkind: RulePack\n"
                         "metadata: {name: t, version: '1', timezone: Asia/Shanghai}\nrules:\n" + LIMIT)
        out, _ = cli.run("rules", "list", path, "--json", "--catalogue", self.file("catalogue.yaml", CATALOGUE))
        self.assertEqual([r["key"] for r in json.loads(out)], [["case_id"]])


if __name__ == "__main__":
    cli.main()
