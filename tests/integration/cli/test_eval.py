"""`regalo eval`: the tables about messages that the model was not trained on."""

from pathlib import Path

import pytest

from bot.config.settings import ROOT
from tests.command_runner import command_runner

MESSAGES = ROOT / "tests" / "nlu" / "messages.jsonl"


def test_eval_prints_every_table_and_draws_the_confusion_matrix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = MESSAGES.read_text(encoding="utf-8").splitlines()[::20]
    (tmp_path / "messages.jsonl").write_text("\n".join(lines), encoding="utf-8")
    regalo = command_runner(monkeypatch, capsys, VAR_DIR=str(tmp_path))

    result = regalo("eval", str(tmp_path / "messages.jsonl"), "--picture", str(tmp_path / "m.svg"))

    assert result.code == 0, result.err
    assert "left out, as they train" in result.out
    for part in ("es: ", "en: ", "as written", "region", "both complaints found"):
        assert part in result.out
    assert (tmp_path / "m.svg").read_text(encoding="utf-8").startswith("<svg")
