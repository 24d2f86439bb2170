"""An agent who is told that a desperate customer is calm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.emotion import Emotion, detect, estimate

pytestmark = pytest.mark.unit

CALM, UPSET, ANGRY, DESPERATE = Emotion


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("Buenas tardes, el pedido 10482 llegó sin la tapa.", CALM),
        ("Hello, my parcel came without the charger.", CALM),
        ("¿Cuándo llega mi pedido?", CALM),
        ("", CALM),
        ("Estoy muy decepcionada con el servicio", UPSET),
        ("sigo esperando el reembolso", UPSET),
        ("I'm really disappointed with this", UPSET),
        ("Me siguen sin contestar 😢", UPSET),
        ("Estoy harto de ustedes", ANGRY),
        ("NADIE ME CONTESTA DESDE EL LUNES", ANGRY),
        ("Son unos ladrones, exijo mi dinero", ANGRY),
        ("Excelente servicio, llevo tres horas esperando", ANGRY),
        ("Great service, three weeks and still nothing", ANGRY),
        ("this is ridiculous, I'm fed up", ANGRY),
        ("mi pedido 😡", ANGRY),
        ("me la aprobaron en MARZO", ANGRY),
        ("cinco horas en la fila, gracias por nada", ANGRY),
        ("STOP calling my mother", ANGRY),
        ("Por favor ayúdenme, no sé qué más hacer", DESPERATE),
        ("estoy desesperada, era lo único que tenía", DESPERATE),
        ("Please help, I'm at my wits' end", DESPERATE),
        ("LES RUEGO QUE ME AYUDEN ES URGENTE", DESPERATE),
    ],
)
def test_what_people_say_shows_how_they_feel(text: str, emotion: Emotion) -> None:
    assert estimate(text) is emotion


def test_the_words_that_tell_it_can_be_shown() -> None:
    assert detect("Estoy harta, esto es una vergüenza").signs == ("harta", "verguenza")
    assert detect("Llegó sin la tapa").signs == ()


def test_one_cry_for_help_among_insults_is_anger() -> None:
    assert estimate("urgente!! ladrones, estafadores, sinvergüenzas") is ANGRY


def test_an_abbreviation_is_no_shouting() -> None:
    assert estimate("TV LG 4K") is CALM


@given(st.text())
def test_what_is_not_calm_has_a_sign(text: str) -> None:
    reading = detect(text)
    assert (reading.emotion is CALM) == (not reading.signs)
