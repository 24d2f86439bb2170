"""Remedies by people: given, offered, asked for above, authorized; and promises that were kept."""

from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy import select

from bot.cases import promises
from bot.compensation.agent_remedies import CannotGive, RemedyRequest, originator_of
from bot.console import schemas
from bot.console.auth import Refused, person_of, runtime_of, supervisors
from bot.console.board import names
from bot.console.case_access import held_case
from bot.console.serializers import Views
from bot.context.company_context import CompanyContext
from bot.conversation.agents import agent_actions, agent_offers
from bot.conversation.change import ConversationChange
from bot.models import Agent, Approval, Compensation, Complaint, Promise

remedies = Blueprint("console_remedies", url_prefix="/console/api")


@remedies.post("/cases/<reference:str>/remedies")
async def give(request: Request, reference: str) -> HTTPResponse:
    """Give a remedy or offer it; 403 with what is left when it is beyond the person's authority."""
    runtime, person = runtime_of(request), person_of(request)
    body = schemas.read(request, schemas.Gift)
    act = agent_offers.give if body.how == "give" else agent_offers.offer
    try:
        async with runtime.db.write() as session:
            held = await held_case(session, reference, person)
            step = await act(
                session,
                runtime.context,
                held,
                person,
                wanted=RemedyRequest(body.remedy, body.amount_minor),
                request_id=str(body.id),
            )
    except CannotGive as error:
        raise _cannot(error, runtime.context, person) from None
    await runtime.publisher.change(step)
    return response.json({})


@remedies.post("/cases/<reference:str>/approvals")
async def ask(request: Request, reference: str) -> HTTPResponse:
    """Ask the supervisors for more, with the case attached."""
    runtime, person = runtime_of(request), person_of(request)
    body = schemas.read(request, schemas.Asked)
    try:
        async with runtime.db.write() as session:
            held = await held_case(session, reference, person)
            step, asked = await agent_offers.request_approval(
                session,
                runtime.context,
                held,
                person,
                wanted=RemedyRequest(body.remedy, body.amount_minor),
                why=body.why,
                request_id=str(body.id),
            )
            case = await session.get_one(Complaint, held.complaint_id)
            people = await names(session)
    except CannotGive as error:
        raise _cannot(error, runtime.context, person) from None
    await runtime.publisher.change(step)
    return response.json(Views(runtime.context, person).approval(asked, case.reference, people))


@remedies.post("/approvals/<approval_id:int>")
@supervisors
async def decide(request: Request, approval_id: int) -> HTTPResponse:
    """A supervisor answers: what is authorized is given at once."""
    runtime, person = runtime_of(request), person_of(request)
    body = schemas.read(request, schemas.Decision)
    try:
        async with runtime.db.write() as session:
            asked = await session.scalar(
                select(Approval).where(Approval.id == approval_id).with_for_update()
            )
            if asked is None:
                raise Refused("no_approval", 404)
            step = await agent_offers.decide_approval(
                session,
                runtime.context,
                asked,
                person,
                approve=body.decision == "approve",
                answer=body.answer,
            )
            case = await session.get_one(Complaint, asked.complaint_id)
            people = await names(session)
    except CannotGive as error:
        raise _cannot(error, runtime.context, person) from None
    if step is None:
        raise Refused("decided_before", 409, by=people.get(asked.decided_by or 0))
    await runtime.publisher.change(step)
    return response.json(Views(runtime.context, person).approval(asked, case.reference, people))


@remedies.post("/promises/<promise_id:int>/kept")
async def kept(request: Request, promise_id: int) -> HTTPResponse:
    """What was promised is done: the customer is told, and the ledger of a remedy."""
    runtime, person = runtime_of(request), person_of(request)
    schemas.read(request, schemas.Empty)
    async with runtime.db.write() as session:
        made = await session.get(Promise, promise_id)
        if made is None:
            raise Refused("no_promise", 404)
        case = await session.get_one(Complaint, made.complaint_id)
        who = await session.get_one(Agent, person.id)
        if made.compensation_id is not None:
            given = await session.get_one(Compensation, made.compensation_id)
            said = await agent_offers.confirm_fulfilment(
                session, runtime.context, case, given, originator_of(who)
            )
        elif made.what == promises.COMMITMENT:
            said = await agent_actions.keep_commitment(session, runtime.context, case, made, who)
        else:
            raise Refused("kept_by_answering")
        if said is None:
            raise Refused("kept_before", 409)
    await runtime.publisher.change(ConversationChange(case.conversation_id))
    return response.json({})


def _cannot(error: CannotGive, context: CompanyContext, person: Agent) -> Refused:
    left = Views(context, person).money(error.remaining)
    return Refused(error.code, 403 if error.code == "beyond_authority" else 422, left=left)
