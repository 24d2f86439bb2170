"""How remedies are shown to the customer: as buttons, and in the confirmation of a choice."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import promises
from bot.context.company_context import CompanyContext
from bot.models import Compensation, CompensationState, Complaint
from bot.money import Money
from bot.text.reply import ReplyButton, payload
from bot.text.responses import Responses


def title(responses: Responses, remedy: Compensation, language: str) -> str:
    """Return a remedy's title with its amount: "Devolver mi dinero ($249.900)"."""
    name = str(remedy.terms["title"][language])
    if not remedy.amount_minor:
        return name
    return f"{name} ({responses.show(Money(remedy.amount_minor, remedy.currency), language)})"


def detail(remedy: Compensation, language: str) -> str:
    """Return a remedy's description with its conditions, shown before the choice."""
    conditions = (remedy.terms["conditions"] or {}).get(language, "")
    return f"{remedy.terms['detail'][language]} {conditions}".strip()


def buttons(
    responses: Responses, alternatives: Sequence[Compensation], language: str
) -> list[ReplyButton]:
    """Return a button for each alternative."""
    return [
        ReplyButton(
            title=title(responses, alternative, language),
            detail=detail(alternative, language),
            payload=payload("choose", compensation=alternative.id),
        )
        for alternative in alternatives
    ]


async def confirmation(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    remedy: Compensation,
    language: str,
) -> str:
    """Return the text that confirms a remedy, with its code or the promised date."""
    values = {"title": title(context.responses, remedy, language), "reference": case.reference}
    if remedy.state == CompensationState.ACCEPTED:
        for promise in await promises.list_open(session, case.id):
            if promise.compensation_id == remedy.id:
                name = f"promised_{remedy.terms['hands'] or 'provider'}"
                return context.responses.render(name, language, due=promise.due_at, **values)
    if remedy.code and remedy.expires_at:
        expires = context.company.local_date(remedy.expires_at)
        return context.responses.render(
            "issued_with_code", language, code=remedy.code, expires=expires, **values
        )
    return context.responses.render("issued", language, **values)
