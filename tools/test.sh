#!/usr/bin/env bash
# Run the tests; arguments go to pytest: tools/test.sh tests/unit -k chat
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test
.venv/bin/regalo train
CHROMIUM=$(tools/browser.sh)
export CHROMIUM
[ $# -eq 0 ] || exec .venv/bin/pytest "$@"

failed=()
part() { # part NAME COMMAND...: every part runs, so that one run tells everything
  local name=$1 began=$SECONDS
  shift
  "$@" || failed+=("$name")
  printf '== %s: %d s\n' "$name" $((SECONDS - began))
}

rm -rf var/coverage
mkdir -p var/coverage
# Two processes each. What needs the whole product has the machine for itself: its two products
# already are four processes each.
part "unit and integration tests" .venv/bin/pytest tests/unit tests/integration \
  --numprocesses 2 --no-loadscope-reorder --cov --cov-report=
part "coverage" .venv/bin/python tools/package_coverage.py
part "end-to-end tests" .venv/bin/pytest tests/e2e --numprocesses 2
if [ ${#failed[@]} -gt 0 ]; then
  echo "TESTS FAILED: ${failed[*]}" >&2
  exit 1
fi
