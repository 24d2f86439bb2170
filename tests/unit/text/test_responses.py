"""The responses: one that lacks a language, holds a number, flatters, or sends people elsewhere."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from bot import clock
from bot.category import CATEGORIES
from bot.config.settings import ROOT
from bot.context.company_context import DOMAIN
from bot.money import Money
from bot.text.responses import ResponsesError, load_responses

pytestmark = pytest.mark.unit

BOGOTA = ZoneInfo("America/Bogota")
RESPONSES = load_responses(DOMAIN, country="CO", timezone=BOGOTA)
TEMPLATES = [
    (name, language, text)
    for name, texts in RESPONSES.texts.items()
    for language, text in texts.items()
]


def fields(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def literal_calls() -> Iterator[tuple[str, set[str] | None, str]]:
    """Yield every ``render("name", value=…)`` in the code: name, values or None, place."""
    for folder in ("actions", "bot"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                if node.func.attr != "render" or not node.args:
                    continue
                first, where = node.args[0], f"{file.relative_to(ROOT)}:{node.lineno}"
                branches = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                # Names that are built from parts are tested below.
                names = [
                    branch.value
                    for branch in branches
                    if isinstance(branch, ast.Constant) and isinstance(branch.value, str)
                ]
                values = {word.arg for word in node.keywords if word.arg}
                open_ended = any(word.arg is None for word in node.keywords)
                for name in names:
                    yield name, None if open_ended else values, where


def test_code_renders_existing_responses_with_all_their_values() -> None:
    calls = list(literal_calls())
    assert len(calls) > 30
    for name, values, where in calls:
        assert name in RESPONSES.texts, f"{where}: utter_{name}"
        for text in RESPONSES.texts[name].values():
            if values is not None:
                assert fields(text) <= values, f"{where}: utter_{name} needs {fields(text)}"


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_has_an_apology_and_a_noun(category: str) -> None:
    for language in ("es", "en"):
        assert RESPONSES.render(f"apology_{category}", language, thing="x")
        assert RESPONSES.render(f"what_{category}", language)


@pytest.mark.parametrize("hands", ["bank", "warehouse", "branch", "care_team"])
def test_every_party_that_carries_out_a_remedy_has_a_response(hands: str) -> None:
    assert fields(RESPONSES.texts[f"promised_{hands}"]["es"]) == {"title", "due", "reference"}


@pytest.mark.parametrize(
    "code",
    ["empty", "too_long", "rate_limited", "bad_frame", "bad_session", "bad_customer",
     "choice_gone", "server", "photo_type", "photo_size", "photo_pixels", "photo_gone"],
)  # fmt: skip
def test_every_error_code_has_a_response(code: str) -> None:
    assert f"error_{code}" in RESPONSES.texts


def test_both_languages_have_the_same_values() -> None:
    for name, texts in RESPONSES.texts.items():
        assert fields(texts["es"]) == fields(texts["en"]), name


def test_no_response_holds_a_number_a_date_or_a_currency() -> None:
    for name, language, text in TEMPLATES:
        bare = re.sub(r"\{\w+\}", "", text)
        assert not re.search(r"[\d$€%]", bare), f"{name} {language}: {text}"


FORBIDDEN = (
    r"su opini[oó]n es (?:muy )?importante",
    r"your (?:opinion|call|feedback) is (?:very )?important",
    r"(?:gracias por|agradecemos) su paciencia",
    r"thank you for your patience",
    r"valoramos (?:mucho )?su",
    r"s[oó]lo soy un",
    r"only a bot|just a bot",
    r"otr[oa] (?:departamento|[aá]rea|dependencia)",
    r"(?:an)?other department",
    r"lamentablemente|desafortunadamente|unfortunately",
    r"por pol[ií]tica|company policy",
    r"esta (?:llamada|conversaci[oó]n) (?:puede ser|ser[aá]) grabada",
    r"may be recorded",
    r"lo m[aá]s pronto posible|a la brevedad|as soon as possible|en breve|shortly",
    r"usted (?:debi[oó]|no ley[oó])|you should have",
    r"casa matriz|head office|escriba una carta|write a letter",
)


@pytest.mark.parametrize("forbidden", FORBIDDEN)
def test_forbidden_phrases_are_in_no_response(forbidden: str) -> None:
    for name, language, text in TEMPLATES:
        assert not re.search(forbidden, text, re.IGNORECASE), f"{name} {language}: {text}"


def test_spanish_responses_address_the_customer_as_usted() -> None:
    familiar = re.compile(
        r"\b(?:t[uú]|te|ti|tus|contigo|tienes|quieres|puedes|eres|estás|dime|cu[eé]ntame"
        r"|vos|ten[eé]s|quer[eé]s|pod[eé]s|vosotros|os)\b",
        re.IGNORECASE,
    )
    for name, language, text in TEMPLATES:
        if language == "es":
            assert not familiar.search(re.sub(r"\{\w+\}", "", text)), f"{name}: {text}"


def test_no_response_asks_two_questions() -> None:
    for name, language, text in TEMPLATES:
        assert text.count("?") <= 1, f"{name} {language}: {text}"


def test_every_button_fits_the_limit_of_whatsapp() -> None:
    for name in ("none_of_these", "with_a_person", "no_thanks", "other_order", "no_photo"):
        for text in RESPONSES.texts[name].values():
            assert len(text) <= 20, text


def test_values_are_shown_by_their_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 15, tzinfo=UTC))
    assert RESPONSES.show(Money(24990000, "COP"), "es") == "$249.900"
    assert RESPONSES.show(date(2027, 2, 20), "es") == "20 de febrero de 2027"
    assert RESPONSES.show(datetime(2026, 11, 23, 16, tzinfo=UTC), "es") == "hoy a las 11:00 a. m."
    assert RESPONSES.show(7, "en") == "7"


def test_full_stop_after_a_time_is_not_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 15, tzinfo=UTC))
    due = datetime(2026, 11, 23, 16, tzinfo=UTC)
    with_due = {
        name: texts["es"] for name, texts in RESPONSES.texts.items() if "{due}" in texts["es"]
    }
    assert with_due
    for name, text in with_due.items():
        values = dict.fromkeys(fields(text) - {"due"}, "x")
        assert ".." not in RESPONSES.render(name, "es", due=due, **values), name


def test_value_with_braces_is_not_filled_in() -> None:
    assert "{reference}" in RESPONSES.render("your_thing", "es", thing="{reference}")


def test_missing_response_is_named() -> None:
    with pytest.raises(ResponsesError, match="utter_nosuch"):
        RESPONSES.render("nosuch", "es")
    with pytest.raises(ResponsesError, match="'fr'"):
        RESPONSES.render("greet", "fr")


def test_response_without_english_is_named(tmp_path: Path) -> None:
    file = tmp_path / "domain.yml"
    file.write_text("responses:\n  utter_x:\n    - text: hola\n", encoding="utf-8")
    with pytest.raises(ResponsesError, match="utter_x"):
        load_responses(file, country="CO", timezone=BOGOTA)
