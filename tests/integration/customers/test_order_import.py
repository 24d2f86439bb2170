"""The import of orders: a file is imported as a whole or not at all."""

import io

import pytest

from bot.customers import fingerprints
from bot.customers.order_import import COLUMNS, OrderRow, OrdersFileError, read_orders, store_orders
from bot.models import Contact, Order
from tests.integration.harness import AppHarness

GOOD = (
    "77001,Rosa Mora,Rosa@Example.com ,3001112233,1.234.500,cop,2026-11-01T10:00:00,"
    "2026-11-05,,Shipped,Mesa x1; Silla x2"
)


def read(*lines: str, header: str = ",".join(COLUMNS)) -> list[OrderRow]:
    return read_orders(io.StringIO("\n".join([header, *lines]) + "\n"), "orders.csv")


async def import_lines(app: AppHarness, *lines: str) -> tuple[int, int]:
    async with app.db.write() as session:
        return await store_orders(session, read(*lines), region="CO", timezone="America/Bogota")


async def test_row_is_stored_in_normal_form(app: AppHarness) -> None:
    assert await import_lines(app, GOOD) == (1, 0)
    (order,) = await app.rows(Order, Order.number == "77001")
    assert (order.email, order.phone) == ("rosa@example.com", "+573001112233")
    assert (order.total_minor, order.currency, order.status) == (123450000, "COP", "shipped")
    assert order.items == ["Mesa x1", "Silla x2"]
    # A moment without a zone is the company's: five hours behind UTC.
    assert order.placed_at.isoformat() == "2026-11-01T15:00:00+00:00"
    assert order.delivered_at is None


async def test_optional_columns_are_stored_and_kept_by_a_file_without_them(app: AppHarness) -> None:
    line = "77001,Rosa,r@example.com,,9900,COP,2026-11-01,,,delivered,,{},Calle 12 # 3-45 apto 6"
    header = ",".join((*COLUMNS, "signed_by", "address"))
    for signed in ("R. Mora", ""):
        file = io.StringIO(f"{header}\n{line.format(signed)}\n")
        async with app.db.write() as session:
            rows = read_orders(file, "orders.csv")
            await store_orders(
                session, rows, region="CO", timezone="America/Bogota", secret="s" * 32
            )
    # A file without these columns leaves them as they are.
    await import_lines(app, "77001,Rosa,r@example.com,,9900,COP,2026-11-01,,,delivered,")
    (order,) = await app.rows(Order, Order.number == "77001")
    assert order.signed_by == "R. Mora"
    assert order.address_key == fingerprints.hash_address("s" * 32, "CALLE 12 #3-45, Apto. 6")


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("249900", 24990000),
        ("249900.00", 24990000),
        ("249.900", 24990000),
        ("249.900,00", 24990000),
        ("249,900.50", 24990050),
        ("1.234.567", 123456700),
    ],
)
async def test_amounts_may_use_either_decimal_mark(
    app: AppHarness, written: str, minor: int
) -> None:
    await import_lines(app, f'77001,Rosa,r@example.com,,"{written}",COP,2026-11-01,,,placed,')
    (order,) = await app.rows(Order, Order.number == "77001")
    assert order.total_minor == minor


async def test_second_import_updates_and_adds_nothing(app: AppHarness) -> None:
    before = await app.count(Order)
    await import_lines(app, GOOD)
    contacts = await app.count(Contact)
    again = GOOD.replace("Shipped", "delivered").replace("1.234.500", "999")
    assert await import_lines(app, again) == (0, 1)
    assert await app.count(Order) == before + 1
    assert await app.count(Contact) == contacts
    (order,) = await app.rows(Order, Order.number == "77001")
    assert (order.status, order.total_minor) == ("delivered", 99900)


@pytest.mark.parametrize(
    ("line", "where", "what"),
    [
        (GOOD.replace("Shipped", "lost"), ":3: status", "placed, shipped, delivered"),
        (GOOD.replace("cop", "XYZ"), ":3: currency", "XYZ"),
        (GOOD.replace("1.234.500", "mucho"), ":3: total", "mucho"),
        (GOOD.replace("1.234.500", ""), ":3: total", ""),
        (GOOD.replace("77001", ""), ":3: order_number", ""),
        (GOOD.replace("77001", "---"), ":3: order_number", "letters or digits"),
        (GOOD.replace("Rosa Mora", ""), ":3: customer_name", ""),
        (GOOD.replace("2026-11-01T10:00:00", "ayer"), ":3: placed_at", "ayer"),
        (GOOD.replace("77001", "77-000"), ":3: order_number", "line 2"),
    ],
)
async def test_wrong_line_is_named_and_nothing_is_imported(
    app: AppHarness, line: str, where: str, what: str
) -> None:
    before = await app.count(Order)
    first = GOOD.replace("77001", "77000")
    with pytest.raises(OrdersFileError) as raised:
        await import_lines(app, first, line)
    message = str(raised.value)
    assert f"orders.csv{where}" in message
    assert what in message
    assert await app.count(Order) == before


def test_missing_column_is_named() -> None:
    with pytest.raises(OrdersFileError, match=r"orders\.csv:1: the header lacks phone, items"):
        read(GOOD, header="order_number,customer_name,email,total,currency,placed_at,"
             "promised_at,delivered_at,status")  # fmt: skip
    with pytest.raises(OrdersFileError, match="the header lacks"):
        read_orders(io.StringIO(""), "orders.csv")


def test_error_lists_up_to_twenty_wrong_lines() -> None:
    lines = [GOOD.replace("77001", str(place)).replace("cop", "?") for place in range(30)]
    with pytest.raises(OrdersFileError) as raised:
        read(*lines)
    message = str(raised.value).splitlines()
    assert len(message) == 21
    assert message[-1] == "… and 10 more"


def test_short_line_is_an_orders_file_error() -> None:
    with pytest.raises(OrdersFileError, match=r"orders\.csv:2"):
        read("77001,Rosa")


def test_columns_may_come_in_any_order_among_others() -> None:
    header = ",".join(["extra", *reversed(COLUMNS)])
    values = ",".join(["x", *reversed(GOOD.split(","))])
    (row,) = read(values, header=header)
    assert (row.order_number, row.status) == ("77001", "shipped")
