"""The settings, from the environment and `.env`: validated once, at start."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.config.database_url import hide_password, is_sqlite, sqlite_url, to_engine_url
from bot.config.secret_key import read_or_create
from bot.config.setting_types import Email, Host, HttpUrl, LongSecret, Lower, Origins, Token, Upper
from bot.webhook_signature import parse_secret

ROOT = Path(__file__).resolve().parents[2]


class SettingsError(Exception):
    """Settings are wrong: the text names each of them, its value and what is allowed."""


def _below_root(value: Path) -> Path:
    return (ROOT / value.expanduser()).resolve()


Folder = Annotated[Path, AfterValidator(_below_root)]
SqliteDriver = Literal["fast", "plain"]

_URL = "an address such as http://127.0.0.1:9000"


class Settings(BaseSettings):
    """All settings. A description says what is allowed, as error messages quote it."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        str_strip_whitespace=True,
    )

    host: Host = Field("127.0.0.1", description="an IP address or a host name")
    port: int = Field(8000, ge=1, le=65535, description="a whole number from 1 to 65535")
    workers: int = Field(
        1, ge=1, le=64, description="a whole number from 1 to 64; more than 1 needs PostgreSQL"
    )
    action_workers: int = Field(
        1, ge=1, le=64, description="a whole number from 1 to 64; more than 1 needs PostgreSQL"
    )
    database_url: str = Field(
        "",
        repr=False,
        validate_default=True,
        description="sqlite:///path/to/file.db or postgresql://user:password@host:port/name",
    )
    sqlite_driver: Annotated[SqliteDriver, Lower] = Field("fast", description="fast or plain")
    var_dir: Folder = Field(Path("var"), description="a folder that Regalo may write to")
    company_dir: Folder = Field(Path("data/company"), description="a folder")

    admin_email: Email | None = Field(None, description="an e-mail address")
    admin_password: SecretStr | None = Field(None, min_length=1, description="any text")
    secret_key: LongSecret = Field(
        SecretStr(""), validate_default=False, description="at least 32 characters"
    )
    embed_origins: Origins = Field(
        (), description="origins separated by commas, such as https://shop.example"
    )
    customer_token_secret: LongSecret | None = Field(None, description="at least 32 characters")

    # Which of the headers that name the client's address is a trusted proxy's; none by default.
    proxies_count: int | None = Field(
        None, ge=1, le=10, description="a whole number from 1 to 10: the trusted proxies in a row"
    )
    real_ip_header: str | None = Field(
        None, pattern=r"^[A-Za-z0-9-]+$", description="a header's name, such as X-Real-IP"
    )
    forwarded_secret: Token | None = Field(None, description="any text that is not blank")
    operations_token: LongSecret | None = Field(None, description="at least 32 characters")

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Upper] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Annotated[Literal["console", "json"], Lower] = Field(
        "console", description="console or json"
    )

    # `regalo run` sets these four for the processes that it starts.
    engine_url: HttpUrl | None = Field(None, description=_URL)
    actions_url: HttpUrl | None = Field(None, description=_URL)
    engine_token: Token | None = Field(None, description="any text that is not blank")
    actions_token: Token | None = Field(None, description="any text that is not blank")
    engine_plain: bool = Field(default=False, description="true or false")

    # Both end within the minute in which every complaint must get its apology.
    engine_timeout: float = Field(20, gt=0, le=55, description="seconds, above 0 and up to 55")
    apology_after: float = Field(25, gt=0, le=55, description="seconds, above 0 and up to 55")

    telegram_token: SecretStr | None = Field(None, description="the bot's token")
    telegram_mode: Annotated[Literal["polling", "webhook"], Lower] = Field(
        "polling", description="polling or webhook; polling needs one worker"
    )
    telegram_webhook_secret: SecretStr | None = Field(
        None,
        description="1 to 256 letters, digits, _ and -; needed when TELEGRAM_MODE is webhook",
    )
    telegram_api_url: HttpUrl = Field("https://api.telegram.org", description=_URL)

    whatsapp_phone_number_id: str | None = Field(
        None, pattern=r"^\d+$", description="digits only; the four WHATSAPP_ settings go together"
    )
    whatsapp_token: SecretStr | None = Field(
        None, description="any text; the four WHATSAPP_ settings go together"
    )
    whatsapp_app_secret: SecretStr | None = Field(
        None, description="any text; the four WHATSAPP_ settings go together"
    )
    whatsapp_verify_token: SecretStr | None = Field(
        None, description="any text; the four WHATSAPP_ settings go together"
    )
    whatsapp_api_url: HttpUrl = Field("https://graph.facebook.com", description=_URL)

    provider_url: HttpUrl | None = Field(
        None, description="an address such as https://erp.example/remedies; with PROVIDER_SECRET"
    )
    provider_secret: SecretStr | None = Field(
        None, description="whsec_ and the base64 of 24 to 64 bytes; with PROVIDER_URL"
    )
    voucher_api_key: LongSecret | None = Field(None, description="at least 32 characters")

    @field_validator("provider_secret")
    @classmethod
    def _check_provider_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_secret(value.get_secret_value())
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _check_webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            text = value.get_secret_value()
            plain = text.replace("_", "").replace("-", "")
            if len(text) > 256 or not (plain.isascii() and (plain.isalnum() or not plain)):
                raise ValueError
        return value

    @model_validator(mode="before")
    @classmethod
    def _default_database(cls, values: dict[str, Any]) -> dict[str, Any]:
        if not values.get("database_url"):
            folder = _below_root(Path(values.get("var_dir") or "var"))
            values = {**values, "database_url": sqlite_url(folder / "regalo.db")}
        return values

    @field_validator("database_url")
    @classmethod
    def _add_driver(cls, value: str) -> str:
        return to_engine_url(value, relative_to=ROOT)

    @model_validator(mode="after")
    def _check_combinations(self) -> Self:
        if self.workers > 1 and is_sqlite(self.database_url):
            raise _CombinationError("WORKERS", self.workers)
        if self.action_workers > 1 and is_sqlite(self.database_url):
            raise _CombinationError("ACTION_WORKERS", self.action_workers)
        if self.telegram_token and self.telegram_mode == "polling" and self.workers > 1:
            raise _CombinationError("TELEGRAM_MODE", self.telegram_mode)
        if self.telegram_token and self.telegram_mode == "webhook":
            _require(self, "telegram_webhook_secret")
        whatsapp = [f"whatsapp_{part}" for part in _WHATSAPP]
        if any(getattr(self, name) for name in whatsapp):
            _require(self, *whatsapp)
        if self.provider_url or self.provider_secret:
            _require(self, "provider_url", "provider_secret")
        if not self.secret_key.get_secret_value():
            try:
                key = read_or_create(self.var_dir / "secret_key")
            except (OSError, ValueError):
                raise _CombinationError("VAR_DIR", self.var_dir) from None
            # The model is frozen; only its own validator may fill in a missing value.
            object.__setattr__(self, "secret_key", SecretStr(key))
        return self

    @property
    def is_sqlite(self) -> bool:
        """True for SQLite (one process writes), False for PostgreSQL."""
        return is_sqlite(self.database_url)

    @property
    def local_url(self) -> str:
        """The edge's address for processes on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        return (
            f"http://{f'[{host}]' if host.count(':') > 1 and '[' not in host else host}:{self.port}"
        )

    @property
    def telegram_enabled(self) -> bool:
        """True if a Telegram bot is configured."""
        return self.telegram_token is not None

    @property
    def provider_enabled(self) -> bool:
        """True if the company's own system carries out remedies."""
        return self.provider_url is not None

    @property
    def whatsapp_enabled(self) -> bool:
        """True if a WhatsApp number is configured."""
        return self.whatsapp_phone_number_id is not None


