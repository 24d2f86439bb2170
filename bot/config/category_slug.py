"""A complaint category as the company's files write it: its slug, checked."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from bot.category import CATEGORIES
from bot.config.yaml_schema import closest, wrong


def _category(value: Any) -> str:
    if value not in CATEGORIES:
        raise wrong(f"unknown category {value}", closest(value, list(CATEGORIES)))
    return str(value)


CategorySlug = Annotated[str, BeforeValidator(_category)]
