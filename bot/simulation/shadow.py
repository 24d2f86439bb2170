"""A new policy beside the one in force: it decides by the same facts, and nobody gets anything.

What it says is kept as a decision of its own mode. Whatever is wrong with it stays here: it runs in
a savepoint, and the customer's turn goes on as if it did not exist.
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
from bot.simulation.replay import Answer
from bot.simulation.simulation import share

AGREEMENTS: Final = ("equal", "other_remedies", "only_live_offers", "only_shadow_offers")
EXAMPLES: Final = 5

log = structlog.get_logger()


async def decide_beside(
    session: AsyncSession,
    policy: Policy | None,
    case: Complaint,
    conversation: Conversation,
    facts: CaseFacts,
) -> None:
    """Keep what the shadow policy, if there is one, says to the same facts; never raises."""
    if policy is None:
        return
    try:
        made = decide(policy, facts)
        async with session.begin_nested():
            await decision_log.record(
                session, case, conversation, facts, made, mode=DecisionMode.SHADOW
            )
    except Exception:
        log.exception("shadow_failed", policy=policy.version, case=case.reference)


@dataclass(slots=True)
class Agreement:
    """How far the shadow and the policy in force said the same to the same facts."""

    version: str = ""  # of the shadow policy
    cases: int = 0
    not_comparable: int = 0  # decided by another shadow policy, or without a shadow
    counts: Counter[str] = field(default_factory=Counter)
    by_category: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    cost_live: int = 0  # of the first alternatives
    cost_shadow: int = 0
    differing: list[dict[str, str]] = field(default_factory=list)

    def add(self, reference: str, category: str, live: Answer, shadow: Answer) -> None:
        """One more case that both decided."""
        kind = _agreement(live, shadow)
        self.cases += 1
        self.counts[kind] += 1
        self.by_category[category][kind] += 1
        self.cost_live += live.options[0].cost if live.options else 0
        self.cost_shadow += shadow.options[0].cost if shadow.options else 0
        if kind != "equal" and len(self.differing) < EXAMPLES:
            self.differing.append(
                {
                    "reference": reference,
                    "category": category,
                    "live": said(live),
                    "shadow": said(shadow),
                }
            )

    def as_dict(self) -> dict[str, Any]:
        """All of it as JSON can hold it; amounts in minor units."""
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
                category: {kind: counted[kind] for kind in AGREEMENTS}
                for category, counted in sorted(self.by_category.items())
            },
            "differing": self.differing,
        }


async def agreement(session: AsyncSession, since: datetime) -> Agreement:
    """Compare the last decisions of both, case by case, for the newest shadow policy."""
    newest = select(DecisionRecord.policy_version).where(DecisionRecord.mode == DecisionMode.SHADOW)
    found = Agreement(
        await session.scalar(newest.order_by(DecisionRecord.id.desc()).limit(1)) or ""
    )
    async for live, shadow in _pairs(session, since):
        if shadow is None or shadow.policy_version != found.version or live.facts != shadow.facts:
            found.not_comparable += 1
            continue
        found.add(live.reference, live.facts["category"], _kept(live), _kept(shadow))
    return found


async def _pairs(
    session: AsyncSession, since: datetime
) -> AsyncIterator[tuple[Row[Any], Row[Any] | None]]:
    async for page in case_reader.pages(session, since, DecisionMode.LIVE):
        ids = [row.complaint_id for row in page]
        shadows = {
            row.complaint_id: row
            for row in await case_reader.last_of(session, ids, DecisionMode.SHADOW)
        }
        for row in page:
            yield row, shadows.get(row.complaint_id)


def _kept(row: Row[Any]) -> Answer:
    return replay.kept(row.rule_id, row.reason, row.alternatives)


def said(answer: Answer) -> str:
    """An answer in a word or two: the kinds that are offered, or why a person decides."""
    return ", ".join(one.kind for one in answer.options) or f"a person ({answer.reason})"


def _agreement(live: Answer, shadow: Answer) -> str:
    if live.is_offer != shadow.is_offer:
        return "only_live_offers" if live.is_offer else "only_shadow_offers"
    return "equal" if live.options == shadow.options else "other_remedies"
