"""Where the engine's Python and models are, and the environment variables of its processes."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.config.settings import ROOT, Settings

PYTHON = Path(".venv-rasa/bin/python")
MODELS = Path("models")
# The files and folders that a model is made from: a change in any of them makes it stale.
SOURCES = (
    "domain.yml",
    "config.yml",
    "data/concepts.yml",
    "bot/inside_rasa/words.py",
    "bot/inside_rasa/spelling.py",
    "bot/inside_rasa/concepts.py",
    "bot/inside_rasa/intent_features.py",
    "bot/inside_rasa/intent_model.py",
    "bot/inside_rasa/intent_classifier.py",
    "data/nlu",
    "data/rules",
    "data/stories",
    "requirements/engine.txt",
)
_RESPONSES = re.compile(rb"^responses:.*?(?=^\w|\Z)", re.MULTILINE | re.DOTALL)


def sources(root: Path = ROOT) -> Iterator[Path]:
    """Yield every file that a model is made from, in a fixed order."""
    for name in SOURCES:
        path = root / name
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*.y*ml") if file.is_file())
        elif path.is_file():
            yield path


def fingerprint(root: Path = ROOT) -> str:
    """Return a hash of all that a model is made from: 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sources(root):
        content = path.read_bytes()
        if path.name == "domain.yml":
            # The actions and the edge read the responses; no model is made from them.
            content = _RESPONSES.sub(b"", content)
        # The length makes text that moves from one file to the next change the hash.
        digest.update(f"{path.relative_to(root).as_posix()}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def model_path(root: Path = ROOT) -> Path:
    """Return the path of the model for the present sources, whether it is trained yet or not."""
    return root / MODELS / f"regalo-{fingerprint(root)}.tar.gz"


def newest_model(root: Path = ROOT) -> Path | None:
    """Return the model for the present sources, else the last one trained; None without any."""
    current = model_path(root)
    if current.is_file():
        return current
    models = (root / MODELS).glob("regalo-*.tar.gz")
    return max(models, key=lambda path: path.stat().st_mtime, default=None)


def environment(base: Mapping[str, str], settings: Settings, **more: str) -> dict[str, str]:
    """Return the environment variables for a process of the engine.

    Args:
        base: the variables of this process; our settings, many of them secrets, are left out.
        more: the variables, some of them secret, that this process needs.
    """
    settings_names = {name.upper() for name in Settings.model_fields}
    inherited = {
        name: value
        for name, value in base.items()
        if name.upper() not in settings_names
        and not name.startswith(("PYTHON", "SANIC_", "VIRTUAL_ENV"))
    }
    return inherited | {
        "CUDA_VISIBLE_DEVICES": "-1",
        "ENGINE_PLAIN": "true" if settings.engine_plain else "false",
        "LOG_LEVEL": "DEBUG" if settings.log_level == "DEBUG" else "WARNING",
        "MPLCONFIGDIR": str(settings.var_dir / "matplotlib"),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "ignore",
        "RASA_CACHE_DIRECTORY": str(settings.var_dir / "rasa-cache"),
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **more,
    }


def python(root: Path = ROOT) -> Path | None:
    """Return the path of the engine's Python, or None if its environment is not installed."""
    path = root / PYTHON
    return path if os.access(path, os.X_OK) else None
