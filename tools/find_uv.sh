#!/usr/bin/env bash
# Print where uv is; install it in var/uv (hash-checked) when the machine has none.
set -euo pipefail
cd "$(dirname "$0")/.."

if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
  command -v uv
  exit
fi
local_uv=$PWD/var/uv/bin/uv
if ! "$local_uv" --version >/dev/null 2>&1; then
  mkdir -p var
  installed=
  while IFS= read -r python; do
    rm -rf var/uv
    if "$python" -m venv var/uv >/dev/null 2>&1 &&
      var/uv/bin/python -m pip install --quiet --disable-pip-version-check \
        --require-hashes --only-binary :all: -r requirements/uv.txt >&2; then
      installed=yes
      break
    fi
  done < <(tools/find_python.sh --all 3.13 3.12 3.11 3.10 3.9 3.8)
  if [ -z "$installed" ]; then
    echo "uv is missing and could not be installed: install uv (https://docs.astral.sh/uv/)" \
      "or a Python 3.8 or newer with pip and venv (on Debian: apt install python3-venv)." >&2
    exit 1
  fi
fi
echo "$local_uv"
