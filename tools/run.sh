#!/usr/bin/env bash
# From a fresh clone to a running Regalo, in the foreground.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh run
# In this shell's place, so that a signal sent to it ends all of Regalo.
exec .venv/bin/regalo run --train
