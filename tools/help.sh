#!/usr/bin/env bash
# Print the targets of the Makefile, one line each.
set -euo pipefail
cd "$(dirname "$0")/.."
sed -n 's/^\([a-z-]*\):.* ## \(.*\)$/  make \1|\2/p' Makefile |
  while IFS='|' read -r target sentence; do printf '%-14s %s\n' "$target" "$sentence"; done
