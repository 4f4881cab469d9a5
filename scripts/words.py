#!/usr/bin/env python3
"""Looks for what has no place in the tree: unfinished work, paths of a machine, sleeps in tests, names that say nothing.

Exits 1 on a fault.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = "scripts/words.py"
CODE = re.compile(r"\.(c|h|py|js|sh|cmake)$|^scripts/[a-z]+$")
RULES = [
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|not (yet )?implemented"), CODE, "unfinished work"),
    (re.compile(r"\b(usleep|nanosleep|sleep)\s*\("), re.compile(r"^tests/.*\.c$"), "a sleep in a test: wait for a condition"),
    (re.compile(r"(^|[^A-Za-z0-9_./-])/(work|root|home|tmp/wt)/"), re.compile(""), "a path of a machine"),
    (re.compile(r"\b(worktree|sub-?agent|coding agent|language model|prompt engineering)\b", re.I), re.compile(""),
     "how the text was made, not what it says"),
    (re.compile(r"\bsw_\w*(manager|helper|util|misc)\w*"), re.compile(r"\.[ch]$"), "a name that says nothing"),
]


def main():
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    faults = 0
    for name in filter(None, names):
        path = ROOT / name
        if name == OWN or not path.is_file():
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for pattern, where, why in RULES:
                if where.search(name) and pattern.search(line):
                    print(f"{name}:{number}: {why}: {line.strip()[:80]}")
                    faults += 1
    print(f"words: {faults} faults")
    return 1 if faults else 0


sys.exit(main())
