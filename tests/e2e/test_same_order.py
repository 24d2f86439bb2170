"""One order gets one remedy: a second complaint about it goes to an agent."""

import pytest

from tests.e2e.conftest import NewCustomer
from tests.e2e.product import ORDERS, Product

pytestmark = pytest.mark.e2e

ORDER = "10473"
EMAIL = ORDERS[ORDER]["email"]


def test_second_complaint_about_an_order_goes_to_an_agent(
    product: Product, new_customer: NewCustomer
) -> None:
    first = new_customer(product)
    first_answer = first.say("Mi pedido llegó roto")
    first.say(ORDER)
    first.say(EMAIL)
    first.choose(3)
    assert len(product.ledger(first_answer.reference)) == 1

    second = new_customer(product)
    again = second.say("Mi pedido llegó roto")
    assert again.apologizes
    second.say(ORDER)
    answer = second.say(EMAIL)

    # The truth: what was given, and under which case. No accusation, no flat no: a person.
    assert answer.reference == first_answer.reference
    assert "ya le dimos" in answer.text
    assert "persona" in answer.text
    assert answer.choices[0] == "Con una persona"
    handed_over = second.choose(1)
    assert " a más tardar " in handed_over.text
    assert handed_over.reference

    lines = [line for line in product.ledger() if line["order_number"] == ORDER]
    assert len(lines) == 1
    assert _handoffs(product, second.conversation_id) == ["waiting"]


def test_simultaneous_choices_for_one_order_give_one_remedy(
    product: Product, new_customer: NewCustomer
) -> None:
    order = "10526"
    choosing = []
    for customer in (new_customer(product), new_customer(product)):
        customer.say("Mi pedido llegó roto")
        customer.say(order)
        if customer.say(ORDERS[order]["email"]).choices:
            choosing.append(customer)

    presses = [(customer, customer.press(1)) for customer in choosing]
    for customer, press in presses:
        customer.wait_for_answer(press)

    assert choosing
    lines = [line for line in product.ledger() if line["order_number"] == order]
    assert len(lines) == 1


def test_stranger_learns_nothing_about_an_order(
    product: Product, new_customer: NewCustomer
) -> None:
    stranger = new_customer(product)
    stranger.say("Mi pedido llegó roto")
    stranger.say("10521")

    answer = stranger.say("emma.clarke@example.org")

    assert answer.choices == []
    order = ORDERS["10521"]
    for detail in (order["customer_name"], order["email"], order["items"].split()[0]):
        assert detail not in answer.text


def _handoffs(product: Product, conversation: str) -> list[str]:
    query = "SELECT state FROM handoffs WHERE conversation_id = ?"
    return [row["state"] for row in product.rows(query, conversation)]
