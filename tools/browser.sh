#!/usr/bin/env bash
# Print the path of a Chromium for the page tests; install one when the machine has none.
set -euo pipefail
cd "$(dirname "$0")/.."

works() { "$1" --version >/dev/null 2>&1; }

find_browser() {
  local name path
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if [ -n "$name" ] && path=$(command -v "$name") && works "$path"; then
      echo "$path"
      return
    fi
  done
  # Playwright's own, where `playwright install` puts it.
  path=$(.venv/bin/python - 2>/dev/null <<'PYTHON'
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
PYTHON
  ) || return
  [ -x "$path" ] && works "$path" && echo "$path"
}

if find_browser; then exit; fi

log=var/browser.log
mkdir -p var
echo "Installing Chromium for the page tests …" >&2
{
  if [ "$(id -u)" = 0 ] && command -v apt-get && grep -qsx 'ID=debian' /etc/os-release; then
    apt-get update -q &&
      DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends chromium
  fi
} >"$log" 2>&1 </dev/null || true
if find_browser; then exit; fi
with_libraries=()
if [ "$(id -u)" = 0 ]; then with_libraries=(--with-deps); fi
.venv/bin/playwright install ${with_libraries[@]+"${with_libraries[@]}"} chromium \
  >>"$log" 2>&1 </dev/null || true
if find_browser; then exit; fi
echo "No Chromium was found and none could be installed (see $log): install chromium or" \
  "google-chrome, or set CHROMIUM to the path of one." >&2
exit 1
