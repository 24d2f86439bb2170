"""The demo orders: a row that the import refuses, or a missing case that the docs mention."""

import csv
import re
from datetime import UTC, datetime
from pathlib import Path

import phonenumbers
import pytest

from bot.company.profile import load_company
from bot.money import parse_amount

DEMO = Path(__file__).parents[3] / "data" / "company"
HEADER = (
    "order_number,customer_name,email,phone,total,currency,placed_at,promised_at,delivered_at,"
    "status,items"
)
TEXT = (DEMO / "orders.csv").read_text(encoding="utf-8")
ROWS = list(csv.DictReader(TEXT.splitlines()))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def test_header_is_the_documented_one() -> None:
    assert TEXT.splitlines()[0] == HEADER
    assert len({row["order_number"] for row in ROWS}) == len(ROWS) >= 40


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["order_number"])
def test_order_is_consistent(row: dict[str, str]) -> None:
    company = load_company(DEMO)
    assert company.order_number.fits(row["order_number"])
    assert re.search(r"@example\.(com|org)$", row["email"])
    assert phonenumbers.is_valid_number(phonenumbers.parse(row["phone"]))
    assert row["currency"] == company.currency
    assert parse_amount(row["total"], row["currency"]).amount_minor > 0
    placed, promised = moment(row["placed_at"]), moment(row["promised_at"])
    delivered = moment(row["delivered_at"])
    assert placed
    assert promised
    assert placed < promised
    assert placed < NOW
    assert placed.utcoffset() is not None
    assert row["status"] in {"placed", "shipped", "delivered", "cancelled", "returned"}
    assert bool(delivered) == (row["status"] in {"delivered", "returned"})
    assert delivered is None or placed < delivered < NOW
    for item in row["items"].split("; "):
        assert re.fullmatch(r".+ x\d+", item)


def test_orders_that_the_documents_mention_exist() -> None:
    by_number = {row["order_number"]: row for row in ROWS}
    blender = by_number["10482"]
    assert (blender["customer_name"], blender["email"], blender["phone"], blender["total"]) == (
        "Ana Ruiz",
        "ana.ruiz@example.com",
        "+57 300 123 4567",
        "249900",
    )
    assert blender["items"].startswith("Licuadora")
    assert {"2900000", "39900"} <= {row["total"] for row in ROWS}
    late = [
        row
        for row in ROWS
        if row["status"] == "shipped" and datetime.fromisoformat(row["promised_at"]) < NOW
    ]
    assert late
    assert any(row["status"] == "cancelled" for row in ROWS)
    names = [row["customer_name"] for row in ROWS]
    assert max(names.count(name) for name in names) > 2
