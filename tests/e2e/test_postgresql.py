"""The whole product on PostgreSQL, with several edges and several action workers."""

import csv
import io
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import NewCustomer
from tests.e2e.product import ORDERS, Product
from tests.integration.conftest import PostgreSQL, postgresql

__all__ = ["postgresql"]  # a fixture
pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def several(
    model: Path, postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """`regalo run` on an empty database, with two edges and three action workers."""
    name = f"e{uuid.uuid4().hex[:12]}"
    postgresql.run(f"CREATE DATABASE {name}")
    product = Product(
        tmp_path_factory.mktemp("several"),
        DATABASE_URL=postgresql.url(name),
        WORKERS="2",
        ACTION_WORKERS="3",
    )
    product.start(within=300)  # each of the seven processes imports everything
    yield product
    assert product.stop() == []
    postgresql.drop(name)


def lines_of(product: Product, order: str) -> list[dict[str, str]]:
    return [line for line in product.ledger() if line["order_number"] == order]


def test_complaints_get_one_remedy_each_with_several_workers(
    several: Product, new_customer: NewCustomer
) -> None:
    customers = [new_customer(several) for _ in range(4)]
    numbers = ["10473", "10482", "10494", "10526"]
    for customer, number in zip(customers, numbers, strict=True):
        customer.say("Mi pedido llegó roto")
        customer.say(number)
        offered = customer.say(ORDERS[number]["email"])
        assert offered.choices
        assert customer.choose(1).reference
    for number in numbers:
        assert len(lines_of(several, number)) == 1


def test_order_complained_about_twice_gets_one_remedy_with_several_workers(
    several: Product, new_customer: NewCustomer
) -> None:
    order = "10440"
    choosing = []
    for customer in (new_customer(several), new_customer(several)):
        customer.say("Mi pedido llegó roto")
        customer.say(order)
        if customer.say(ORDERS[order]["email"]).choices:
            choosing.append(customer)
    presses = [(customer, customer.press(1)) for customer in choosing]
    for customer, press in presses:
        customer.wait_for_answer(press)
    assert choosing
    assert len(lines_of(several, order)) == 1


def test_commands_work_on_postgresql(
    several: Product, new_customer: NewCustomer, tmp_path: Path
) -> None:
    header = ",".join(ORDERS["10440"])
    file = tmp_path / "orders.csv"
    # More than 32 bits of minor units hold.
    file.write_text(
        f"{header},signed_by,address\n90001,Rosa Mora,rosa@example.com,,95000000,COP,"
        "2026-11-12,,,delivered,Piano x1,,Calle 9 # 1-2\n"
    )
    imported = several.run_command("orders", "import", str(file))
    assert (imported.returncode, imported.stderr) == (0, "")
    assert "1 orders added" in imported.stdout
    customer = new_customer(several)
    reference = customer.say("Quiero hablar con una persona").reference
    assert reference is not None
    for command in (("queue",), ("promises", "list")):
        shown = several.run_command(*command)
        assert (shown.returncode, shown.stderr) == (0, "")
        assert reference in shown.stdout
    added = several.run_command("agents", "add", "laura@example.com", "Laura Gómez")
    assert (added.returncode, added.stderr) == (0, "")
    listed = several.run_command("agents", "list")
    assert "laura@example.com" in listed.stdout
    exported = several.run_command("ledger", "export")
    assert exported.returncode == 0
    assert list(csv.DictReader(io.StringIO(exported.stdout)))
