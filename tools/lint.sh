#!/usr/bin/env bash
# Check style, types and the direction of imports, of Python, JavaScript and the shell scripts; all
# checks run, whatever the first ones say.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
tools/setup.sh test || exit

failed=()
check() { # check NAME COMMAND...
  local name=$1
  shift
  printf '%s\n' "== $name"
  "$@" || failed+=("$name")
}

check "style" .venv/bin/ruff check
check "format" .venv/bin/ruff format --check
check "types" .venv/bin/mypy
check "imports" .venv/bin/lint-imports --no-logo
check "JavaScript types" tools/node.sh node_modules/typescript/bin/tsc --project tsconfig.json
check "JavaScript style" tools/node.sh node_modules/eslint/bin/eslint.js --max-warnings 0 \
  bot/web tests/unit/web eslint.config.js
check "shell scripts" .venv/bin/shellcheck tools/*.sh .ci/run
check "training data" env PYTHONPATH=. PYTHONWARNINGS=ignore RASA_TELEMETRY_ENABLED=false \
  LOG_LEVEL=WARNING TF_CPP_MIN_LOG_LEVEL=3 .venv-rasa/bin/python -m rasa data validate \
  --fail-on-warnings --domain domain.yml --config config.yml --data data/nlu data/rules

if [ ${#failed[@]} -gt 0 ]; then
  echo "FAILED: ${failed[*]}" >&2
  exit 1
fi
