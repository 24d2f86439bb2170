"""Explains a recorded decision: facts, rule, alternatives, what was left out, what limits left.

Everything is read from the row that was written with the decision, so a later policy changes no
explanation.
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
class ExplainedAlternative:
    """One alternative with the amounts by which it was ranked, see ``Alternative``."""

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
    """A decision with the facts and figures that it was made by, see ``DecisionTrace``."""

    record: DecisionRecord
    facts: CaseFacts
    why: str  # the rule's own reason
    raised_percent: Decimal
    alternatives: tuple[ExplainedAlternative, ...]
    left_out: tuple[tuple[str, str], ...]  # kind of remedy and reason
    order_left: Money | None
    customer_left: Money | None

    @property
    def first_because(self) -> str | None:
        """Return why the first alternative comes first: "wish", "right" or "weight".

        None where the policy file's order decides, or there are no alternatives.
        """
        if not self.alternatives:
            return None
        first = self.alternatives[0]
        if first.kind == self.facts.desired:
            return "wish"
        if first.is_entitlement:
            return "right"
        return "weight" if first.weight else None


async def explain_case(session: AsyncSession, case: Complaint) -> list[Explanation]:
    """Explain every decision that the policy in force made in a case, oldest first."""
    rows = await session.scalars(
        select(DecisionRecord)
        .where(DecisionRecord.complaint_id == case.id, DecisionRecord.mode == DecisionMode.LIVE)
        .order_by(DecisionRecord.id)
    )
    return [explain(record) for record in rows]


def explain(record: DecisionRecord) -> Explanation:
    """Explain a recorded decision."""
    trace = record.working
    return Explanation(
        record=record,
        facts=facts_from_json(record.facts),
        why=trace.get("why", ""),
        raised_percent=Decimal(trace.get("raised_percent", 0)),
        alternatives=tuple(map(_explain_alternative, record.alternatives)),
        left_out=tuple((part["kind"], part["reason"]) for part in trace.get("left_out", ())),
        order_left=_money(trace, "order_left"),
        customer_left=_money(trace, "customer_left"),
    )


def _explain_alternative(terms: Mapping[str, Any]) -> ExplainedAlternative:
    return ExplainedAlternative(
        kind=terms["kind"],
        title=terms["title"],
        is_entitlement=terms["is_entitlement"],
        weight=_round_to_units(_money(terms, "weight")),
        **{name: _money(terms, name) for name in ("amount", "goodwill", "cost", "worth")},
    )


def _round_to_units(weight: Money | None) -> Money | None:
    """Return a weight in whole major units: it is shown, and never paid."""
    return None if weight is None else round_to(weight, 10 ** minor_digits(weight.currency))


def _money(row: Mapping[str, Any], name: str) -> Money | None:
    amount = row.get(f"{name}_minor")
    return None if amount is None else Money(amount, row["currency"])
