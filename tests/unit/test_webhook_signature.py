"""Signatures by the Standard Webhooks specification, which other libraries must accept."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from bot.webhook_signature import SignatureError, parse_secret, sign, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = parse_secret(SECRET)
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_signature_is_that_of_the_specifications_example() -> None:
    assert sign(KEY, ID, AT, BODY) == {
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_signed_message_is_verified() -> None:
    assert verify(KEY, sign(KEY, ID, AT, BODY), BODY, AT) == ID


def test_one_valid_signature_of_several_is_enough() -> None:
    signed = sign(KEY, ID, AT, BODY)
    signed["webhook-signature"] = f"v1a,abc v1,{'A' * 43}= {signed['webhook-signature']}"
    assert verify(KEY, signed, BODY, AT) == ID


@pytest.mark.parametrize("offset", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_message_older_or_newer_than_five_minutes_fails(offset: timedelta) -> None:
    signed = sign(KEY, ID, AT, BODY)
    verify(KEY, signed, BODY, AT + offset)
    with pytest.raises(SignatureError, match="out_of_time"):
        verify(KEY, signed, BODY, AT + offset + offset / 300)


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
def test_changed_header_fails(changed: dict[str, str], code: str) -> None:
    with pytest.raises(SignatureError, match=code):
        verify(KEY, sign(KEY, ID, AT, BODY) | changed, BODY, AT)


def test_changed_body_or_key_fails() -> None:
    signed = sign(KEY, ID, AT, BODY)
    for key, body in ((KEY, BODY + b" "), (KEY[::-1], BODY)):
        with pytest.raises(SignatureError, match="bad_signature"):
            verify(key, signed, body, AT)


@pytest.mark.parametrize(
    "secret",
    ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_%%%%",
     "whsec_" + base64.b64encode(bytes(65)).decode()],
)  # fmt: skip
def test_malformed_secret_raises(secret: str) -> None:
    with pytest.raises(ValueError, match=r"secret|base64|[Pp]adding|alphabet"):
        parse_secret(secret)


def test_secret_without_base64_padding_is_accepted() -> None:
    key = bytes(range(25))
    written = base64.b64encode(key).decode().rstrip("=")
    assert parse_secret(f"whsec_{written}") == key
