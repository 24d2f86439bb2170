"""Alarms: a late parcel that hides somebody's insulin, and a broken pram that is no emergency."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.escalation import find_alarm

pytestmark = pytest.mark.unit
SEED = Path(__file__).parents[2] / "e2e" / "data" / "twenty_calls.txt"


@pytest.mark.parametrize(
    "text",
    [
        "La plancha explotó y me quemé la mano",
        "El horno está echando humo desde ayer",
        "Salió humo del televisor",
        "Huele a quemado cuando la enchufo",
        "Me dio la corriente al tocar la nevera",
        "Mi hijo está en urgencias por su producto",
        "Nos intoxicamos todos con esa comida",
        "The heater caught fire last night",
        "The charger burnt my hand",
        "It gave me an electric shock",
        "My son is in hospital because of this",
    ],
)
def test_danger_to_health_raises_an_alarm(text: str) -> None:
    assert find_alarm(text) == "danger"


@pytest.mark.parametrize(
    "text",
    [
        "El pedido 10482 no llegó y era la insulina de mi hija",
        "Compré una silla de ruedas y llegó rota",
        "Mi abuela de 84 años está sin nevera",
        "Tengo 78 años y no puedo bajar por el paquete",
        "Estoy embarazada y el ventilador no funciona",
        "Ahí guardo mis medicinas y la nevera no enfría",
        "Sin la fórmula para el bebé no sé qué hacer",
        "My fridge broke and my insulin is in it",
        "I'm pregnant and the fan does not work",
        "I am 82 years old and alone",
        "The wheelchair arrived broken",
    ],
)
def test_vulnerable_customer_raises_an_alarm(text: str) -> None:
    assert find_alarm(text) == "vulnerable"


@pytest.mark.parametrize(
    "text",
    [
        "Los voy a demandar",
        "Voy a demandarlos mañana mismo",
        "Vamos a poner una demanda",
        "Esto lo verá mi abogado",
        "Voy a ir a Profeco",
        "Lo denunciaré ante la Superintendencia",
        "You will hear from my lawyer",
        "I'll sue you",
        "I am taking legal action",
    ],
)
def test_legal_threat_raises_an_alarm(text: str) -> None:
    assert find_alarm(text) == "threat"


@pytest.mark.parametrize(
    "text",
    [
        "Voy a hablar con la prensa",
        "Voy a llamar a un amigo periodista",
        "Voy a contar esto en la tele",
        "Van a salir en las noticias",
        "I'm going to the press",
        "I will talk to a journalist",
        "I'll write to the newspapers",
        "This will be on the news",
    ],
)
def test_threat_with_the_press_raises_an_alarm(text: str) -> None:
    assert find_alarm(text) == "press"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Compré un coche para mi bebé y llegó roto",
        "Llegó rota la licuadora, pedido 10482",
        "¿Puedo ir por la tele a la tienda?",
        "Quiero que me manden por la televisión dañada",
        "La radio llegó con el canal de sonido dañado",
        "Fue una situación embarazosa para mí",
        "La demanda de este producto es muy alta",
        "Me cortaron la luz y el pedido no llegó",
        "Es urgente, lo necesito para mañana",
        "Se me quemó la comida esperándolos",
        "I was going to press the start button and it broke",
        "I had to call the TV repair man",
        "The fire pit arrived late",
        "My order arrived broken",
        SEED.read_text(encoding="utf-8"),
    ],
)
def test_ordinary_complaint_raises_no_alarm(text: str) -> None:
    assert find_alarm(text) is None


def test_gravest_of_several_alarms_counts() -> None:
    assert find_alarm("Los voy a demandar: la estufa explotó") == "danger"
    assert find_alarm("Voy a la prensa y además ya hablé con mi abogado") == "threat"


@given(st.text(), st.sampled_from(["", "  ", "\n"]))
def test_alarm_is_found_after_any_text(before: str, between: str) -> None:
    assert find_alarm(f"{before} {between}la estufa explotó") is not None
