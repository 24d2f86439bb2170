"""Why this was offered: the facts, the rule, its reasons, what the limits left, what was left out.

Read from the row that was written when it was decided, so that it is what was known then, whatever
the policy says today.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.compensation.decision_log import facts_from_json
from bot.models import Complaint, DecisionMode, DecisionRecord
from bot.money import Money, minor_digits, round_to
from bot.policy.decision import CaseFacts


@dataclass(frozen=True, slots=True)
class Weighed:
    """One alternative, with what it was weighed by."""

    kind: str
    title: Mapping[str, str]
    is_entitlement: bool
    amount: Money | None
    goodwill: Money | None
    cost: Money | None
    worth: Money | None
    weight: Money | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision as it was made."""

    made: DecisionRecord
    facts: CaseFacts
    why: str  # the rule's own reason
    raised_percent: Decimal
    alternatives: tuple[Weighed, ...]
    left_out: tuple[tuple[str, str], ...]  # the kind of remedy, and the reason's word
    order_left: Money | None
    customer_left: Money | None

    @property
    def first_because(self) -> str | None:
        """Why the first alternative is the first: wish, right, weight; None where it is written."""
        if not self.alternatives:
            return None
        first = self.alternatives[0]
        if first.kind == self.facts.desired:
            return "wish"
        if first.is_entitlement:
            return "right"
        return "weight" if first.weight else None


async def of_case(session: AsyncSession, case: Complaint) -> list[Explanation]:
    """Every decision that was made in a case and held, oldest first."""
    rows = await session.scalars(
        select(DecisionRecord)
        .where(DecisionRecord.complaint_id == case.id, DecisionRecord.mode == DecisionMode.LIVE)
        .order_by(DecisionRecord.id)
    )
    return [explain(made) for made in rows]


def explain(made: DecisionRecord) -> Explanation:
    """The decision that a row keeps."""
    working = made.working
    return Explanation(
        made=made,
        facts=facts_from_json(made.facts),
        why=working.get("why", ""),
        raised_percent=Decimal(working.get("raised_percent", 0)),
        alternatives=tuple(_weighed(one) for one in made.alternatives),
        left_out=tuple((one["kind"], one["reason"]) for one in working.get("left_out", ())),
        order_left=_money(working, "order_left"),
        customer_left=_money(working, "customer_left"),
    )


def _weighed(one: Mapping[str, Any]) -> Weighed:
    return Weighed(
        kind=one["kind"],
        title=one["title"],
        is_entitlement=one["is_entitlement"],
        weight=_whole(_money(one, "weight")),
        **{name: _money(one, name) for name in ("amount", "goodwill", "cost", "worth")},
    )


def _whole(weight: Money | None) -> Money | None:
    """A weight without cents: nobody is paid by it."""
    return None if weight is None else round_to(weight, 10 ** minor_digits(weight.currency))


def _money(row: Mapping[str, Any], name: str) -> Money | None:
    amount = row.get(f"{name}_minor")
    return None if amount is None else Money(amount, row["currency"])
