"""The wait for a person, told honestly: who is there, the place, how long it took others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.agents import accounts
from bot.context.company_context import CompanyContext
from bot.models import Handoff, HandoffState, LivePresence
from bot.text.responses import Responses

# The order of the queue: the most urgent first, then by when they were promised a person.
QUEUE_ORDER = (Handoff.priority, Handoff.due_at, Handoff.id)
# A range of time is told only from so many waits, none of them older than this.
ENOUGH_SAMPLES = 5
SAMPLES_SINCE = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What can be said of a wait right now."""

    is_open: bool  # within the company's hours
    online: int  # people who are there and available
    free: int  # those of them who may be given one more conversation
    place: int  # 1 is the next
    minutes: tuple[int, int] | None  # from … to …; None while it is not known


def typical(waits: Sequence[timedelta]) -> tuple[int, int] | None:
    """The minutes that most waits took, from the first to the last decile; None for too few."""
    if len(waits) < ENOUGH_SAMPLES:
        return None
    seconds = sorted(wait.total_seconds() for wait in waits)
    deciles = quantiles(seconds, n=10, method="inclusive")
    low = int(deciles[0] // 60)
    high = int(-(-deciles[-1] // 60))
    return (low, high) if high > low else (low, low + 1)


async def outlook(session: AsyncSession, context: CompanyContext, handoff: Handoff) -> Outlook:
    """How things stand for whoever waits with ``handoff``."""
    now = clock.now()
    people = await accounts.at_work(session)
    return Outlook(
        is_open=context.calendar.is_open(now),
        online=sum(one.presence == LivePresence.AVAILABLE for one in people),
        free=sum(one.has_room for one in people),
        place=await place(session, handoff),
        minutes=typical(await _recent(session, now)),
    )


async def place(session: AsyncSession, handoff: Handoff) -> int:
    """The place in the queue: 1 is the next."""
    same_priority = Handoff.priority == handoff.priority
    before = or_(
        Handoff.priority < handoff.priority,
        and_(same_priority, Handoff.due_at < handoff.due_at),
        and_(same_priority, Handoff.due_at == handoff.due_at, Handoff.id < handoff.id),
    )
    query = select(func.count()).where(Handoff.state == HandoffState.WAITING, before)
    return 1 + int(await session.scalar(query) or 0)


async def _recent(session: AsyncSession, now: datetime) -> list[timedelta]:
    rows = await session.execute(
        select(Handoff.created_at, Handoff.claimed_at).where(
            Handoff.claimed_at.is_not(None), Handoff.claimed_at >= now - SAMPLES_SINCE
        )
    )
    return [claimed - created for created, claimed in rows if claimed is not None]


def tell(responses: Responses, language: str, handoff: Handoff, how: Outlook, due: datetime) -> str:
    """The wait in words. What is told of it is kept on the handoff: a row that backs the words."""
    if not how.is_open:
        return responses.render("person_closed", language, due=due)
    if how.online == 0:
        return responses.render("person_nobody", language, due=due)
    name = "person_open" if how.free else "person_busy"
    handoff.told_place = how.place
    handoff.told_low, handoff.told_high = how.minutes or (None, None)
    parts = [responses.render(name, language, due=due), *told(responses, language, handoff)]
    return " ".join(parts)


def told(responses: Responses, language: str, handoff: Handoff) -> list[str]:
    """The sentences about place and time that a customer was told."""
    if handoff.told_place is None:
        return []
    place_now = handoff.told_place
    sentences = [
        responses.render("wait_next", language)
        if place_now == 1
        else responses.render("wait_place", language, place=place_now)
    ]
    if handoff.told_low is None or handoff.told_high is None:
        return [*sentences, responses.render("wait_unknown", language)]
    low, high = handoff.told_low, handoff.told_high
    return [*sentences, responses.render("wait_range", language, low=low, high=high)]
