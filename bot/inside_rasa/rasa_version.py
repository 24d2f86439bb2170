"""Refuses any other version of Rasa than the pinned one, for which our patches were written.

The version is pinned in requirements/engine.in, and nowhere else.

.venv-rasa/bin/python -m bot.inside_rasa.rasa_version
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements" / "engine.in"


class WrongVersion(Exception):
    """Another version of Rasa is installed; the text says which, and what to do."""


def require_pinned_rasa(requirements: Path = REQUIREMENTS) -> None:
    """Check the installed version, without importing Rasa.

    Raises:
        WrongVersion: it is not the pinned one, or Rasa is not installed.
    """
    pinned = pinned_version(requirements)
    try:
        installed = f"Rasa {version('rasa')} is installed"
    except PackageNotFoundError:
        installed = "Rasa is not installed"
    if installed != f"Rasa {pinned} is installed":
        raise WrongVersion(
            f"{installed} in {sys.prefix}, but this Regalo is made for Rasa {pinned}"
            " (requirements/engine.in): run `make setup`"
        )


def pinned_version(requirements: Path = REQUIREMENTS) -> str:
    """Return the version of Rasa in the requirements.

    Raises:
        WrongVersion: it is not pinned there.
    """
    pin = re.search(r"^rasa==(\S+)", requirements.read_text(encoding="utf-8"), re.MULTILINE)
    if pin is None:
        raise WrongVersion(f"{requirements} must pin Rasa: rasa==VERSION")
    return pin[1]


def main() -> None:
    """End with exit code 1 and the reason if another version is installed."""
    try:
        require_pinned_rasa()
    except WrongVersion as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
