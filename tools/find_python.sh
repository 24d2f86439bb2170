#!/usr/bin/env bash
# Print a Python of one of the wanted versions (best first) that really runs; with --all, each.
#
#   tools/find_python.sh 3.10
#   tools/find_python.sh --all 3.13 3.12 3.11
#
# A `python3.10` on the PATH may be a pyenv shim that only says "not installed here", while the
# version itself lies in pyenv's folder: so every candidate is run, and those folders are searched.
set -euo pipefail
shopt -s nullglob

all=
if [ "${1:-}" = --all ]; then
  all=yes
  shift
fi

real() { # real PYTHON VERSION: print its own path if it starts, is that version, has what we need
  "$1" -I -c "import sys, ctypes, sqlite3, ssl, venv
if '%d.%d' % sys.version_info[:2] != '$2': sys.exit(1)
print(sys.executable)" 2>/dev/null
}

for version in "$@"; do
  candidates=()
  while IFS= read -r path; do
    candidates+=("$path")
  done < <(type -ap "python$version" python3 python)
  candidates+=(
    ${PYENV_ROOT:+"$PYENV_ROOT"/versions/"$version".*/bin/python}
    "$HOME"/.pyenv/versions/"$version".*/bin/python
    "${XDG_DATA_HOME:-$HOME/.local/share}"/uv/python/*"-$version."*/bin/python"$version"
    /opt/python*/bin/python"$version" /opt/*/python*/bin/python"$version"
    /opt/homebrew/bin/python"$version" /usr/local/bin/python"$version"
  )
  for python in "${candidates[@]}"; do
    if [ -x "$python" ] && real "$python" "$version"; then
      [ -n "$all" ] || exit 0
    fi
  done
done
[ -n "$all" ]
