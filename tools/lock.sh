#!/usr/bin/env bash
# Recompile the pinned requirements; `tools/lock.sh --upgrade` also takes newer versions.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(tools/find_uv.sh)

compile() { # compile NAME PYTHON [OPTION...]
  local name=$1 python=$2
  shift 2
  echo "locking requirements/$name.txt"
  # No index address is written: every machine installs from the index it is set up for, and the
  # hashes see to it that the files are the same.
  "$uv" pip compile --quiet --generate-hashes --python-version "$python" \
    --custom-compile-command "make lock" "$@" \
    --output-file "requirements/$name.txt" "requirements/$name.in"
}

compile uv 3.8 --universal "$@"
compile app 3.11 --universal "$@"
compile dev 3.11 --universal "$@"
compile engine 3.10 --universal "$@"

tools/setup.sh test
echo "locking package-lock.json"
verb=install
[ "${1:-}" != --upgrade ] || verb=update
# As with uv, .npmrc keeps the registry's address out of it.
tools/node.sh npm "$verb" --package-lock-only --ignore-scripts --no-audit --no-fund
