#!/bin/sh
# The same seeds on memory and on RocksDB, in a folder that goes away.
dir=$(mktemp -d "${TMPDIR:-/tmp}/seawall-sim.XXXXXX") || exit 2
"$@" --rocks "$dir"
code=$?
rm -rf "$dir"
exit $code
