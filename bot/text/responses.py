"""The responses of ``domain.yml``: every sentence that a customer reads, in both languages.

The file has Rasa's format: a response has one variation without a condition (Spanish) and one for
the slot ``language`` being ``en``. A value is formatted by its type, in one way only: so the truth
gate finds in a text what the database holds.
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
    """``domain.yml`` lacks a response, or a response lacks a language."""


@dataclass(frozen=True, slots=True)
class Responses:
    """The responses, and the format of the values in them.

    ``texts`` maps a name without ``utter_`` and a language to a template.
    """

    texts: Mapping[str, Mapping[str, str]]
    country: str
    timezone: ZoneInfo

    def render(self, name: str, language: str, /, **values: Value) -> str:
        """Return the response ``utter_<name>`` with its values filled in.

        Raises:
            ResponsesError: there is no such response in this language.
        """
        text = self.texts.get(name, {}).get(language)
        if text is None:
            raise ResponsesError(f"domain.yml has no response utter_{name} in {language!r}")
        shown = text.format_map({key: self.show(value, language) for key, value in values.items()})
        # A time such as "10:00 a. m." ends in a full stop, before that of the sentence.
        return shown.replace("m..", "m.")

    def has(self, name: str) -> bool:
        """Return True if there is a response ``utter_<name>``."""
        return name in self.texts

    def show(self, value: Value, language: str) -> str:
        """Format a value as the customer reads it."""
        if isinstance(value, Money):
            return money.show(value, language, self.country)
        if isinstance(value, datetime):
            return self.show_at(value, language, clock.now())
        if isinstance(value, date):
            return dates.show_date(value, language)
        return str(value)

    def show_at(self, value: datetime, language: str, now: datetime) -> str:
        """Format a moment as seen from ``now``: "hoy a las 3:30 p. m."."""
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
