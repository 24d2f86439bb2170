"""Orders are found as people type their numbers, and belong to the right customer."""

import io

import pytest

from bot.customers import orders
from bot.customers.order_import import COLUMNS, read_orders, store_orders
from bot.models import Order
from tests.integration.harness import AppHarness

LINE = "{},Rosa Mora,rosa@example.com,,10,COP,2026-11-01,,,placed,"


async def import_lines(app: AppHarness, *lines: str) -> None:
    file = io.StringIO("\n".join([",".join(COLUMNS), *lines]) + "\n")
    async with app.db.write() as session:
        rows = read_orders(file, "orders.csv")
        await store_orders(session, rows, region="CO", timezone="America/Bogota")


@pytest.mark.parametrize(
    "typed", ["10482", "#10482", "PED-10482", "ped 10482", "1 0 4 8 2", "ord10482", "10.482"]
)
async def test_order_is_found_however_its_number_is_typed(app: AppHarness, typed: str) -> None:
    async with app.db.read() as session:
        order = await orders.find(session, typed)
    assert order is not None
    assert order.number == "10482"


@pytest.mark.parametrize("typed", ["0482", "482", "110482", "104820", "", "PED", "%", "_____"])
async def test_part_of_a_number_finds_nothing(app: AppHarness, typed: str) -> None:
    async with app.db.read() as session:
        assert await orders.find(session, typed) is None


async def test_number_under_two_prefixes_is_not_guessed(app: AppHarness) -> None:
    await import_lines(app, LINE.format("A-55001"), LINE.format("B-55001"))
    async with app.db.read() as session:
        assert await orders.find(session, "55001") is None
        exact = await orders.find(session, "b55001")
    assert exact is not None
    assert exact.number == "B-55001"


async def test_orders_with_one_email_or_phone_belong_to_one_contact(app: AppHarness) -> None:
    await import_lines(
        app,
        "77001,Rosa Mora,rosa@example.com,3001112233,10,COP,2026-11-01,,,placed,",
        "77002,R. Mora,ROSA@example.com,,10,COP,2026-11-02,,,placed,",
        "77003,Rosa M,,+57 300 111 2233,10,COP,2026-11-03,,,placed,",
        "77004,Rosa Mora,otra@example.com,,10,COP,2026-11-04,,,placed,",
    )
    imported = await app.rows(Order, Order.number.like("7700_"))
    assert len({order.contact_id for order in imported}) == 2
    async with app.db.read() as session:
        recent = await orders.find_recent(session, imported[0].contact_id)
    assert [order.number for order in recent] == ["77003", "77002", "77001"]
