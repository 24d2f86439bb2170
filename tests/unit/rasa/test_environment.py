"""When a model is stale: its fingerprint, and which model is used."""

import os
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.category import CATEGORIES
from bot.config.settings import ROOT, load_settings
from bot.rasa import environment

pytestmark = pytest.mark.unit


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in {
        "domain.yml": "version: 1",
        "config.yml": "language: es",
        "data/nlu/a.yml": "nlu: []",
        "data/nlu/b.yml": "nlu: [b]",
        "data/rules/a.yml": "rules: []",
        "requirements/engine.txt": "rasa==3.6.21",
        "data/company/policy.yml": "version: 1",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return tmp_path


@pytest.mark.parametrize(
    "name",
    ["domain.yml", "config.yml", "data/nlu/a.yml", "data/rules/a.yml", "requirements/engine.txt"],
)
def test_a_change_in_a_source_makes_the_model_stale(root: Path, name: str) -> None:
    before = environment.model_path(root)
    (root / name).write_text("something else")

    assert environment.model_path(root) != before


def test_a_new_a_renamed_and_a_shifted_source_make_it_stale(root: Path) -> None:
    prints = [environment.fingerprint(root)]
    (root / "data/stories").mkdir()
    (root / "data/stories/a.yml").write_text("stories: []")
    prints.append(environment.fingerprint(root))
    (root / "data/nlu/a.yml").rename(root / "data/nlu/c.yml")
    prints.append(environment.fingerprint(root))
    (root / "data/nlu/b.yml").write_text("nlu: [b]nlu: []")
    (root / "data/nlu/c.yml").write_text("")
    prints.append(environment.fingerprint(root))

    assert len(set(prints)) == 4


def test_nothing_else_makes_it_stale(root: Path) -> None:
    before = environment.fingerprint(root)
    (root / "data/company/policy.yml").write_text("version: 2")
    (root / "data/nlu/a.yml~").write_text("an editor's copy")
    os.utime(root / "data/nlu/a.yml", (0, 0))

    assert environment.fingerprint(root) == before


def test_the_fitting_model_is_used_else_the_newest(root: Path) -> None:
    assert environment.newest_model(root) is None
    models = root / "models"
    models.mkdir()
    old, new, fitting = models / "regalo-1.tar.gz", models / "regalo-0.tar.gz", None
    for age, model in enumerate((new, old)):
        model.touch()
        os.utime(model, (10 - age, 10 - age))
    (models / "other.tar.gz").touch()
    assert environment.newest_model(root) == new

    fitting = environment.model_path(root)
    fitting.touch()
    os.utime(fitting, (0, 0))
    assert environment.newest_model(root) == fitting


def test_the_engine_is_given_no_secret_it_has_no_need_of(tmp_path: Path) -> None:
    base = {"PATH": "/bin", "ADMIN_PASSWORD": "p", "DATABASE_URL": "d", "SECRET_KEY": "s"}
    settings = load_settings(var_dir=tmp_path, log_level="INFO")

    variables = environment.environment(base, settings, ENGINE_TOKEN="t")

    assert variables["PATH"] == "/bin"
    assert variables["ENGINE_TOKEN"] == "t"
    assert variables["LOG_LEVEL"] == "WARNING"
    assert not variables.keys() & {"ADMIN_PASSWORD", "DATABASE_URL", "SECRET_KEY"}


def test_the_model_is_told_of_every_category_that_it_is_a_complaint() -> None:
    config = YAML(typ="safe").load(ROOT / "config.yml")
    (classifier,) = [one for one in config["pipeline"] if "complaints" in one]
    assert set(classifier["complaints"]) == CATEGORIES.keys()
