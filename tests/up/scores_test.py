"""Risk scores of a running instance: what the API, the command and their parts say agrees with a sum over the warnings that it tells."""
import collections
import json
import os
import subprocess
import tempfile
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import yaml

import up
from up import ROOT, until

WEIGHTS = yaml.safe_load((ROOT / "deploy/packs/scores/cn-police.yaml").read_text())
DAYS = WEIGHTS["decay"]["days"]
UNIT = "320981010000"


def points(w):
    fitting = [r for r in WEIGHTS["rules"] if w["rule"].startswith(r["prefix"])]
    percent = max(fitting, key=lambda r: len(r["prefix"]))["percent"] if fitting else 100
    return WEIGHTS["severity"][w["severity"]] * WEIGHTS["level"][w["level"]] * percent


def expected(warnings, now):
    """{(of, subject): hundredths} of the set of warnings."""
    best = {}
    for t in warnings:
        w = t["data"]
        opened = () if w["kind"] == "threshold" else (w["events"][0]["source"], w["events"][0]["id"])
        closed = t["type"] == "warning.resolved"
        left = max(0, DAYS - (now.date() - datetime.fromisoformat(w["stopped"]).astimezone(now.tzinfo).date()).days) if closed else DAYS
        weight = (not closed, left, points(w))
        instance = (w["rule"], json.dumps(w["key"], sort_keys=True), opened)
        if "finding_id" in w["key"]:
            instance = ("finding", w["key"]["finding_id"])
        if points(w) and left and weight > best.get(instance, ((False, 0, 0),))[0]:
            best[instance] = (weight, w["key"].get("case_id"), t.get("officerid"), t.get("orgcode"))
    sums = collections.Counter()
    for (_, left, full), *subjects in best.values():
        for of, subject in zip(("case", "officer", "unit"), subjects):
            if subject:
                sums[of, subject] += Fraction(full * left, DAYS)
    return {key: int(score) for key, score in sums.items()}


