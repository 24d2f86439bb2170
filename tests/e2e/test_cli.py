"""The commands as people and outside checks run them, against the product while it runs."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.product import ORDERS, ROOT, Product

pytestmark = pytest.mark.e2e

ORDER_HEADER = (
    "order_number,customer_name,email,phone,total,currency,placed_at,promised_at,delivered_at,"
    "status,items"
)
LEDGER_HEADER = (
    "entry_id,created_at,complaint_reference,order_number,compensation_id,kind,state,amount_minor,"
    "currency,idempotency_key,originator,reason"
)
COMMANDS = {
    "run": "Examples:",
    "train": "Examples:",
    "chat": "--url",
    "understand": "Examples:",
    "orders": "import",
    "orders import": "Examples:",
    "policy": "check",
    "policy check": "Examples:",
    "ledger": "export",
    "ledger export": "Examples:",
}


def test_piped_chat_is_a_json_line_a_message_and_chooses(product: Product) -> None:
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


def test_piped_chat_in_english_for_people(product: Product) -> None:
    chat = product.run_command(
        "chat", "--lang", "en", "--wait", "1", stdin="My order arrived broken\n"
    )

    assert chat.returncode == 0, chat.stderr
    assert chat.stdout.startswith("Regalo: I apologize")


def test_chat_with_nobody_there_says_so(product: Product) -> None:
    chat = product.run_command("chat", "--url", "http://127.0.0.1:9", stdin="hola\n")

    assert chat.returncode == 1
    assert chat.stderr.startswith("regalo: no Regalo answers at http://127.0.0.1:9")
    assert chat.stderr.count("\n") == 1


def test_understand_prints_an_object_a_line(product: Product) -> None:
    texts = [
        "Mi pedido 10482 llegó roto, mi correo es ana.ruiz@example.com",
        "My parcel never arrived",
        "Quiero hablar con una persona",
        "sí",
        "no",
        "¿Qué hora es?",
        "",
        "😡",
    ]

    understood = product.run_command("understand", stdin="\n".join(texts) + "\n")

    assert understood.returncode == 0, understood.stderr
    lines = [json.loads(line) for line in understood.stdout.splitlines()]
    assert [line["text"] for line in lines] == texts
    keys = ["text", "language", "label", "confidence", "entities"]
    assert all(list(line) == keys for line in lines)
    assert [line["language"] for line in lines[:3]] == ["es", "en", "es"]
    expected = ["damaged", "not_delivered", "wants_human", "affirm", "deny"]
    assert [line["label"] for line in lines[:5]] == expected
    assert {line["label"] for line in lines[5:]} == {"not_complaint"}
    assert all(0 <= line["confidence"] <= 1 for line in lines)
    assert "10482" in str(lines[0]["entities"])
    assert "ana.ruiz@example.com" in str(lines[0]["entities"])


def test_a_complaint_is_one_however_many_facts_stand_beside_it(product: Product) -> None:
    told = {
        "El pedido 10482 llegó roto. ana.ruiz@example.com": "damaged",
        "Mi pedido 10494 está atrasado, mi correo es ana.ruiz@example.com": "late_delivery",
        "pedido 10482 llegó tarde, 300 123 4567": "late_delivery",
        "My order 10482 never arrived, email ana.ruiz@example.com": "not_delivered",
        "order 10482 arrived broken, my email is ana.ruiz@example.com": "damaged",
        "mi pedido es el 10482 y mi correo ana.ruiz@example.com": "not_complaint",
        "buenas tardes, 10482": "not_complaint",
    }
    understood = product.run_command("understand", stdin="\n".join(told) + "\n")
    lines = [json.loads(line) for line in understood.stdout.splitlines()]
    assert {line["text"]: line["label"] for line in lines} == told


def test_orders_come_in_and_are_known_at_once(product: Product, tmp_path: Path) -> None:
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


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("order_number,customer_name\n1,Ana\n", "header"),
        (
            f"{ORDER_HEADER}\n77002,Ana,ana@example.com,,dos mil,COP,2026-11-02,,,placed,Té x1\n",
            ":2",
        ),
        (f"{ORDER_HEADER}\n77002,Ana,ana@example.com,,2000,COP,ayer,,,placed,Té x1\n", "ayer"),
        ("", "header"),
    ],
    ids=["another header", "no amount", "no date", "nothing"],
)
def test_orders_with_a_mistake_change_nothing(
    product: Product, tmp_path: Path, content: str, named: str
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(content, encoding="utf-8")
    before = product.rows("SELECT count(*) FROM orders")[0][0]

    result = product.run_command("orders", "import", str(file))

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("regalo: ")
    assert "orders.csv" in result.stderr
    assert named in result.stderr
    assert "Traceback" not in result.stderr
    assert product.rows("SELECT count(*) FROM orders")[0][0] == before


def test_the_policy_that_ships_is_right(product: Product) -> None:
    checked = product.run_command("policy", "check")

    assert checked.returncode == 0, checked.stderr
    assert "nothing is wrong" in checked.stdout


def test_a_wrong_policy_is_named_by_file_and_line(product: Product, tmp_path: Path) -> None:
    text = (ROOT / "data/company/policy.yml").read_text("utf-8")
    draft = tmp_path / "draft.yml"
    draft.write_text(text.replace("max_percent: 120", "max_percent: lots"), encoding="utf-8")
    line = next(
        number for number, words in enumerate(text.splitlines(), 1) if "max_percent: 120" in words
    )

    checked = product.run_command("policy", "check", str(draft))

    assert checked.returncode == 1
    assert f"draft.yml:{line}" in checked.stderr
    assert "Traceback" not in checked.stderr


def test_the_ledger_has_its_header(product: Product) -> None:
    exported = product.run_command("ledger", "export")

    assert exported.returncode == 0
    assert exported.stdout.splitlines()[0] == LEDGER_HEADER


def test_a_second_run_on_the_same_port_says_what_is_wrong(product: Product) -> None:
    second = product.run_command("run")

    assert second.returncode == 1
    assert second.stderr == (
        f"regalo: Port {product.port} is in use on 127.0.0.1: stop what uses it or set PORT\n"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("DATABASE_URL", "mysql://localhost/regalo"),
        ("COMPANY_DIR", "/nowhere"),
        ("APOLOGY_AFTER", "90"),
        ("TELEGRAM_MODE", "pigeon"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    product = Product(tmp_path, **{name: value})

    run = product.run_command("run")

    assert run.returncode == 1
    assert run.stdout == ""
    assert name in run.stderr or value in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help(product: Product, command: str) -> None:
    shown = product.run_command(*command.split(), "--help")

    assert shown.returncode == 0
    assert COMMANDS[command] in shown.stdout
    assert shown.stderr == ""
