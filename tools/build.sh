#!/bin/sh
# Builds one pinned tool from its Go module into bin/, showing how far it is: the Pulumi CLI is 1,500 packages and
# takes minutes the first time.
#
#   tools/build.sh <module folder under tools/> <output> <package> [ldflags]
set -eu

folder=$1
output=$2
package=$3
ldflags=${4:-}
root=$(cd "$(dirname "$0")/.." && pwd)

cd "$root/tools/$folder"
mkdir -p "$root/bin"
echo "building $output from $package (once; the Go build cache keeps it)" >&2
go mod download
total=$(go list -deps "$package" | wc -l)
status=$(mktemp)
trap 'rm -f "$status"' EXIT

{ go build -v -trimpath -ldflags "$ldflags" -o "$root/bin/$output" "$package" 2>&1 || echo failed >"$status"; } |
  awk -v total="$total" -v name="$output" '
    # A compiled package prints as its import path; anything else is a message to show.
    /^[a-zA-Z0-9._~\/-]+$/ { done++; if (done % 100 == 0) { printf "  %s: %d of %d packages compiled\n", name, done, total; fflush() } next }
    { print; fflush() }' >&2

if [ -s "$status" ]; then
  echo "building $output failed; the messages above say why" >&2
  exit 1
fi
echo "built bin/$output" >&2
