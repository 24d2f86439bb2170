#!/usr/bin/env bash
# Measure Regalo whole beside Rasa's own starter project; arguments: --quick, --plot.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test
.venv/bin/regalo train
exec .venv/bin/python -m bench "$@"
