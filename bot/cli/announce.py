"""`regalo announce`: say where everything is, once all of it answers."""

import json
import signal
import time
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from bot.cli.failure import settings_or_fail
from bot.cli.process import end_with_parent

EXAMPLES = ("regalo announce  is started by `regalo run`",)
# Until then, being slow is nothing to speak of.
PATIENCE = 60


def main() -> None:
    """Wait for /readyz, then print the addresses; say what is missing when it takes long."""
    end_with_parent(signal.SIGTERM)
    url = settings_or_fail().local_url
    began = told = time.monotonic()
    while missing := _missing(url):
        time.sleep(0.5)
        if time.monotonic() - told > PATIENCE:
            told = time.monotonic()
            print(f"Not ready after {told - began:.0f} s, waiting for: {missing}", flush=True)
    print(
        f"Regalo is ready after {time.monotonic() - began:.0f} s.\n"
        f"  Chat     {url}/\n"
        f"  Console  {url}/console\n"
        f"  Health   {url}/readyz\n"
        "Ctrl-C ends it.",
        flush=True,
    )


def _missing(url: str) -> str:
    """What is not ready yet; nothing when all is."""
    # A proxy that is set for the wide world has no business on this machine.
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(f"{url}/readyz", timeout=5):
            return ""
    except HTTPError as error:
        with error:
            return _told(error.read(4096))
    except (URLError, OSError):
        return "the edge"


def _told(answer: bytes) -> str:
    try:
        content = json.loads(answer)
    except ValueError:
        return "what /readyz answers is not JSON"
    return ", ".join(f"{name}: {state}" for name, state in content.items()) or "all of it"
