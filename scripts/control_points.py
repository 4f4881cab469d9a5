#!/usr/bin/env python3
"""docs/control-points.md: every control point of the domain, and the rule that watches it.

  scripts/control_points.py           writes the page from docs/control-points.yaml and deploy/packs
  scripts/control_points.py --check   fails if the page is not up to date, or a core point has no rule,
                                      or a rule no test with a warning and one without
  scripts/control_points.py --import FILE   writes docs/control-points.yaml anew from the domain's
                                      control-points.yaml (../shared/domain, where it is there)
"""
import collections
import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "docs/control-points.yaml"
PAGE = ROOT / "docs/control-points.md"
PACK = ROOT / "deploy/packs/cn-police"

# Rules that say a part of a point whose id they carry before the last hyphen, or a text of the law that was.
PARTS = {"fl.pre.property-no-case-frozen": "fl.pre.property-no-case", "lr.same.person-approval": "lr.same.person",
         "cr.custody.overtime-arrested": "cr.custody.overtime", "fi.doc.left-before-end": "fi.doc.time-conflict",
         "fi.doc.begun-before-entry": "fi.doc.time-conflict"}

UNITS = {"minutes": "m", "natural_hours": "h", "natural_days": "d", "working_days": "wd", "months": "mo",
         "end_of_local_day": "end-of-day", "end_of_local_month": "end-of-month", "end_of_local_quarter": "end-of-quarter"}

GAPS = {
    "G1": "counts back from the due time of another rule: that rule's limit and extensions are written again, with `lead`",
    "G2": "a time carried by the event: said with `limit: {until: …}`",
    "G3": "a ratio: an indicator of reporting (docs/indicators.md), shown and not warned of",
    "G4": "needs events that no system of a county sends yet",
}


class Yaml12(yaml.SafeLoader):
    """`on` is a word."""


