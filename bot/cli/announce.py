"""`regalo announce`: print the addresses once every process answers."""

import json
import signal
import time
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from bot.cli.failure import settings_or_fail
from bot.cli.process import end_with_parent

EXAMPLES = ("regalo announce  is started by `regalo run`",)
# Seconds between two lines that say what is still missing.
REPORT_INTERVAL = 60


def main() -> None:
    """Wait for /readyz, then print the addresses; say what is missing when it takes long."""
    end_with_parent(signal.SIGTERM)
    settings = settings_or_fail()
    url, token = settings.local_url, settings.operations_token
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    began = reported = time.monotonic()
    while missing := _missing(url, headers):
        time.sleep(0.5)
        if time.monotonic() - reported > REPORT_INTERVAL:
            reported = time.monotonic()
            print(f"Not ready after {reported - began:.0f} s, waiting for: {missing}", flush=True)
    print(
        f"Regalo is ready after {time.monotonic() - began:.0f} s.\n"
        f"  Chat     {url}/\n"
        f"  Console  {url}/console\n"
        f"  Health   {url}/readyz\n"
        "Ctrl-C ends it.",
        flush=True,
    )


def _missing(url: str, headers: dict[str, str]) -> str:
    """Return what is not ready yet, as text; empty when everything is."""
    # Ignore HTTP_PROXY: the address is on this machine.
    opener = build_opener(ProxyHandler({}))
    opener.addheaders += headers.items()
    try:
        with opener.open(f"{url}/readyz", timeout=5):
            return ""
    except HTTPError as error:
        with error:
            return _list_missing(error.read(4096))
    except (URLError, OSError):
        return "the edge"


def _list_missing(body: bytes) -> str:
    try:
        content = json.loads(body)
    except ValueError:
        return "the answer of /readyz is not JSON"
    return ", ".join(f"{name}: {state}" for name, state in content.items()) or "everything"
