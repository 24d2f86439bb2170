"""Made-up past cases by the hundred thousand, for commands that read the past."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.category import CATEGORIES
from bot.compensation.decision_log import facts_as_json
from bot.models import (
    Base,
    Compensation,
    Complaint,
    Conversation,
    DecisionRecord,
    Handoff,
    Message,
    Offer,
)
from bot.money import Money
from bot.policy.decide import decide
from bot.policy.decision import CaseFacts, Decision
from bot.policy.limit_check import Usage
from bot.policy.model import Policy

BATCH = 1000
CHANNELS = ("web", "telegram", "whatsapp")
TABLES: tuple[type[Base], ...] = (
    Conversation,
    Message,
    Complaint,
    Offer,
    Compensation,
    DecisionRecord,
    Handoff,
)
Rows = dict[type[Base], list[dict[str, Any]]]


async def store(session: AsyncSession, policy: Policy, count: int, days: int = 85) -> None:
    """Store that many cases, spread over the last ``days`` days."""
    dice = random.Random(7)  # noqa: S311 - the same cases each time
    begin = datetime.now(UTC) - timedelta(days=days)
    rows: Rows = {table: [] for table in TABLES}
    for number in range(1, count + 1):
        at = begin + timedelta(seconds=days * 86400 * number / (count + 1))
        for table, row in _case(dice, policy, number, at):
            rows[table].append(row)
        if number % BATCH == 0 or number == count:
            for table in TABLES:
                if rows[table]:
                    await session.execute(insert(table), rows[table])
                    rows[table] = []


def _facts(dice: random.Random, currency: str) -> CaseFacts:
    category = dice.choice(tuple(CATEGORIES.values()))
    value = Money(dice.randrange(30, 2500) * 100_000, currency)
    return CaseFacts(
        category=category.slug,
        severity=dice.choice(("low", "medium", "medium", "high")),
        order_value=value,
        order_currency=currency,
        tier=dice.choice(("standard", "standard", "standard", "gold")),
        identity_proven=dice.random() < 0.95,
        has_photo=dice.random() < 0.3,
        desired=dice.choice((None, None, "refund", "voucher")),
        usage=Usage(customer_count=dice.choice((0, 0, 0, 0, 1, 3))),
    )


def _case(
    dice: random.Random, policy: Policy, number: int, at: datetime
) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    facts = _facts(dice, policy.currency)
    decision = decide(policy, facts)
    channel, language = dice.choice(CHANNELS), dice.choice(("es", "es", "es", "en"))
    name = f"past-{number}"
    yield (
        Conversation,
        {
            "id": name,
            "channel": channel,
            "address": name,
            "language": language,
            "created_at": at,
            "times": {},
        },
    )
    yield (
        Message,
        {
            "id": number,
            "conversation_id": name,
            "channel": channel,
            "seq": 1,
            "author": "customer",
            "text": "",
            "state": "answered",
            "at": at,
        },
    )
    yield (
        Complaint,
        {
            "id": number,
            "reference": f"B-{number:09d}",
            "conversation_id": name,
            "is_told": True,
            "category": facts.category,
            "also": [],
            "severity": facts.severity,
            "state": "resolved",
            "first_message_id": number,
            "first_message_at": at,
        },
    )
    if decision.outcome == "offer":
        yield from _offer(dice, number, at, decision)
    yield (
        DecisionRecord,
        {
            "complaint_id": number,
            "at": at,
            "mode": "live",
            "policy_version": decision.policy_version,
            "outcome": decision.outcome,
            "rule_id": decision.rule_id,
            "reason": decision.reason,
            "reasons": list(decision.reasons),
            "alternatives": [dict(alternative.as_dict()) for alternative in decision.alternatives],
            "facts": facts_as_json(facts),
            "offer_id": number if decision.outcome == "offer" else None,
            "channel": channel,
            "language": language,
        },
    )
    if decision.outcome == "person":
        yield (
            Handoff,
            {
                "conversation_id": name,
                "complaint_id": number,
                "state": "ended",
                "reason": decision.reason,
                "priority": 3,
                "due_at": at,
                "created_at": at,
            },
        )


def _offer(
    dice: random.Random, number: int, at: datetime, decision: Decision
) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    """Yield an offer and the remedy accepted: mostly the first one, sometimes none."""
    yield (
        Offer,
        {
            "id": number,
            "complaint_id": number,
            "policy_version": decision.policy_version,
            "rule_id": decision.rule_id,
            "reasons": [],
            "state": "accepted",
            "created_at": at,
        },
    )
    if dice.random() < 0.1:
        return
    chosen = dice.choice((decision.alternatives[0], *decision.alternatives))
    terms = dict(chosen.as_dict())
    yield (
        Compensation,
        {
            "offer_id": number,
            "complaint_id": number,
            "position": 1,
            "kind": chosen.kind,
            "amount_minor": terms["amount_minor"] or 0,
            "goodwill_minor": terms["goodwill_minor"] or 0,
            "budget_minor": 0,
            "value_minor": terms["value_minor"] or 0,
            "currency": terms["currency"] or "",
            "terms": terms,
            "state": "issued",
            "accepted_at": at,
            "issued_at": at,
        },
    )
