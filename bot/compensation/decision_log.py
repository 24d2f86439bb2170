"""Records the policy's decisions with their facts, so that they can be explained and replayed.

All facts are stored, as their types serialize, so that another policy can decide the same case
later.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.compensation import queries
from bot.models import Complaint, Conversation, DecisionMode, DecisionRecord
from bot.policy.decision import CaseFacts, Decision

_FACTS: Final = TypeAdapter(CaseFacts)


def facts_as_json(facts: CaseFacts) -> dict[str, Any]:
    """Return the facts as JSON values."""
    values: dict[str, Any] = _FACTS.dump_python(facts, mode="json")
    return values


def facts_from_json(values: Mapping[str, Any]) -> CaseFacts:
    """Parse stored facts; a fact that is newer than the record has its default."""
    return _FACTS.validate_python(values)


async def record(
    session: AsyncSession,
    case: Complaint,
    conversation: Conversation,
    facts: CaseFacts,
    decision: Decision,
    *,
    offer_id: int | None = None,
    mode: DecisionMode = DecisionMode.LIVE,
) -> DecisionRecord:
    """Store a decision and return its record.

    A decision equal to the case's last one is not stored again: that record is returned.
    """
    row = DecisionRecord(
        complaint_id=case.id,
        at=clock.now(),
        mode=mode,
        policy_version=decision.policy_version,
        outcome=decision.outcome,
        rule_id=decision.rule_id,
        reason=decision.reason,
        reasons=list(decision.reasons),
        alternatives=[dict(alternative.as_dict()) for alternative in decision.alternatives],
        facts=facts_as_json(facts),
        working=dict(decision.trace.as_dict()),
        offer_id=offer_id,
        channel=conversation.channel,
        language=conversation.language,
    )
    last = await latest(session, case, mode)
    if last is not None and _content(last) == _content(row):
        return last
    session.add(row)
    await session.flush()
    return row


async def latest(
    session: AsyncSession, case: Complaint, mode: DecisionMode = DecisionMode.LIVE
) -> DecisionRecord | None:
    """Return the last decision in a case, if there is one."""
    return await session.scalar(queries.LATEST_DECISION, {"case": case.id, "mode": mode})


def _content(row: DecisionRecord) -> tuple[object, ...]:
    return (
        row.policy_version,
        row.outcome,
        row.rule_id,
        row.reason,
        row.reasons,
        row.alternatives,
        row.facts,
        row.offer_id,
    )
