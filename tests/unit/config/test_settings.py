"""The settings: defaults, database addresses, and errors that name the wrong setting."""

import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from bot.config.database_url import hide_password, is_in_memory, sqlite_url, to_engine_url
from bot.config.settings import ROOT, Settings, SettingsError, load_settings

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setitem(Settings.model_config, "env_file", None)


def test_defaults(tmp_path: Path) -> None:
    settings = load_settings()

    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert settings.database_url == f"sqlite:///{tmp_path}/var/regalo.db"
    assert settings.is_sqlite
    assert settings.company_dir == ROOT / "data" / "company"
    assert settings.embed_origins == ()
    assert not settings.telegram_enabled
    assert not settings.whatsapp_enabled


def test_environment_overrides_defaults_and_empty_values_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("HOST", "")
    monkeypatch.setenv("LOG_LEVEL", "debug")
    monkeypatch.setenv("EMBED_ORIGINS", "https://Shop.example, http://localhost:3000/")
    monkeypatch.setenv("SOMEBODY_ELSES", "business")

    settings = load_settings()

    assert (settings.port, settings.host, settings.log_level) == (9000, "127.0.0.1", "DEBUG")
    assert settings.embed_origins == ("https://shop.example", "http://localhost:3000")


def test_env_file_is_read_and_must_be_utf_8(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=9001\nADMIN_EMAIL=ana@shop.example\nNOT_OURS=1\n")
    monkeypatch.setitem(Settings.model_config, "env_file", file)

    assert load_settings().port == 9001
    file.write_bytes(b"PORT=\xff\xfe\n")
    with pytest.raises(SettingsError, match=r"\.env is not a text file in UTF-8"):
        load_settings()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("sqlite:////srv/a.db", "sqlite:////srv/a.db"),
        ("sqlite:///a.db", "sqlite:////root-of-it/a.db"),
        ("sqlite://", "sqlite://"),
        ("sqlite:///:memory:", "sqlite://"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgresql://u:p%40@h:1/d", "postgresql+asyncpg://u:p%40@h:1/d"),
        ("postgresql+psycopg2://h/d", "postgresql+asyncpg://h/d"),
        ("postgresql+asyncpg://h/d", "postgresql+asyncpg://h/d"),
        ("postgresql://h/d?sslmode=require", "postgresql+asyncpg://h/d?ssl=require"),
    ],
)
def test_database_address_gets_its_driver(written: str, expected: str) -> None:
    assert to_engine_url(written, relative_to=Path("/root-of-it")) == expected


