"""What a turn costs as the history grows: of a conversation, and of the whole database."""

import asyncio
import itertools
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from bench.customers import Open, Talk
from bot import clock
from bot.database.session import Database
from bot.models import CaseEvent, Complaint, Conversation, Message

# A customer who goes on talking. With a case open they would be given to a person in the end, and
# the engine would not be asked. Regalo takes 30 messages in 10 seconds from one customer.
CHATTER = ("¿A qué hora abren?", "¿Usted es un robot?", "Hola", "Gracias")
CALM = 0.34
ROWS = 5_000


async def long_talks(opens: Open, sizes: list[int], *, talks: int, turns: int) -> dict[int, float]:
    """The seconds of a turn with so many messages behind it, both sides counted: the median.

    The conversations are really led. The measured turns of all sizes take turns, so that whatever
    else the machine does meets all alike.
    """
    waits: dict[int, list[float]] = {size: [] for size in sizes}
    async with AsyncExitStack() as stack:
        led = [
            (size, await stack.enter_async_context(opens())) for size in sizes for _ in range(talks)
        ]
        await asyncio.gather(*(_lead(talk, size) for size, talk in led))
        for turn in range(turns):
            for size, talk in led:
                waits[size].append(await talk.say(CHATTER[turn % len(CHATTER)]))
                await asyncio.sleep(CALM / len(led))
    return {size: sorted(told)[len(told) // 2] for size, told in waits.items()}


async def _lead(talk: Talk, size: int) -> None:
    for text in itertools.islice(itertools.cycle(CHATTER), size // 2):
        began = time.perf_counter()
        await talk.say(text)
        await asyncio.sleep(max(0.0, CALM - (time.perf_counter() - began)))


async def fill(database: Path, cases: int) -> None:
    """Store so many closed cases, each with the conversation in which it was told."""
    db = Database(f"sqlite:///{database}")
    first = 1_000_000  # above all that the product has numbered
    for begin in range(0, cases, ROWS):
        numbers = range(begin, min(begin + ROWS, cases))
        async with db.write() as session:
            for model, rows in (
                (Conversation, [_conversation(n) for n in numbers]),
                (Message, [_message(first, n, place) for n in numbers for place in range(4)]),
                (Complaint, [_complaint(first, n) for n in numbers]),
                (CaseEvent, [_event(first, n, what) for n in numbers for what in WHAT]),
            ):
                await session.execute(insert(model), rows)
    await db.close()


WHAT = ("complained", "resolved")
LONG_AGO = clock.now() - timedelta(days=90)


def _conversation(n: int) -> dict[str, object]:
    name = f"{n:032x}"
    return {
        "id": name,
        "channel": "web",
        "address": name,
        "language": "es",
        "last_seq": 4,
        "created_at": LONG_AGO,
        "times": {},
    }


def _message(first: int, n: int, place: int) -> dict[str, object]:
    customer = place % 2 == 0
    return {
        "id": first + n * 4 + place,
        "conversation_id": f"{n:032x}",
        "seq": place + 1,
        "channel": "web",
        "source_id": f"{n:032x}:{place}" if customer else None,
        "author": "customer" if customer else "bot",
        "text": "Mi licuadora llegó quebrada" if customer else "Le pido disculpas.",
        "state": "answered" if customer else "read",
        "at": LONG_AGO,
    }


def _complaint(first: int, n: int) -> dict[str, object]:
    return {
        "id": first + n,
        "reference": f"Q-{n // 10_000:04}-{n % 10_000:04}",
        "conversation_id": f"{n:032x}",
        "category": "damaged",
        "also": [],
        "severity": "medium",
        "state": "closed",
        "first_message_id": first + n * 4,
        "first_message_at": LONG_AGO,
        "apologized_at": LONG_AGO,
        "closed_at": LONG_AGO,
    }


def _event(first: int, n: int, what: str) -> dict[str, object]:
    return {
        "complaint_id": first + n,
        "at": LONG_AGO,
        "actor": "customer",
        "what": what,
        "detail": {},
    }
