"""`regalo policy explain`: why a case was offered what it was offered."""

from collections.abc import Iterator

from rich.console import Console
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.cli.case import case_or_fail, reference_or_fail
from bot.cli.database import run_read
from bot.cli.failure import Failure
from bot.compensation import explanation
from bot.compensation.explanation import ExplainedAlternative, Explanation
from bot.config.settings import Settings
from bot.context.company_context import CompanyContext, load_company_context
from bot.models import Offer
from bot.money import Money, show
from bot.policy.decision import HUMAN_REASONS

FIRST = {
    "wish": "the customer asked for it",
    "right": "it is the customer's right",
    "weight": "it weighs most",
}


def explain(settings: Settings, reference: str) -> None:
    """Print every decision of a case, oldest first.

    Raises:
        Failure: there is no such case, or nothing has been decided in it.
    """
    known = reference_or_fail(reference)
    context = load_company_context(settings)
    lines = run_read(settings, lambda session: _explain(session, context, known))
    Console(highlight=False).print("\n".join(lines), markup=False, soft_wrap=True)


async def _explain(session: AsyncSession, context: CompanyContext, reference: str) -> list[str]:
    case = await case_or_fail(session, reference)
    decisions = await explanation.explain_case(session, case)
    query = select(Offer).where(Offer.complaint_id == case.id).order_by(Offer.id)
    offers = list(await session.scalars(query))
    explained = {decision.record.offer_id for decision in decisions}
    sections = [(decision.record.at, list(_lines(context, decision))) for decision in decisions]
    sections += [
        (offer.created_at, list(_lines_without_facts(context, offer)))
        for offer in offers
        if offer.id not in explained
    ]
    if not sections:
        raise Failure(f"nothing was decided in case {reference} yet")
    sections.sort(key=lambda section: section[0])
    return "\n\n".join("\n".join(lines) for _, lines in sections).split("\n")


def _lines(context: CompanyContext, decision: Explanation) -> Iterator[str]:
    record, facts = decision.record, decision.facts
    at = record.at.astimezone(context.company.tz)
    outcome = "offered" if record.outcome == "offer" else "to a person"
    yield f"{at:%Y-%m-%d %H:%M} {outcome}, by policy {record.policy_version}"
    yield (
        f"  rule      {record.rule_id}: {decision.why}"
        if record.rule_id
        else "  rule      none holds"
    )
    if record.reason:
        yield f"  because   {HUMAN_REASONS.get(record.reason, record.reason)}"
    yield f"  facts     {facts.category}, severity {facts.severity}"
    yield f"            order {_format(facts.order_value)}, tier {facts.tier}"
    yield f"            bought in a year {_format(facts.value_at_risk)}"
    yield f"            earlier failures {facts.failures}"
    proven, photo = _yes(facts.identity_proven), _yes(facts.has_photo)
    yield f"            identity proven {proven}, photo {photo}, asked for {facts.desired or '-'}"
    before = facts.usage
    yield f"            remedies before: order {before.order_count}, person {before.customer_count}"
    if decision.raised_percent:
        yield f"  raised    goodwill by {decision.raised_percent:f} %"
    for rank, alternative in enumerate(decision.alternatives, start=1):
        yield f"  {rank}         {_describe(alternative)}"
    if decision.first_because:
        yield f"  first     {FIRST[decision.first_because]}"
    for kind, reason in decision.left_out:
        yield f"  left out  {kind}: {HUMAN_REASONS.get(reason, reason)}"
    limits = {
        "this order": decision.order_left,
        "this customer": decision.customer_left,
        "the budget": facts.usage.budget_left,
    }
    for limit, remaining in limits.items():
        if remaining is not None:
            yield f"  left      {_format(remaining)} for {limit}, before this was given"


def _lines_without_facts(context: CompanyContext, offer: Offer) -> Iterator[str]:
    """Yield the lines of an offer that an agent made, or one older than the decision log."""
    at = offer.created_at.astimezone(context.company.tz)
    yield f"{at:%Y-%m-%d %H:%M} offered, by policy {offer.policy_version}"
    yield f"  rule      {offer.rule_id}"
    yield from (f"  because   {reason}" for reason in offer.reasons)


def _describe(alternative: ExplainedAlternative) -> str:
    words = [alternative.title["es"]]
    parts = {
        "": alternative.amount,
        "costs ": alternative.cost,
        "worth ": alternative.worth if alternative.weight else None,
        "weighs ": alternative.weight,
    }
    words += [f"{word}{show(money, 'en')}" for word, money in parts.items() if money]
    words += ["the customer's right"] if alternative.is_entitlement else []
    return f"{alternative.kind}: {', '.join(words)}"


def _format(money: Money | None) -> str:
    return show(money, "en") if money else "-"


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
