"""Sentences that lack a language, hold a number, flatter, or send people elsewhere."""

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
SENTENCES = [
    (name, language, text)
    for name, texts in RESPONSES.texts.items()
    for language, text in texts.items()
]


def fields(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def literal_names() -> Iterator[tuple[str, set[str] | None, str]]:
    """Every ``render("name", value=…)`` in the code: the name, the values, and where."""
    for folder in ("actions", "bot"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                if node.func.attr != "render" or not node.args:
                    continue
                first, where = node.args[0], f"{file.relative_to(ROOT)}:{node.lineno}"
                branches = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                # Those that are made of parts are tested by name below.
                names = [
                    one.value
                    for one in branches
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                ]
                values = {word.arg for word in node.keywords if word.arg}
                open_ended = any(word.arg is None for word in node.keywords)
                for name in names:
                    yield name, None if open_ended else values, where


def test_the_code_says_nothing_that_is_not_written_and_gives_every_value() -> None:
    said = list(literal_names())
    assert len(said) > 30
    for name, values, where in said:
        assert name in RESPONSES.texts, f"{where}: utter_{name}"
        for text in RESPONSES.texts[name].values():
            if values is not None:
                assert fields(text) <= values, f"{where}: utter_{name} needs {fields(text)}"


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_has_its_apology_and_its_noun(category: str) -> None:
    for language in ("es", "en"):
        assert RESPONSES.render(f"apology_{category}", language, thing="x")
        assert RESPONSES.render(f"what_{category}", language)


@pytest.mark.parametrize("hands", ["bank", "warehouse", "branch", "care_team"])
def test_everybody_who_does_something_has_words_for_it(hands: str) -> None:
    assert fields(RESPONSES.texts[f"promised_{hands}"]["es"]) == {"title", "due", "reference"}


@pytest.mark.parametrize(
    "code",
    ["empty", "too_long", "rate_limited", "bad_frame", "bad_session", "bad_customer",
     "choice_gone", "server", "photo_type", "photo_size", "photo_pixels", "photo_gone"],
)  # fmt: skip
def test_every_refusal_has_words(code: str) -> None:
    assert f"error_{code}" in RESPONSES.texts


def test_both_languages_hold_the_same_values() -> None:
    for name, texts in RESPONSES.texts.items():
        assert fields(texts["es"]) == fields(texts["en"]), name


def test_no_copy_holds_a_number_a_date_or_a_currency() -> None:
    for name, language, text in SENTENCES:
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
def test_what_condemned_others_is_never_said(forbidden: str) -> None:
    for name, language, text in SENTENCES:
        assert not re.search(forbidden, text, re.IGNORECASE), f"{name} {language}: {text}"


def test_spanish_says_usted() -> None:
    familiar = re.compile(
        r"\b(?:t[uú]|te|ti|tus|contigo|tienes|quieres|puedes|eres|estás|dime|cu[eé]ntame"
        r"|vos|ten[eé]s|quer[eé]s|pod[eé]s|vosotros|os)\b",
        re.IGNORECASE,
    )
    for name, language, text in SENTENCES:
        if language == "es":
            assert not familiar.search(re.sub(r"\{\w+\}", "", text)), f"{name}: {text}"


def test_no_sentence_asks_two_things() -> None:
    for name, language, text in SENTENCES:
        assert text.count("?") <= 1, f"{name} {language}: {text}"


def test_every_button_is_short_enough_for_whatsapp() -> None:
    for name in ("none_of_these", "with_a_person", "no_thanks", "other_order", "no_photo"):
        for text in RESPONSES.texts[name].values():
            assert len(text) <= 20, text


def test_values_are_shown_by_their_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 15, tzinfo=UTC))
    assert RESPONSES.show(Money(24990000, "COP"), "es") == "$249.900"
    assert RESPONSES.show(date(2027, 2, 20), "es") == "20 de febrero de 2027"
    assert RESPONSES.show(datetime(2026, 11, 23, 16, tzinfo=UTC), "es") == "hoy a las 11:00 a. m."
    assert RESPONSES.show(7, "en") == "7"


def test_an_hours_full_stop_is_not_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 15, tzinfo=UTC))
    due = datetime(2026, 11, 23, 16, tzinfo=UTC)
    for name, texts in RESPONSES.texts.items():
        if "{due}" in texts["es"]:
            values = dict.fromkeys(fields(texts["es"]) - {"due"}, "x")
            assert ".." not in RESPONSES.render(name, "es", due=due, **values), name


def test_a_value_with_braces_is_shown_and_not_filled_in() -> None:
    assert "{reference}" in RESPONSES.render("your_thing", "es", thing="{reference}")


def test_a_response_that_is_not_there_is_named() -> None:
    with pytest.raises(ResponsesError, match="utter_nosuch"):
        RESPONSES.render("nosuch", "es")
    with pytest.raises(ResponsesError, match="'fr'"):
        RESPONSES.render("greet", "fr")


def test_a_response_without_english_is_named(tmp_path: Path) -> None:
    file = tmp_path / "domain.yml"
    file.write_text("responses:\n  utter_x:\n    - text: hola\n", encoding="utf-8")
    with pytest.raises(ResponsesError, match="utter_x"):
        load_responses(file, country="CO", timezone=BOGOTA)
