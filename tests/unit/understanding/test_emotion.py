"""Emotions: an angry or desperate customer whom the agent would take for calm."""

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
def test_emotion_is_estimated_from_the_words(text: str, emotion: Emotion) -> None:
    assert estimate(text) is emotion


def test_detected_emotion_has_its_words_as_signs() -> None:
    assert detect("Estoy harta, esto es una vergüenza").signs == ("harta", "verguenza")
    assert detect("Llegó sin la tapa").signs == ()


def test_one_sign_of_despair_among_insults_is_anger() -> None:
    assert estimate("urgente!! ladrones, estafadores, sinvergüenzas") is ANGRY


def test_abbreviation_in_capitals_is_not_shouting() -> None:
    assert estimate("TV LG 4K") is CALM


@given(st.text())
def test_every_emotion_but_calm_has_a_sign(text: str) -> None:
    detected = detect(text)
    assert (detected.emotion is CALM) == (not detected.signs)
