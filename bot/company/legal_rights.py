"""Entitlements by the consumer law of a country, with their sources. This is no legal advice."""

from datetime import date
from functools import cache
from typing import Annotated, Final

from pydantic import Field

from bot.config.category_slug import CategorySlug
from bot.config.localized import LocalText, NonEmptyText
from bot.config.settings import ROOT
from bot.config.yaml_schema import FileError, NotEmpty, StrictModel, read_yaml, validate
from bot.remedy_kind import Kind

FOLDER: Final = ROOT / "data" / "rights"


class Entitlement(StrictModel):
    """A right: the categories in which it applies, the remedies that satisfy it, its source."""

    categories: tuple[CategorySlug, ...]  # for any kind of goods; () if that depends on them
    gives: Annotated[tuple[Kind, ...], NotEmpty]
    source: NonEmptyText
    es: NonEmptyText
    en: NonEmptyText

    @property
    def text(self) -> LocalText:
        """The sentence about it that the customer reads."""
        return LocalText(es=self.es, en=self.en)


class Law(StrictModel):
    """The rights of one country. ``looked_at`` is when the sources were last checked."""

    country: str
    looked_at: date
    rights: dict[str, Entitlement] = Field(default_factory=dict)

    def rights_in(self, category: str) -> dict[str, Entitlement]:
        """Return the rights that apply in complaints of a category, by their key."""
        return {key: right for key, right in self.rights.items() if category in right.categories}


@cache
def load_law(country: str) -> Law | None:
    """Return the rights of a country (ISO 3166); None if data/rights has no file for it.

    Raises:
        FileError: its file is wrong.
    """
    path = FOLDER / f"{country}.yml"
    if not path.exists():
        return None
    document = read_yaml(path)
    law = validate(document, Law)
    if law is None or document.problems:
        raise FileError(path, document.problems)
    return law
