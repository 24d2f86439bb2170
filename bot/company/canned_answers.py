"""Canned answers: prepared texts for agents, with variables for the case's values."""

from pathlib import Path
from string import Formatter
from typing import Annotated, Final

from pydantic import StringConstraints

from bot.config.localized import LocalText
from bot.config.yaml_schema import FileError, NotEmpty, StrictModel, read_yaml, validate

FILE: Final = "answers.yml"
VARIABLES: Final = ("customer", "agent", "reference", "order", "due")


class CannedAnswersError(FileError):
    """answers.yml cannot be used. The text has a line for each problem."""


class CannedAnswer(StrictModel):
    """A text that an agent inserts into the reply box."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    title: LocalText
    text: LocalText


class CannedAnswersFile(StrictModel):
    """answers.yml."""

    answers: Annotated[tuple[CannedAnswer, ...], NotEmpty]


def load_canned_answers(folder: Path) -> tuple[CannedAnswer, ...]:
    """Return the company's canned answers; none if there is no answers.yml.

    Raises:
        CannedAnswersError: the file is wrong.
    """
    path = Path(folder) / FILE
    if not path.exists():
        return ()
    document = read_yaml(path)
    content = validate(document, CannedAnswersFile)
    names: set[str] = set()
    for index, answer in enumerate(content.answers if content else ()):
        if answer.name in names:
            document.add_problem(
                ("answers", index, "name"), f"a second answer {answer.name}", "other names"
            )
        names.add(answer.name)
        for language in ("es", "en"):
            if problem := _problem_in(answer.text[language]):
                allowed = ", ".join(f"{{{name}}}" for name in VARIABLES)
                document.add_problem(("answers", index, "text", language), problem, allowed)
    if content is None or document.problems:
        raise CannedAnswersError(path, document.problems)
    return content.answers


def _problem_in(text: str) -> str | None:
    """Return what is wrong with the braces in a text, if anything."""
    try:
        names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return "a brace without its partner"
    return next((f"{{{name}}} is no variable" for name in names if name not in VARIABLES), None)
