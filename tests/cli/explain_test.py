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
"""
CATALOGUE = """
types:
  case.opened: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}, kind: string, officers: int}}
  case.decided: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}}}
  case.extended: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}}}
  pause.began: {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}}}
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
        cli.run("explain", *self.args, "--rule", "r.limit", "--key", "case_id=B", code=1)
        cli.run("explain", *self.args, "--warning", "0" * 32, code=1)
        cli.run("explain", *self.args, "--rule", "no.such", code=2)
        cli.run("explain", *self.args, code=2)
        cli.run("explain", *self.args, "--rule", "r.limit", "--key", "person_id=1", code=2)


if __name__ == "__main__":
    cli.main()
