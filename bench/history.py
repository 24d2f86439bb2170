"""The time of a turn as the history of the conversation, or of the database, grows."""

import asyncio
import itertools
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from bench.customers import ChatSession, OpenSession
from bot import clock
from bot.database.session import Database
from bot.models import CaseEvent, Complaint, Conversation, Message

# Small talk: with an open case the conversation would go to a human in the end, and the engine
# would not be asked. Regalo accepts 30 messages in 10 seconds from one customer.
CHATTER = ("¿A qué hora abren?", "¿Usted es un robot?", "Hola", "Gracias")
PAUSE_SECONDS = 0.34
ROWS = 5_000


async def long_talks(
    open_session: OpenSession, sizes: list[int], *, talks: int, turns: int
) -> dict[int, float]:
    """Return the median seconds of a turn, by the number of messages before it (of both sides).

    The conversations are real. Turns of all sizes are measured alternately, so that other load on
    the machine affects all alike.
    """
    waits: dict[int, list[float]] = {size: [] for size in sizes}
    async with AsyncExitStack() as stack:
        sessions = [
            (size, await stack.enter_async_context(open_session()))
            for size in sizes
            for _ in range(talks)
        ]
        await asyncio.gather(*(_talk(session, size) for size, session in sessions))
        for turn in range(turns):
            for size, session in sessions:
                waits[size].append(await session.send(CHATTER[turn % len(CHATTER)]))
                await asyncio.sleep(PAUSE_SECONDS / len(sessions))
    return {size: sorted(seconds)[len(seconds) // 2] for size, seconds in waits.items()}


async def _talk(session: ChatSession, size: int) -> None:
    for text in itertools.islice(itertools.cycle(CHATTER), size // 2):
        began = time.perf_counter()
        await session.send(text)
        await asyncio.sleep(max(0.0, PAUSE_SECONDS - (time.perf_counter() - began)))


async def fill(database: Path, cases: int) -> None:
    """Store closed cases, each with its conversation."""
    db = Database(f"sqlite:///{database}")
    first = 1_000_000  # above all ids that the product has used
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
