"""The vouchers' API: the company's tills ask what a code is worth, and take it in payment.

A code stands in no address, so that no log of a proxy holds it.
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


class Asked(BaseModel):
    """Which code it is about."""

    model_config = ConfigDict(extra="forbid", strict=True)
    code: str = Field(min_length=1, max_length=64)


class Taken(Asked):
    """How much of it; all that is left where that is not said."""

    amount_minor: int | None = Field(None, ge=1, le=10**15)
    currency: str | None = Field(None, pattern="^[A-Z]{3}$")


Body = TypeVar("Body", bound=Asked)


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
    """Every refusal is JSON with a word for programs."""
    return error.answer


@vouchers.post("/check")
async def check(request: Request) -> HTTPResponse:
    """What a code is worth now; nothing changes."""
    runtime = _admit(request)
    asked = _read(request, Asked)
    async with runtime.db.read() as session:
        found = await voucher.find(session, asked.code)
    if found is None:
        raise _wrong_code(request)
    return response.json(_shown(found))


@vouchers.post("/redeem")
async def redeem(request: Request) -> HTTPResponse:
    """Take a voucher in payment, once for each Idempotency-Key."""
    runtime = _admit(request)
    taken = _read(request, Taken)
    key = request.headers.get("idempotency-key", "")
    if not KEY.fullmatch(key):
        raise _Refused("no_idempotency_key", 400)
    if (taken.amount_minor is None) != (taken.currency is None):
        raise _Refused("bad_body", 400, field="currency")
    amount = None
    if taken.amount_minor is not None and taken.currency is not None:
        amount = Money(taken.amount_minor, taken.currency)
    try:
        async with runtime.db.write() as session:
            found, done = await voucher.redeem(
                session,
                taken.code,
                amount,
                key=f"api:{key}",
                originator=ORIGINATOR,
                actor="system",
            )
    except CannotRedeem as error:
        if error.code == "no_voucher":
            raise _wrong_code(request) from None
        raise _Refused(error.code, left=_money(error.remaining)) from None
    except KeyReused:
        raise _Refused("key_reused", 409) from None
    runtime.live.case_changed(found.case.conversation_id)
    return response.json(
        {
            "redemption": done.entry.id,
            "amount": _money(done.amount) if found.amount else None,
            "left": _money(done.remaining) if found.amount else None,
        }
    )


def _admit(request: Request) -> Runtime:
    """Who shows the key, and does not ask too often; those who guess are made to wait."""
    runtime: Runtime = request.app.ctx.runtime
    right = runtime.settings.voucher_api_key
    if right is None:
        raise _Refused("not_set_up", 404)
    if not runtime.limits.is_free(rate_limits.WRONG_CODES, NAME, request.client_ip):
        raise _Refused("too_many_wrong", 429)
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    shown = hmac.compare_digest(given.strip().encode(), right.get_secret_value().encode())
    if scheme.lower() != "bearer" or not shown:
        runtime.limits.allow(rate_limits.WRONG_CODES, NAME, request.client_ip)
        raise _Refused("unauthorized", 401)
    if not runtime.limits.allow(rate_limits.VOUCHER_CALLS, NAME):
        raise _Refused("too_many", 429)
    return runtime


def _wrong_code(request: Request) -> _Refused:
    runtime: Runtime = request.app.ctx.runtime
    runtime.limits.allow(rate_limits.WRONG_CODES, NAME, request.client_ip)
    return _Refused("no_voucher", 404)


def _read(request: Request, model: type[Body]) -> Body:
    try:
        return model.model_validate_json(request.body or b"{}")
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise _Refused("bad_body", 400, field=".".join(map(str, first["loc"]))) from None


def _shown(found: Voucher) -> dict[str, Any]:
    return {
        "code": found.code,
        "kind": found.remedy.kind,
        "state": found.state,
        "amount": _money(found.amount),
        "left": _money(found.remaining),
        "expires_at": found.expires_at.isoformat() if found.expires_at else None,
        "case": found.case.reference,
    }


def _money(amount: Money | None) -> dict[str, Any] | None:
    if amount is None:
        return None
    return {
        "amount_minor": amount.amount_minor,
        "currency": amount.currency,
        "amount": f"{amount.major:f}",
    }