class Scores(up.Case):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory(prefix="seawall-scores-")
        cls.addClassCleanup(cls.kept.cleanup)
        events = Path(cls.kept.name) / "events.jsonl"
        now = datetime.now().astimezone()  # some have faded by now, and others not
        up.seawall("generate", "--seed", 5, "--start", (now - timedelta(days=70)).date(), "--cases", 80, "--out", events)
        lines = [json.loads(line) for line in events.read_text().splitlines()]
        lines = [e for e in lines if datetime.fromisoformat(e["time"]) < now]
        cls.one = up.Up(cls.kept.name).start()
        cls.addClassCleanup(lambda: cls.one.stop(code=None))
        for at in range(0, len(lines), 100):
            status, answer = cls.one.post(lines[at:at + 100])
            assert status == 202, answer
        cls.one.rest()
        until(cls.agree, "the scores agree with the warnings", 10)

    @classmethod
    def pages(cls, path, member):
        found, cursor = [], ""
        while True:
            status, page = cls.one.get(f"{path}&limit=1000{f'&cursor={cursor}' if cursor else ''}")
            assert status == 200, page
            found += page[member]
            cursor = page.get("next")
            if not cursor:
                return found

    @classmethod
    def scores(cls, more=""):
        return [s for of in ("case", "officer", "unit") for s in cls.pages(f"/v1/scores?of={of}{more}", "scores")]

    @classmethod
    def agree(cls):
        warnings = cls.pages("/v1/warnings?state=all", "warnings")
        now = datetime.fromisoformat(cls.one.get("/v1/scores")[1]["as_of"]["time"]).astimezone(datetime.fromisoformat("2026-01-01T00:00:00+08:00").tzinfo)
        wanted = expected([w for w in warnings if w["type"] != "warning.withdrawn"], now)
        found = {(s["of"], s["subject"]): s["score_hundredths"] for s in cls.scores()}
        return len(found) > 20 and found == wanted

    def test_lists_are_ranked_and_cut_into_pages(self):
        self.one.steady(self.ranked_and_cut)

    def ranked_and_cut(self):
        whole = self.pages("/v1/scores?of=officer", "scores")
        self.assertGreater(len(whole), 6)
        order = [(-s["score_hundredths"], s["subject"]) for s in whole]
        self.assertEqual(order, sorted(order))
        status, first = self.one.get("/v1/scores?of=officer&limit=3")
        self.assertEqual((status, first["scores"], first["total"]), (200, whole[:3], len(whole)))
        self.assertEqual(self.one.get(f"/v1/scores?of=officer&limit=3&cursor={first['next']}")[1]["scores"], whole[3:6])
        self.assertEqual(self.one.get("/v1/scores")[1]["scores"], self.pages("/v1/scores?of=unit", "scores"))

    def test_a_score_is_made_of_warnings(self):
        self.one.steady(self.made_of_warnings)

    def made_of_warnings(self):
        for of, name in (("case", "case_id"), ("officer", "officerid"), ("unit", "orgcode")):
            top = self.one.get(f"/v1/scores?of={of}&limit=1")[1]["scores"][0]
            status, one = self.one.get(f"/v1/scores/{name}={top['subject']}?limit=1000")
            self.assertEqual(status, 200, one)
            self.assertEqual({k: one[k] for k in top}, top)
            self.assertEqual(len(one["parts"]), top["warnings"])
            self.assertLessEqual(abs(sum(p["score_hundredths"] for p in one["parts"]) - top["score_hundredths"]), len(one["parts"]))
            for part in one["parts"][:3]:
                status, answer = self.one.get(f"/v1/warnings/{part['warning_id']}")
                self.assertEqual((status, answer["warning"]["data"]["rule"]), (200, part["rule"]))
        self.assertEqual(self.one.get("/v1/scores/case_id=none")[1]["score_hundredths"], 0)

    def test_a_unit_accounts_for_its_own(self):
        self.one.steady(self.own_of_a_unit)

    def own_of_a_unit(self):
        units = {s["subject"]: s["score_hundredths"] for s in self.pages("/v1/scores?of=unit", "scores")}
        unit = sorted(units)[0]
        own = [s for s in self.pages(f"/v1/scores?of=unit&org={unit[:8]}", "scores")]
        self.assertEqual({s["subject"] for s in own}, {u for u in units if u.startswith(unit[:8])})

    def test_what_cannot_be_asked_is_refused(self):
        for name in ("of=place", "limit=0", "limit=1001", "cursor=x", "org=abc", "what=1"):
            self.assertEqual(self.one.get(f"/v1/scores?{name}")[0], 400, name)
        self.assertEqual(self.one.get("/v1/scores/place_id=1")[0], 400)

    def test_the_command_asks_the_instance(self):
        self.one.steady(self.asked_by_command)

    def asked_by_command(self):
        env = {**os.environ, "SEAWALL_URL": f"http://127.0.0.1:{self.one.port}"}

        def command(*args):
            done = subprocess.run([up.SEAWALL, "scores", *args], capture_output=True, text=True, env=env, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout
        told = [json.loads(line) for line in command("--of", "officer", "--top", "0", "--json").splitlines()]
        self.assertEqual(told, self.pages("/v1/scores?of=officer", "scores"))
        top = told[0]
        self.assertIn(top["subject"], command("--of", "officer"))
        shown = command("--key", f"officerid={top['subject']}")
        self.assertIn(f"{top['score_hundredths'] / 100:.2f}", shown)
        self.assertEqual(json.loads(command("--key", f"officerid={top['subject']}", "--json"))["score_hundredths"], top["score_hundredths"])

    def test_metrics_count_what_was_told(self):
        def counted(name):
            text = self.one.ask("GET", "/metrics")[2].decode()
            value = [line for line in text.splitlines() if line.startswith((name + " ", name + "{"))]
            return value and float(value[0].split()[1]) > 0
        for name in ("seawall_scores_told_total", "seawall_scores_changes_total"):
            until(lambda name=name: counted(name), f"{name} counts")


class Weights(up.Case):
    def test_weights_of_ones_own_and_their_faults(self):
        text = (ROOT / "deploy/packs/scores/cn-police.yaml").read_text()
        bad = self.file("bad.yaml", text.replace("critical: 5", "critical: -5").replace("days: 30", "days: 0"))
        done = subprocess.run([up.SEAWALL, "up", "--set", f"data_dir={self.folder / 'd'}", "--set", f"scores={bad}", "--set", "http.listen=127.0.0.1:0"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("bad.yaml:", done.stderr)
        self.assertIn("from 1 to 3660", done.stderr)

    def test_scores_follow_other_weights_after_a_restart(self):
        text = (ROOT / "deploy/packs/scores/cn-police.yaml").read_text()
        one = self.up()
        up.seawall("generate", "--seed", 6, "--cases", 10, "--out", self.folder / "e.jsonl")
        lines = [json.loads(line) for line in (self.folder / "e.jsonl").read_text().splitlines()]
        for at in range(0, len(lines), 100):
            self.assertEqual(one.post(lines[at:at + 100])[0], 202)
        one.rest()
        before = one.get("/v1/scores?of=unit")[1]["scores"]
        self.assertTrue(before)
        light = {s["subject"]: s["score_hundredths"] for s in before}
        one.stop()
        double = self.file("double.yaml", text.replace("decay:", "# twice as much\ndecay:").replace("{info: 0, minor: 1, major: 2, critical: 5}", "{info: 0, minor: 2, major: 4, critical: 10}"))
        one = self.up(f"scores={double}")

        def doubled():
            now = {s["subject"]: s["score_hundredths"] for s in one.get("/v1/scores?of=unit")[1]["scores"]}
            return now.keys() == light.keys() and all(abs(now[k] - 2 * light[k]) <= 1 for k in now)
        until(doubled, "all scores are twice as high", 30)


if __name__ == "__main__":
    up.main()
