#!/bin/sh
# Puts a Pulumi CLI at bin/pulumi: the one on PATH when it is recent enough, else the pinned one built from its module.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
pinned=$(sed -n 's|.*github.com/pulumi/pulumi/pkg/v3 \(v[0-9.]*\).*|\1|p' "$root/tools/pulumi/go.mod" | head -n 1)
# 3.231 is the first release whose preview-only runs take no lock on an S3 backend.
minimum=3.231.0

recent() {
  [ "$(printf '%s\n%s\n' "$minimum" "${1#v}" | sort -V | head -n 1)" = "$minimum" ]
}

mkdir -p "$root/bin"
if [ -x "$root/bin/pulumi" ] && recent "$("$root/bin/pulumi" version 2>/dev/null || echo v0)"; then
  exit 0
fi
if found=$(command -v pulumi) && version=$("$found" version 2>/dev/null) && recent "$version"; then
  echo "using pulumi $version at $found" >&2
  ln -sf "$found" "$root/bin/pulumi"
  exit 0
fi
echo "no pulumi $minimum or newer on PATH" >&2
exec "$root/tools/build.sh" pulumi pulumi github.com/pulumi/pulumi/pkg/v3/cmd/pulumi \
  "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=$pinned"
