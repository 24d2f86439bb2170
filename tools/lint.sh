#!/usr/bin/env bash
# Check style, types and the direction of imports; all three run, whatever the first ones say.
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

if [ ${#failed[@]} -gt 0 ]; then
  echo "FAILED: ${failed[*]}" >&2
  exit 1
fi
