"""A slip of the fingers that hides what a customer said, or a word mended into another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inside_rasa.spelling import mended

pytestmark = pytest.mark.unit

KNOWN = {"pedido": 9, "roto": 3, "nadie": 2, "responde": 1, "plata": 5, "casa": 4}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pedido", "pedido"),
        ("peddio", "pedido"),
        ("pediddo", "pedido"),
        ("pdido", "pedido"),
        ("nadei", "nadie"),
        ("respomde", "responde"),
        # Another word, not a slip.
        ("playa", "playa"),
        ("cosa", "cosa"),
        ("lavadora", "lavadora"),
        ("<money>", "<money>"),
    ],
)
def test_a_slip_is_mended_and_an_unknown_word_is_left(typed: str, meant: str) -> None:
    assert mended([typed], KNOWN) == [meant]


@given(st.lists(st.text()))
def test_as_many_words_come_out_as_went_in(words: list[str]) -> None:
    assert len(mended(words, KNOWN)) == len(words)
