"""Records which lines of ``bot/inside_rasa`` the engine's own Python (3.10) runs.

``tests.unit.engine_python`` puts this folder on the engine's path while coverage is measured. The
engine's environment has no coverage package, and none is needed for one folder:
``tools/package_coverage.py`` adds what is written here, a list of line numbers for each file.
"""

import atexit
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

_FOLDER = os.environ["ENGINE_COVERAGE_FOLDER"]
_OUTPUT = Path(os.environ["ENGINE_COVERAGE_OUTPUT"])
_lines: dict[str, set[int]] = {}


def _trace(frame: FrameType, _event: str, _arg: Any) -> Callable[..., Any] | None:
    file = frame.f_code.co_filename
    if not file.startswith(_FOLDER):
        return None
    lines = _lines.setdefault(file, set())
    lines.add(frame.f_lineno)

    def trace_line(frame: FrameType, _event: str, _arg: Any) -> Callable[..., Any]:
        lines.add(frame.f_lineno)
        return trace_line

    return trace_line


@atexit.register
def _save() -> None:
    sys.settrace(None)
    record = {file: sorted(lines) for file, lines in _lines.items()}
    (_OUTPUT / f"engine-{os.getpid()}.json").write_text(json.dumps(record), encoding="utf-8")


threading.settrace(_trace)
sys.settrace(_trace)
