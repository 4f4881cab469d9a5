#!/usr/bin/env bash
# units.sh SYSTEMD_ANALYZE BUILD_DIR BIN_DIR: the units, with the programs of this build, as systemd reads them.
set -euo pipefail
analyze=$1 bin=$3
source=$(cd "$(dirname "$0")/../../deploy/systemd" && pwd)
dir=$(mktemp -d "$2/units-XXXXXX")
trap 'rm -rf "$dir"' EXIT
units=()
for service in ingest deadline risk notify report; do
    sed "s|/usr/bin/|$bin/|" "$source/seawall@.service" >"$dir/seawall@$service.service"
    units+=("$dir/seawall@$service.service")
done
sed "s|/usr/bin/|$bin/|" "$source/seawall.service" >"$dir/seawall.service"
said=$("$analyze" verify --man=no "${units[@]}" "$dir/seawall.service" 2>&1 | grep -F "$dir" || true)
[ -z "$said" ] || { echo "$said"; exit 1; }
# A unit with a fault is told, so that silence means something.
sed "s|^Restart=always|Restart=sometimes|" "$dir/seawall.service" >"$dir/faulty.service"
"$analyze" verify --man=no "$dir/faulty.service" 2>&1 | grep -q "sometimes" || { echo "systemd-analyze tells nothing"; exit 1; }