_WHATSAPP = ("phone_number_id", "token", "app_secret", "verify_token")


class _CombinationError(ValueError):
    """A setting that is valid by itself and wrong together with the others."""

    def __init__(self, name: str, value: object) -> None:
        super().__init__(name)
        self.name, self.value = name, value


def _require(settings: Settings, *names: str) -> None:
    for name in names:
        if not getattr(settings, name):
            raise _CombinationError(name.upper(), None)


def load_settings(**values: Any) -> Settings:
    """Return the settings; ``values`` (by field name) override the environment and `.env`.

    Raises:
        SettingsError: a setting is wrong.
    """
    try:
        return Settings(**values)
    except ValidationError as error:
        lines = dict.fromkeys(_sentence(detail) for detail in error.errors())
        raise SettingsError("\n".join(lines)) from None
    except UnicodeDecodeError:
        raise SettingsError(".env is not a text file in UTF-8: save it as UTF-8") from None


def _sentence(detail: ErrorDetails) -> str:
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, _CombinationError):
        name, value = cause.name, cause.value
    else:
        name, value = str(detail["loc"][0]).upper(), detail["input"]
    field = Settings.model_fields[name.lower()]
    if value is None:
        problem = f"{name} is not set"
    elif "Secret" in str(field.annotation):
        problem = f"{name} is wrong (its value is not shown)"
    else:
        problem = f"{name} is {hide_password(str(value))!r}"
    return f"{problem}; allowed: {field.description}"
