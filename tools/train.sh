#!/usr/bin/env bash
# Train the assistant, if what it learns from has changed.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh run
exec .venv/bin/regalo train "$@"
