"""Which files make a model stale, which model is used, and the engine's environment variables."""

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
def test_changed_source_makes_the_model_stale(root: Path, name: str) -> None:
    before = environment.model_path(root)
    (root / name).write_text("something else")

    assert environment.model_path(root) != before


def test_new_renamed_and_shifted_sources_change_the_fingerprint(root: Path) -> None:
    fingerprints = [environment.fingerprint(root)]
    (root / "data/stories").mkdir()
    (root / "data/stories/a.yml").write_text("stories: []")
    fingerprints.append(environment.fingerprint(root))
    (root / "data/nlu/a.yml").rename(root / "data/nlu/c.yml")
    fingerprints.append(environment.fingerprint(root))
    (root / "data/nlu/b.yml").write_text("nlu: [b]nlu: []")
    (root / "data/nlu/c.yml").write_text("")
    fingerprints.append(environment.fingerprint(root))

    assert len(set(fingerprints)) == 4


def test_other_files_and_times_do_not_change_the_fingerprint(root: Path) -> None:
    before = environment.fingerprint(root)
    (root / "data/company/policy.yml").write_text("version: 2")
    (root / "data/nlu/a.yml~").write_text("an editor's copy")
    os.utime(root / "data/nlu/a.yml", (0, 0))

    assert environment.fingerprint(root) == before


def test_current_model_is_used_else_the_newest(root: Path) -> None:
    assert environment.newest_model(root) is None
    models = root / "models"
    models.mkdir()
    old, new = models / "regalo-1.tar.gz", models / "regalo-0.tar.gz"
    for age, model in enumerate((new, old)):
        model.touch()
        os.utime(model, (10 - age, 10 - age))
    (models / "other.tar.gz").touch()
    assert environment.newest_model(root) == new

    current = environment.model_path(root)
    current.touch()
    os.utime(current, (0, 0))
    assert environment.newest_model(root) == current


def test_engine_gets_no_secret_that_it_does_not_need(tmp_path: Path) -> None:
    base = {"PATH": "/bin", "ADMIN_PASSWORD": "p", "DATABASE_URL": "d", "SECRET_KEY": "s"}
    settings = load_settings(var_dir=tmp_path, log_level="INFO")

    variables = environment.environment(base, settings, ENGINE_TOKEN="t")

    assert variables["PATH"] == "/bin"
    assert variables["ENGINE_TOKEN"] == "t"
    assert variables["LOG_LEVEL"] == "WARNING"
    assert variables["ENGINE_PLAIN"] == "false"
    assert not variables.keys() & {"ADMIN_PASSWORD", "DATABASE_URL", "SECRET_KEY"}


@pytest.mark.parametrize("plain", [True, False])
def test_plain_rasa_is_a_variable_of_the_engine(tmp_path: Path, *, plain: bool) -> None:
    settings = load_settings(var_dir=tmp_path, engine_plain=plain)

    variables = environment.environment({"engine_plain": "other"}, settings)

    assert variables["ENGINE_PLAIN"] == str(plain).lower()


def test_classifier_is_configured_with_every_category() -> None:
    config = YAML(typ="safe").load(ROOT / "config.yml")
    (classifier,) = [part for part in config["pipeline"] if "complaints" in part]
    assert set(classifier["complaints"]) == CATEGORIES.keys()
