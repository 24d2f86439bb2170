"""What only Telegram has: commands, edits, shared phones, groups, buttons and polling."""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.config.settings import ROOT
from bot.models import Author
from tests.fakes.telegram import SECRET, FakeTelegram, TelegramUser
from tests.integration.channel_kit import ChannelHarness, TelegramCustomer, run_channel
from tests.waiting import wait_until

GROUPS = itertools.count(-1_000_001, -1)


@pytest.fixture(scope="module")
def here(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChannelHarness]:
    with run_channel("telegram", sqlite_template, tmp_path_factory.mktemp("telegram")) as found:
        yield found


@pytest.fixture
def telegram(here: ChannelHarness) -> FakeTelegram:
    assert isinstance(here.setup.provider, FakeTelegram)
    return here.setup.provider


@pytest.fixture
def customer(here: ChannelHarness, telegram: FakeTelegram) -> TelegramUser:
    return TelegramUser(telegram, here.edge.url)


def test_commands_are_registered_in_both_languages(
    here: ChannelHarness, telegram: FakeTelegram
) -> None:
    wait_until(lambda: set(telegram.commands) == {"", "es", "en"}, message="all are registered")
    assert telegram.commands["es"] == ["start", "ayuda", "persona", "estado"]
    assert telegram.commands["en"] == ["start", "help", "person", "status"]
    assert telegram.commands[""] == telegram.commands["es"]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("/start", "/greet"),
        ("/start from-the-site", "/greet"),
        ("/ayuda", "/help"),
        ("/persona@regalo_bot", "/wants_human"),
        ("/estado", "/ask_status"),
        ("/status", "/ask_status"),
        # What is no command of ours is words.
        ("/reiniciar", "reiniciar"),
    ],
)
def test_command_is_sent_to_the_engine_as_its_payload(
    customer: TelegramUser, command: str, told: str
) -> None:
    customer.send_text(command)
    assert [one["text"] for one in customer.wait_for_messages()] == [f"oigo: {told}"]


def test_edit_before_the_answer_replaces_the_text(
    here: ChannelHarness, customer: TelegramUser
) -> None:
    person = TelegramCustomer(customer)
    here.edge.engine.delay = 1.0
    try:
        # The first message keeps the conversation busy, so the second still waits.
        customer.send_text("hola")
        said = customer.send_text("Es el pedido uno")["message"]
        customer.post(customer.update(edited_message={**said, "text": "Es el pedido dos"}))
    finally:
        here.edge.engine.delay = 0.0
    here.wait_until_settled(person, least=4)
    assert person.texts() == ["oigo: hola", "oigo: Es el pedido dos"]


def test_edit_after_the_answer_is_one_new_message(
    here: ChannelHarness, customer: TelegramUser
) -> None:
    person = TelegramCustomer(customer)
    said = customer.send_text("Es el pedido uno")["message"]
    here.wait_until_settled(person)
    edit = customer.update(edited_message={**said, "text": "Es el pedido dos"})

    for update in (
        edit,
        edit,
        customer.update(edited_message={**said, "text": "Es el pedido dos"}),
    ):
        assert customer.post(update).status_code == 200

    here.wait_until_settled(person, least=4)
    assert person.texts() == ["oigo: Es el pedido uno", "oigo: Es el pedido dos"]
    first, _, second, _ = here.messages(person, "id")
    assert f'"corrects": {first}' in here.messages(person, "extra")[2]
    assert second


def test_own_shared_phone_identifies_the_customer(
    here: ChannelHarness, customer: TelegramUser
) -> None:
    rows = here.edge.rows("SELECT contact_id, phone FROM orders WHERE number = '10482'")
    ((contact, phone),) = rows
    shared = {"phone_number": phone, "first_name": "Ana", "user_id": customer.chat}

    assert customer.post(customer.message(contact=shared)).status_code == 200

    assert [one["text"] for one in customer.wait_for_messages()] == ["oigo: /inform"]
    query = "SELECT contact_id, proven_by FROM conversations WHERE address = ?"
    assert here.edge.rows(query, str(customer.chat)) == [(contact, "channel_phone")]


def test_contact_card_of_somebody_else_proves_nothing(
    here: ChannelHarness, customer: TelegramUser
) -> None:
    shared = {"phone_number": "+573001234567", "first_name": "Ana", "user_id": 1}
    assert customer.post(customer.message(contact=shared)).status_code == 200
    assert "con palabras" in customer.wait_for_messages()[0]["text"]
    query = "SELECT contact_id, proven_by, phone FROM conversations WHERE address = ?"
    assert here.edge.rows(query, str(customer.chat)) == [(None, None, None)]


