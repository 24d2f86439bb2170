"""A complaint from the first message to the chosen remedy, without an agent."""

import time
from pathlib import Path

import pytest

from tests.e2e.chat import Answer, Customer
from tests.e2e.conftest import NewCustomer
from tests.e2e.product import ORDERS, Product
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

TWENTY_CALLS = (Path(__file__).parent / "data/twenty_calls.txt").read_text("utf-8").strip()
# How each language says what the tests look for.
DAMAGED = {"es": "llegó en mal estado", "en": "arrived damaged"}
NOTHING_SOLVED = "nadie le resolvió"
ASKS_CONTACT = {"es": "¿con qué correo o teléfono", "en": "which e-mail or phone"}
ASKS_ORDER = ("número de su pedido", "número del pedido", "your order number")


def test_long_story_gets_an_apology_within_five_seconds(
    product: Product, new_customer: NewCustomer
) -> None:
    customer = new_customer(product)

    began = time.monotonic()
    answer = customer.say(TWENTY_CALLS, within=5)
    took = time.monotonic() - began

    assert took < 5
    assert answer.apologizes
    assert NOTHING_SOLVED in answer.text
    assert answer.questions <= 1
    assert answer.reference
    # The story asks for alternatives: there is something to choose, or one question.
    assert answer.choices or answer.questions == 1


@pytest.mark.parametrize(
    ("language", "complaint", "order"),
    [
        ("es", "Compré una licuadora, pedido 10482, y llegó quebrada, estoy furiosa", "10482"),
        ("en", "I bought coffee, order 10452, and the bags arrived broken. I am furious", "10452"),
    ],
)
def test_missing_fact_is_asked_for_and_one_remedy_given(
    product: Product, new_customer: NewCustomer, language: str, complaint: str, order: str
) -> None:
    customer = new_customer(product, language)

    first_answer = customer.say(complaint)
    assert first_answer.apologizes
    assert DAMAGED[language] in first_answer.text
    assert first_answer.reference
    assert first_answer.questions == 1
    assert ASKS_CONTACT[language] in first_answer.text

    offer = customer.say(ORDERS[order]["email"])
    _assert_offers(offer)
    assert not _asks_again(offer)

    _assert_takes(product, customer, 1, first_answer.reference, order)


@pytest.mark.parametrize(
    ("language", "complaint", "order"),
    [
        (
            "es",
            "Me llegó roto el taladro del pedido 10512. Mi correo es raul.trevino@example.com",
            "10512",
        ),
        (
            "en",
            "The suitcase of order 10478 arrived broken. My e-mail is john.walker@example.com",
            "10478",
        ),
    ],
)
def test_complete_complaint_gets_an_offer_at_once(
    product: Product, new_customer: NewCustomer, language: str, complaint: str, order: str
) -> None:
    customer = new_customer(product, language)

    answer = customer.say(complaint)
    assert answer.apologizes
    assert DAMAGED[language] in answer.text
    assert answer.reference
    _assert_offers(answer)
    assert not _asks_again(answer)

    _assert_takes(product, customer, 3, answer.reference, order)


def test_facts_given_later_are_not_asked_for_again(
    product: Product, new_customer: NewCustomer
) -> None:
    customer = new_customer(product)
    first_answer = customer.say("Mi pedido llegó roto")
    assert first_answer.questions == 1

    # Both facts at once, though only one was asked for.
    answer = customer.say("Es el 10490, lo compré con guadalupe.hernandez@example.com")

    _assert_offers(answer)
    assert not _asks_again(answer)


def test_alternative_is_chosen_in_words(product: Product, new_customer: NewCustomer) -> None:
    customer = new_customer(product)
    first_answer = customer.say("Mi pedido llegó roto, es el 10499")
    customer.say("paola.rincon@example.com")

    chosen = customer.say("la primera")

    assert first_answer.reference == chosen.reference
    assert len(product.ledger(first_answer.reference)) == 1


def _assert_offers(answer: Answer) -> None:
    # Two or three alternatives, and the way out.
    assert 3 <= len(answer.choices) <= 4
    assert answer.questions == 1


def _asks_again(answer: Answer) -> bool:
    return any(words in answer.text for words in (*ASKS_ORDER, *ASKS_CONTACT.values()))


def _assert_takes(
    product: Product, customer: Customer, number: int, reference: str | None, order: str
) -> None:
    """One press, one confirmation with a date or code, one line in the ledger."""
    done = customer.choose(number)
    assert done.reference == reference
    assert done.questions == 0
    assert done.choices == []
    promised = product.rows(
        "SELECT code, (SELECT due_at FROM promises WHERE compensation_id = compensations.id) due"
        " FROM compensations JOIN complaints ON complaints.id = complaint_id"
        " WHERE reference = ? AND compensations.state IN ('accepted', 'issued')",
        reference,
    )
    assert len(promised) == 1
    code, due = promised[0]
    assert code or due
    assert code is None or code in done.text
    assert due is None or " a más tardar " in done.text or " at the latest" in done.text

    lines = wait_until(lambda: product.ledger(reference), 10, "a line in the ledger")
    assert [line["order_number"] for line in lines] == [order]
