#!/usr/bin/env bash
# Remove environments, models and caches; var/ stays, for it holds the database and its key.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf .venv .venv-rasa node_modules var/uv models build ./*.egg-info \
  .hypothesis .import_linter_cache .mypy_cache .pytest_cache .rasa .ruff_cache
find bot actions tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
