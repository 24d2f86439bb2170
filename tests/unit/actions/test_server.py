"""The actions' server does not start without a token."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from actions.server import create_app
from bot.config.settings import SettingsError, load_settings

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("token", [None, "", " "])
def test_missing_or_empty_token_is_refused(token: str | None, tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path, actions_token=None)
    # The settings themselves refuse a blank one.
    blank = settings.model_copy(update={"actions_token": token and SecretStr(token)})
    with pytest.raises(SettingsError, match=r"^ACTIONS_TOKEN is missing or empty: "):
        create_app(blank)
