"""Splitting loses no text, and shortened titles fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.text_limits import shorten, split

pytestmark = pytest.mark.unit


@given(st.text(max_size=400), st.integers(5, 60))
def test_split_pieces_fit_and_lose_only_white_space(text: str, longest: int) -> None:
    pieces = split(text, longest)
    assert all(len(piece) <= longest for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_text_is_split_at_a_natural_break() -> None:
    text = "Le pido disculpas. Su dinero ya salió.\n\nMañana le escribo otra vez."
    assert split(text, 45) == [
        "Le pido disculpas. Su dinero ya salió.",
        "Mañana le escribo otra vez.",
    ]
    assert split("Uno dos tres. Cuatro cinco seis.", 20) == ["Uno dos tres.", "Cuatro cinco seis."]
    assert split("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]


@given(st.text(max_size=120), st.integers(5, 40))
def test_shortened_title_fits(text: str, longest: int) -> None:
    assert len(shorten(text, longest)) <= longest


@pytest.mark.parametrize(
    ("title", "longest", "short"),
    [
        ("No, gracias", 20, "No, gracias"),
        ("Seguir con el asistente", 20, "Seguir con el…"),
        ("Reembolso total de $249.900", 24, "Reembolso total de…"),
        ("Electrodomésticosdelhogar", 20, "Electrodomésticosde…"),
    ],
)
def test_title_is_cut_after_a_word(title: str, longest: int, short: str) -> None:
    assert shorten(title, longest) == short
