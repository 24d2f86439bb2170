"""Remedies by agents: giving, offering, requesting approval, approving; and promises kept."""

from sanic import Blueprint, HTTPResponse, Request, response
from sqlalchemy import select

from bot.agents import accounts
from bot.cases import promises
from bot.compensation.agent_remedies import CannotGive, RemedyRequest, originator_of
from bot.console import schemas
from bot.console.auth import RequestRefused, agent_of, runtime_of, supervisors_only
from bot.console.case_access import lock_own_handoff
from bot.console.serializers import Serializer
from bot.context.company_context import CompanyContext
from bot.conversation.agents import agent_actions, agent_offers
from bot.conversation.change import ConversationChange
from bot.models import Agent, Approval, Compensation, Complaint, Promise

remedies = Blueprint("console_remedies", url_prefix="/console/api")


@remedies.post("/cases/<reference:str>/remedies")
async def give(request: Request, reference: str) -> HTTPResponse:
    """Give or offer a remedy; 403 with what is left if it is beyond the agent's authority."""
    runtime, agent = runtime_of(request), agent_of(request)
    body = schemas.parse(request, schemas.RemedyBody)
    act = agent_offers.give if body.how == "give" else agent_offers.offer
    try:
        async with runtime.db.write() as session:
            handoff = await lock_own_handoff(session, reference, agent)
            change = await act(
                session,
                runtime.context,
                handoff,
                agent,
                remedy_request=RemedyRequest(body.remedy, body.amount_minor),
                request_id=str(body.id),
            )
    except CannotGive as error:
        raise _refusal(error, runtime.context, agent) from None
    await runtime.publisher.change(change)
    return response.json({})


@remedies.post("/cases/<reference:str>/approvals")
async def ask(request: Request, reference: str) -> HTTPResponse:
    """Ask the supervisors to authorize a remedy in this case."""
    runtime, agent = runtime_of(request), agent_of(request)
    body = schemas.parse(request, schemas.ApprovalRequestBody)
    try:
        async with runtime.db.write() as session:
            handoff = await lock_own_handoff(session, reference, agent)
            change, approval = await agent_offers.request_approval(
                session,
                runtime.context,
                handoff,
                agent,
                remedy_request=RemedyRequest(body.remedy, body.amount_minor),
                why=body.why,
                request_id=str(body.id),
            )
            case = await session.get_one(Complaint, handoff.complaint_id)
            names = await accounts.names_by_id(session)
    except CannotGive as error:
        raise _refusal(error, runtime.context, agent) from None
    await runtime.publisher.change(change)
    return response.json(
        Serializer(runtime.context, agent).approval(approval, case.reference, names)
    )


@remedies.post("/approvals/<approval_id:int>")
@supervisors_only
async def decide(request: Request, approval_id: int) -> HTTPResponse:
    """Approve or decline a request; an approved remedy is given at once."""
    runtime, agent = runtime_of(request), agent_of(request)
    body = schemas.parse(request, schemas.ApprovalDecisionBody)
    try:
        async with runtime.db.write() as session:
            approval = await session.scalar(
                select(Approval).where(Approval.id == approval_id).with_for_update()
            )
            if approval is None:
                raise RequestRefused("no_approval", 404)
            change = await agent_offers.decide_approval(
                session,
                runtime.context,
                approval,
                agent,
                approve=body.decision == "approve",
                answer=body.answer,
            )
            case = await session.get_one(Complaint, approval.complaint_id)
            names = await accounts.names_by_id(session)
    except CannotGive as error:
        raise _refusal(error, runtime.context, agent) from None
    if change is None:
        raise RequestRefused("decided_before", 409, by=names.get(approval.decided_by or 0))
    await runtime.publisher.change(change)
    return response.json(
        Serializer(runtime.context, agent).approval(approval, case.reference, names)
    )


@remedies.post("/promises/<promise_id:int>/kept")
async def keep_promise(request: Request, promise_id: int) -> HTTPResponse:
    """Mark a commitment or a remedy's promise as kept; the customer is told."""
    runtime, agent = runtime_of(request), agent_of(request)
    schemas.parse(request, schemas.EmptyBody)
    async with runtime.db.write() as session:
        promise = await session.get(Promise, promise_id)
        if promise is None:
            raise RequestRefused("no_promise", 404)
        case = await session.get_one(Complaint, promise.complaint_id)
        actor = await session.get_one(Agent, agent.id)
        if promise.compensation_id is not None:
            remedy = await session.get_one(Compensation, promise.compensation_id)
            message = await agent_offers.confirm_fulfilment(
                session, runtime.context, case, remedy, originator_of(actor)
            )
        elif promise.what == promises.COMMITMENT:
            message = await agent_actions.keep_commitment(
                session, runtime.context, case, promise, actor
            )
        else:
            raise RequestRefused("kept_by_answering")
        if message is None:
            raise RequestRefused("kept_before", 409)
    await runtime.publisher.change(ConversationChange(case.conversation_id))
    return response.json({})


def _refusal(error: CannotGive, context: CompanyContext, agent: Agent) -> RequestRefused:
    remaining = Serializer(context, agent).money(error.remaining)
    return RequestRefused(
        error.code, 403 if error.code == "beyond_authority" else 422, left=remaining
    )
