"""Print the coverage of each package, and fail if one is below the limit.

``tools/test.sh`` runs it over what the unit and integration tests have measured, here and in the
engine's own Python (tests/engine_coverage). The end-to-end tests are not measured. A module that
lies directly in ``bot/`` counts for ``bot``.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

from coverage import Coverage

LIMIT = 90.0  # percent of the lines
# Only the end-to-end tests run these, around the whole product, and those are not measured.
UNMEASURED = {"bot/cli/announce.py", "bot/cli/run.py", "bot/cli/supervise.py"}
ROOT = Path(__file__).parents[1]


def package_of(file: Path) -> str:
    """Return the package of a source file: ``bot.cases`` for ``bot/cases/search.py``."""
    folders = file.relative_to(ROOT).parent.parts
    return ".".join(folders[:2])


def main() -> int:
    """Return the exit code: 1 if a package is below the limit or nothing was measured."""
    coverage = Coverage(config_file=str(ROOT / "pyproject.toml"))
    coverage.load()
    for record in (ROOT / "var" / "coverage").glob("engine-*.json"):
        coverage.get_data().add_lines(json.loads(record.read_text(encoding="utf-8")))
    lines: dict[str, int] = defaultdict(int)
    missed: dict[str, int] = defaultdict(int)
    # The files on the disk, not the measured ones: what no test imports counts as missed.
    for folder in ("bot", "actions"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            if str(file.relative_to(ROOT)) in UNMEASURED:
                continue
            _, statements, _, missing, _ = coverage.analysis2(str(file))
            lines[package_of(file)] += len(statements)
            missed[package_of(file)] += len(missing)
    below = []
    for package in sorted(name for name in lines if lines[name]):
        percent = 100 * (1 - missed[package] / lines[package])
        print(f"{package:24} {lines[package]:6} lines {percent:6.1f} %")
        if percent < LIMIT:
            below.append(package)
    total = 100 * (1 - sum(missed.values()) / sum(lines.values()))
    print(f"{'all':24} {sum(lines.values()):6} lines {total:6.1f} %")
    if below:
        print(f"COVERAGE BELOW {LIMIT:.0f} %: {', '.join(below)}", file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
