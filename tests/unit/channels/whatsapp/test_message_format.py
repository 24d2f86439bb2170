"""Every message is formatted within WhatsApp's limits, and is complete."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.whatsapp import message_format
from bot.conversation.channel_api import Button, OutgoingMessage
from tests.fakes.whatsapp import _wrong, choices_of, text_of

pytestmark = pytest.mark.unit


def out(text: str, *buttons: tuple[str, str]) -> OutgoingMessage:
    tokens = (f"token{place}" for place, _ in enumerate(buttons))
    return OutgoingMessage(
        1,
        "c",
        "573001234567",
        "es",
        text,
        tuple(Button(t, title, detail) for t, (title, detail) in zip(tokens, buttons, strict=True)),
        reference="Q-4827-3916",
    )


def test_three_short_choices_are_buttons() -> None:
    (part,) = message_format.parts(
        out("¿Sí?", ("Con una persona", ""), ("No, gracias", "")), "Ver opciones"
    )
    assert part["interactive"]["type"] == "button"
    assert choices_of(part) == [("Con una persona", "token0"), ("No, gracias", "token1")]


@pytest.mark.parametrize(
    "buttons",
    [
        [("Seguir con el asistente", "")],  # longer than a button
        [("Cupón", "Para su próxima compra")],  # a button has no detail
        [(letter, "") for letter in "abcd"],  # four
    ],
)
def test_choices_too_long_for_buttons_are_a_list(buttons: list[tuple[str, str]]) -> None:
    (part,) = message_format.parts(out("¿Cuál?", *buttons), "Ver opciones")
    assert part["interactive"]["type"] == "list"
    assert part["interactive"]["action"]["button"] == "Ver opciones"


def test_shortened_title_is_in_full_in_the_text() -> None:
    title = "Reembolso total de $249.900 a su tarjeta"
    (part,) = message_format.parts(
        out("¿Cuál?", (title, "En 5 días"), ("Ninguna me sirve", "")), "Ver"
    )
    assert f"• {title}: En 5 días" in text_of(part)
    assert choices_of(part)[0][0] == "Reembolso total de…"


def test_equal_shortened_titles_are_numbered() -> None:
    long = "Pedido de la tienda del centro "
    (part,) = message_format.parts(out("¿Cuál?", (f"{long}uno", ""), (f"{long}dos", "")), "Ver")
    titles = [title for title, _ in choices_of(part)]
    assert titles[0].startswith("1. ")
    assert titles[1].startswith("2. ")


texts = st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=60).filter(
    lambda text: text.strip()
)


@given(
    st.text(st.characters(categories=("L", "Zs")), min_size=1, max_size=6000).filter(str.strip),
    st.lists(st.tuples(texts, st.text(max_size=100)), max_size=10),
)
def test_any_message_is_within_whatsapps_limits(text: str, buttons: list[tuple[str, str]]) -> None:
    parts = message_format.parts(out(text, *buttons), "Ver opciones")
    assert parts
    assert [_wrong({**part, "to": "1"}) for part in parts] == [None] * len(parts)


def test_template_contains_the_message_or_announces_it() -> None:
    _, says_all = message_format.template(
        out("Su dinero\nya salió."), "x", "es", ["reference", "text"]
    )
    assert says_all
    for message in (out("a" * 800), out("¿Cuál?", ("Uno", ""))):
        part, says_all = message_format.template(message, "x", "es", ["reference", "text"])
        assert not says_all
        assert "\n" not in text_of(part)
    _, says_all = message_format.template(out("Hola"), "x", "es", ["reference"])
    assert not says_all
