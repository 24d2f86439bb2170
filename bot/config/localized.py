"""Texts of the company's files, in each language of the bot."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Language = Literal["es", "en"]

NonEmptyText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class LocalText(BaseModel):
    """A text in Spanish and in English; ``text["es"]`` returns one of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    es: NonEmptyText
    en: NonEmptyText

    def __getitem__(self, language: str) -> str:
        """Return the Spanish text for ``es`` and its variants, the English one for all others."""
        return self.es if language.startswith("es") else self.en