def test_question_for_the_contact_has_the_button_to_share_the_phone(
    here: ChannelHarness, customer: TelegramUser
) -> None:
    customer.send_text("hola")
    here.wait_until_settled(TelegramCustomer(customer))
    customer.wait_for_messages()

    here.put_messages(
        TelegramCustomer(customer), "¿Cuál es el número de su pedido?", author=Author.BOT
    )

    (asked,) = customer.wait_for_messages()
    assert asked["keyboard"] == [[{"text": "Compartir mi teléfono", "request_contact": True}]]


def test_buttons_are_replaced_by_the_chosen_title(
    here: ChannelHarness, customer: TelegramUser, telegram: FakeTelegram
) -> None:
    customer.send_text("buttons")
    (asked,) = customer.wait_for_messages()
    press = customer.press(asked["buttons"][1][1])

    settled = wait_until(
        lambda: [e for e in telegram.edits if int(e["message_id"]) == asked["message_id"]],
        message="the message is edited",
    )
    assert settled[0]["text"] == "oigo: buttons\n\n✓ dos"
    assert "reply_markup" not in settled[0]
    wait_until(
        lambda: press["callback_query"]["id"] in telegram.presses_answered, message="no spinner"
    )


def test_group_is_left_and_nothing_of_it_is_stored(
    here: ChannelHarness, customer: TelegramUser, telegram: FakeTelegram
) -> None:
    group = {"id": next(GROUPS), "type": "supergroup", "title": "Familia"}
    said = {**customer.message_fields(text="Mi pedido llegó roto"), "chat": group}

    assert customer.post(customer.update(message=said)).status_code == 200

    wait_until(lambda: group["id"] in telegram.left, message="it is left")
    assert "en privado" in telegram.sent_to(group["id"])[0]["text"]  # type: ignore[arg-type]
    assert here.edge.rows("SELECT 1 FROM messages WHERE text LIKE '%llegó roto%'") == []


def test_customer_who_blocks_and_unblocks_the_bot(
    here: ChannelHarness, customer: TelegramUser
) -> None:
    customer.send_text("hola")
    here.wait_until_settled(TelegramCustomer(customer))

    def change(status: str) -> Any:
        member = {"user": {"id": 123456, "is_bot": True}, "status": status}
        chat = {"id": customer.chat, "type": "private"}
        changed = {"chat": chat, "from": customer.user, "date": 1, "new_chat_member": member}
        return customer.update(my_chat_member=changed)

    query = "SELECT unreachable_why FROM conversations WHERE address = ?"
    assert customer.post(change("kicked")).status_code == 200
    assert here.edge.rows(query, str(customer.chat)) == [("blocked",)]
    assert customer.post(change("member")).status_code == 200
    assert here.edge.rows(query, str(customer.chat)) == [(None,)]


def test_typing_is_shown_for_a_slow_answer(
    here: ChannelHarness, customer: TelegramUser, telegram: FakeTelegram
) -> None:
    here.edge.engine.delay = 1.5
    try:
        customer.send_text("hola")
        customer.wait_for_messages()
    finally:
        here.edge.engine.delay = 0.0
    assert telegram.typing.count(customer.chat) == 1
    customer.send_text("gracias")
    customer.wait_for_messages()
    assert telegram.typing.count(customer.chat) == 1


def test_polling_receives_and_confirms_updates(sqlite_template: Path, tmp_path: Path) -> None:
    with run_channel("telegram", sqlite_template, tmp_path, TELEGRAM_MODE="polling") as mine:
        assert isinstance(mine.setup.provider, FakeTelegram)
        telegram = mine.setup.provider
        customer = TelegramUser(telegram, mine.edge.url)
        telegram.updates += [customer.message(text="uno"), customer.message(text="dos")]

        assert [one["text"] for one in customer.wait_for_messages(2)] == ["oigo: uno", "oigo: dos"]

        # What is confirmed does not come again; what came during a stop does.
        wait_until(lambda: telegram.updates == [], message="both are confirmed")
        mine.wait_until_settled(TelegramCustomer(customer), least=4)
        mine.edge.kill()
        telegram.updates.append(customer.message(text="tres"))
        mine.edge.start()
        assert [one["text"] for one in customer.wait_for_messages()] == ["oigo: tres"]
        time.sleep(0.3)
        assert len(telegram.sent_to(customer.chat)) == 3


def test_webhook_command_registers_the_address(tmp_path: Path) -> None:
    telegram = FakeTelegram()
    environment = os.environ | telegram.settings | {"VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "bot.cli", "telegram", "webhook"]

    def run(url: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*command, url], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )

    try:
        refused = run("http://care.shop.example")
        done = run("https://care.shop.example/")
    finally:
        telegram.close()
    assert refused.returncode == 1
    assert "https://" in refused.stderr
    assert done.returncode == 0, done.stderr
    assert telegram.webhook["url"] == "https://care.shop.example/channels/telegram"
    assert telegram.webhook["secret_token"] == SECRET
    assert "callback_query" in telegram.webhook["allowed_updates"]