@pytest.mark.parametrize(
    ("values", "names", "allowed"),
    [
        ({"port": "80x"}, "PORT is '80x'", "from 1 to 65535"),
        ({"port": "0"}, "PORT is '0'", "from 1 to 65535"),
        ({"host": "no host"}, "HOST is 'no host'", "host name"),
        ({"host": "300.1.1.1"}, "HOST is '300.1.1.1'", "IP address"),
        ({"database_url": "mysql://h/d"}, "DATABASE_URL is 'mysql://h/d'", "postgresql://"),
        ({"sqlite_driver": "quick"}, "SQLITE_DRIVER is 'quick'", "fast or plain"),
        ({"database_url": "sqlite://a.db"}, "DATABASE_URL is 'sqlite://a.db'", "sqlite:///"),
        ({"database_url": "postgresql://h"}, "DATABASE_URL is", "/name"),
        ({"workers": 2}, "WORKERS is '2'", "more than 1 needs PostgreSQL"),
        ({"action_workers": 2}, "ACTION_WORKERS is '2'", "more than 1 needs PostgreSQL"),
        ({"log_format": "xml"}, "LOG_FORMAT is 'xml'", "console or json"),
        ({"admin_email": "ana"}, "ADMIN_EMAIL is 'ana'", "e-mail"),
        ({"embed_origins": "shop.example"}, "EMBED_ORIGINS is 'shop.example'", "https://"),
        ({"embed_origins": "https://a.b/c"}, "EMBED_ORIGINS", "https://"),
        ({"apology_after": "61"}, "APOLOGY_AFTER is '61'", "seconds"),
        ({"telegram_token": "t", "telegram_mode": "webhook"}, "WEBHOOK_SECRET is not set", "1 to"),
        ({"telegram_mode": "push"}, "TELEGRAM_MODE is 'push'", "polling or webhook"),
        (
            {"telegram_token": "t", "workers": 2, "database_url": "postgresql://h/d"},
            "TELEGRAM_MODE is 'polling'",
            "polling needs one worker",
        ),
        ({"whatsapp_token": "t"}, "WHATSAPP_PHONE_NUMBER_ID is not set", "go together"),
        ({"var_dir": "/dev/null/var"}, "VAR_DIR is", "may write"),
        ({"engine_token": " "}, "ENGINE_TOKEN is wrong (its value is not shown)", "not blank"),
        ({"actions_token": ""}, "ACTIONS_TOKEN is wrong (its value is not shown)", "not blank"),
        ({"engine_plain": "maybe"}, "ENGINE_PLAIN is 'maybe'", "true or false"),
    ],
)
def test_wrong_value_is_named_with_what_is_allowed(
    values: dict[str, Any], names: str, allowed: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(**values)

    named, _, rest = str(caught.value).partition("; allowed: ")
    assert names in named
    assert allowed in rest


@pytest.mark.parametrize(
    "values",
    [
        {"secret_key": "hunter2"},
        {"customer_token_secret": "hunter2"},
        {"telegram_webhook_secret": "hunter2 !"},
        {"database_url": "mysql://user:hunter2@host/name"},
        {"database_url": "postgresql://user:hunter2@host:port/name"},
        {"telegram_api_url": "ftp://user:hunter2@host"},
    ],
)
def test_secret_is_never_shown(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(**values)

    assert next(iter(values)).upper() in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(load_settings(database_url="postgresql://u:hunter2@h/d"))


def test_all_wrong_values_are_reported_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(port="x", log_format="y")

    assert [line.split()[0] for line in str(caught.value).splitlines()] == ["PORT", "LOG_FORMAT"]


def test_secret_key_is_created_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first, second = load_settings(), load_settings()

    file = tmp_path / "var" / "secret_key"
    assert first.secret_key == second.secret_key
    assert len(first.secret_key.get_secret_value()) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_postgresql_allows_several_workers() -> None:
    assert load_settings(workers=4, database_url="postgresql://h/d").workers == 4


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104
        ("::", "http://[::1]:8000"),
        ("::1", "http://[::1]:8000"),
        ("shop.example", "http://shop.example:8000"),
    ],
)
def test_local_url_is_reachable_from_this_machine(host: str, url: str) -> None:
    assert load_settings(host=host).local_url == url


def test_in_memory_database_and_malformed_address() -> None:
    assert is_in_memory("sqlite://")
    assert not is_in_memory("sqlite:////a.db")
    assert hide_password("no address: at all") == "no address: at all"


@pytest.mark.parametrize("name", ["a b.db", "50%.db", "what?.db", "#1.db"])
def test_special_characters_in_a_path_are_kept(name: str) -> None:
    url = to_engine_url(sqlite_url(Path("/srv") / name), relative_to=ROOT)

    assert make_url(url).database == f"/srv/{name}"


PROVIDER = {
    "provider_url": "https://erp.example/remedies",
    "provider_secret": "whsec_" + "QUJD" * 8,
}


def test_provider_needs_its_url_and_its_secret() -> None:
    assert load_settings(**PROVIDER).provider_enabled
    assert not load_settings().provider_enabled
    for name in PROVIDER:
        with pytest.raises(SettingsError, match=f"{name.upper()} is not set"):
            load_settings(**(PROVIDER | {name: None}))


@pytest.mark.parametrize("secret", ["QUJD" * 8, "whsec_QUJD", "whsec_%%%"])
def test_malformed_provider_secret_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(SettingsError, match=r"PROVIDER_SECRET is wrong .*whsec_ and") as error:
        load_settings(**(PROVIDER | {"provider_secret": secret}))
    assert secret not in str(error.value)


def test_secrets_of_the_companys_systems_are_not_in_the_repr() -> None:
    settings = load_settings(**PROVIDER, voucher_api_key="v" * 32)
    assert "QUJD" not in repr(settings)
    assert "vvv" not in repr(settings)
