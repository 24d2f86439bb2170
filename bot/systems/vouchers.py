"""The vouchers' API: the company's tills look a code up and redeem it.

Codes are sent in the body and never in the address, so that no proxy's log holds one.
"""

import hmac
import re
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sanic import Blueprint, HTTPResponse, Request, response

from bot import rate_limits
from bot.compensation import voucher
from bot.compensation.redemption import CannotRedeem
from bot.compensation.voucher import Voucher
from bot.ledger.entries import KeyReused
from bot.metrics import REFUSED
from bot.money import Money
from bot.runtime import Runtime

vouchers = Blueprint("vouchers", url_prefix="/vouchers")
NAME = "vouchers"
ORIGINATOR = "system:vouchers"
KEY = re.compile(r"[\x21-\x7e]{1,200}")


class CheckBody(BaseModel):
    """The code of a voucher."""

    model_config = ConfigDict(extra="forbid", strict=True)
    code: str = Field(min_length=1, max_length=64)


class RedeemBody(CheckBody):
    """The amount to redeem; without one, all that is left. Amount and currency go together."""

    amount_minor: int | None = Field(None, ge=1, le=10**15)
    currency: str | None = Field(None, pattern="^[A-Z]{3}$")


Body = TypeVar("Body", bound=CheckBody)


class _Refused(Exception):
    def __init__(self, code: str, status: int = 422, **more: Any) -> None:
        super().__init__(code)
        self.answer = response.json({"error": code, **more}, status=status)
        REFUSED.labels(NAME, code).inc()
        if status == 401:
            self.answer.headers["WWW-Authenticate"] = "Bearer"
        if status == 429:
            self.answer.headers["Retry-After"] = "60"


@vouchers.exception(_Refused)
async def refused(_request: Request, error: _Refused) -> HTTPResponse:
    """Answer every refusal with JSON: ``error`` is a word for programs."""
    return error.answer


@vouchers.post("/check")
async def check(request: Request) -> HTTPResponse:
    """Answer with what a code is worth now; nothing changes."""
    runtime = _authorize(request)
    body = _parse(request, CheckBody)
    async with runtime.db.read() as session:
        checked = await voucher.find(session, body.code)
    if checked is None:
        raise _count_wrong_code(request)
    return response.json(_serialize(checked))


@vouchers.post("/redeem")
async def redeem(request: Request) -> HTTPResponse:
    """Redeem a voucher, once for each Idempotency-Key."""
    runtime = _authorize(request)
    body = _parse(request, RedeemBody)
    key = request.headers.get("idempotency-key", "")
    if not KEY.fullmatch(key):
        raise _Refused("no_idempotency_key", 400)
    if (body.amount_minor is None) != (body.currency is None):
        raise _Refused("bad_body", 400, field="currency")
    amount = None
    if body.amount_minor is not None and body.currency is not None:
        amount = Money(body.amount_minor, body.currency)
    try:
        async with runtime.db.write() as session:
            redeemed, redemption = await voucher.redeem(
                session,
                body.code,
                amount,
                key=f"api:{key}",
                originator=ORIGINATOR,
                actor="system",
            )
    except CannotRedeem as error:
        if error.code == "no_voucher":
            raise _count_wrong_code(request) from None
        raise _Refused(error.code, left=_money(error.remaining)) from None
    except KeyReused:
        raise _Refused("key_reused", 409) from None
    runtime.live.case_changed(redeemed.case.conversation_id)
    return response.json(
        {
            "redemption": redemption.entry.id,
            "amount": _money(redemption.amount) if redeemed.amount else None,
            "left": _money(redemption.remaining) if redeemed.amount else None,
        }
    )


def _authorize(request: Request) -> Runtime:
    """Check API key and rate limits, and return the runtime.

    Raises:
        _Refused: 404 if the API is off, 401 for a wrong key, 429 after too many wrong keys or codes
            from an address, or too many calls.
    """
    runtime: Runtime = request.app.ctx.runtime
    api_key = runtime.settings.voucher_api_key
    if api_key is None:
        raise _Refused("not_set_up", 404)
    if not runtime.limits.is_free(rate_limits.WRONG_CODES, NAME, request.client_ip):
        raise _Refused("too_many_wrong", 429)
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    is_right = hmac.compare_digest(key.strip().encode(), api_key.get_secret_value().encode())
    if scheme.lower() != "bearer" or not is_right:
        runtime.limits.allow(rate_limits.WRONG_CODES, NAME, request.client_ip)
        raise _Refused("unauthorized", 401)
    if not runtime.limits.allow(rate_limits.VOUCHER_CALLS, NAME):
        raise _Refused("too_many", 429)
    return runtime


def _count_wrong_code(request: Request) -> _Refused:
    runtime: Runtime = request.app.ctx.runtime
    runtime.limits.allow(rate_limits.WRONG_CODES, NAME, request.client_ip)
    return _Refused("no_voucher", 404)


def _parse(request: Request, model: type[Body]) -> Body:
    try:
        return model.model_validate_json(request.body or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise _Refused("bad_body", 400, field=".".join(map(str, first["loc"]))) from None


def _serialize(checked: Voucher) -> dict[str, Any]:
    return {
        "code": checked.code,
        "kind": checked.remedy.kind,
        "state": checked.state,
        "amount": _money(checked.amount),
        "left": _money(checked.remaining),
        "expires_at": checked.expires_at.isoformat() if checked.expires_at else None,
        "case": checked.case.reference,
    }


def _money(amount: Money | None) -> dict[str, Any] | None:
    if amount is None:
        return None
    return {
        "amount_minor": amount.amount_minor,
        "currency": amount.currency,
        "amount": f"{amount.major:f}",
    }
