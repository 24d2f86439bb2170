"""The type of a complaint category in the company's files: a slug that is validated."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from bot.category import CATEGORIES
from bot.config.yaml_schema import schema_error, suggest


def _category(value: Any) -> str:
    if value not in CATEGORIES:
        raise schema_error(f"unknown category {value}", suggest(value, list(CATEGORIES)))
    return str(value)


CategorySlug = Annotated[str, BeforeValidator(_category)]
