"""The shadow policy: decides the same cases beside the policy in force, and gives nothing.

Its decisions are recorded with mode "shadow". Its errors never reach the customer's turn: they are
logged, and it writes within a savepoint.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.compensation import decision_log
from bot.models import Complaint, Conversation, DecisionMode, DecisionRecord
from bot.policy.decide import decide
from bot.policy.decision import CaseFacts
from bot.policy.model import Policy
from bot.simulation import case_reader, replay
from bot.simulation.replay import ReplayedDecision
from bot.simulation.simulation import share

AGREEMENTS: Final = ("equal", "other_remedies", "only_live_offers", "only_shadow_offers")
EXAMPLES: Final = 5

log = structlog.get_logger()


async def record_decision(
    session: AsyncSession,
    policy: Policy | None,
    case: Complaint,
    conversation: Conversation,
    facts: CaseFacts,
) -> None:
    """Record what the shadow policy, if there is one, decides by the same facts; never raises."""
    if policy is None:
        return
    try:
        decision = decide(policy, facts)
        async with session.begin_nested():
            await decision_log.record(
                session, case, conversation, facts, decision, mode=DecisionMode.SHADOW
            )
    except Exception:
        log.exception("shadow_failed", policy=policy.version, case=case.reference)


@dataclass(slots=True)
class Agreement:
    """How often the shadow policy and the one in force decided alike by the same facts.

    Attributes:
        version: of the shadow policy.
        cases: decided by both by the same facts.
        not_comparable: not decided by this shadow policy, or by other facts.
        cost_live: the cost of all first alternatives of the policy in force, in minor units.
        cost_shadow: the same for the shadow policy.
        differing: the first few cases with different decisions.
    """

    version: str = ""
    cases: int = 0
    not_comparable: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    by_category: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    cost_live: int = 0
    cost_shadow: int = 0
    differing: list[dict[str, str]] = field(default_factory=list)

    def add(
        self, reference: str, category: str, live: ReplayedDecision, shadow: ReplayedDecision
    ) -> None:
        """Add a case that both policies decided."""
        kind = _agreement(live, shadow)
        self.cases += 1
        self.counts[kind] += 1
        self.by_category[category][kind] += 1
        self.cost_live += live.alternatives[0].cost if live.alternatives else 0
        self.cost_shadow += shadow.alternatives[0].cost if shadow.alternatives else 0
        if kind != "equal" and len(self.differing) < EXAMPLES:
            self.differing.append(
                {
                    "reference": reference,
                    "category": category,
                    "live": _describe(live),
                    "shadow": _describe(shadow),
                }
            )

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON values, amounts in minor units."""
        return {
            "shadow_policy": self.version,
            "cases": self.cases,
            "not_comparable": self.not_comparable,
            "share_equal": share(self.counts["equal"], self.cases),
            **{kind: self.counts[kind] for kind in AGREEMENTS},
            "cost_live_minor": self.cost_live,
            "cost_shadow_minor": self.cost_shadow,
            "cost_difference_minor": self.cost_shadow - self.cost_live,
            "by_category": {
                category: {kind: counts[kind] for kind in AGREEMENTS}
                for category, counts in sorted(self.by_category.items())
            },
            "differing": self.differing,
        }


async def measure_agreement(session: AsyncSession, since: datetime) -> Agreement:
    """Compare the last decisions of both policies, case by case.

    Only the newest version of the shadow policy counts.
    """
    newest = select(DecisionRecord.policy_version).where(DecisionRecord.mode == DecisionMode.SHADOW)
    version = await session.scalar(newest.order_by(DecisionRecord.id.desc()).limit(1)) or ""
    agreement = Agreement(version)
    async for live, shadow in _read_pairs(session, since):
        if shadow is None or shadow.policy_version != version or live.facts != shadow.facts:
            agreement.not_comparable += 1
            continue
        agreement.add(live.reference, live.facts["category"], _from_row(live), _from_row(shadow))
    return agreement


async def _read_pairs(
    session: AsyncSession, since: datetime
) -> AsyncIterator[tuple[Row[Any], Row[Any] | None]]:
    """Yield the live decision of each case with the shadow decision, if there is one."""
    async for rows in case_reader.read_decisions(session, since, DecisionMode.LIVE):
        ids = [row.complaint_id for row in rows]
        shadow_rows = await case_reader.read_decisions_of(session, ids, DecisionMode.SHADOW)
        by_complaint = {row.complaint_id: row for row in shadow_rows}
        for row in rows:
            yield row, by_complaint.get(row.complaint_id)


def _from_row(row: Row[Any]) -> ReplayedDecision:
    return replay.from_record(row.rule_id, row.reason, row.alternatives)


def _describe(decision: ReplayedDecision) -> str:
    """Return the kinds on offer, or why a human must decide."""
    kinds = ", ".join(alternative.kind for alternative in decision.alternatives)
    return kinds or f"a person ({decision.reason})"


def _agreement(live: ReplayedDecision, shadow: ReplayedDecision) -> str:
    """Return which of ``AGREEMENTS`` the two decisions are."""
    if live.is_offer != shadow.is_offer:
        return "only_live_offers" if live.is_offer else "only_shadow_offers"
    return "equal" if live.alternatives == shadow.alternatives else "other_remedies"
