"""Every key that the pack loader reads stands in docs/rules-by-example.md: keys.py ROOT"""
import re
import sys
from pathlib import Path

import yaml

ELSEWHERE = {"overlay"}  # of an overlay's metadata: deploy/packs/cn-police-320981


def keys(node):
    if isinstance(node, dict):
        return {str(k) for k in node} | set().union(*(keys(v) for v in node.values()), set())
    return set().union(*(keys(v) for v in node), set()) if isinstance(node, list) else set()


def main():
    root = Path(sys.argv[1])
    read = set()
    for path in (root / "common/rules/load").glob("*.c"):
        read |= set(re.findall(r'\{"([A-Za-z_]+)", load_\w+', path.read_text()))
    shown = set()
    for block in re.findall(r"^```yaml[^\n]*\n(.*?)^```$", (root / "docs/rules-by-example.md").read_text(), re.M | re.S):
        shown |= keys(yaml.load(block, yaml.BaseLoader))
    missing = read - shown - ELSEWHERE
    assert len(read) > 70, read
    assert not missing, f"docs/rules-by-example.md has no example for {', '.join(sorted(missing))}"
    print(f"{len(read)} keys, each with an example")


if __name__ == "__main__":
    main()
