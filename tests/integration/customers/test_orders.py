"""The company's orders: a file is brought in whole or not at all, and found as people type."""

import io

import pytest

from bot.customers import fingerprints, orders
from bot.customers.order_import import COLUMNS, OrderRow, OrdersFileError, read_orders, store_orders
from bot.models import Contact, Order
from tests.integration.harness import AppHarness

GOOD = (
    "77001,Rosa Mora,Rosa@Example.com ,3001112233,1.234.500,cop,2026-11-01T10:00:00,"
    "2026-11-05,,Shipped,Mesa x1; Silla x2"
)


def read(*lines: str, header: str = ",".join(COLUMNS)) -> list[OrderRow]:
    return read_orders(io.StringIO("\n".join([header, *lines]) + "\n"), "orders.csv")


async def bring_in(app: AppHarness, *lines: str) -> tuple[int, int]:
    async with app.db.write() as session:
        return await store_orders(session, read(*lines), region="CO", timezone="America/Bogota")


async def test_a_line_is_kept_in_one_form(app: AppHarness) -> None:
    assert await bring_in(app, GOOD) == (1, 0)
    (kept,) = await app.rows(Order, Order.number == "77001")
    assert (kept.email, kept.phone) == ("rosa@example.com", "+573001112233")
    assert (kept.total_minor, kept.currency, kept.status) == (123450000, "COP", "shipped")
    assert kept.items == ["Mesa x1", "Silla x2"]
    # A moment without a zone is the company's: five hours behind UTC.
    assert kept.placed_at.isoformat() == "2026-11-01T15:00:00+00:00"
    assert kept.delivered_at is None


async def test_who_signed_and_a_key_of_the_address_may_be_told(app: AppHarness) -> None:
    told = "77001,Rosa,r@example.com,,9900,COP,2026-11-01,,,delivered,,{},Calle 12 # 3-45 apto 6"
    header = ",".join((*COLUMNS, "signed_by", "address"))
    for signed in ("R. Mora", ""):
        lines = io.StringIO(f"{header}\n{told.format(signed)}\n")
        async with app.db.write() as session:
            rows = read_orders(lines, "orders.csv")
            await store_orders(
                session, rows, region="CO", timezone="America/Bogota", secret="s" * 32
            )
    # A file of the short form takes nothing away.
    await bring_in(app, "77001,Rosa,r@example.com,,9900,COP,2026-11-01,,,delivered,")
    (kept,) = await app.rows(Order, Order.number == "77001")
    assert kept.signed_by == "R. Mora"
    assert kept.address_key == fingerprints.hash_address("s" * 32, "CALLE 12 #3-45, Apto. 6")


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
async def test_amounts_may_be_written_either_way(app: AppHarness, written: str, minor: int) -> None:
    await bring_in(app, f'77001,Rosa,r@example.com,,"{written}",COP,2026-11-01,,,placed,')
    (kept,) = await app.rows(Order, Order.number == "77001")
    assert kept.total_minor == minor


async def test_bringing_a_file_in_again_updates_and_adds_nothing(app: AppHarness) -> None:
    before = await app.count(Order)
    await bring_in(app, GOOD)
    contacts = await app.count(Contact)
    again = GOOD.replace("Shipped", "delivered").replace("1.234.500", "999")
    assert await bring_in(app, again.replace("77001", "77001")) == (0, 1)
    assert await app.count(Order) == before + 1
    assert await app.count(Contact) == contacts
    (kept,) = await app.rows(Order, Order.number == "77001")
    assert (kept.status, kept.total_minor) == ("delivered", 99900)


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
async def test_a_wrong_line_is_named_and_nothing_is_brought_in(
    app: AppHarness, line: str, where: str, what: str
) -> None:
    before = await app.count(Order)
    first = GOOD.replace("77001", "77000")
    with pytest.raises(OrdersFileError) as refused:
        await bring_in(app, first, line)
    told = str(refused.value)
    assert f"orders.csv{where}" in told
    assert what in told
    assert await app.count(Order) == before


def test_a_header_without_a_column_is_named() -> None:
    with pytest.raises(OrdersFileError, match=r"orders\.csv:1: the header lacks phone, items"):
        read(GOOD, header="order_number,customer_name,email,total,currency,placed_at,"
             "promised_at,delivered_at,status")  # fmt: skip
    with pytest.raises(OrdersFileError, match="the header lacks"):
        read_orders(io.StringIO(""), "orders.csv")


def test_every_wrong_line_is_told_up_to_twenty() -> None:
    lines = [GOOD.replace("77001", str(place)).replace("cop", "?") for place in range(30)]
    with pytest.raises(OrdersFileError) as refused:
        read(*lines)
    told = str(refused.value).splitlines()
    assert len(told) == 21
    assert told[-1] == "… and 10 more"


def test_a_line_that_is_too_short_is_an_error_and_no_crash() -> None:
    with pytest.raises(OrdersFileError, match=r"orders\.csv:2"):
        read("77001,Rosa")


def test_columns_may_stand_in_any_order_and_others_beside_them() -> None:
    header = ",".join(["extra", *reversed(COLUMNS)])
    values = ",".join(["x", *reversed(GOOD.split(","))])
    (row,) = read(values, header=header)
    assert (row.order_number, row.status) == ("77001", "shipped")


@pytest.mark.parametrize(
    "typed", ["10482", "#10482", "PED-10482", "ped 10482", "1 0 4 8 2", "ord10482", "10.482"]
)
async def test_an_order_is_found_however_its_number_is_typed(app: AppHarness, typed: str) -> None:
    async with app.db.read() as session:
        found = await orders.find(session, typed)
    assert found is not None
    assert found.number == "10482"


@pytest.mark.parametrize("typed", ["0482", "482", "110482", "104820", "", "PED", "%", "_____"])
async def test_part_of_a_number_finds_nothing(app: AppHarness, typed: str) -> None:
    async with app.db.read() as session:
        assert await orders.find(session, typed) is None


async def test_a_number_that_two_prefixes_share_is_not_guessed(app: AppHarness) -> None:
    await bring_in(app, GOOD.replace("77001", "A-55001"), GOOD.replace("77001", "B-55001"))
    async with app.db.read() as session:
        assert await orders.find(session, "55001") is None
        exact = await orders.find(session, "b55001")
    assert exact is not None
    assert exact.number == "B-55001"


async def test_orders_of_one_email_or_phone_are_one_customers(app: AppHarness) -> None:
    await bring_in(
        app,
        "77001,Rosa Mora,rosa@example.com,3001112233,10,COP,2026-11-01,,,placed,",
        "77002,R. Mora,ROSA@example.com,,10,COP,2026-11-02,,,placed,",
        "77003,Rosa M,,+57 300 111 2233,10,COP,2026-11-03,,,placed,",
        "77004,Rosa Mora,otra@example.com,,10,COP,2026-11-04,,,placed,",
    )
    found = await app.rows(Order, Order.number.like("7700_"))
    assert len({one.contact_id for one in found}) == 2
    async with app.db.read() as session:
        recent = await orders.find_recent(session, found[0].contact_id)
    assert [one.number for one in recent] == ["77003", "77002", "77001"]
