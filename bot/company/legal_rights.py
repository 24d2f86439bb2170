"""Entitlements: what the consumer law of a country gives, with its source; no legal advice."""

from datetime import date
from functools import cache
from typing import Annotated, Final

from pydantic import Field

from bot.config.category_slug import CategorySlug
from bot.config.localized import LocalText, Words
from bot.config.settings import ROOT
from bot.config.yaml_schema import FileError, NotEmpty, Strict, check, read
from bot.remedy_kind import Kind

FOLDER: Final = ROOT / "data" / "rights"


class Entitlement(Strict):
    """One right: in which complaints it holds, what gives it, and where it stands."""

    categories: tuple[CategorySlug, ...]  # whatever the company sells; () where it depends
    gives: Annotated[tuple[Kind, ...], NotEmpty]
    source: Words
    es: Words
    en: Words

    @property
    def words(self) -> LocalText:
        """What the customer hears of it."""
        return LocalText(es=self.es, en=self.en)


class Law(Strict):
    """The rights of one country, and when somebody last looked at the sources."""

    country: str
    looked_at: date
    rights: dict[str, Entitlement] = Field(default_factory=dict)

    def of(self, category: str) -> dict[str, Entitlement]:
        """The rights that hold in such a complaint, by their key."""
        return {key: one for key, one in self.rights.items() if category in one.categories}


@cache
def law_of(country: str) -> Law | None:
    """The rights of a country, as far as they are written down here.

    Raises:
        FileError: its file is wrong.
    """
    path = FOLDER / f"{country}.yml"
    if not path.exists():
        return None
    document = read(path)
    law = check(document, Law)
    if law is None or document.problems:
        raise FileError(path, document.problems)
    return law