Yaml12.yaml_implicit_resolvers = {k: [r for r in v if r[0] != "tag:yaml.org,2002:bool"]
                                  for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def load(path):
    return yaml.load(path.read_text(), Yaml12)


# --- from the domain's file ---

def events(entries):
    return ", ".join(dict.fromkeys(e["event"] for e in entries or []))


def length(point):
    duration = point.get("duration") or {}
    unit = UNITS.get(duration.get("unit"))
    if unit is None:
        return ""
    return unit if unit.startswith("end") else f"{duration['value']}{unit}"


def construct(point):
    """What the rule language has for the point: kind and the parts that it would name."""
    kind, limit = point["kind"], length(point)
    start, stop = events(point["trigger"]), events(point.get("stop"))
    anchor = point.get("anchor", "")
    if kind == "threshold" and "counter" in point and "window" in point["counter"]:
        window = point["counter"]["window"].removeprefix("P").lower()
        return "threshold", f"on {start}, within {window}"
    if kind in ("instant", "threshold") or not stop:
        return "check", f"on {start}"
    if kind == "sequence" and point.get("order") != "stop_after_trigger":
        return "sequence", f"on {start}, requires {stop}"
    if anchor.startswith("field") or point["count"] == "EVENT_DUE":
        limit = "{until: data." + anchor.rsplit(".", 1)[-1].removeprefix("field ") + "}"
    if kind == "cross-check" and not limit and not anchor:
        return "sequence", f"on {start}, requires {stop}"
    parts = [f"start {start}", f"stop {stop}", f"limit {limit or '0h'}"]
    parts += [key for key in ("cancel", "restart") if point.get(key)]
    parts += ["pause"] if point.get("suspend") else []
    parts += ["extend"] if point.get("extensions") else []
    return "deadline", ", ".join(parts)


def gap(point):
    anchor, counter = point.get("anchor", ""), str(point.get("counter", ""))
    if anchor.startswith(("rule", "event")):
        return "G1"
    if anchor.startswith("field") and point["id"] != "ad.detention.release":
        return "G2"
    if point["kind"] == "threshold" and re.search(r"ratio|rate|share|%", counter):
        return "G3"
    return ""


def law_of(basis, laws):
    title = laws.get(basis["law"], {}).get("title_zh", "")
    if basis["law"].startswith(("seed", "peer")) or not title:
        return "公安机关执法监督工作实践"
    if title == "本地工作制度":
        return title
    return f"{title} {basis.get('art', '')}".strip()


def take_over(path):
    if not path.exists():
        sys.exit(f"{path} is not here: the domain's material is not part of the project")
    domain = yaml.safe_load(path.read_text())
    lines = ["# The domain's control points, and what the rule language has for each.",
             "# Written by scripts/control_points.py --import; the page is made from this file and the packs.", "points:"]
    for p in domain["control_points"]:
        kind, says = construct(p)
        entry = {"id": p["id"], "core": p["core"], "domain": p["domain"], "severity": p["severity"], "kind": kind,
                 "name": p["name_zh"].replace("(", "（").replace(")", "）").replace(":", "："), "name_en": p["name_en"],
                 "law": "；".join(dict.fromkeys(law_of(b, domain["laws"]) for b in p["basis"])), "says": says}
        if gap(p):
            entry["gap"] = gap(p)
        lines.append("- " + yaml.dump(entry, allow_unicode=True, default_flow_style=True, width=10 ** 6, sort_keys=False).strip())
    DATA.write_text("\n".join(lines) + "\n")


# --- the page ---

def read_rules():
    """id → {kind, basis, warned, quiet, file} of the pack."""
    rules = {}
    for path in sorted(PACK.glob("*.yaml")):
        for rule in load(path)["rules"]:
            rules[rule["id"]] = {**rule, "file": path.name, "warned": 0, "quiet": 0}
    for path in sorted((PACK / "tests").glob("*.yaml")):
        for test in load(path)["tests"]:
            only = test.get("only", [])
            expected = {e["rule"] for e in test["expect"]}
            for name in {only} if isinstance(only, str) else set(only):
                if name in rules:
                    rules[name]["warned" if name in expected else "quiet"] += 1
    return rules


def point_of(name):
    return PARTS.get(name, name)


def rows(points, rules):
    by_point = collections.defaultdict(list)
    for name in rules:
        by_point[point_of(name)].append(name)
    for point in points:
        names = by_point.get(point["id"], [])
        mark = "●" if point["core"] else ""
        if names:
            rule = rules[names[0]]
            law = "；".join(dict.fromkeys(f"{b['law']} {b.get('article', '')}".strip() for b in rule["basis"]))
            tests = sum(rules[n]["warned"] + rules[n]["quiet"] for n in names)
            told = " ".join(f"`{n}`" for n in names)
            yield point["domain"], f"| `{point['id']}` | {mark} | {point['name']} | {told} | {rule['kind']} | {law} | {tests} |"
        else:
            note = f" ({point['gap']})" if "gap" in point else ""
            yield point["domain"], f"| `{point['id']}` | {mark} | {point['name']} | –{note} | {point['kind']}: {point['says']} | {point['law']} | |"


def summary(points, rules):
    lines = ["| domain | points | core | with a rule | core with a rule |", "|---|---|---|---|---|"]
    covered = {point_of(n) for n in rules}
    for domain in dict.fromkeys(p["domain"] for p in points) | {"": None}:
        of = [p for p in points if not domain or p["domain"] == domain]
        core = [p for p in of if p["core"]]
        lines.append(f"| {domain or '**all**'} | {len(of)} | {len(core)} | {sum(p['id'] in covered for p in of)} | "
                     f"{sum(p['id'] in covered for p in core)} |")
    return lines


def page(points, rules):
    known = {p["id"] for p in points}
    others = [n for n in rules if point_of(n) not in known]
    out = ["# Control points", "",
           "Every control point (风险点) of the domain, and the rule of `deploy/packs/cn-police` that watches it. Made by",
           "`scripts/control_points.py` from `docs/control-points.yaml` and the pack; `scripts/check` fails when it is out of date or a core",
           "point (●) has no rule. Where there is no rule yet, the construct of the rule language ([rules.md](rules.md)) that says it, and the",
           "named gap, if it has one. Tests are cases that look at the rule: with its warning, and without.", ""]
    out += summary(points, rules)
    out += ["", "## Gaps", ""]
    used = collections.Counter(p["gap"] for p in points if "gap" in p and p["id"] not in {point_of(n) for n in rules})
    out += [f"- **{name}** ({used[name]}): {text}" for name, text in GAPS.items() if used[name]]
    out += ["", "What core points bend or leave out: [control-points-gaps.md](control-points-gaps.md).", "", "## Older texts and companions",
            "", "Rules that are no points of their own: what held until the end of 2025, and companions.", ""]
    out += [f"- `{n}` {rules[n]['name']}" for n in others]
    tables = collections.defaultdict(list)
    for domain, row in rows(points, rules):
        tables[domain].append(row)
    for domain, table in tables.items():
        out += ["", f"## {domain}", "", "| point | | name | rule | kind | law | tests |", "|---|---|---|---|---|---|---|"] + table
    return "\n".join(out) + "\n"


def faults(points, rules):
    covered = collections.defaultdict(list)
    for name in rules:
        covered[point_of(name)].append(name)
    for point in points:
        if point["core"] and point["id"] not in covered:
            yield f"core point {point['id']} has no rule"
    for name, rule in rules.items():
        if not rule["warned"] or not rule["quiet"]:
            yield f"rule {name} ({rule['file']}) has no test {'with' if not rule['warned'] else 'without'} a warning"


def main():
    if sys.argv[1:2] == ["--import"]:
        return take_over(Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT.parent / "shared/domain/control-points.yaml")
    points, rules = load(DATA)["points"], read_rules()
    text = page(points, rules)
    if sys.argv[1:] != ["--check"]:
        PAGE.write_text(text)
        return None
    found = list(faults(points, rules))
    if PAGE.read_text() != text:
        found.append("docs/control-points.md is out of date: run scripts/control_points.py")
    if found:
        sys.exit("control points: " + "\ncontrol points: ".join(found))
    print(f"control points: {len(points)} points, {len(rules)} rules, 0 faults")
    return None


if __name__ == "__main__":
    main()
