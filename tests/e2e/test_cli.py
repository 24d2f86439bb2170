"""The commands that need the running product, as people and outside checks run them.

What needs no product is tested in tests/integration/cli/test_contract.py.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.product import ORDERS, Product

pytestmark = pytest.mark.e2e

ORDER_HEADER = (
    "order_number,customer_name,email,phone,total,currency,placed_at,promised_at,delivered_at,"
    "status,items"
)


def test_piped_chat_prints_one_json_line_a_message_and_chooses(product: Product) -> None:
    order = ORDERS["10440"]
    lines = ["Mi pedido llegó roto", "", "10440", order["email"], "/choose 2", "/choose 1"]

    chat = product.run_command("chat", "--json", "--wait", "1", stdin="\n".join(lines))

    assert chat.returncode == 0, chat.stderr
    said: list[dict[str, Any]] = [json.loads(line) for line in chat.stdout.splitlines()]
    assert all(set(one) == {"text", "choices", "author"} for one in said)
    assert {one["author"] for one in said} == {"bot"}
    offer, done = said[-2], said[-1]
    assert 3 <= len(offer["choices"]) <= 4
    assert offer["choices"][1] in done["text"]
    assert done["choices"] == []
    # The alternatives are spent by then: the second press says so, and ends nothing.
    assert "no alternatives are on the table" in chat.stderr
    assert len([one for one in product.ledger() if one["order_number"] == "10440"]) == 1


def test_piped_chat_answers_in_english(product: Product) -> None:
    chat = product.run_command(
        "chat", "--lang", "en", "--wait", "1", stdin="My order arrived broken\n"
    )

    assert chat.returncode == 0, chat.stderr
    assert chat.stdout.startswith("Regalo: I apologize")


def test_imported_order_is_known_at_once(product: Product, tmp_path: Path) -> None:
    row = (
        '77001,"Nuñez, Zoé",zoe@example.com,+57 300 555 0101,120000,COP,2026-11-02T10:00:00-05:00,'
        "2026-11-08T18:00:00-05:00,2026-11-07T12:00:00-05:00,delivered,Tetera x1"
    )
    file = tmp_path / "orders.csv"
    # As a spreadsheet writes it.
    file.write_bytes(f"\ufeff{ORDER_HEADER}\r\n{row}\r\n".encode())

    added = product.run_command("orders", "import", str(file))
    again = product.run_command("orders", "import", "-", stdin=f"{ORDER_HEADER}\n{row}\n")

    assert (added.returncode, added.stdout) == (0, "1 orders added, 0 brought up to date.\n")
    assert (again.returncode, again.stdout) == (0, "0 orders added, 1 brought up to date.\n")
    talk = "Mi pedido llegó roto\n77001\nzoe@example.com\n"
    chat = product.run_command("chat", "--json", "--wait", "1", stdin=talk)
    assert len(json.loads(chat.stdout.splitlines()[-1])["choices"]) >= 3
