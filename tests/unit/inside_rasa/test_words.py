"""Facts such as addresses and numbers are separated from what a message is about."""

import pytest

from bot.inside_rasa.words import drop_facts, tokenize, topic

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Me llegó roto el taladro del pedido 10512. Mi correo es raul.trevino@example.com",
            "Me llegó roto el taladro",
        ),
        (
            "The suitcase of order 10478 arrived broken. My e-mail is john.walker@example.com",
            "The suitcase arrived broken.",
        ),
        # Nothing but facts, or too few words beside them: unchanged.
        ("pedido 10482, ana.ruiz@example.com", "pedido 10482, ana.ruiz@example.com"),
        ("¿Dónde está mi pedido 10482?", "¿Dónde está mi pedido 10482?"),
        ("La pantalla se quebró sola", "La pantalla se quebró sola"),
    ],
)
def test_topic_leaves_out_facts_if_enough_words_remain(text: str, expected: str) -> None:
    assert topic(tokenize(text)) == tokenize(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("El pedido 10482 llegó tarde. Mi correo es ana.ruiz@example.com", "llegó tarde."),
        ("order 10482 arrived late, ana.ruiz@example.com", "arrived late"),
        ("pedido 10482", ""),
    ],
)
def test_drop_facts_may_leave_few_words_or_none(text: str, expected: str) -> None:
    assert drop_facts(tokenize(text)) == tokenize(expected)
