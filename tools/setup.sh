#!/usr/bin/env bash
# Build the two environments: tools/setup.sh run (what the product needs) or test (and the tests).
#
# Each is synchronised only when what it was made from has changed; that is kept inside it, in the
# file `.made-from`. An environment made for the tests also serves a run, so that going from one
# to the other installs nothing anew.
set -euo pipefail
cd "$(dirname "$0")/.."

level=${1:-run}
case $level in run | test) ;; *) echo "usage: tools/setup.sh run|test" >&2 && exit 2 ;; esac

uv=
uv() {
  [ -n "$uv" ] || uv=$(tools/find_uv.sh)
  "$uv" --no-progress "$@"
}

step() { # step SENTENCE COMMAND...: say what is done, do it, say how long it took
  local sentence=$1 began=$SECONDS log
  shift
  log=$(mktemp)
  printf '%s … ' "$sentence"
  if "$@" >"$log" 2>&1; then
    printf '%d s\n' $((SECONDS - began))
    rm -f "$log"
  else
    printf 'failed\n'
    cat "$log" >&2
    rm -f "$log"
    exit 1
  fi
}

version_of() { # version_of VENV: "3.11.7", or nothing if it does not run
  "$1/bin/python" -I -c 'import platform; print(platform.python_version())' 2>/dev/null || true
}

made_from() { # made_from VERSION LEVEL FILE...: what `.made-from` holds when all is up to date
  local version=$1 level=$2
  shift 2
  # Scripts inside carry the folder's path: a checkout that was moved needs a new environment.
  printf 'folder %s\npython %s\nlevel %s\n' "$PWD" "$version" "$level"
  cat "$@"
}

python_for() { # python_for VERSION...: its path, if need be installed by uv
  local python
  if python=$(tools/find_python.sh "$@"); then
    echo "$python"
  elif uv python install "$1" >/dev/null 2>&1 && python=$(uv python find "$1" 2>/dev/null); then
    echo "$python"
  else
    echo "Python $1 is missing and could not be downloaded: install it" \
      "(for instance with 'pyenv install $1', or your system's packages) and try again." >&2
    return 1
  fi
}

create() { # create VENV VERSION...: unless it is there, of a wanted version, and in its place
  local venv=$1 version wanted
  shift
  version=$(version_of "$venv")
  for wanted in "$@"; do
    case $version in "$wanted".*)
      if [ ! -f "$venv/.made-from" ] ||
        [ "$(head -n 2 "$venv/.made-from")" = "$(made_from "$version" - /dev/null | head -n 2)" ]; then
        return
      fi ;;
    esac
  done
  local python
  python=$(python_for "$@")
  rm -rf "$venv"
  step "Creating $venv with $("$python" --version)" uv venv --quiet --python "$python" "$venv"
}

is_current() { # is_current VENV LEVEL FILE...
  local venv=$1 version
  shift
  version=$(version_of "$venv")
  [ -n "$version" ] && made_from "$version" "$@" | cmp -s - "$venv/.made-from"
}

sync() { # sync VENV SENTENCE LEVEL FILE...: the last file is what is installed
  local venv=$1 sentence=$2
  shift 2
  rm -f "$venv/.made-from" "$venv/.project-from"
  # Compiled now, what is imported takes a third of the time at every start.
  step "$sentence" uv pip sync --quiet --require-hashes --compile-bytecode \
    --python "$venv/bin/python" "${!#}"
  made_from "$(version_of "$venv")" "$@" >"$venv/.made-from"
}

# Two calls at once (a run and a test, say) take turns where the system can do that.
mkdir -p var
if command -v flock >/dev/null 2>&1; then
  exec 9>var/setup.lock
  flock 9
fi

app=requirements/app.txt dev=requirements/dev.txt engine=requirements/engine.txt
if ! is_current .venv test "$app" "$dev" &&
  { [ "$level" = test ] || ! is_current .venv run "$app"; }; then
  create .venv 3.11 3.12 3.13
  if [ "$level" = test ]; then
    sync .venv "Installing the application and what its tests need" test "$app" "$dev"
  else
    sync .venv "Installing the application" run "$app"
  fi
fi
if ! cmp -s pyproject.toml .venv/.project-from || [ ! -x .venv/bin/regalo ]; then
  step "Installing the project itself" \
    uv pip install --quiet --no-deps --no-build-isolation --python .venv/bin/python --editable .
  .venv/bin/python -m compileall -q bot actions
  cp pyproject.toml .venv/.project-from
fi
if [ "$level" = test ] &&
  ! cat package.json package-lock.json .npmrc | cmp -s - node_modules/.made-from; then
  step "Installing the checks of the pages' JavaScript" \
    tools/node.sh npm ci --ignore-scripts --no-audit --no-fund
  cat package.json package-lock.json .npmrc >node_modules/.made-from
fi
if ! is_current .venv-rasa engine "$engine"; then
  create .venv-rasa 3.10
  sync .venv-rasa "Installing the dialogue engine (large: a few minutes the first time)" \
    engine "$engine"
fi
