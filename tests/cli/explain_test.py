"""seawall explain: why there is a warning, and why there is none."""
import json

import cli

PACK = """
apiVersion: seawall/v1
kind: RulePack
metadata: {name: t, version: '1', timezone: Asia/Shanghai, calendar: cn}
rules:
  - id: r.limit
    name: 办案期限
    kind: deadline
    key: [case_id]
    basis: [{law: 治安管理处罚法, article: 第一百一十八条}]
    start: {on: case.opened, when: 'data.kind == "public_order"'}
    stop: [{on: case.decided}]
    pause: [{from: {on: pause.began}, to: {on: pause.ended}}]
    extend: [{on: case.extended, by: 30d, max: 1}]
    limit: 30d
    count: {begin: next-day, rollover: workday}
    warn: [{at: -5d, level: yellow, to: [handler]}, {at: due, level: breach, to: [handler]}]
  - id: r.check
    name: 检查
    kind: check
    key: [case_id]
    on: case.opened
    when: data.officers < 2
    level: red
    to: [handler]
  - id: r.held
    name: 羁押
    kind: deadline
    key: [case_id, person_id]
    start: {on: person.held}
    stop: [{on: case.decided}]
    cancel: [{on: pause.began}]
    limit: 24h
    effective: {from: '2026-09-01'}
    warn: [{at: due, level: breach, to: [handler]}]
"""
CATALOGUE = """
types:
  case.opened: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}, kind: string, officers: int}}
  case.decided: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}}}
  case.extended: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}}}
  pause.began: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}}}
  person.held: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}, person_id: {type: string, key: true}}}
  pause.ended: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}}}
"""


