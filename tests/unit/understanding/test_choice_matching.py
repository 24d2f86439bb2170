"""Choices in the customer's own words: a wrong match gives them what they did not want."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.remedy_kind import KINDS
from bot.understanding.choice_matching import find_choice, find_desired_kind, is_question

pytestmark = pytest.mark.unit

THREE = ("refund", "replacement", "store_credit")
LATE = ("voucher", "free_shipping")
CANCEL = ("refund", "store_credit", "voucher")
RUDE = ("apology_call_back", "voucher", "gift")


@pytest.mark.parametrize(
    ("text", "kinds", "index"),
    [
        ("1", THREE, 0),
        ("2", THREE, 1),
        ("la 3", THREE, 2),
        ("el primero", THREE, 0),
        ("la segunda, por favor", THREE, 1),
        ("Tercera opción", THREE, 2),
        ("la última", THREE, 2),
        ("el último", LATE, 1),
        ("the first one", THREE, 0),
        ("second", THREE, 1),
        ("the second one", THREE, 1),
        ("the third one", THREE, 2),
        ("the last one", THREE, 2),
        ("option one", THREE, 0),
        ("quiero el reembolso", THREE, 0),
        ("devuélvanme mi dinero", THREE, 0),
        ("mi plata", THREE, 0),
        ("my money back", THREE, 0),
        ("refund please", THREE, 0),
        ("uno nuevo", THREE, 1),
        ("mándenme otra", THREE, 1),
        ("a replacement", THREE, 1),
        ("mejor el saldo", THREE, 2),
        ("el crédito", THREE, 2),
        ("el bono", LATE, 0),
        ("el cupón", LATE, 0),
        ("the voucher", LATE, 0),
        ("envío gratis", LATE, 1),
        ("free shipping", LATE, 1),
        ("el vale", THREE, 2),  # no voucher on offer: it means store credit
        ("el vale", CANCEL, 2),
        ("el saldo", CANCEL, 1),
        ("hablar con gerencia", RUDE, 0),
        ("que me llame el gerente", RUDE, 0),
        ("a call from the manager", RUDE, 0),
        ("el regalo", RUDE, 2),
        ("No quiero un cupón, quiero mi dinero", CANCEL, 0),
        ("no quiero un bono, quiero el envío", LATE, 1),
        ("no me sirve el saldo, mejor el reembolso", THREE, 0),
        ("I don't want a voucher, I want my money", CANCEL, 0),
        ("ni bono ni saldo: mi dinero", CANCEL, 0),
        ("no quiero un cupón", CANCEL, None),
        ("", THREE, None),
        ("no sé", THREE, None),
        ("¿cuál me conviene?", THREE, None),
        ("el reembolso o el saldo", THREE, None),
        ("el primero o el segundo", THREE, None),
        ("4", THREE, None),
        ("el tercero", LATE, None),
    ],
)
def test_words_choose_one_alternative_or_none(
    text: str, kinds: tuple[str, ...], index: int | None
) -> None:
    assert find_choice(text, kinds) == index


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Quiero que me devuelvan mi dinero", "refund"),
        ("exijo un reembolso", "refund"),
        ("I want my money back", "refund"),
        ("necesito uno nuevo", "replacement"),
        ("I want a replacement", "replacement"),
        ("quiero un bono", "voucher"),
        ("prefiero saldo a favor", "store_credit"),
        ("No quiero un cupón, quiero mi dinero", "refund"),
        ("no quiero mi dinero, quiero uno nuevo", "replacement"),
        ("Llegó roto", None),
        ("quiero una solución", None),
        ("No quiero nada de bonos", None),
        ("me devolvieron mal el dinero", None),
        ("", None),
    ],
)
def test_desired_remedy_is_found_before_an_offer(text: str, kind: str | None) -> None:
    assert find_desired_kind(text) == kind


@given(
    st.text(max_size=200),
    st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=3, unique=True),
)
def test_any_text_gives_a_valid_index_or_none(text: str, kinds: list[str]) -> None:
    assert find_choice(text, kinds) in {None, *range(len(kinds))}
    find_desired_kind(text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_remedy_has_a_pattern(kind: str) -> None:
    # A kind without a pattern would raise.
    assert find_choice("algo", [kind, "refund"]) is None


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("¿cuánto tarda el envío?", True),
        ("cuanto tarda el envio", True),
        ("y cuál es la garantía", True),
        ("does the warranty cover falls", True),
        ("que incluye la garantia", True),
        ("el segundo", False),
        ("que me devuelvan la plata", False),
        ("quiero el reembolso", False),
        ("the refund please", False),
    ],
)
def test_question_about_an_alternative_is_recognized(text: str, is_asked: bool) -> None:
    assert is_question(text) is is_asked
