"""The layer contract: a package that it does not name could import anything."""

import re
import tomllib

from bot.config.settings import ROOT

# Not in the contract: other environments or formats, which no module imports.
NOT_LAYERED = {"bot.inside_rasa", "bot.migrations", "bot.web"}


def test_every_package_and_root_module_has_a_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]
    named = {name for layer in layers for name in re.split(r"[\s|:()]+", layer) if name}
    present = {
        f"bot.{path.stem}"
        for path in (ROOT / "bot").iterdir()
        if (path.is_dir() and path.name != "__pycache__") or path.suffix == ".py"
    } - {"bot.__init__"}
    assert len(present) > 25
    assert present - NOT_LAYERED == named - {"actions"}