class Explain(cli.Case):
    def setUp(self):
        super().setUp()
        story = [("case.opened", "2026-08-31T10:00:00+08:00", {"kind": "public_order", "officers": 1}),
                 ("pause.began", "2026-09-05T10:00:00+08:00", {}), ("pause.ended", "2026-09-06T10:00:00+08:00", {}),
                 ("case.extended", "2026-11-20T10:00:00+08:00", {})]
        self.events = self.file("events.jsonl", "".join(json.dumps(
            {"specversion": "1.0", "id": str(i), "source": "urn:t", "type": kind, "time": time, "data": {"case_id": "A1", **data}}) + "\n"
            for i, (kind, time, data) in enumerate(story)))
        self.args = ("--rules", self.file("pack.yaml", PACK), "--catalogue", self.file("catalogue.yaml", CATALOGUE),
                     "--events", self.events)

    def test_a_person_reads_each_step_down_to_the_article(self):
        # 30 days after 31 August: 30 September; one midnight of the pause: 1 October, a holiday until the 7th: 8 October.
        out, _ = cli.run("explain", *self.args, "--rule", "r.limit", "--key", "case_id=A1")
        for text in ("治安管理处罚法 第一百一十八条", "case.opened", 'data.kind = "public_order"', "2026-09-30 24:00:00", "1 days added",
                     "2026-10-08 24:00:00", "国庆节", "late", "breach", "reached"):
            self.assertIn(text, out)

    def test_a_program_reads_the_same_as_json_and_replay_adds_it(self):
        [ledger] = json.loads(cli.run("explain", *self.args, "--rule", "r.limit", "--json")[0])
        self.assertEqual(ledger["due"], "2026-10-09T00:00:00+08:00")
        self.assertEqual([s["step"] for s in ledger["steps"]], ["begin", "limit", "extension", "pause", "rollover"])
        self.assertEqual(ledger["steps"][2]["fate"], "late")
        set_, _ = cli.run("replay", *self.args, "--final", "--explain", "--format", "jsonl")
        warnings = {w["data"]["warning_id"]: w["data"]["explanation"] for w in cli.lines(set_) if w["data"]["rule"] == "r.limit"}
        self.assertEqual(set(warnings), {level["warning_id"] for level in ledger["levels"]})
        for warning_id, explanation in warnings.items():
            self.assertEqual(explanation, [ledger])
            self.assertEqual(json.loads(cli.run("explain", *self.args, "--warning", warning_id, "--json")[0]), [ledger])

    def test_a_check_shows_the_values_that_made_it_true(self):
        out, _ = cli.run("explain", *self.args, "--rule", "r.check")
        self.assertIn("data.officers < 2", out)
        self.assertIn("data.officers = 1", out)

    def test_what_fits_nothing_is_told(self):
        _, err = cli.run("explain", *self.args, "--rule", "r.limit", "--key", "case_id=B", code=1)
        self.assertIn("no event of the input can begin r.limit for case_id=B", err)
        self.assertIn("it begins with: case.opened", err)
        _, err = cli.run("explain", *self.args, "--warning", "0" * 32, code=1)
        self.assertIn("--rule ID --key NAME=VALUE", err)
        cli.run("explain", *self.args, "--rule", "no.such", code=2)
        cli.run("explain", *self.args, code=2)
        _, err = cli.run("explain", *self.args[:4], "--rule", "r.limit", "--key", "case_id=A", code=2)
        self.assertIn("--rules goes with --events", err)
        _, err = cli.run("explain", "--rule", "r.limit", code=2)
        self.assertIn("--rule ID --key NAME=VALUE", err)
        _, err = cli.run("explain", "--url", "http://127.0.0.1:1", "--warning", "0" * 32, code=1)
        self.assertIn("--url or $SEAWALL_URL names it", err)
        cli.run("explain", *self.args, "--rule", "r.limit", "--key", "person_id=1", code=2)

    def args_of(self, *story):
        """The arguments for events of (id, case, type, time, data)."""
        text = "".join(json.dumps({"specversion": "1.0", "id": id, "source": "urn:t", "type": type, "time": f"2026-{time}+08:00",
                                   "data": {"case_id": case, **data} if case else data}) + "\n"
                       for id, case, type, time, data in story)
        return (*self.args[:4], "--events", self.file("story.jsonl", text))

    def test_why_there_is_no_warning_is_said_with_the_values_that_were_read(self):
        args = self.args_of(("1", "A1", "case.opened", "08-31T10:00:00", {"kind": "traffic"}),
                            ("2", "A1", "case.opened", "08-31T11:00:00", {}),
                            ("3", "A2", "case.opened", "08-31T12:00:00", {"kind": "traffic"}))
        out, err = cli.run("explain", *args, "--rule", "r.limit", "--key", "case_id=A1")
        self.assertEqual(out, """\
办案期限  r.limit  t@1  case_id=A1
  not opened  2026-08-31 10:00:00 +08:00  case.opened (urn:t, 1)
  because     its condition does not hold
              data.kind == "public_order"
                data.kind = "traffic"

办案期限  r.limit  t@1  case_id=A1
  not opened  2026-08-31 11:00:00 +08:00  case.opened (urn:t, 2)
  because     its condition failed, which counts as false
              data.kind == "public_order"
                data.kind = not carried
                failed at data.kind: data.kind is not carried: ask has(…) first

""")
        self.assertEqual(err, "")
        [one, two] = json.loads(cli.run("explain", *args, "--rule", "r.limit", "--key", "case_id=A1", "--json")[0])
        self.assertEqual((one["opened"], one["event"]["id"]), (False, "1"))
        self.assertEqual([w["code"] for w in one["why"] + two["why"]], ["condition-false", "condition-failed"])
        self.assertEqual(one["why"][0]["condition"]["values"], {"data.kind": "traffic"})

    def test_a_key_may_be_named_by_its_first_field(self):
        args = self.args_of(("1", "A1", "person.held", "08-31T10:00:00", {"person_id": "P1"}),
                            ("2", "A1", "person.held", "09-02T10:00:00", {}),
                            ("3", "A1", "person.held", "09-03T10:00:00", {"person_id": "P1"}),
                            ("4", "A1", "person.held", "09-03T11:00:00", {"person_id": "P1"}),
                            ("5", "A1", "pause.began", "09-03T12:00:00", {}),
                            ("6", "A1", "person.held", "09-05T10:00:00", {"person_id": "P2"}),
                            ("7", None, "event.retracted", "09-05T11:00:00",
                             {"source": "urn:t", "id": "6", "reason": "x"}))
        out, _ = cli.run("explain", *args, "--rule", "r.held", "--key", "case_id=A1")
        for text in ("t@1 holds from 2026-09-01 00:00:00 +08:00", "it carries no value of a field of the rule's key: person_id",
                     "what it opened was cancelled\n  by          2026-09-03 12:00:00 +08:00  pause.began (urn:t, 5)",
                     "already running, opened by another event\n  opened by   2026-09-03 10:00:00 +08:00  person.held (urn:t, 3)",
                     "it was retracted\n  by          2026-09-05 11:00:00 +08:00  event.retracted (urn:t, 7)"):
            self.assertIn(text, out)
        codes = [(item["event"]["id"], item["why"][0]["code"])
                 for item in json.loads(cli.run("explain", *args, "--rule", "r.held", "--key", "case_id=A1", "--json")[0])]
        self.assertEqual(codes, [("1", "no-version"), ("2", "lacks-key"), ("3", "cancelled"), ("4", "already-running"),
                                 ("6", "retracted")])
        [other] = json.loads(cli.run("explain", *args, "--rule", "r.held", "--key", "case_id=A1", "person_id=P2", "--until",
                                     "2026-09-03T00:00:00+08:00", "--json")[0])
        self.assertEqual(other["why"][0], {"code": "lacks-key", "field": "person_id",
                                           "words": "it carries no value of a field of the rule's key"})

    def test_a_level_that_is_not_reached_says_why(self):
        # 30 days after 31 August: 30 September; five days before: 25 September.
        opened = ("1", "A1", "case.opened", "08-31T10:00:00", {"kind": "public_order"})
        what = ("--rule", "r.limit", "--key", "case_id=A1", "--until", "2026-09-26T10:00:00+08:00")
        out, _ = cli.run("explain", *self.args_of(opened), *what)
        self.assertIn("-5d      reached", out)
        self.assertIn("due      not reached: still to come", out)
        out, _ = cli.run("explain", *self.args_of(opened, ("2", "A1", "case.decided", "09-11T10:00:00", {})), *what)
        self.assertIn("-5d      not reached: stopped 2026-09-11 10:00:00 +08:00 before it", out)
        out, _ = cli.run("explain", *self.args_of(opened, ("2", "A1", "pause.began", "09-11T10:00:00", {})), *what)
        self.assertIn("-5d      not reached: held by a pause that is still open", out)

    def test_without_a_key_what_opened_comes_first(self):
        args = self.args_of(("1", "A1", "case.opened", "08-31T10:00:00", {"kind": "traffic"}),
                            ("2", "A2", "case.opened", "08-31T10:00:00", {"kind": "public_order"}))
        out, err = cli.run("explain", *args, "--rule", "r.limit", "--json")
        self.assertEqual([item["key"] for item in json.loads(out)], [{"case_id": "A2"}])
        self.assertEqual(err, "1 more opened nothing: name one with --key to see why\n")


if __name__ == "__main__":
    cli.main()
