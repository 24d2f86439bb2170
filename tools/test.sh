#!/usr/bin/env bash
# Run the tests; arguments go to pytest: tools/test.sh tests/unit -k chat
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test
.venv/bin/regalo train
CHROMIUM=$(tools/browser.sh)
export CHROMIUM
[ $# -eq 0 ] || exec .venv/bin/pytest "$@"

# What needs the whole product has the machine for itself; the rest runs in two processes. Both
# parts run whatever comes of the other, so that one run tells everything.
failed=
.venv/bin/pytest tests/unit tests/integration --numprocesses 2 --dist loadgroup || failed=yes
.venv/bin/pytest tests/e2e || failed=yes
if [ -n "$failed" ]; then
  echo "TESTS FAILED: see the summaries above" >&2
  exit 1
fi
