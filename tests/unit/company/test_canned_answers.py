"""Canned answers: one with a variable that nobody fills in would go out with its braces."""

from pathlib import Path

import pytest

from bot.company.canned_answers import VARIABLES, CannedAnswersError, load_canned_answers

pytestmark = pytest.mark.unit
DEMO = Path(__file__).parents[3] / "data" / "company"


def broken(folder: Path, text: str) -> str:
    (folder / "answers.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CannedAnswersError) as caught:
        load_canned_answers(folder)
    return str(caught.value)


def one(text: str, name: str = "hello") -> str:
    return (
        f"  - name: {name}\n"
        "    title: {es: Saludo, en: Greeting}\n"
        f"    text:\n      es: Hola\n      en: '{text}'\n"
    )


def test_the_demo_answers_load_and_use_every_variable() -> None:
    answers = load_canned_answers(DEMO)
    assert [one.name for one in answers][:2] == ["hello", "checking"]
    together = " ".join(one.text["es"] for one in answers)
    assert all(f"{{{name}}}" in together for name in VARIABLES)


def test_without_the_file_there_are_none(tmp_path: Path) -> None:
    assert load_canned_answers(tmp_path) == ()


def test_an_answer_with_each_variable_loads(tmp_path: Path) -> None:
    text = " ".join(f"{{{name}}}" for name in VARIABLES)
    (tmp_path / "answers.yml").write_text("answers:\n" + one(text), encoding="utf-8")
    (loaded,) = load_canned_answers(tmp_path)
    assert loaded.text["en"] == text


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("answers: []\n", 1, "one or more"),
        ("answers:\n" + one("Hello {custmer}"), 6, "{custmer} is no variable"),
        ("answers:\n" + one("Hello {customer.email}"), 6, "is no variable"),
        ("answers:\n" + one("Hello {}"), 6, "{} is no variable"),
        ("answers:\n" + one("Hello {customer"), 6, "a brace without its partner"),
        ("answers:\n" + one("Hi") + one("Ho"), 7, "a second answer hello"),
        ("answers:\n" + one("Hi", "Mi saludo"), 2, "^[a-z][a-z0-9_]*$"),
        ("answers:\n" + one("Hi") + "    tone: kind\n", 7, "name, title, text"),
    ],
    ids=["none", "misspelt", "attribute", "nameless", "brace", "twice", "name", "unknown key"],
)
def test_a_mistake_names_its_line_and_what_is_wrong(
    tmp_path: Path, text: str, line: int, told: str
) -> None:
    error = broken(tmp_path, text)
    assert f"answers.yml:{line}: " in error
    assert told in error


def test_what_may_be_used_is_named(tmp_path: Path) -> None:
    error = broken(tmp_path, "answers:\n" + one("{nombre}"))
    assert all(f"{{{name}}}" in error for name in VARIABLES)
