"""What people give: a remedy of the policy, within their authority or with a supervisor's.

The remedies are the policy's, so their words and dates hold; the person chooses which one and, for
a sum of money, how much.
"""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import clock
from bot.cases import audit
from bot.compensation import acceptance, authority, offers
from bot.compensation.offers import OnTable
from bot.context.company_context import CompanyContext
from bot.database.statements import compare_and_set
from bot.models import (
    GIVEN_STATES,
    Agent,
    Approval,
    ApprovalState,
    Compensation,
    Complaint,
    Offer,
    Order,
)
from bot.money import Money, zero
from bot.policy.alternative import Alternative, build_alternative, face_value
from bot.policy.decision import Decision
from bot.policy.model import AlternativeSpec
from bot.remedy_kind import KINDS

BY_PERSON = "person"  # in the place of a rule


class CannotGive(ValueError):
    """A remedy that cannot be given so; ``code`` names why."""

    def __init__(self, code: str, left: Money | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.left = left


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants to give: a remedy by its name in the policy, and how much of it."""

    remedy: str
    amount_minor: int | None = None


def originator(person: Agent) -> str:
    """Who gave something, as the ledger writes it."""
    return f"{person.role}:{person.email}"


async def alternative(
    session: AsyncSession, context: CompanyContext, case: Complaint, wanted: Wanted
) -> Alternative:
    """The remedy with its amounts for this case.

    Raises:
        CannotGive: there is no such remedy, it needs an order or an amount, or the amount is not
            one that it can have.
    """
    spec = context.policy.remedies.get(wanted.remedy)
    if spec is None:
        raise CannotGive("no_remedy")
    order = await session.get(Order, case.order_id) if case.order_id else None
    worth = Money(order.total_minor, order.currency) if order else None
    if worth is not None and worth.currency != context.policy.currency:
        worth = None
    is_open = takes_amount(spec)
    try:
        value = face_value(spec, worth)
    except LookupError:
        if not (is_open and wanted.amount_minor):
            raise CannotGive("needs_order") from None
        value = None
    if wanted.amount_minor is not None and is_open:
        if wanted.amount_minor <= 0:
            raise CannotGive("bad_amount")
        value = Money(wanted.amount_minor, context.policy.currency)
    if value is None and KINDS[spec.kind].is_money:
        raise CannotGive("needs_amount")
    if KINDS[spec.kind].is_paid_back and worth is not None and value is not None:
        returned = Money(await _returned(session, case), worth.currency)
        if returned + value > worth:
            raise CannotGive("more_than_paid")
    return build_alternative(spec, context.policy, value, worth if spec.settles_right else None)


async def possible(
    session: AsyncSession, context: CompanyContext, case: Complaint
) -> dict[str, Alternative]:
    """The policy's remedies as they would be given in this case, by name."""
    found = {}
    for name in context.policy.remedies:
        try:
            found[name] = await alternative(session, context, case, Wanted(name))
        except CannotGive:
            continue  # it needs an order, or somebody to say how much
    return found


def takes_amount(spec: AlternativeSpec) -> bool:
    """Whether the person may say how much: of sums of money, but not of a right in another form."""
    return KINDS[spec.kind].is_money and not spec.settles_right


async def _returned(session: AsyncSession, case: Complaint) -> int:
    """How much of what an order cost is paid back, or on its way, from whichever case."""
    query = select(func.coalesce(func.sum(Compensation.amount_minor), 0)).where(
        Compensation.order_id == case.order_id,
        Compensation.kind.in_([one.name for one in KINDS.values() if one.is_paid_back]),
        Compensation.state.in_(GIVEN_STATES),
    )
    return int(await session.scalar(query) or 0)


async def put(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    person: Agent,
    *,
    wanted: Wanted,
    request_id: str,
    approved_by: Agent | None = None,
) -> tuple[OnTable, bool]:
    """Put one remedy on the table in a person's name; whether it is new.

    Args:
        request_id: the same one again gives the same offer.
        approved_by: the supervisor whose authority counts.

    Raises:
        CannotGive: it is beyond the person's authority ("beyond_authority", with what is left), or
            see ``alternative``.
    """
    # Two at once wait for each other here, so that no limit is passed together: not what the order
    # cost, nor what the person may give.
    await acceptance.lock(session, case.contact_id, case.order_id, case.id)
    answers_for = approved_by or person
    await session.execute(select(Agent.id).where(Agent.id == answers_for.id).with_for_update())
    known = await session.scalar(select(Offer).where(Offer.request_id == request_id))
    if known is not None:
        return OnTable(known, await offers.alternatives(session, known.id)), False
    one = await alternative(session, context, case, wanted)
    may = await authority.measure(session, context, answers_for, case)
    if not may.covers(one.value or zero(context.policy.currency)):
        raise CannotGive("beyond_authority", may.left)
    reasons = [f"{wanted.remedy}, chosen by {person.name}"]
    if approved_by is not None:
        reasons.append(f"authorized by {approved_by.name}")
    decision = Decision("offer", context.policy.version, BY_PERSON, (one,), None, tuple(reasons))
    table = await offers.put(session, case, decision, by=answers_for, request_id=request_id)
    return table, True


async def give(
    session: AsyncSession, context: CompanyContext, table: OnTable, person: Agent
) -> Compensation:
    """Give at once what was put on the table; given before, it is the same."""
    (only,) = table.alternatives
    _, given = await acceptance.accept(
        session, context, only.id, originator(person), actor=person.name
    )
    await session.refresh(given)
    return given


async def ask(
    session: AsyncSession,
    context: CompanyContext,
    case: Complaint,
    person: Agent,
    *,
    wanted: Wanted,
    why: str,
    request_id: str,
) -> tuple[Approval, bool]:
    """Ask a supervisor for more; whether the question is new.

    Raises:
        CannotGive: see ``alternative``.
    """
    known = await session.scalar(select(Approval).where(Approval.request_id == request_id))
    if known is not None:
        return known, False
    await alternative(session, context, case, wanted)
    asked = Approval(
        complaint_id=case.id,
        asked_by=person.id,
        remedy=wanted.remedy,
        amount_minor=wanted.amount_minor,
        currency=context.policy.currency if wanted.amount_minor is not None else None,
        why=why,
        request_id=request_id,
        state=ApprovalState.OPEN,
        asked_at=clock.now(),
    )
    session.add(asked)
    await session.flush()
    audit.note(session, case, person.name, "asked for authorization", remedy=wanted.remedy)
    return asked, True


async def decide(
    session: AsyncSession,
    case: Complaint,
    asked: Approval,
    person: Agent,
    *,
    state: ApprovalState,
    answer: str,
) -> bool:
    """A supervisor answers, once; False when somebody did before."""
    first = await compare_and_set(
        session,
        update(Approval)
        .where(Approval.id == asked.id, Approval.state == ApprovalState.OPEN)
        .values(state=state, decided_by=person.id, decided_at=clock.now(), answer=answer or None),
    )
    await session.refresh(asked)
    if first:
        audit.note(session, case, person.name, f"authorization {state}", remedy=asked.remedy)
    return first
