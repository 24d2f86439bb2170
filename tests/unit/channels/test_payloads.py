"""The documented payloads of both providers are parsed into the right events."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram import updates
from bot.channels.whatsapp import webhook_payload
from bot.conversation.channel_api import DeliveryReport, IncomingMessage, ReachabilityChange
from tests.fakes.whatsapp import PHONE_NUMBER_ID

pytestmark = pytest.mark.unit
DATA = Path(__file__).parents[2] / "fakes" / "data"


def payload(channel: str, name: str) -> Any:
    return json.loads((DATA / channel / f"{name}.json").read_text("utf-8"))


TELEGRAM = {
    "text": ("text", "Mi pedido 10482 llegó roto", []),
    "command": ("command", "/start from_site", []),
    "photo": ("photo", "Así llegó", ["AgACAgEAAxkBAAIlarge"]),
    "voice": ("voice", "", ["AwACAgEAAxkBAAIvoice"]),
    "audio": ("voice", "", ["CQACAgEAAxkBAAIaudio"]),
    "video": ("video", "", ["BAACAgEAAxkBAAIvideo"]),
    "video_note": ("video", "", ["DQACAgEAAxkBAAInote"]),
    "document": ("document", "La factura", ["BQACAgEAAxkBAAIdocum"]),
    "sticker": ("sticker", "", []),
    "location": ("location", "", []),
    "venue": ("location", "", []),
    "contact": ("phone", "", []),
    "contact_of_another": ("contact", "", []),
    "poll": ("text", "", []),
    "edited_message": ("text", "Mi pedido 10494 llegó roto", []),
    "callback_query": ("text", "", []),
}
WHATSAPP = {
    "text": ("text", "Mi pedido 10482 llegó roto", []),
    "image": ("photo", "Así llegó", ["1003383421387256"]),
    "audio": ("voice", "", ["1003383421387257"]),
    "video": ("video", "", ["1003383421387258"]),
    "document": ("document", "La factura", ["1003383421387259"]),
    "sticker": ("sticker", "", []),
    "button_reply": ("text", "Con una persona", []),
    "list_reply": ("text", "Reembolso", []),
    "template_button": ("text", "Ver", []),
    "location": ("location", "", []),
    "contacts": ("contact", "", []),
    "reaction": ("reaction", "👍", []),
    "reaction_taken_back": ("reaction", "", []),
    "unsupported": ("unsupported", "", []),
    "system": ("unsupported", "", []),
}


@pytest.mark.parametrize("name", TELEGRAM)
def test_telegram_message_is_parsed(name: str) -> None:
    (event,) = updates.parse(payload("telegram", name), "CO").events
    assert isinstance(event, IncomingMessage)
    assert (event.kind, event.text, [file.id for file in event.files]) == TELEGRAM[name]
    assert event.address == "7000000"
    assert event.is_edit == (name == "edited_message")
    assert event.token == ("Zk3x9QpLm2Aa" if name == "callback_query" else None)
    assert event.phone == ("+573001234567" if name == "contact" else None)


def test_telegram_block_and_group_are_parsed() -> None:
    blocked = updates.parse(payload("telegram", "my_chat_member_kicked"), "CO")
    assert blocked.events == (ReachabilityChange("7000000", "blocked"),)
    back = updates.parse(payload("telegram", "my_chat_member_member"), "CO")
    assert back.events == (ReachabilityChange("7000000", None),)
    group = updates.parse(payload("telegram", "group_message"), "CO")
    assert (group.events, group.group_id) == ((), -1001234567890)


@pytest.mark.parametrize("name", WHATSAPP)
def test_whatsapp_message_is_parsed(name: str) -> None:
    (event,) = webhook_payload.parse(payload("whatsapp", name), PHONE_NUMBER_ID)
    assert isinstance(event, IncomingMessage)
    assert (event.kind, event.text, [file.id for file in event.files]) == WHATSAPP[name]
    assert (event.address, event.phone) == ("573400000000", "+573400000000")
    tokens = {"button_reply": "Zk3x9QpLm2Aa", "list_reply": "Zk3x9QpLm2Ab"}
    assert event.token == tokens.get(name)


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("status_sent", "sent", ""),
        ("status_delivered", "delivered", ""),
        ("status_read", "read", ""),
        ("status_failed_131047", "failed", "131047"),
        ("status_failed_131026", "unreachable", "131026"),
        ("status_failed_131053", "failed", "131053"),
    ],
)
def test_whatsapp_report_is_parsed(name: str, status: str, code: str) -> None:
    (event,) = webhook_payload.parse(payload("whatsapp", name), PHONE_NUMBER_ID)
    assert isinstance(event, DeliveryReport)
    assert (event.status, event.code) == (status, code)
    assert (event.closed_since is not None) == (code == "131047")


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("12.0.1", (12, 0, 1)),
        ("12.1.3", (12, 1, 3)),
        ("12.0.0", (None, 0, 1)),  # a template that only announced the message
        ("12.3.3", (None, 0, 1)),
        ("x.0.1", (None, 0, 1)),
        ("9999999999.0.1", (None, 0, 1)),
        (None, (None, 0, 1)),
    ],
)
def test_callback_data_that_is_not_ours_is_ignored(told: str | None, meant: object) -> None:
    assert webhook_payload.parse_callback_data(told) == meant


def test_every_stored_payload_has_a_test() -> None:
    read = {file.stem for file in (DATA / "telegram").glob("*.json")}
    others = {"my_chat_member_kicked", "my_chat_member_member", "group_message"}
    assert read == {*TELEGRAM, *others}
    read = {file.stem for file in (DATA / "whatsapp").glob("*.json")}
    assert {name for name in read if not name.startswith("status_")} == set(WHATSAPP)
