"""`regalo run` refuses a wrong version of Rasa before it starts anything."""

from pathlib import Path

import pytest

from bot.cli.engine import rasa_version_or_fail
from bot.cli.failure import Failure
from bot.rasa import environment

pytestmark = pytest.mark.integration


def test_pinned_version_is_accepted() -> None:
    python = environment.python()
    assert python is not None
    rasa_version_or_fail(str(python))


def test_reason_of_the_engines_environment_is_the_failure(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'Rasa 3.6.20 is installed' >&2\nexit 1\n")
    python.chmod(0o755)
    with pytest.raises(Failure, match=r"^Rasa 3\.6\.20 is installed$"):
        rasa_version_or_fail(str(python))
