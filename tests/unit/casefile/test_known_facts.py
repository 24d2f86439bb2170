"""Finding the known facts that an agent's draft asks for again."""

from pathlib import Path

import pytest

from bot.casefile.known_facts import Fact, find_already_known, find_requested
from bot.company.canned_answers import load_canned_answers

pytestmark = pytest.mark.unit
DEMO = Path(__file__).parents[3] / "data" / "company"


@pytest.mark.parametrize(
    ("draft", "facts"),
    [
        ("¿Me da su número de pedido?", {"order_number"}),
        ("¿Me da el n.º de su pedido, por favor?", {"order_number"}),
        ("Indíqueme el número de orden", {"order_number"}),
        ("Por favor, su número de pedido", {"order_number"}),
        ("¿Cuál es su pedido?", {"order_number"}),
        ("What is your order number?", {"order_number"}),
        ("May I have your order no.?", {"order_number"}),
        ("¿Cuál es su correo?", {"email"}),
        ("Please confirm your e-mail", {"email"}),
        ("¿Me regala un teléfono de contacto?", {"phone"}),
        ("Could you give me your phone number?", {"phone"}),
        ("¿Me confirma su nombre completo?", {"name"}),
        ("¿Con quién hablo?", {"name"}),
        ("What is your full name?", {"name"}),
        ("¿Qué le pasó?", {"what_happened"}),
        ("Hola, ¿en qué le puedo ayudar?", {"what_happened"}),
        ("Cuénteme qué pasó", {"what_happened"}),
        ("How can I help you?", {"what_happened"}),
        ("Could you describe the problem?", {"what_happened"}),
        ("Necesito una foto del daño", {"photo"}),
        ("Could you send me a picture?", {"photo"}),
        ("¿Qué solución espera de nosotros?", {"desired"}),
        ("How would you like us to put it right?", {"desired"}),
        ("¿Qué producto es?", {"thing"}),
        ("Which item is it?", {"thing"}),
        ("Deme su correo y su número de pedido", {"email", "order_number"}),
        ("Ya lo reviso. ¿Me envía una foto?", {"photo"}),
    ],
)
def test_requested_facts_are_found_in_a_draft(draft: str, facts: set[str]) -> None:
    assert find_requested(draft) == facts


@pytest.mark.parametrize(
    "draft",
    [
        "",
        "Su pedido 10482 llega mañana",
        "Your order number 10482 is on its way, can you wait until noon?",
        "Vi la foto, por favor espere un momento",
        "I got your photo, please wait a moment",
        "Le escribí al correo, ¿lo vio?",
        "No necesito más fotos",
        "Ya sé lo que pasó, ¿le sirve un cambio?",
        "Le pido disculpas por lo que pasó",
        "¿Está de acuerdo?",
        "¿Le sirve mañana por la tarde?",
        "Is that right?",
        "Por favor revise su correo, ahí está el código",
        "¿Le llegó el correo con el vale?",
        "¿Puedo llamarle a su teléfono?",
        "¿Pudo ver la foto que le mandé?",
        "Could you check your email for the voucher?",
        "Can I call your mobile?",
        "Did you get the picture?",
    ],
)
def test_draft_that_requests_nothing_is_not_flagged(draft: str) -> None:
    assert find_requested(draft) == set()


@pytest.mark.parametrize("answer", load_canned_answers(DEMO), ids=lambda answer: answer.name)
@pytest.mark.parametrize("language", ["es", "en"])
def test_no_canned_answer_requests_a_fact_that_may_be_known(answer: object, language: str) -> None:
    text = answer.text[language]  # type: ignore[attr-defined]
    assert find_requested(text) == set()


def test_only_known_facts_are_flagged() -> None:
    known = [Fact("email", "ana@example.com", "order"), Fact("thing", "licuadora", "customer")]
    assert find_already_known("¿Me da su correo y su teléfono?", known) == known[:1]
    assert find_already_known("¿Me da su teléfono?", known) == []
