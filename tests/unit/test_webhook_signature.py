"""Signing as Standard Webhooks has it: the other side's library must agree, and nobody else."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from bot.webhook_signature import NotGenuine, check, headers, key_of

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = key_of(SECRET)
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    assert headers(KEY, ID, AT, BODY) == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_what_is_signed_is_believed() -> None:
    assert check(KEY, headers(KEY, ID, AT, BODY), BODY, AT) == ID


def test_one_of_several_signatures_is_enough() -> None:
    given = headers(KEY, ID, AT, BODY)
    given["webhook-signature"] = f"v1a,abc v1,{'A' * 43}= {given['webhook-signature']}"
    assert check(KEY, given, BODY, AT) == ID


@pytest.mark.parametrize("late", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_five_minutes_are_tolerated_and_no_more(late: timedelta) -> None:
    given = headers(KEY, ID, AT, BODY)
    check(KEY, given, BODY, AT + late)
    with pytest.raises(NotGenuine, match="out_of_time"):
        check(KEY, given, BODY, AT + late + late / 300)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"webhook-id": ""}, "unsigned"),
        ({"webhook-id": "x" * 129}, "unsigned"),
        ({"webhook-timestamp": "soon"}, "unsigned"),
        ({"webhook-timestamp": "-5"}, "unsigned"),
        ({"webhook-timestamp": "²"}, "unsigned"),
        ({"webhook-timestamp": "1614265331"}, "bad_signature"),
        ({"webhook-id": "another"}, "bad_signature"),
        ({"webhook-signature": ""}, "bad_signature"),
        ({"webhook-signature": "v1"}, "bad_signature"),
        ({"webhook-signature": "v1,é"}, "bad_signature"),
        ({"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "bad_signature"),
    ],
)
def test_what_is_changed_on_the_way_is_not_believed(changed: dict[str, str], code: str) -> None:
    with pytest.raises(NotGenuine, match=code):
        check(KEY, headers(KEY, ID, AT, BODY) | changed, BODY, AT)


def test_another_body_or_key_is_not_believed() -> None:
    given = headers(KEY, ID, AT, BODY)
    for key, body in ((KEY, BODY + b" "), (KEY[::-1], BODY)):
        with pytest.raises(NotGenuine, match="bad_signature"):
            check(key, given, body, AT)


@pytest.mark.parametrize(
    "secret",
    ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_%%%%",
     "whsec_" + base64.b64encode(bytes(65)).decode()],
)  # fmt: skip
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match=r"secret|base64|[Pp]adding|alphabet"):
        key_of(secret)


def test_a_secret_may_lack_its_padding() -> None:
    key = bytes(range(25))
    written = base64.b64encode(key).decode().rstrip("=")
    assert key_of(f"whsec_{written}") == key
