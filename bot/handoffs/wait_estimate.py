"""Estimates a customer's wait for an agent: agents present, queue position, expected minutes."""

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

# The order of the queue: the most urgent first, then by when an agent was first promised.
QUEUE_ORDER = (Handoff.priority, Handoff.due_at, Handoff.id)
# Minutes are stated only if there are this many recent waits to estimate from.
MIN_SAMPLES = 5
SAMPLE_WINDOW = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class WaitEstimate:
    """An estimate of the wait, as of now."""

    is_open: bool  # within the company's opening hours
    online: int  # agents who are available
    free: int  # those of them who may be given one more conversation
    position: int  # in the queue; 1 is the next
    minutes: tuple[int, int] | None  # from … to …; None if there are too few samples


def typical_minutes(waits: Sequence[timedelta]) -> tuple[int, int] | None:
    """Return the range of minutes from the first to the last decile; None for too few waits."""
    if len(waits) < MIN_SAMPLES:
        return None
    seconds = sorted(wait.total_seconds() for wait in waits)
    deciles = quantiles(seconds, n=10, method="inclusive")
    low = int(deciles[0] // 60)
    high = int(-(-deciles[-1] // 60))
    return (low, high) if high > low else (low, low + 1)


async def estimate_wait(
    session: AsyncSession, context: CompanyContext, handoff: Handoff
) -> WaitEstimate:
    """Return the wait that the customer of a waiting handoff has to expect."""
    now = clock.now()
    statuses = await accounts.list_statuses(session)
    return WaitEstimate(
        is_open=context.calendar.is_open(now),
        online=sum(status.presence == LivePresence.AVAILABLE for status in statuses),
        free=sum(status.has_room for status in statuses),
        position=await queue_position(session, handoff),
        minutes=typical_minutes(await _recent_waits(session, now)),
    )


async def queue_position(session: AsyncSession, handoff: Handoff) -> int:
    """Return the handoff's position in the queue; 1 is the next."""
    same_priority = Handoff.priority == handoff.priority
    before = or_(
        Handoff.priority < handoff.priority,
        and_(same_priority, Handoff.due_at < handoff.due_at),
        and_(same_priority, Handoff.due_at == handoff.due_at, Handoff.id < handoff.id),
    )
    query = select(func.count()).where(Handoff.state == HandoffState.WAITING, before)
    return 1 + int(await session.scalar(query) or 0)


async def _recent_waits(session: AsyncSession, now: datetime) -> list[timedelta]:
    rows = await session.execute(
        select(Handoff.created_at, Handoff.claimed_at).where(
            Handoff.claimed_at.is_not(None), Handoff.claimed_at >= now - SAMPLE_WINDOW
        )
    )
    return [claimed - created for created, claimed in rows if claimed is not None]


def describe(
    responses: Responses, language: str, handoff: Handoff, estimate: WaitEstimate, due: datetime
) -> str:
    """Return the wait in words, and record on the handoff the position and minutes that they name.

    The record is the row that the truth gate finds them backed by.
    """
    if not estimate.is_open:
        return responses.render("person_closed", language, due=due)
    if estimate.online == 0:
        return responses.render("person_nobody", language, due=due)
    name = "person_open" if estimate.free else "person_busy"
    handoff.told_place = estimate.position
    handoff.told_low, handoff.told_high = estimate.minutes or (None, None)
    intro = responses.render(name, language, due=due)
    return " ".join([intro, *describe_recorded(responses, language, handoff)])


def describe_recorded(responses: Responses, language: str, handoff: Handoff) -> list[str]:
    """Return the sentences about position and minutes that are recorded on the handoff."""
    if handoff.told_place is None:
        return []
    sentences = [
        responses.render("wait_next", language)
        if handoff.told_place == 1
        else responses.render("wait_place", language, place=handoff.told_place)
    ]
    if handoff.told_low is None or handoff.told_high is None:
        return [*sentences, responses.render("wait_unknown", language)]
    low, high = handoff.told_low, handoff.told_high
    return [*sentences, responses.render("wait_range", language, low=low, high=high)]
