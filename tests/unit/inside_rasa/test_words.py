"""An address or a number that hides what a message is about."""

import pytest

from bot.inside_rasa.words import bare, matter, words

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (
            "Me llegó roto el taladro del pedido 10512. Mi correo es raul.trevino@example.com",
            "Me llegó roto el taladro",
        ),
        (
            "The suitcase of order 10478 arrived broken. My e-mail is john.walker@example.com",
            "The suitcase arrived broken.",
        ),
        # Nothing but facts, or too little beside them, is what it is.
        ("pedido 10482, ana.ruiz@example.com", "pedido 10482, ana.ruiz@example.com"),
        ("¿Dónde está mi pedido 10482?", "¿Dónde está mi pedido 10482?"),
        ("La pantalla se quebró sola", "La pantalla se quebró sola"),
    ],
)
def test_facts_do_not_hide_what_happened(text: str, rest: str) -> None:
    assert matter(words(text)) == words(rest)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("El pedido 10482 llegó tarde. Mi correo es ana.ruiz@example.com", "llegó tarde."),
        ("order 10482 arrived late, ana.ruiz@example.com", "arrived late"),
        ("pedido 10482", ""),
    ],
)
def test_what_is_left_without_facts_may_be_little(text: str, rest: str) -> None:
    assert bare(words(text)) == words(rest)
