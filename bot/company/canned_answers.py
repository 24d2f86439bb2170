"""Canned answers: texts that people have ready, with the case's values in them."""

from pathlib import Path
from string import Formatter
from typing import Annotated, Final

from pydantic import StringConstraints

from bot.config.localized import LocalText
from bot.config.yaml_schema import FileError, NotEmpty, Strict, check, read

FILE: Final = "answers.yml"
VARIABLES: Final = ("customer", "agent", "reference", "order", "due")


class AnswersError(FileError):
    """The file cannot be used; the text has a line for each problem."""


class Answer(Strict):
    """One text to begin an answer with."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    title: LocalText
    text: LocalText


class AnswersFile(Strict):
    """The whole file."""

    answers: Annotated[tuple[Answer, ...], NotEmpty]


def load_answers(folder: Path) -> tuple[Answer, ...]:
    """The company's canned answers; none without the file.

    Raises:
        AnswersError: the file is wrong; the text says where and what is allowed.
    """
    path = Path(folder) / FILE
    if not path.exists():
        return ()
    document = read(path)
    content = check(document, AnswersFile)
    names: set[str] = set()
    for place, one in enumerate(content.answers if content else ()):
        if one.name in names:
            document.blame(("answers", place, "name"), f"a second answer {one.name}", "other names")
        names.add(one.name)
        for language in ("es", "en"):
            if wrong := _unknown(one.text[language]):
                allowed = ", ".join(f"{{{name}}}" for name in VARIABLES)
                document.blame(("answers", place, "text", language), wrong, allowed)
    if content is None or document.problems:
        raise AnswersError(path, document.problems)
    return content.answers


def _unknown(text: str) -> str | None:
    """What stands in braces and is no variable."""
    try:
        used = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return "a brace without its partner"
    return next((f"{{{name}}} is no variable" for name in used if name not in VARIABLES), None)
