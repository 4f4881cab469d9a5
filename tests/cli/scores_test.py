"""seawall scores: the figures agree with a sum over what `seawall replay` tells, made here without the program."""
import collections
import json
import sys
from datetime import datetime, timedelta
from fractions import Fraction

import yaml

import cli

PACK = cli.PACKS / "cn-police"
WEIGHTS = cli.PACKS / "scores/cn-police.yaml"


def expected(transitions, weights, now):
    """{(of, subject): hundredths} at `now`."""
    last = {}
    for t in transitions:
        if datetime.fromisoformat(t["time"]) <= now:
            last[t["data"]["warning_id"]] = t
    best = {}
    for t in last.values():
        w = t["data"]
        if t["type"] == "warning.withdrawn":
            continue
        fitting = [r for r in weights["rules"] if w["rule"].startswith(r["prefix"])]
        percent = max(fitting, key=lambda r: len(r["prefix"]))["percent"] if fitting else 100
        points = weights["severity"][w["severity"]] * weights["level"][w["level"]] * percent
        if t["type"] == "warning.resolved":
            gone = (now.date() - datetime.fromisoformat(w["stopped"]).date()).days
            points = Fraction(points * max(0, weights["decay"]["days"] - gone), weights["decay"]["days"])
        opened = () if w["kind"] == "threshold" else tuple((e["source"], e["id"]) for e in w["events"][:1])
        instance = (w["rule"], json.dumps(w["key"], sort_keys=True), opened)
        if "finding_id" in w["key"]:
            instance = ("finding", w["key"]["finding_id"])
        if points > best.get(instance, (0,))[0]:
            best[instance] = (points, w["key"].get("case_id"), t.get("officerid"), t.get("orgcode"))
    sums = collections.Counter()
    for points, *subjects in best.values():
        for of, subject in zip(("case", "officer", "unit"), subjects):
            if subject:
                sums[of, subject] += points
    return {key: int(points) for key, points in sums.items()}  # rounded down once


class Scores(cli.Case):
    def setUp(self):
        super().setUp()
        self.events = self.file("events.jsonl", cli.run("generate", "--cases", 400, "--seed", 2, "--cut")[0])

    def scores(self, *args):
        out, _ = cli.run("scores", "--rules", PACK, "--events", self.events, "--top", 0, "--json", *args)
        return [json.loads(line) for line in out.splitlines()]

    def test_scores_are_the_faded_weights_of_the_heaviest_levels(self):
        weights = yaml.safe_load(WEIGHTS.read_text())
        transitions = cli.lines(cli.run("replay", "--rules", PACK, "--events", self.events, "--format", "jsonl")[0])
        first = min(datetime.fromisoformat(t["time"]) for t in transitions)
        for days in (1, 2, 20, 45):
            now = first + timedelta(days=days)
            found = {(s["of"], s["subject"]): s["score_hundredths"] for s in self.scores("--until", now.isoformat())}
            self.assertEqual(found, expected(transitions, weights, now), days)
            self.assertGreater(len(found), 5)

    def test_bands_go_by_the_score_and_the_heaviest_come_first(self):
        weights = yaml.safe_load(WEIGHTS.read_text())
        scores = self.scores()
        self.assertEqual({s["of"] for s in scores}, {"case", "officer", "unit"})
        for s in scores:
            reached = [b["level"] for b in weights["bands"][s["of"]] if 100 * b["score"] <= s["score_hundredths"]]
            self.assertEqual(s.get("band"), reached[-1] if reached else None)
        for of in ("case", "officer", "unit"):
            order = [s["score_hundredths"] for s in scores if s["of"] == of]
            self.assertEqual(order, sorted(order, reverse=True))
        units = self.scores("--of", "unit")
        self.assertEqual(units, [s for s in scores if s["of"] == "unit"])

    def test_weights_are_data(self):
        light = self.file("light.yaml", WEIGHTS.read_text().replace("subjects: [case, officer, unit]", "subjects: [unit]")
                          .replace("critical: 5", "critical: 0"))
        scores = self.scores("--weights", light)
        self.assertEqual({s["of"] for s in scores}, {"unit"})
        self.assertLess(sum(s["score_hundredths"] for s in scores), sum(s["score_hundredths"] for s in self.scores("--of", "unit")))

    def test_every_fault_of_the_weights_is_told_in_one_run(self):
        text = (WEIGHTS.read_text().replace("minor: 1", "minor: -1").replace("red: 7", "redd: 7").replace("days: 30", "days: 0")
                .replace("percent: 150", "percent: many").replace("- {score: 20, level: yellow}", "- {score: 5, level: pink}"))
        bad = self.file("bad.yaml", text)
        _, err = cli.run("scores", "--rules", PACK, "--events", self.events, "--weights", bad, code=2)
        for part in ("from 0 to 10000", "redd", "'red' is missing", "from 1 to 3660", "from 0 to 10000", "no level 'pink'"):
            self.assertIn(part, err)
        self.assertGreaterEqual(err.count("bad.yaml:"), 6)


if __name__ == "__main__":
    cli.main()
