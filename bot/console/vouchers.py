"""Vouchers in the console: what a code is worth, and taking it in payment."""

from sanic import Blueprint, HTTPResponse, Request, response

from bot import rate_limits
from bot.compensation import voucher
from bot.compensation.agent_remedies import originator_of
from bot.compensation.redemption import CannotRedeem
from bot.compensation.voucher import Voucher
from bot.console import schemas
from bot.console.auth import Refused, person_of, runtime_of
from bot.console.serializers import Json, Views, moment
from bot.ledger.entries import KeyReused
from bot.money import Money
from bot.runtime import Runtime

vouchers = Blueprint("console_vouchers", url_prefix="/console/api/vouchers")


@vouchers.post("/check")
async def check(request: Request) -> HTTPResponse:
    """What a code is worth now; nothing changes."""
    runtime = _patiently(request)
    body = schemas.read(request, schemas.VoucherCode)
    async with runtime.db.read() as session:
        found = await voucher.find(session, body.code)
    if found is None:
        raise _wrong(request)
    return response.json(_shown(request, found))


@vouchers.post("/redeem")
async def redeem(request: Request) -> HTTPResponse:
    """Take a voucher in payment; sent again, it is taken once."""
    runtime, person = _patiently(request), person_of(request)
    body = schemas.read(request, schemas.VoucherTaken)
    amount = None
    if body.amount_minor is not None:
        amount = Money(body.amount_minor, runtime.context.policy.currency)
    try:
        async with runtime.db.write() as session:
            found, _ = await voucher.redeem(
                session,
                body.code,
                amount,
                key=f"console:{body.id}",
                originator=originator_of(person),
                actor=person.name,
            )
    except CannotRedeem as error:
        if error.code == "no_voucher":
            raise _wrong(request) from None
        left = Views(runtime.context, person).money(error.remaining)
        raise Refused(f"voucher_{error.code}", left=left) from None
    except KeyReused:
        raise Refused("voucher_key_reused", 409) from None
    runtime.live.case_changed(found.case.conversation_id)
    return response.json(_shown(request, found))


def _patiently(request: Request) -> Runtime:
    """Whoever tries one code after the other is made to wait."""
    runtime = runtime_of(request)
    if not runtime.limits.is_free(rate_limits.WRONG_CODES, "console", str(person_of(request).id)):
        raise Refused("too_many_tries", 429)
    return runtime


def _wrong(request: Request) -> Refused:
    runtime_of(request).limits.allow(rate_limits.WRONG_CODES, "console", str(person_of(request).id))
    return Refused("no_voucher", 404)


def _shown(request: Request, found: Voucher) -> Json:
    person = person_of(request)
    views = Views(runtime_of(request).context, person)
    return {
        "code": found.code,
        "title": found.remedy.terms["title"][person.language],
        "state": found.state,
        "amount": views.money(found.amount),
        "left": views.money(found.remaining),
        "expires_at": moment(found.expires_at),
        "case": found.case.reference,
    }
