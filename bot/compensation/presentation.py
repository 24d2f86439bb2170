"""How a remedy is told to the customer: its name, its amount, and that it is done."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cases import promises
from bot.context.company_context import CompanyContext
from bot.models import Compensation, CompensationState, Complaint
from bot.money import Money
from bot.text.reply import ReplyButton, payload
from bot.text.responses import Responses


def title(responses: Responses, remedy: Compensation, language: str) -> str:
    """A remedy's name, as on its button, with its amount: "Devolver mi dinero ($249.900)"."""
    name = str(remedy.terms["title"][language])
    if not remedy.amount_minor:
        return name
    return f"{name} ({responses.show(Money(remedy.amount_minor, remedy.currency), language)})"


def detail(remedy: Compensation, language: str) -> str:
    """What it is, and under which conditions: known before it is chosen."""
    conditions = (remedy.terms["conditions"] or {}).get(language, "")
    return f"{remedy.terms['detail'][language]} {conditions}".strip()


def buttons(
    responses: Responses, alternatives: Sequence[Compensation], language: str
) -> list[ReplyButton]:
    """The alternatives as buttons."""
    return [
        ReplyButton(
            title=title(responses, one, language),
            detail=detail(one, language),
            payload=payload("choose", compensation=one.id),
        )
        for one in alternatives
    ]


async def confirmation(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    given: Compensation,
    language: str,
) -> str:
    """What was done: the code, the date, the reference."""
    values = {"title": title(context.responses, given, language), "reference": case.reference}
    if given.state == CompensationState.ACCEPTED:
        for one in await promises.open_promises(session, case.id):
            if one.compensation_id == given.id:
                name = f"promised_{given.terms['hands'] or 'provider'}"
                return context.responses.render(name, language, due=one.due_at, **values)
    if given.code and given.expires_at:
        expires = context.company.local_date(given.expires_at)
        return context.responses.render(
            "issued_with_code", language, code=given.code, expires=expires, **values
        )
    return context.responses.render("issued", language, **values)
