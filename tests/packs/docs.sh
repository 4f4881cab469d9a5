#!/bin/sh
# The pack and the tests in docs/rules.md hold: docs.sh SEAWALL DOCS-FILE CATALOGUE
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# The n-th YAML block; the last one is the tests.
awk '/^```yaml/ {n++; inside = 1; next} /^```/ {inside = 0} inside {print > (dir "/" n ".yaml")}' dir="$dir" "$2"
last=$(ls "$dir" | sort -n | tail -1)
"$1" rules check "$dir/1.yaml" --catalogue "$3"
sed "s|^packs: .*|packs: 1.yaml|" "$dir/$last" > "$dir/tests.yaml"
"$1" rules test "$dir/tests.yaml" --catalogue "$3"
