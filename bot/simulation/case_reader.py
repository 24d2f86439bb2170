"""Reads past cases from the database page by page, each with its last decision and its outcome."""

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
from bot.models import (
    GIVEN_STATES,
    Compensation,
    Complaint,
    DecisionMode,
    DecisionRecord,
    Handoff,
    Offer,
)
from bot.simulation import replay
from bot.simulation.replay import PastCase, ReplayedAlternative

PAGE: Final = 2000  # decisions read with one statement


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """How many cases there are, and how many of them have a recorded decision."""

    cases: int
    decided: int

    @property
    def undecided(self) -> int:
        """Cases from before decisions were recorded, or abandoned before a decision."""
        return self.cases - self.decided


async def count_cases(session: AsyncSession, since: datetime) -> CaseCounts:
    """Count the complaints whose first message came at or after ``since``."""
    cases = select(func.count()).where(Complaint.first_message_at >= since, Complaint.is_told)
    decided = exists().where(
        DecisionRecord.complaint_id == Complaint.id, DecisionRecord.mode == DecisionMode.LIVE
    )
    return CaseCounts(
        int(await session.scalar(cases) or 0), int(await session.scalar(cases.where(decided)) or 0)
    )


async def read_cases(session: AsyncSession, since: datetime) -> AsyncIterator[PastCase | None]:
    """Yield the cases in the order of their decisions; None where the facts cannot be parsed."""
    chosen, agent_costs = await _read_remedies(session, since)
    with_human = await _read_cases_with_handoff(session, since)
    async for rows in read_decisions(session, since, DecisionMode.LIVE):
        for row in rows:
            try:
                facts = facts_from_json(row.facts)
            except ValidationError:
                yield None
                continue
            yield PastCase(
                reference=row.reference,
                at=row.at,
                facts=facts,
                decision=replay.from_record(row.rule_id, row.reason, row.alternatives),
                chosen=chosen.get(row.complaint_id),
                had_human=row.complaint_id in with_human,
                agent_cost=agent_costs.get(row.complaint_id, 0),
            )


async def read_decisions(
    session: AsyncSession, since: datetime, mode: DecisionMode
) -> AsyncIterator[Sequence[Row[Any]]]:
    """Yield the last decision of each case, in pages of up to ``PAGE`` rows.

    Each row has the columns of ``DecisionRecord`` and the case's ``reference``.
    """
    query = _select_last(mode).where(Complaint.first_message_at >= since)
    query = query.order_by(DecisionRecord.id).limit(PAGE)
    last_id = 0
    while True:
        rows = (await session.execute(query.where(DecisionRecord.id > last_id))).all()
        if not rows:
            return
        yield rows
        last_id = rows[-1].id


async def read_decisions_of(
    session: AsyncSession, complaint_ids: Sequence[int], mode: DecisionMode
) -> Sequence[Row[Any]]:
    """Return the last decision of each of these cases; rows as in ``read_decisions``."""
    query = _select_last(mode).where(DecisionRecord.complaint_id.in_(complaint_ids))
    rows: Sequence[Row[Any]] = (await session.execute(query)).all()
    return rows


def _select_last(mode: DecisionMode) -> Select[Any]:
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


async def _read_remedies(
    session: AsyncSession, since: datetime
) -> tuple[dict[int, ReplayedAlternative], dict[int, int]]:
    """Return, by complaint id, what the assistant gave and the cost of what agents gave."""
    query = (
        select(Compensation.complaint_id, Compensation.terms, Offer.agent_id)
        .join(Offer, Offer.id == Compensation.offer_id)
        .join(Complaint, Complaint.id == Compensation.complaint_id)
        .where(
            Compensation.state.in_(GIVEN_STATES),
            Compensation.accepted_at.is_not(None),
            Complaint.first_message_at >= since,
        )
        .order_by(Compensation.id)
    )
    chosen: dict[int, ReplayedAlternative] = {}
    agent_costs: dict[int, int] = defaultdict(int)
    for complaint_id, terms, agent_id in await session.execute(query):
        alternative = replay.from_terms(terms)
        if agent_id is None:
            chosen[complaint_id] = alternative
        else:
            agent_costs[complaint_id] += alternative.cost
    return chosen, agent_costs


async def _read_cases_with_handoff(session: AsyncSession, since: datetime) -> set[int]:
    query = (
        select(Handoff.complaint_id)
        .join(Complaint, Complaint.id == Handoff.complaint_id)
        .where(Complaint.first_message_at >= since)
        .distinct()
    )
    return set(await session.scalars(query))
