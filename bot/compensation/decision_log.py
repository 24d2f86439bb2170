"""What the policy decided in a case and by which facts, kept so that it can be explained and tried.

The facts are kept whole, in the form that their types give them. So whatever the policy learns to
look at is kept as well, and a case of last month can be decided again by another policy.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.models import Complaint, Conversation, DecisionMode, DecisionRecord
from bot.policy.decision import CaseFacts, Decision

# Made once, for it is asked for each decision.
_LATEST = (
    select(DecisionRecord)
    .where(
        DecisionRecord.complaint_id == bindparam("case"), DecisionRecord.mode == bindparam("mode")
    )
    .order_by(DecisionRecord.id.desc())
    .limit(1)
)
_FACTS: Final = TypeAdapter(CaseFacts)


def facts_as_json(facts: CaseFacts) -> dict[str, Any]:
    """The facts as JSON can hold them."""
    written: dict[str, Any] = _FACTS.dump_python(facts, mode="json")
    return written


def facts_from_json(written: Mapping[str, Any]) -> CaseFacts:
    """The facts again; what was not yet looked at when they were written has its default."""
    return _FACTS.validate_python(written)


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
    """Keep a decision; one that says in the same case what the last one said is not kept again."""
    made = DecisionRecord(
        complaint_id=case.id,
        at=clock.now(),
        mode=mode,
        policy_version=decision.policy_version,
        outcome=decision.outcome,
        rule_id=decision.rule_id,
        reason=decision.reason,
        reasons=list(decision.reasons),
        alternatives=[dict(one.as_dict()) for one in decision.alternatives],
        facts=facts_as_json(facts),
        working=dict(decision.trace.as_dict()),
        offer_id=offer_id,
        channel=conversation.channel,
        language=conversation.language,
    )
    before = await latest(session, case, mode)
    if before is not None and _says(before) == _says(made):
        return before
    session.add(made)
    await session.flush()
    return made


async def latest(
    session: AsyncSession, case: Complaint, mode: DecisionMode = DecisionMode.LIVE
) -> DecisionRecord | None:
    """What was decided last in a case."""
    return await session.scalar(_LATEST, {"case": case.id, "mode": mode})


def _says(made: DecisionRecord) -> tuple[object, ...]:
    return (
        made.policy_version,
        made.outcome,
        made.rule_id,
        made.reason,
        made.reasons,
        made.alternatives,
        made.facts,
        made.offer_id,
    )
