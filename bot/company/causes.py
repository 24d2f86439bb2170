"""Causes: why a complaint came about, as the company names it; what can be changed is in them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import StringConstraints

from bot.config.localized import LocalText
from bot.config.yaml_schema import FileError, NotEmpty, Strict, check, read

FILE: Final = "causes.yml"
# There is always a cause to choose, whatever the company has written down.
OTHER: Final = "other"
_OTHER_TITLE: Final = LocalText(es="Otra causa", en="Another cause")

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class CausesError(FileError):
    """The file cannot be used; the text has a line for each problem."""


class CauseSpec(Strict):
    """One cause: its name in reports, and what people call it."""

    slug: Slug
    title: LocalText


class CausesFile(Strict):
    """The whole file."""

    causes: Annotated[tuple[CauseSpec, ...], NotEmpty]


def load_causes(folder: Path) -> Mapping[str, LocalText]:
    """The causes by slug, in the file's order; a company without the file has only "other".

    Raises:
        CausesError: the file is wrong; the text says where and what is allowed.
    """
    path = Path(folder) / FILE
    causes: dict[str, LocalText] = {}
    if path.exists():
        document = read(path)
        content = check(document, CausesFile)
        for place, one in enumerate(content.causes if content else ()):
            if one.slug in causes:
                where = ("causes", place, "slug")
                document.blame(where, f"a second cause {one.slug}", "a slug for each cause")
            causes[one.slug] = one.title
        if content is None or document.problems:
            raise CausesError(path, document.problems)
    return causes if OTHER in causes else {**causes, OTHER: _OTHER_TITLE}
