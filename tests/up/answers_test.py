"""What a running instance says of a generated county: the same set as replay, a stream that misses nothing, figures as long as their lists."""
import json
import tempfile
import unittest
from pathlib import Path

import up
from up import ROOT, until

PACKS = ROOT / "deploy/packs"
CASES = 60


class County(up.Case):
    """One county for all tests of the class: posted once, settled once."""

    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory(prefix="seawall-answers-")
        cls.addClassCleanup(cls.kept.cleanup)
        cls.events_file = Path(cls.kept.name) / "events.jsonl"
        up.seawall("generate", "--seed", 3, "--cases", CASES, "--out", cls.events_file)
        cls.events = [json.loads(line) for line in cls.events_file.read_text().splitlines()]
        cls.one = up.Up(cls.kept.name).start()
        cls.addClassCleanup(lambda: cls.one.stop(code=None))
        for at in range(0, len(cls.events), 100):
            status, answer = cls.one.post(cls.events[at:at + 100])
            assert status == 202, answer
        cls.one.rest()

    def all(self, path, member):
        found, cursor = [], ""
        while True:
            status, page = self.one.get(f"{path}&limit=1000{f'&cursor={cursor}' if cursor else ''}")
            self.assertEqual(status, 200, page)
            found += page[member]
            cursor = page.get("next")
            if not cursor:
                return found

    def test_the_set_is_replays(self):
        # what was posted was received now: replay takes the clock from there
        held = {w["data"]["warning_id"]: w["data"]["state"] for w in self.all("/v1/warnings?state=all", "warnings") if w["data"]["state"] != "withdrawn"}
        final, _ = up.seawall("replay", "--rules", PACKS / "cn-police", "--events", self.events_file, "--final", "--format", "jsonl")
        replayed = {w["data"]["warning_id"]: w["data"]["state"] for w in map(json.loads, final.splitlines())}
        self.assertTrue(replayed)
        self.assertEqual(held, replayed)

    def test_a_stream_misses_nothing_however_late_it_comes(self):
        partitions = len(self.one.get("/v1/warnings?limit=1")[1]["as_of"]["positions"]["seawall.warnings"])
        told = sum(self.one.get("/v1/warnings?limit=1")[1]["as_of"]["positions"]["seawall.warnings"])
        self.assertGreater(told, 200, "more than a stream's buffer holds at once")
        first = self.one.stream(",".join(["0"] * partitions), told)
        self.assertEqual(len({(e, w["id"]) for _, e, w in first}), told)
        # and whoever comes back goes on where it was
        cut = told // 3
        rest = self.one.stream(first[cut - 1][0], told - cut)
        self.assertEqual(sorted((e, w["id"]) for _, e, w in rest), sorted((e, w["id"]) for _, e, w in first[cut:]))
        raised = {w["data"]["warning_id"] for _, e, w in first if e == "warning.raised"}
        known = {w["data"]["warning_id"] for w in self.all("/v1/warnings?state=all", "warnings")}
        self.assertLessEqual(known, raised)

    def test_every_figure_is_as_long_as_its_list(self):
        span = "from=2025-01-01&to=2027-12-31"
        status, answer = self.one.get(f"/v1/figures?{span}")
        self.assertEqual(status, 200)
        self.assertGreater(len(answer["figures"]), 40)
        counted = 0
        for figure in answer["figures"]:
            if figure["unit"] == "ratio":
                continue
            with self.subTest(figure["id"]):
                entries = self.all(f"/v1/figures/{figure['id']}/list?{span}", "entries")
                self.assertEqual(len(entries), figure["value"])
                for by in ("unit", "month"):
                    parts = self.one.get(f"/v1/figures/{figure['id']}?{span}&by={by}")[1]["parts"]
                    self.assertEqual(sum(p["value"] for p in parts), figure["value"])
                counted += figure["value"]
        self.assertGreater(counted, 500)

    def test_figures_of_warnings_are_those_of_the_list(self):
        held = self.all("/v1/warnings?state=all", "warnings")
        by_level = {}
        for w in held:
            if w["data"]["state"] != "withdrawn":
                by_level[w["data"]["level"]] = by_level.get(w["data"]["level"], 0) + 1
        figures = {f["id"]: f.get("value") for f in self.one.get("/v1/figures?from=2020-01-01&to=2037-12-31")[1]["figures"]}
        self.assertEqual(figures["warning.red"], by_level.get("red", 0))
        self.assertEqual(figures["warning.breach"], by_level.get("breach", 0))

    def test_the_commands_ask_it(self):
        url = f"http://127.0.0.1:{self.one.port}"
        out, _ = up.seawall("warnings", "--url", url, "--state", "all", "--limit", 0, "--json")
        lines = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(sorted(w["data"]["warning_id"] for w in lines), sorted(w["data"]["warning_id"] for w in self.all("/v1/warnings?state=all", "warnings")))
        table, _ = up.seawall("warnings", "--url", url, "--state", "all", "--limit", 5)
        self.assertEqual(len(table.splitlines()), 6)
        case = next(w["data"]["key"]["case_id"] for w in lines if "case_id" in w["data"]["key"])
        out, _ = up.seawall("case", case, "--url", url)
        self.assertIn("What happened", out)
        self.assertIn("Warnings", out)
        out, _ = up.seawall("deadlines", "--url", url, "--json")
        self.assertIn("deadlines", json.loads(out))
        out, _ = up.seawall("status", "--url", url, "--json")
        status = json.loads(out)
        self.assertTrue(status["ready"])
        self.assertEqual(status["accepted"] + status["duplicates"] + status["refused"], len(self.events))
        out, _ = up.seawall("top", "--url", url, "--every", 1, "--times", 1)
        self.assertIn("rollup", out)
        _, err = up.seawall("case", "nobody", "--url", url, code=1)
        self.assertIn("nothing is known of it", err)
        _, err = up.seawall("warnings", "--url", url, "--level", "purple", code=1)
        self.assertIn("green, blue, yellow, orange, red or breach", err)
        _, err = up.seawall("warnings", "--url", "http://127.0.0.1:1", code=1)
        self.assertIn("--url or $SEAWALL_URL names it", err)

    def test_explain_asks_it_as_it_asks_files(self):
        url = f"http://127.0.0.1:{self.one.port}"
        files = ("--rules", PACKS / "cn-police", "--events", self.events_file)
        held = self.all("/v1/warnings?state=resolved", "warnings")  # what is over reads the same at any time
        of_kind = {}
        for w in held + self.all("/v1/warnings?state=open", "warnings"):
            of_kind.setdefault(w["data"]["kind"], w["data"])
        self.assertGreaterEqual(set(of_kind), {"deadline", "check", "sequence", "match"})
        for kind, warning in of_kind.items():
            with self.subTest(kind):
                one = json.loads(up.seawall("explain", "--url", url, "--warning", warning["warning_id"], "--json")[0])
                self.assertEqual(one, json.loads(up.seawall("explain", *files, "--warning", warning["warning_id"], "--json")[0]))
                key = [x for name, value in warning["key"].items() for x in ("--key", f"{name}={value}")]
                text, _ = up.seawall("explain", "--url", url, "--rule", warning["rule"], *key)
                self.assertIn(warning["warning_id"], text)
                self.assertIn("\n  basis ", text)
        _, err = up.seawall("explain", "--url", url, "--warning", "0" * 32, code=1)
        self.assertIn("there is no such warning", err)
        _, err = up.seawall("explain", "--url", url, "--rule", "cr.detain.request-3d", "--key", "case_id=nobody", code=1)
        self.assertIn("nothing is known of this key", err)

    def test_bulletins_come_in_every_form(self):
        for form, start in (("html", b"<!doctype html>"), ("xlsx", b"PK"), ("csv", "﻿".encode()), ("json", b"{")):
            status, _, body = self.one.ask("GET", f"/v1/bulletins/monthly?date=2026-01-15&format={form}")
            self.assertEqual(status, 200)
            self.assertTrue(body.startswith(start), form)


up.main() if __name__ == "__main__" else None
