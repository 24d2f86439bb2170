"""The engine is slow or down: customers still get an honest answer in time, and nothing is lost."""

import signal
import time
from collections.abc import Iterator

import pytest

from tests.e2e.chat import Answer, Customer
from tests.e2e.conftest import NewCustomer
from tests.e2e.product import ORDERS, Product
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

MINUTE = 60


@pytest.fixture
def broken_product(breakable_product: Product) -> Iterator[Product]:
    """The product that tests may break; ready again afterwards."""
    yield breakable_product
    breakable_product.wait_ready()


def test_customer_is_answered_while_the_engine_hangs(
    broken_product: Product, new_customer: NewCustomer
) -> None:
    customer = new_customer(broken_product)
    stopped = broken_product.send_signal("engine", signal.SIGSTOP)
    try:
        began = time.monotonic()
        answer = customer.say("Me llegó rota la plancha del pedido 10456", within=MINUTE)
        assert time.monotonic() - began < MINUTE
    finally:
        broken_product.send_signal("engine", signal.SIGCONT)

    _assert_honest(broken_product, customer, answer)
    assert broken_product.pid("engine") == stopped
    _assert_goes_on(broken_product, customer, answer, ORDERS["10456"]["email"])


def test_customer_is_answered_while_the_engine_is_down(
    broken_product: Product, new_customer: NewCustomer
) -> None:
    customer = new_customer(broken_product)
    broken_product.send_signal("engine", signal.SIGKILL)
    wait_until(lambda: broken_product.readiness()["engine"] == "missing", 10, "/readyz tells it")

    began = time.monotonic()
    place = len(customer.messages)
    said = customer.send("Me llegó roto el filtro de agua del pedido 10431")
    while not customer.is_answered(said, within=0.5) and time.monotonic() - began < MINUTE:
        # supervisord starts it again and again; it never gets as far as to answer.
        broken_product.send_signal("engine", signal.SIGKILL)

    answer = customer.answer_since(place)
    assert time.monotonic() - began < MINUTE
    _assert_honest(broken_product, customer, answer)
    _assert_goes_on(broken_product, customer, answer, ORDERS["10431"]["email"])


def test_restart_of_the_engine_delays_the_answer_only(
    broken_product: Product, new_customer: NewCustomer
) -> None:
    customer = new_customer(broken_product)
    broken_product.send_signal("engine", signal.SIGKILL)

    answer = customer.say("Mi pedido llegó roto")

    assert answer.apologizes
    assert "número de su pedido" in answer.text
    assert _handoffs(broken_product, customer) == []


def _assert_honest(product: Product, customer: Customer, answer: Answer) -> None:
    """An apology, a reference, a date that a row holds, and a place in the queue."""
    assert answer.apologizes
    assert answer.reference
    assert " a más tardar " in answer.text
    assert _handoffs(product, customer) == [("waiting", answer.reference)]
    due = product.rows(
        "SELECT what FROM promises JOIN complaints ON complaints.id = complaint_id"
        " WHERE reference = ? AND promises.state = 'open'",
        answer.reference,
    )
    assert [row["what"] for row in due] == ["answer"]


def _assert_goes_on(product: Product, customer: Customer, apology: Answer, email: str) -> None:
    """With the engine back, the bot has the case again, and knows what was said to nobody."""
    product.wait_ready()
    answer = customer.say(email)
    assert len(answer.choices) >= 3
    assert customer.choose(1).reference == apology.reference
    assert len(product.ledger(apology.reference)) == 1
    states = product.rows(
        "SELECT state FROM handoffs WHERE conversation_id = ?", customer.conversation_id
    )
    assert [row["state"] for row in states] == ["ended"]


def _handoffs(product: Product, customer: Customer) -> list[tuple[str, str]]:
    rows = product.rows(
        "SELECT handoffs.state, reference FROM handoffs"
        " JOIN complaints ON complaints.id = complaint_id WHERE handoffs.conversation_id = ?",
        customer.conversation_id,
    )
    return [tuple(row) for row in rows]
