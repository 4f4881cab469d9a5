"""seawall import: every format, exact about what it refuses."""
import json
import sys

import cli

CATALOGUE = cli.PACKS / "it-road-fines/catalogue"
MAP = cli.PACKS / "it-road-fines/import/xes.yaml"
CSV_MAP = """
apiVersion: seawall/v1
kind: ImportMap
source: urn:csv
timezone: Europe/Rome
activity: '{what}'
time: '{when}'
id: '{fine}-{line}'
events:
  created: {type: road_fine.created, data: {fine_id: '{fine}', amount: '{amount}', points: '{points}'}}
  printed: skip
"""


class Import(cli.Case):
    def test_csv_becomes_events_and_says_what_it_refuses(self):
        table = ("fine,what,when,amount,points\r\n"
                 'F1,created,2026-07-01 10:00:00,"1,5",2\r\n'          # an amount that is no number
                 '"F""2",created,2026-07-01,12.5,\r\n'                  # quotes, a date alone, an empty cell
                 "F3,printed,2026-07-01,1,1\r\n"                        # skipped by the map
                 "F4,burnt,2026-07-01,1,1\r\n"                          # no entry
                 "F5,created,yesterday,1,1\r\n"                         # no time
                 "F6,created,2026-07-01\r\n"                            # too few cells
                 "F7,created,2026-01-01T10:00:00Z,3,4")                 # with an offset, no newline at the end
        refused = self.file("refused.jsonl", "")
        out, err = cli.run("import", "--format", "csv", "--map", self.file("map.yaml", CSV_MAP), "--catalogue", CATALOGUE,
                           "--refused", refused, self.file("t.csv", table), code=3)
        events = cli.lines(out)
        self.assertEqual([(e["id"], e["time"], e["data"]) for e in events], [
            ('F"2-3', "2026-07-01T00:00:00+02:00", {"fine_id": 'F"2', "amount": 12.5}),
            ("F7-8", "2026-01-01T10:00:00Z", {"fine_id": "F7", "amount": 3, "points": 4})])
        told = cli.lines(refused.read_text())
        self.assertEqual([t["line"] for t in told], [2, 5, 6, 7])
        self.assertEqual(told[0]["field"], "data.amount")
        self.assertIn("burnt", told[1]["message"])
        self.assertIn("yesterday", told[2]["message"])
        self.assertIn("7 rows: 2 events, 1 skipped by the map, 4 refused", err)

    def test_jsonl_names_members_by_path(self):
        text = CSV_MAP.replace("{what}", "{event.what}").replace("'{when}'", "'{event.at}'").replace("{fine}", "{id}")
        rows = [{"id": "F1", "amount": 3, "event": {"what": "created", "at": "2026-03-01T00:00:00.123+01:00"}}, "no object"]
        out, err = cli.run("import", "--format", "jsonl", "--map", self.file("map.yaml", text), "--catalogue", CATALOGUE,
                           self.file("t.jsonl", "\n".join(map(json.dumps, rows)) + "\n{broken\n"), code=3)
        [event] = cli.lines(out)
        self.assertEqual((event["id"], event["time"], event["data"]["amount"]), ("F1-1", "2026-03-01T00:00:00.123+01:00", 3))
        self.assertIn(":2: the line is not a JSON object", err)
        self.assertIn(":3: column 2", err)

    def test_xes_keeps_trace_attributes_apart_and_refuses_what_is_dangerous(self):
        log = ('<log xes.version="1.0"><global scope="event"><string key="concept:name" value="x"/></global>'
               '<trace><string key="concept:name" value="A&amp;1"><string key="nested" value="n"/></string>'
               '<event><string key="concept:name" value="Send Fine"/><date key="time:timestamp" value="2006-12-05T00:00:00.000"/></event>'
               '<event><string key="concept:name" value="Send Fine"/></event></trace></log>')
        args = ("import", "--format", "xes", "--map", MAP, "--catalogue", CATALOGUE)
        out, err = cli.run(*args, self.file("a.xes", log), code=3)
        self.assertEqual([(e["id"], e["data"]) for e in cli.lines(out)], [("A&1-1", {"fine_id": "A&1"})])
        self.assertIn("time:timestamp", err)
        bombs = {"doctype": '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><log>&b;</log>',
                 "deep": "<log>" + "<list>" * 100 + "</list>" * 100 + "</log>",
                 "cut": log[:200], "empty": "", "html": "<html></html>", "bytes": b"\xff\xfe\x00"}
        for name, text in bombs.items():
            with self.subTest(name):
                _, err = cli.run(*args, self.file(name + ".xes", text), code=1)
                self.assertIn(f"{name}.xes", err)

    def test_every_fault_of_a_map_is_told_in_one_run(self):
        text = CSV_MAP.replace("road_fine.created", "road_fine.craeted").replace("Europe/Rome", "Europe/Roma")
        text = text.replace("printed: skip", "printed: [1]\n  sent: {type: road_fine.sent, data: {nothing: x}, id: '{'}").replace("'{when}'", "'{}'")
        _, err = cli.run("import", "--format", "csv", "--map", self.file("map.yaml", text), "--catalogue", CATALOGUE,
                         self.file("t.csv", "a\n"), code=2)
        for word in ("did you mean road_fine.created", "Europe/Roma", "printed", "'nothing'", "{ without name"):
            self.assertIn(word, err)

    def test_wrong_usage_is_told_with_exit_code_2(self):
        cli.run("import", code=2)
        cli.run("import", "--format", "docx", "--map", MAP, "x", code=2)
        _, err = cli.run("import", "--format", "xes", "--map", MAP, "--catalogue", CATALOGUE, "/nowhere.xes", code=1)
        self.assertIn("/nowhere.xes", err)


if __name__ == "__main__":
    cli.main()
