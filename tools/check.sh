#!/usr/bin/env bash
# What a developer runs before each commit: lint and unit tests, in less than two minutes.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
failed=()
tools/lint.sh || failed+=("lint")
.venv/bin/pytest tests/unit -m "not integration" --numprocesses 2 || failed+=("unit tests")
if [ ${#failed[@]} -gt 0 ]; then
  echo "CHECK FAILED: ${failed[*]}" >&2
  exit 1
fi
