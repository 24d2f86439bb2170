"""Causes of complaints, as the company names them for its reports."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import StringConstraints

from bot.config.localized import LocalText
from bot.config.yaml_schema import FileError, NotEmpty, StrictModel, read_yaml, validate

FILE: Final = "causes.yml"
# Always a cause, even if the company's file lacks it.
OTHER: Final = "other"
_OTHER_TITLE: Final = LocalText(es="Otra causa", en="Another cause")

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class CausesError(FileError):
    """causes.yml cannot be used. The text has a line for each problem."""


class CauseSpec(StrictModel):
    """A cause: its slug for reports, its title for people."""

    slug: Slug
    title: LocalText


class CausesFile(StrictModel):
    """causes.yml."""

    causes: Annotated[tuple[CauseSpec, ...], NotEmpty]


def load_causes(folder: Path) -> Mapping[str, LocalText]:
    """Return the causes' titles by slug, in the file's order; only "other" without a file.

    Raises:
        CausesError: the file is wrong.
    """
    path = Path(folder) / FILE
    causes: dict[str, LocalText] = {}
    if path.exists():
        document = read_yaml(path)
        content = validate(document, CausesFile)
        for index, cause in enumerate(content.causes if content else ()):
            if cause.slug in causes:
                at = ("causes", index, "slug")
                document.add_problem(at, f"a second cause {cause.slug}", "a slug for each cause")
            causes[cause.slug] = cause.title
        if content is None or document.problems:
            raise CausesError(path, document.problems)
    return causes if OTHER in causes else {**causes, OTHER: _OTHER_TITLE}
