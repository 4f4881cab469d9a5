#!/usr/bin/env python3
"""Keeps functions and files small: functions of at most 70 lines, sources of 700, headers of 300 lines.

What is larger stands in scripts/sizes.allow ("path function lines", "-" for the file); that list may only
shrink. Needs universal-ctags. Exits 1 on a fault.
"""
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTION, SOURCE, HEADER = 70, 700, 300


def allowed():
    path, allow = ROOT / "scripts/sizes.allow", {}
    if path.exists():
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                file, name, lines = line.split()
                allow[file, name] = int(lines)
    return allow


def functions(files):
    out = subprocess.run(["ctags", "--output-format=json", "--fields=+ne", "--kinds-C=f", "-f", "-", *map(str, files)],
                         capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        tag = json.loads(line)
        if tag.get("kind") == "function" and "end" in tag:
            yield Path(tag["path"]).relative_to(ROOT).as_posix(), tag["name"], tag["end"] - tag["line"] + 1


def main():
    allow, seen, faults, lengths = allowed(), set(), [], []
    files = [p for d in ("common", "services", "tests") for p in sorted((ROOT / d).rglob("*.[ch]"))]

    def judge(key, lines, limit, text):
        if lines > limit:
            seen.add(key)
        if lines > max(limit, allow.get(key, 0)):
            faults.append(text)

    for rel, name, lines in functions(files):
        lengths.append(lines)
        judge((rel, name), lines, FUNCTION, f"{rel}: {name} has {lines} lines, {FUNCTION} are allowed")
    for file in files:
        rel, lines = file.relative_to(ROOT).as_posix(), file.read_text().count("\n")
        limit = HEADER if file.suffix == ".h" else SOURCE
        judge((rel, "-"), lines, limit, f"{rel}: {lines} lines, {limit} are allowed: one responsibility each")
    for key in allow:
        if key not in seen:
            faults.append(f"scripts/sizes.allow: {' '.join(key)} is no longer too large: take the line out")
    for fault in faults:
        print(fault)
    lengths.sort()
    print(f"sizes: {len(lengths)} functions, p95 {lengths[len(lengths) * 95 // 100]} lines, {len(faults)} faults")
    return 1 if faults else 0


sys.exit(main())
