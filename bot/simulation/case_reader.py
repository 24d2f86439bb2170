"""Reads past cases, each with its last decision and what came of it, however many there are."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.compensation.decision_log import facts_from_json
from bot.compensation.offers import TAKEN
from bot.models import Compensation, Complaint, DecisionMode, DecisionRecord, Handoff, Offer
from bot.simulation import replay
from bot.simulation.replay import Option, Past

PAGE: Final = 2000


@dataclass(frozen=True, slots=True)
class Extent:
    """How many cases there are, and of how many a decision is kept."""

    cases: int
    decided: int

    @property
    def undecided(self) -> int:
        """Older than the keeping of decisions, or never come so far."""
        return self.cases - self.decided


async def extent(session: AsyncSession, since: datetime) -> Extent:
    """How much there is to read."""
    cases = select(func.count()).where(Complaint.first_message_at >= since, Complaint.is_told)
    decided = exists().where(
        DecisionRecord.complaint_id == Complaint.id, DecisionRecord.mode == DecisionMode.LIVE
    )
    return Extent(
        int(await session.scalar(cases) or 0), int(await session.scalar(cases.where(decided)) or 0)
    )


async def read(session: AsyncSession, since: datetime) -> AsyncIterator[Past | None]:
    """The cases in the order they were decided; None for one whose facts cannot be read."""
    given, by_people = await _given(session, since)
    with_person = await _with_person(session, since)
    async for page in pages(session, since, DecisionMode.LIVE):
        for row in page:
            try:
                facts = facts_from_json(row.facts)
            except ValidationError:
                yield None
                continue
            yield Past(
                reference=row.reference,
                at=row.at,
                facts=facts,
                answer=replay.kept(row.rule_id, row.reason, row.alternatives),
                took=given.get(row.complaint_id),
                had_person=row.complaint_id in with_person,
                by_people=by_people.get(row.complaint_id, 0),
            )


async def pages(
    session: AsyncSession, since: datetime, mode: DecisionMode
) -> AsyncIterator[Sequence[Row[Any]]]:
    """The last decision of each case, page by page."""
    query = _last(mode).where(Complaint.first_message_at >= since).order_by(DecisionRecord.id)
    reached = 0
    while True:
        found = await session.execute(query.where(DecisionRecord.id > reached).limit(PAGE))
        rows = found.all()
        if not rows:
            return
        yield rows
        reached = rows[-1].id


async def last_of(
    session: AsyncSession, complaint_ids: Sequence[int], mode: DecisionMode
) -> Sequence[Row[Any]]:
    """The last decision of each of these cases."""
    query = _last(mode).where(DecisionRecord.complaint_id.in_(complaint_ids))
    found = await session.execute(query)
    rows: Sequence[Row[Any]] = found.all()
    return rows


def _last(mode: DecisionMode) -> Select[Any]:
    later = aliased(DecisionRecord)
    last = select(func.max(later.id)).where(
        later.complaint_id == DecisionRecord.complaint_id, later.mode == mode
    )
    return (
        select(*DecisionRecord.__table__.columns, Complaint.reference)
        .join(Complaint, Complaint.id == DecisionRecord.complaint_id)
        .where(
            DecisionRecord.mode == mode,
            DecisionRecord.id == last.correlate(DecisionRecord).scalar_subquery(),
        )
    )


async def _given(
    session: AsyncSession, since: datetime
) -> tuple[dict[int, Option], dict[int, int]]:
    """What the assistant gave in each case, and the cost of what people did."""
    query = (
        select(Compensation.complaint_id, Compensation.terms, Offer.agent_id)
        .join(Offer, Offer.id == Compensation.offer_id)
        .join(Complaint, Complaint.id == Compensation.complaint_id)
        .where(
            Compensation.state.in_(TAKEN),
            Compensation.accepted_at.is_not(None),
            Complaint.first_message_at >= since,
        )
        .order_by(Compensation.id)
    )
    given: dict[int, Option] = {}
    by_people: dict[int, int] = defaultdict(int)
    for complaint_id, terms, agent_id in await session.execute(query):
        one = replay.option(terms)
        if agent_id is None:
            given[complaint_id] = one
        else:
            by_people[complaint_id] += one.cost
    return given, by_people


async def _with_person(session: AsyncSession, since: datetime) -> set[int]:
    query = (
        select(Handoff.complaint_id)
        .join(Complaint, Complaint.id == Handoff.complaint_id)
        .where(Complaint.first_message_at >= since)
        .distinct()
    )
    return set(await session.scalars(query))
