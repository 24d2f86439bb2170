"""`regalo policy explain`: why a case was offered what it was offered."""

import asyncio
from collections.abc import Iterator

from rich.console import Console
from sqlalchemy import select

from bot.cli.failure import Failure
from bot.compensation import explanation
from bot.compensation.explanation import Explanation, Weighed
from bot.config.settings import Settings
from bot.context.company_context import CompanyContext, load_company_context
from bot.database.session import Database, migrate
from bot.models import Complaint, Offer
from bot.money import Money, show
from bot.policy.decision import HUMAN_REASONS
from bot.text.case_reference import read_reference

FIRST = {
    "wish": "the customer asked for it",
    "right": "it is the customer's right",
    "weight": "it weighs most",
}


def explain(settings: Settings, reference: str) -> None:
    """Print every decision of a case.

    Raises:
        Failure: there is no such case, or nothing was decided in it.
    """
    known = read_reference(reference)
    if known is None:
        raise Failure(f"{reference} is no case: a reference looks like Q-4827-3916")
    migrate(settings)
    lines = asyncio.run(_explain(settings, known))
    Console(highlight=False).print("\n".join(lines), markup=False, soft_wrap=True)


async def _explain(settings: Settings, reference: str) -> list[str]:
    db, context = Database(settings.database_url), load_company_context(settings)
    try:
        async with db.read() as session:
            case = await session.scalar(select(Complaint).where(Complaint.reference == reference))
            if case is None:
                raise Failure(f"there is no case {reference}")
            decisions = await explanation.of_case(session, case)
            query = select(Offer).where(Offer.complaint_id == case.id).order_by(Offer.id)
            offers = list(await session.scalars(query))
    finally:
        await db.close()
    explained = {one.made.offer_id for one in decisions}
    told = [(one.made.at, list(_lines(context, one))) for one in decisions]
    told += [
        (one.created_at, list(_without_facts(context, one)))
        for one in offers
        if one.id not in explained
    ]
    if not told:
        raise Failure(f"nothing was decided in case {reference} yet")
    told.sort(key=lambda one: one[0])
    return "\n\n".join("\n".join(lines) for _, lines in told).split("\n")


def _lines(context: CompanyContext, one: Explanation) -> Iterator[str]:
    made, facts = one.made, one.facts
    at = made.at.astimezone(context.company.tz)
    what = "offered" if made.outcome == "offer" else "to a person"
    yield f"{at:%Y-%m-%d %H:%M} {what}, by policy {made.policy_version}"
    yield f"  rule      {made.rule_id}: {one.why}" if made.rule_id else "  rule      none holds"
    if made.reason:
        yield f"  because   {HUMAN_REASONS.get(made.reason, made.reason)}"
    yield f"  facts     {facts.category}, severity {facts.severity}"
    yield f"            order {_shown(facts.order_value)}, tier {facts.tier}"
    yield f"            bought in a year {_shown(facts.value_at_risk)}"
    yield f"            earlier failures {facts.failures}"
    proven, photo = _yes(facts.identity_proven), _yes(facts.has_photo)
    yield f"            identity proven {proven}, photo {photo}, asked for {facts.desired or '-'}"
    before = facts.usage
    yield f"            remedies before: order {before.order_count}, person {before.customer_count}"
    if one.raised_percent:
        yield f"  raised    goodwill by {one.raised_percent:f} %"
    for place, alternative in enumerate(one.alternatives, start=1):
        yield f"  {place}         {_alternative(alternative)}"
    if one.first_because:
        yield f"  first     {FIRST[one.first_because]}"
    for kind, reason in one.left_out:
        yield f"  left out  {kind}: {HUMAN_REASONS.get(reason, reason)}"
    limits = {
        "this order": one.order_left,
        "this customer": one.customer_left,
        "the budget": facts.usage.budget_left,
    }
    for of, left in limits.items():
        if left is not None:
            yield f"  left      {_shown(left)} for {of}, before this was given"


def _without_facts(context: CompanyContext, offer: Offer) -> Iterator[str]:
    """An offer of a person, or of a time when facts were not kept."""
    at = offer.created_at.astimezone(context.company.tz)
    yield f"{at:%Y-%m-%d %H:%M} offered, by policy {offer.policy_version}"
    yield f"  rule      {offer.rule_id}"
    yield from (f"  because   {reason}" for reason in offer.reasons)


def _alternative(one: Weighed) -> str:
    words = [one.title["es"]]
    parts = {
        "": one.amount,
        "costs ": one.cost,
        "worth ": one.worth if one.weight else None,
        "weighs ": one.weight,
    }
    words += [f"{word}{show(money, 'en')}" for word, money in parts.items() if money]
    words += ["the customer's right"] if one.is_entitlement else []
    return f"{one.kind}: {', '.join(words)}"


def _shown(money: Money | None) -> str:
    return show(money, "en") if money else "-"


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
