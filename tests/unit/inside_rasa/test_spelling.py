"""Typing errors are corrected to known words; other words are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inside_rasa.spelling import correct

pytestmark = pytest.mark.unit

COUNTS = {"pedido": 9, "roto": 3, "nadie": 2, "responde": 1, "plata": 5, "casa": 4}


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("pedido", "pedido"),
        ("peddio", "pedido"),
        ("pediddo", "pedido"),
        ("pdido", "pedido"),
        ("nadei", "nadie"),
        ("respomde", "responde"),
        # Other words, not typing errors.
        ("playa", "playa"),
        ("cosa", "cosa"),
        ("lavadora", "lavadora"),
        ("<money>", "<money>"),
    ],
)
def test_error_is_corrected_and_unknown_word_is_kept(typed: str, corrected: str) -> None:
    assert correct([typed], COUNTS) == [corrected]


@given(st.lists(st.text()))
def test_number_of_words_stays_the_same(words: list[str]) -> None:
    assert len(correct(words, COUNTS)) == len(words)
