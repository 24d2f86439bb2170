"""The language: a customer must not be answered in one that they did not write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.language import detect

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hola", "es"),
        ("buenas tardes", "es"),
        ("Mi pedido nunca llegó", "es"),
        ("quiero mi dinero", "es"),
        ("me cobraron dos veces y nadie responde", "es"),
        ("¿Qué pasó?", "es"),
        ("gracias", "es"),
        ("Hello", "en"),
        ("hi there", "en"),
        ("My order never arrived", "en"),
        ("I want a refund", "en"),
        ("they charged me twice and nobody answers the phone", "en"),
        ("thanks", "en"),
        ("the blender was broken", "en"),
        ("Compré un blender y llegó broken", "es"),
        ("10482", None),
        ("", None),
        ("ok", None),
        ("ana.ruiz@example.com", None),
        ("👍", None),
        ("...", None),
    ],
)
def test_language_is_detected_or_left_open(text: str, language: str | None) -> None:
    assert detect(text) == language


@given(st.text(max_size=200))
def test_any_text_gives_a_language_or_none(text: str) -> None:
    assert detect(text) in {"es", "en", None}
