"""The provider's HTTP responses, as answers about a remedy."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from bot.compensation.provider_client import interpret_response
from bot.models import ProviderOutcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, ProviderOutcome.DONE),
        (202, ProviderOutcome.ACCEPTED),
        (409, ProviderOutcome.REFUSED),
        (422, ProviderOutcome.REFUSED),
        *[
            (each, ProviderOutcome.LATER)
            for each in (201, 204, 301, 400, 401, 403, 404, 410, 429, 500, 503)
        ],
    ],
)
def test_unknown_status_means_later(status: int, outcome: ProviderOutcome) -> None:
    assert interpret_response(status, httpx.Headers(), b"").outcome == outcome


def test_reference_and_reason_are_read() -> None:
    body = b'{"reference": "ERP-77", "reason": "the card\\u0000 is\\nclosed"}'
    assert interpret_response(200, httpx.Headers(), body).reference == "ERP-77"
    assert interpret_response(422, httpx.Headers(), body).why == "the card is closed"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"reason": 7}'])
def test_reason_is_status_where_body_has_none(body: bytes) -> None:
    assert interpret_response(422, httpx.Headers(), body).why == "HTTP 422"


def test_long_reason_is_cut() -> None:
    assert (
        len(interpret_response(422, httpx.Headers(), b'{"reason": "%s"}' % (b"x" * 5000)).why)
        == 300
    )


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta()),
        ("9" * 40, timedelta(days=7)),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after_in_seconds(value: str, wait: timedelta | None) -> None:
    headers = httpx.Headers([(b"retry-after", value.encode())])
    assert interpret_response(503, headers, b"").after == wait


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(hours=-2)])
def test_retry_after_as_date(ahead: timedelta) -> None:
    value = format_datetime(datetime.now(UTC) + ahead, usegmt=True)
    after = interpret_response(429, httpx.Headers({"retry-after": value}), b"").after
    assert after is not None
    assert abs(after - max(ahead, timedelta())) < timedelta(seconds=5)
