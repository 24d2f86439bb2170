"""A text in each language of the bot, as the company's files write it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Language = Literal["es", "en"]

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class LocalText(BaseModel):
    """The same text in Spanish and in English; `text["es"]` reads one of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    es: Words
    en: Words

    def __getitem__(self, language: str) -> str:
        """The text in `language`; English for any language that is not Spanish."""
        return self.es if language.startswith("es") else self.en
