#!/usr/bin/env bash
# Run the tests; arguments go to pytest: tools/test.sh tests/unit -k chat
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test
.venv/bin/regalo train
CHROMIUM=$(tools/browser.sh)
export CHROMIUM
exec .venv/bin/pytest "$@"
