"""Every sentence a customer reads, from the responses in ``domain.yml``, in their language.

The file is Rasa's own: a response has one variation without a condition (Spanish) and one for the
slot ``language`` being ``en``. Values are put in here, by their type and in one way only, so that
the truth gate can recognise in a text what the database knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from bot import clock, money
from bot.money import Money
from bot.text import dates

Value = str | int | Money | datetime | date
DEFAULT_LANGUAGE = "es"


class ResponsesError(ValueError):
    """A response is missing in ``domain.yml`` or lacks a language."""


@dataclass(frozen=True, slots=True)
class Responses:
    """The responses by name and language, and how values look in them."""

    texts: Mapping[str, Mapping[str, str]]
    country: str
    timezone: ZoneInfo

    def render(self, name: str, language: str, /, **values: Value) -> str:
        """The response ``utter_<name>`` with its values put in.

        Raises:
            ResponsesError: there is no such response.
        """
        text = self.texts.get(name, {}).get(language)
        if text is None:
            raise ResponsesError(f"domain.yml has no response utter_{name} in {language!r}")
        shown = text.format_map({key: self.show(value, language) for key, value in values.items()})
        # A time such as "10:00 a. m." brings its own full stop.
        return shown.replace("m..", "m.")

    def has(self, name: str) -> bool:
        """Whether there is a response ``utter_<name>``."""
        return name in self.texts

    def show(self, value: Value, language: str) -> str:
        """A value as the customer reads it."""
        if isinstance(value, Money):
            return money.show(value, language, self.country)
        if isinstance(value, datetime):
            return self.show_at(value, language, clock.now())
        if isinstance(value, date):
            return dates.show_date(value, language)
        return str(value)

    def show_at(self, value: datetime, language: str, now: datetime) -> str:
        """A moment as it reads at ``now``: "hoy a las 3:30 p. m."."""
        return dates.show_moment(value, now, language, self.timezone, always_time=True)


def load_responses(path: Path, *, country: str, timezone: ZoneInfo) -> Responses:
    """Read the responses of a Rasa domain.

    Raises:
        ResponsesError: a response lacks one of the languages.
    """
    domain = YAML(typ="safe").load(path)
    texts: dict[str, dict[str, str]] = {}
    for full_name, variations in domain["responses"].items():
        by_language = {_language(variation): variation["text"].strip() for variation in variations}
        if by_language.keys() != {"es", "en"}:
            raise ResponsesError(f"{path.name}: {full_name} needs a text in Spanish and in English")
        texts[full_name.removeprefix("utter_")] = by_language
    return Responses(texts, country, timezone)


def _language(variation: Mapping[str, Any]) -> str:
    for condition in variation.get("condition", ()):
        if condition.get("name") == "language":
            return str(condition["value"])
    return DEFAULT_LANGUAGE
