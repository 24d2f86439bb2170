"""Another version of Rasa than the pinned one is refused with a sentence."""

from pathlib import Path

import pytest

from bot.config.settings import ROOT
from bot.inside_rasa.rasa_version import WrongVersion, pinned_version, require_pinned_rasa
from tests.unit.engine_python import run, run_failing

# Any of the entry points, as if another version were installed.
SCRIPT = """
import importlib.metadata, runpy, sys
importlib.metadata.version = lambda _package: "3.6.20"
sys.argv[1:] = sys.argv[2:]
runpy.run_module(f"bot.inside_rasa.{sys.argv[1]}", run_name="__main__")
"""


@pytest.mark.unit
def test_pinned_version_is_that_of_the_compiled_requirements() -> None:
    assert f"rasa=={pinned_version()} " in (ROOT / "requirements" / "engine.txt").read_text()


@pytest.mark.unit
def test_unpinned_version_is_refused(tmp_path: Path) -> None:
    requirements = tmp_path / "engine.in"
    requirements.write_text("# rasa==1\nrasa>=3.6\n")
    with pytest.raises(WrongVersion, match="must pin Rasa"):
        pinned_version(requirements)


@pytest.mark.unit
def test_missing_rasa_is_refused() -> None:
    # Rasa is never installed in the environment of the tests.
    with pytest.raises(WrongVersion, match=r"^Rasa is not installed in .* run `make setup`$"):
        require_pinned_rasa()


@pytest.mark.integration
def test_installed_version_is_the_pinned_one() -> None:
    assert run("-m", "bot.inside_rasa.rasa_version") == ""


@pytest.mark.integration
@pytest.mark.parametrize("entry_point", ["serve", "train", "parse", "rasa_version"])
def test_every_entry_point_refuses_another_version(entry_point: str) -> None:
    error = run_failing("-c", SCRIPT, "", entry_point, "127.0.0.1", "1")
    assert error.startswith("Rasa 3.6.20 is installed in ")
    assert f"made for Rasa {pinned_version()} (requirements/engine.in): run `make setup`" in error
    assert error.count("\n") == 1
