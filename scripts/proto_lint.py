#!/usr/bin/env python3
"""Checks proto/seawall/v1: package, syntax, a comment for every message and field that needs one, units in the names
of times, and that no message holds itself, however far down (protobuf-c has no depth limit).

    scripts/proto_lint.py DIRECTORY        prints FILE:LINE: fault, exits 1 if there is one
"""
import re
import sys
from pathlib import Path

FIELD = re.compile(r"^\s*(?:repeated\s+)?([A-Za-z][\w.]*)\s+(\w+)\s*=\s*(\d+)\s*;\s*(//.*)?$")
MESSAGE = re.compile(r"^\s*message\s+(\w+)\s*\{")
WHOLE = {"int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed64", "sfixed64"}
OBVIOUS = {"partition", "offset", "key", "value", "name"}
COUNTS = {"seq", "repeat", "partition", "number", "ints", "request", "item", "indicator", "order"}


def lint_file(path, edges, faults):
    def fault(line, text):
        faults.append(f"{path}:{line}: {text}")

    lines = path.read_text(encoding="utf-8").splitlines()
    if 'syntax = "proto3";' not in lines:
        fault(1, 'no line syntax = "proto3";')
    if "package seawall.v1;" not in lines:
        fault(1, "no line package seawall.v1;")
    message, numbers, names = None, set(), set()
    for number, line in enumerate(lines, 1):
        before = lines[number - 2].strip() if number > 1 else ""
        if found := MESSAGE.match(line):
            if message and not line.startswith("message"):
                fault(number, "messages do not stand within messages")
            message, numbers, names = found.group(1), set(), set()
            edges.setdefault(message, {})
            if not before.startswith("//"):
                fault(number, f"{message} has no comment")
        elif found := FIELD.match(line):
            kind, name, tag, comment = found.groups()
            if message is None:
                continue
            if not comment and not before.startswith("//") and name not in OBVIOUS:
                fault(number, f"{message}.{name} has no comment")
            if tag in numbers or name in names:
                fault(number, f"{message}.{name} = {tag} stands twice")
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                fault(number, f"{message}.{name} is not in lower_case")
            if kind in WHOLE and not re.search(r"(^|_)(ms|s|bytes|count|offset|days?|hundredths)$", name) and name not in COUNTS:
                fault(number, f"{message}.{name} does not name its unit")
            numbers.add(tag)
            names.add(name)
            edges[message].setdefault(kind.split(".")[-1], f"{path}:{number}")
        elif re.match(r"^\s*map\s*<", line):
            fault(number, "maps have no order: use a list of pairs")


def lint_cycles(edges, faults):
    def walk(message, trail):
        for kind, place in edges.get(message, {}).items():
            if kind in trail:
                faults.append(f"{place}: {' holds '.join(trail + [kind])}: a message may not hold itself")
            elif kind in edges:
                walk(kind, trail + [kind])

    for message in edges:
        walk(message, [message])


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    edges, faults = {}, []
    paths = sorted(Path(sys.argv[1]).glob("*.proto"))
    if not paths:
        faults.append(f"{sys.argv[1]}: no .proto file")
    for path in paths:
        lint_file(path, edges, faults)
    lint_cycles(edges, faults)
    for text in faults:
        print(text)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
