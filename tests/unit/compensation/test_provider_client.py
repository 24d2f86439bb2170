"""What the answers of the company's own system mean for a remedy."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from bot.compensation.provider_client import meaning
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
def test_what_is_not_understood_is_asked_again(status: int, outcome: ProviderOutcome) -> None:
    assert meaning(status, httpx.Headers(), b"").outcome == outcome


def test_its_own_name_and_its_reason_are_kept() -> None:
    told = b'{"reference": "ERP-77", "reason": "the card\\u0000 is\\nclosed"}'
    assert meaning(200, httpx.Headers(), told).reference == "ERP-77"
    assert meaning(422, httpx.Headers(), told).why == "the card is closed"


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"reason": 7}'])
def test_a_body_that_is_nothing_leaves_the_status(body: bytes) -> None:
    assert meaning(422, httpx.Headers(), body).why == "HTTP 422"


def test_a_long_reason_is_cut() -> None:
    assert len(meaning(422, httpx.Headers(), b'{"reason": "%s"}' % (b"x" * 5000)).why) == 300


@pytest.mark.parametrize(
    ("written", "wait"),
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
def test_it_says_when_to_come_back(written: str, wait: timedelta | None) -> None:
    headers = httpx.Headers([(b"retry-after", written.encode())])
    assert meaning(503, headers, b"").after == wait


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(hours=-2)])
def test_it_may_say_so_by_a_date(ahead: timedelta) -> None:
    written = format_datetime(datetime.now(UTC) + ahead, usegmt=True)
    after = meaning(429, httpx.Headers({"retry-after": written}), b"").after
    assert after is not None
    assert abs(after - max(ahead, timedelta())) < timedelta(seconds=5)
