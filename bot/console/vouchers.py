"""Vouchers in the console: looking a code up and redeeming it."""

from sanic import Blueprint, HTTPResponse, Request, response

from bot import rate_limits
from bot.compensation import voucher
from bot.compensation.agent_remedies import originator_of
from bot.compensation.redemption import CannotRedeem
from bot.compensation.voucher import Voucher
from bot.console import schemas
from bot.console.auth import RequestRefused, agent_of, runtime_of
from bot.console.serializers import Json, Serializer, iso_time
from bot.ledger.entries import KeyReused
from bot.money import Money
from bot.runtime import Runtime

vouchers = Blueprint("console_vouchers", url_prefix="/console/api/vouchers")


@vouchers.post("/check")
async def check(request: Request) -> HTTPResponse:
    """Answer with what a code is worth now; nothing changes."""
    runtime = _check_rate(request)
    body = schemas.parse(request, schemas.VoucherCodeBody)
    async with runtime.db.read() as session:
        looked_up = await voucher.find(session, body.code)
    if looked_up is None:
        raise _count_wrong_code(request)
    return response.json(_serialize(request, looked_up))


@vouchers.post("/redeem")
async def redeem(request: Request) -> HTTPResponse:
    """Redeem a voucher; a repeated request redeems it once."""
    runtime, agent = _check_rate(request), agent_of(request)
    body = schemas.parse(request, schemas.RedemptionBody)
    amount = None
    if body.amount_minor is not None:
        amount = Money(body.amount_minor, runtime.context.policy.currency)
    try:
        async with runtime.db.write() as session:
            redeemed, _ = await voucher.redeem(
                session,
                body.code,
                amount,
                key=f"console:{body.id}",
                originator=originator_of(agent),
                actor=agent.name,
            )
    except CannotRedeem as error:
        if error.code == "no_voucher":
            raise _count_wrong_code(request) from None
        remaining = Serializer(runtime.context, agent).money(error.remaining)
        raise RequestRefused(f"voucher_{error.code}", left=remaining) from None
    except KeyReused:
        raise RequestRefused("voucher_key_reused", 409) from None
    runtime.live.case_changed(redeemed.case.conversation_id)
    return response.json(_serialize(request, redeemed))


def _check_rate(request: Request) -> Runtime:
    """Return the runtime.

    Raises:
        RequestRefused: 429 after too many wrong codes.
    """
    runtime = runtime_of(request)
    if not runtime.limits.is_free(rate_limits.WRONG_CODES, "console", str(agent_of(request).id)):
        raise RequestRefused("too_many_tries", 429)
    return runtime


def _count_wrong_code(request: Request) -> RequestRefused:
    runtime_of(request).limits.allow(rate_limits.WRONG_CODES, "console", str(agent_of(request).id))
    return RequestRefused("no_voucher", 404)


def _serialize(request: Request, this: Voucher) -> Json:
    agent = agent_of(request)
    serializer = Serializer(runtime_of(request).context, agent)
    return {
        "code": this.code,
        "title": this.remedy.terms["title"][agent.language],
        "state": this.state,
        "amount": serializer.money(this.amount),
        "left": serializer.money(this.remaining),
        "expires_at": iso_time(this.expires_at),
        "case": this.case.reference,
    }
