"""seawall export, read back by a reader that is not ours: PM4Py finds the lateness that the warnings tell."""
import json
import subprocess
import xml.etree.ElementTree as xml
from datetime import datetime

import cli
from cli import PACKS, ROOT, SHARED, Case, lines, main, need, run

PYTHON = ROOT / "build/venv/bin/python3"
FINES = PACKS / "it-road-fines"
STOPS = {"it.fine.notify-90d": "road_fine.notified", "it.fine.pay-60d": ("road_fine.paid", "road_fine.appealed")}

# What PM4Py makes of the log, as JSON: for each trace the times of its events, and of each warning that is late its lateness.
PM4PY = """
import json, sys, warnings
warnings.filterwarnings("ignore")
import pm4py
kind, path = sys.argv[1:]
if kind == "xes":
    log = pm4py.read_xes(path)
    log = log if hasattr(log, "to_dict") else pm4py.convert_to_dataframe(log)
    rows = [{"trace": r["case:concept:name"], "type": r["concept:name"], "time": r["time:timestamp"].isoformat(),
             "rule": r.get("seawall:rule"), "due": str(r.get("seawall:due")), "late_by": r.get("seawall:late_by")} for r in log.to_dict("records")]
else:
    log = pm4py.read_ocel2_json(path)
    names = {e: o for e, o in zip(log.relations["ocel:eid"], log.relations["ocel:oid"])}
    rows = [{"trace": names[r["ocel:eid"]].split(":", 1)[1], "type": r["ocel:activity"], "time": r["ocel:timestamp"].isoformat(),
             "rule": r.get("rule"), "due": str(r.get("due")), "late_by": r.get("late_by")} for r in log.events.to_dict("records")]
json.dump(rows, sys.stdout, default=str)
"""


def pm4py(kind, path):
    if not PYTHON.exists():
        raise AssertionError(f"{PYTHON} is not there: run scripts/venv")
    done = subprocess.run([PYTHON, "-c", PM4PY, kind, path], capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise AssertionError(done.stderr[-3000:])
    return json.loads(done.stdout)


def number(n):
    """None for what pandas has no value for."""
    return None if n is None or n != n or n == "" else int(float(n))


class RealLog(Case):
    def setUp(self):
        super().setUp()
        log = need(SHARED / "data/roadtraffic50traces.xes")
        out, _ = run("import", "--format", "xes", "--map", FINES / "import/xes.yaml", "--catalogue", FINES / "catalogue", log)
        self.events = self.file("fines.jsonl", out)
        self.given = ["--rules", FINES, "--events", self.events]
        final, _ = run("replay", *self.given, "--final", "--format", "jsonl")
        self.warnings = [w["data"] for w in lines(final)]

    def check(self, kind, rows):
        late = {(r["trace"], r["rule"], number(r["late_by"])) for r in rows if number(r["late_by"]) is not None}
        told = {(w["key"]["fine_id"], w["rule"], w["late_by"]) for w in self.warnings if "late_by" in w}
        self.assertTrue(told)
        self.assertEqual(late, told, kind)
        # and PM4Py's own arithmetic over the events finds the same lateness
        for trace, rule, seconds in sorted(late):
            mine = [r for r in rows if r["trace"] == trace]
            due = next(r["due"] for r in mine if r["rule"] == rule and number(r["late_by"]) is not None)
            stops = [r["time"] for r in mine if r["type"] in STOPS[rule]]
            found = {(datetime.fromisoformat(s) - datetime.fromisoformat(due)).total_seconds() for s in stops}
            self.assertIn(seconds, found, (kind, trace, rule))
        types = [r["type"] for r in rows]
        self.assertEqual(types.count("warning.raised"), len(self.warnings))
        self.assertEqual(len(types) - len(self.warnings), 201)

    def test_pm4py_reads_xes_and_finds_the_same_lateness(self):
        path = self.file("fines.xes", "")
        run("export", "--format", "xes", "--trace", "fine_id", *self.given, "--out", path)
        self.check("xes", pm4py("xes", path))

    def test_pm4py_reads_ocel_and_finds_the_same_lateness(self):
        path = self.file("fines.json", "")
        run("export", "--format", "ocel", *self.given, "--out", path)
        self.check("ocel", pm4py("ocel", path))


def event(n, type, data, **attributes):
    return json.dumps({"specversion": "1.0", "id": str(n), "source": "test", "type": type, "time": f"2026-03-01T0{n}:00:00+08:00",
                       "data": data, **attributes}) + "\n"


CATALOGUE = """types:
  case.seen: {fields: {case_id: {type: string, required: true, key: true}, note: string, tags: 'string[]', name: {type: string, personal: true}}}
"""
RULES = """apiVersion: seawall/v1
kind: RulePack
metadata: {name: t, version: 1.0.0, timezone: Asia/Shanghai}
rules:
  - {id: t.seen, kind: check, key: [case_id], on: case.seen, when: 'data.note != ""', level: red, to: [handler]}
"""


class Made(Case):
    def export(self, form, text, *more):
        events = self.file("events.jsonl", text)
        given = ["--rules", self.file("rules.yaml", RULES), "--catalogue", self.file("catalogue.yaml", CATALOGUE), "--events", events]
        out, _ = run("export", "--format", form, *given, *more)
        return out

    def names(self, out):
        space = "{http://www.xes-standard.org/}"
        return {trace.find(f"{space}string").get("value"): [
            {a.get("key"): a.get("value") for a in e if a.get("key")} for e in trace.findall(f"{space}event")]
            for trace in xml.fromstring(out).findall(f"{space}trace")}

    def test_text_of_events_stays_text(self):
        nasty = "<&\"'> ]]> 警"
        text = event(1, "case.seen", {"case_id": nasty, "note": nasty + "\x01\n", "tags": ["a<b", "c"]})
        traces = self.names(self.export("xes", text))
        self.assertEqual(list(traces), [nasty])
        self.assertEqual(traces[nasty][0]["note"], nasty + "\ufffd\n")
        objects = json.loads(self.export("ocel", text))
        self.assertEqual(objects["objects"], [{"id": "case_id:" + nasty, "type": "case_id", "attributes": [], "relationships": []}])
        self.assertIn({"name": "tags", "value": '["a<b","c"]'}, objects["events"][0]["attributes"])

    def test_corrections_are_carried_out_and_duplicates_told_apart(self):
        first = event(1, "case.seen", {"case_id": "A", "note": "wrong"})
        corrected = json.loads(event(1, "case.seen", {"case_id": "B", "note": "right"}))
        text = (first + first + event(2, "case.seen", {"case_id": "A", "note": "never"})
                + event(3, "event.corrected", {"source": "test", "id": "1", "event": corrected})
                + event(4, "event.retracted", {"source": "test", "id": "2"}))
        traces = self.names(self.export("xes", text))
        self.assertEqual({name: [e["concept:name"] for e in events] for name, events in traces.items()},
                         {"B": ["case.seen", "warning.raised"]})
        self.assertEqual(traces["B"][0]["note"], "right")

    def test_personal_fields_stay_at_home(self):
        text = event(1, "case.seen", {"case_id": "A", "note": "n", "name": "张三"})
        for form in ("xes", "ocel"):
            self.assertNotIn("张三", self.export(form, text))

    def test_an_unknown_key_is_named(self):
        _, err = cli.run("export", "--format", "xes", "--trace", "case", "--events", self.file("e", ""), "--rules", PACKS / "cn-police", code=2)
        self.assertIn("'case' is none", err)


main()
