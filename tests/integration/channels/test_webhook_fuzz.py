"""Arbitrary bodies at the webhooks: no error, and no valid message is lost."""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes import telegram, whatsapp
from tests.integration.channel_kit import (
    ChannelHarness,
    TelegramCustomer,
    WhatsAppCustomer,
    run_channel,
)

DATA = Path(__file__).parents[2] / "fakes" / "data"
VARIATIONS = 1500  # of each channel, drawn anew in every run
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    10**40,
    1.5,
    float("nan"),
    float("inf"),
    "",
    " ",
    "\x00",
    "\ud800",
    "💔" * 50,
    "a" * 70_000,
    "0",
    "-5",
    "1e9",
    [],
    [[]],
    {},
    {"id": 1},
    [None, 1, "x"],
)


def samples(name: str) -> list[Any]:
    """The documented payloads of a channel."""
    files = sorted((DATA / name).glob("*.json"))
    return [json.loads(file.read_text("utf-8")) for file in files]


def broken(sample: Any, chance: random.Random) -> bytes:
    """A payload with something in it that should not be there, or no JSON any more."""
    body = copy.deepcopy(sample)
    for _ in range(chance.randint(1, 3)):
        where, key = chance.choice(list(_places(body)))
        how = chance.random()
        if how < 0.2:
            del where[key]
            if not body:
                break
        elif how < 0.35 and isinstance(where, list):
            where.append(copy.deepcopy(where[key]))
        else:
            where[key] = copy.deepcopy(chance.choice(ODD))
        if not list(_places(body)):
            break
    raw = json.dumps(body).encode()
    if chance.random() < 0.1:
        at = chance.randrange(len(raw) + 1)
        raw = raw[:at] + bytes(chance.randrange(256) for _ in range(3)) + raw[at + 3 :]
    return raw


def _places(found: Any) -> Iterator[tuple[Any, Any]]:
    items = (
        found.items()
        if isinstance(found, dict)
        else enumerate(found)
        if isinstance(found, list)
        else ()
    )
    for key, value in list(items):
        yield found, key
        yield from _places(value)


@pytest.fixture(scope="module", params=["telegram", "whatsapp"])
def here(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChannelHarness]:
    with run_channel(request.param, sqlite_template, tmp_path_factory.mktemp("fuzz")) as found:
        yield found


@pytest.mark.timeout(600)
def test_any_body_is_acknowledged_and_valid_messages_are_stored(
    here: ChannelHarness, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test that can be told to do it again
    found = samples(here.setup.name)
    person = here.new_customer()
    assert isinstance(person, TelegramCustomer | WhatsAppCustomer)
    url = f"{here.edge.url}/channels/{here.setup.name}"
    statuses: dict[int, int] = {}
    with httpx.Client(trust_env=False, timeout=20) as client:
        for number in range(VARIATIONS):
            body = broken(chance.choice(found), chance)
            if here.setup.name == "whatsapp":
                if number % 500 == 0:
                    body = _beside(body, person.text_update(f"frase {_letters(number // 500)}"))
                headers = {"X-Hub-Signature-256": whatsapp.sign(body)}
            else:
                headers = {telegram_header(): telegram.SECRET}
                if number % 500 == 0:
                    assert (
                        person.deliver(person.text_update(f"frase {_letters(number // 500)}"))
                        == 200
                    )
            answer = client.post(url, content=body, headers=headers)
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
    print(statuses)

    assert statuses == {200: VARIATIONS}
    kept = [text for text in here.messages(person) if text.startswith("frase")]
    assert sorted(kept) == [f"frase {_letters(number)}" for number in range(VARIATIONS // 500)]


def telegram_header() -> str:
    return "X-Telegram-Bot-Api-Secret-Token"


def _beside(body: bytes, valid: Any) -> bytes:
    """A valid message in the same post as one that is broken."""
    try:
        other = json.loads(body)
        messages = other["entry"][0]["changes"][0]["value"]["messages"]
    except (ValueError, LookupError, TypeError):
        messages = [{"type": "text"}]
    if isinstance(messages, list):
        valid["entry"][0]["changes"][0]["value"]["messages"][:0] = messages
    return json.dumps(valid).encode()


def _letters(number: int) -> str:
    return "abcdefghijklmnopqrstuvwxyz"[number]
