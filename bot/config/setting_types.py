"""The types of the settings: each validates and normalizes one value."""

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints
from pydantic_settings import NoDecode


def _host(value: str) -> str:
    try:
        ip_address(value)
    except ValueError:
        labels = value.split(".")
        if not all(label.replace("-", "").isalnum() for label in labels) or labels[-1].isdigit():
            raise
    return value


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError
    _ = parts.port  # raises when it is not a number from 0 to 65535
    return value.rstrip("/")


def _origin(value: str) -> str:
    if urlsplit(_http_url(value)).path.strip("/"):
        raise ValueError
    return value.rstrip("/").lower()


def _split(value: object) -> object:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _not_blank(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise ValueError
    return value


Host = Annotated[str, AfterValidator(_host)]  # an IP address or a host name
HttpUrl = Annotated[str, AfterValidator(_http_url)]  # without query; a final slash is removed
# Origins (RFC 6454) in lower case, written with commas in between.
Origins = Annotated[
    tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_split)
]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
Token = Annotated[SecretStr, AfterValidator(_not_blank)]
LongSecret = Annotated[SecretStr, Field(min_length=32)]
Upper = BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)
Lower = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
