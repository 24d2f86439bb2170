"""The layer contract: a package that it does not name could import whatever it likes."""

import re
import tomllib

from bot.config.settings import ROOT

# Apart by purpose: other environments or formats than the house's, imported by nothing of it.
APART = {"bot.inside_rasa", "bot.migrations", "bot.web"}


def test_every_package_and_root_module_has_its_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]
    named = {name for layer in layers for name in re.split(r"[\s|:()]+", layer) if name}
    there = {
        f"bot.{path.stem}"
        for path in (ROOT / "bot").iterdir()
        if (path.is_dir() and path.name != "__pycache__") or path.suffix == ".py"
    } - {"bot.__init__"}
    assert len(there) > 25
    assert there - APART == named - {"actions"}
