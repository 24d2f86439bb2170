#!/usr/bin/env bash
# Check style, types and the direction of imports, of Python, JavaScript and the shell scripts, and the
# training data. All parts run, two at a time, whatever the first ones say; their output is printed
# in the order below.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
tools/setup.sh test || exit

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
names=()
check() { # check NAME COMMAND...: run it in the background, as soon as fewer than two others run
  while [ "$(jobs -pr | wc -l)" -ge 2 ]; do wait -n; done
  local log=$logs/${#names[@]}
  names+=("$1")
  shift
  { "$@" >"$log" 2>&1 || touch "$log.failed"; } &
}

# The longest first.
check "training data" env PYTHONPATH=. PYTHONWARNINGS=ignore RASA_TELEMETRY_ENABLED=false \
  LOG_LEVEL=WARNING TF_CPP_MIN_LOG_LEVEL=3 .venv-rasa/bin/python -m rasa data validate \
  --fail-on-warnings --domain domain.yml --config config.yml --data data/nlu data/rules
check "types" .venv/bin/mypy
check "imports" .venv/bin/lint-imports --no-logo
check "JavaScript types" tools/node.sh node_modules/typescript/bin/tsc --project tsconfig.json
check "JavaScript style" tools/node.sh node_modules/eslint/bin/eslint.js --max-warnings 0 \
  bot/web tests/unit/web eslint.config.js
check "shell scripts" .venv/bin/shellcheck tools/*.sh .ci/run
check "style" .venv/bin/ruff check
check "format" .venv/bin/ruff format --check
wait

failed=()
for number in "${!names[@]}"; do
  printf '%s\n' "== ${names[number]}"
  cat "$logs/$number"
  [ ! -e "$logs/$number.failed" ] || failed+=("${names[number]}")
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "LINT FAILED: ${failed[*]}" >&2
  exit 1
fi
