"""Canned answers: an unknown variable would be sent with its braces."""

from pathlib import Path

import pytest

from bot.company.canned_answers import VARIABLES, CannedAnswersError, load_canned_answers

pytestmark = pytest.mark.unit
DEMO = Path(__file__).parents[3] / "data" / "company"


def error_of(folder: Path, text: str) -> str:
    (folder / "answers.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CannedAnswersError) as caught:
        load_canned_answers(folder)
    return str(caught.value)


def answer(text: str, name: str = "hello") -> str:
    return (
        f"  - name: {name}\n"
        "    title: {es: Saludo, en: Greeting}\n"
        f"    text:\n      es: Hola\n      en: '{text}'\n"
    )


def test_demo_answers_load_and_use_every_variable() -> None:
    answers = load_canned_answers(DEMO)
    assert [answer.name for answer in answers][:2] == ["hello", "checking"]
    together = " ".join(answer.text["es"] for answer in answers)
    assert all(f"{{{name}}}" in together for name in VARIABLES)


def test_company_without_the_file_has_no_answers(tmp_path: Path) -> None:
    assert load_canned_answers(tmp_path) == ()


def test_answer_with_every_variable_loads(tmp_path: Path) -> None:
    text = " ".join(f"{{{name}}}" for name in VARIABLES)
    (tmp_path / "answers.yml").write_text("answers:\n" + answer(text), encoding="utf-8")
    (loaded,) = load_canned_answers(tmp_path)
    assert loaded.text["en"] == text


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("answers: []\n", 1, "one or more"),
        ("answers:\n" + answer("Hello {custmer}"), 6, "{custmer} is no variable"),
        ("answers:\n" + answer("Hello {customer.email}"), 6, "is no variable"),
        ("answers:\n" + answer("Hello {}"), 6, "{} is no variable"),
        ("answers:\n" + answer("Hello {customer"), 6, "a brace without its partner"),
        ("answers:\n" + answer("Hi") + answer("Ho"), 7, "a second answer hello"),
        ("answers:\n" + answer("Hi", "Mi saludo"), 2, "^[a-z][a-z0-9_]*$"),
        ("answers:\n" + answer("Hi") + "    tone: kind\n", 7, "name, title, text"),
    ],
    ids=["none", "misspelt", "attribute", "nameless", "brace", "twice", "name", "unknown key"],
)
def test_mistake_is_reported_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    error = error_of(tmp_path, text)
    assert f"answers.yml:{line}: " in error
    assert message in error


def test_error_names_the_allowed_variables(tmp_path: Path) -> None:
    error = error_of(tmp_path, "answers:\n" + answer("{nombre}"))
    assert all(f"{{{name}}}" in error for name in VARIABLES)
