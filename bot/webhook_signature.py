"""Signatures of webhooks, by the Standard Webhooks specification (https://www.standardwebhooks.com).

A signature is the HMAC-SHA256 of "id.timestamp.body" in base64. Its key is a secret that both sides
know, written as "whsec_" and base64.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

PREFIX = "whsec_"
SHORTEST_KEY, LONGEST_KEY = 24, 64  # bytes, by the specification
# A message whose time differs by more may be a replay.
TOLERANCE = timedelta(minutes=5)
LONGEST_ID = 128  # characters


class SignatureError(ValueError):
    """A message is not genuine: ``code`` is "unsigned", "bad_signature" or "out_of_time"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_secret(secret: str) -> bytes:
    """Return the key in a secret.

    Raises:
        ValueError: the secret is not "whsec_" followed by the base64 of 24 to 64 bytes.
    """
    if not secret.startswith(PREFIX):
        raise ValueError(f"a secret begins with {PREFIX}")
    written = secret.removeprefix(PREFIX)
    key = base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ValueError(f"a secret has {SHORTEST_KEY} to {LONGEST_KEY} bytes")
    return key


def sign(key: bytes, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a message sent at ``at``; its retries have the same ``message_id``."""
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{_signature(key, message_id, timestamp, body)}",
    }


def verify(key: bytes, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Check a message's signature and time, and return its id.

    Raises:
        SignatureError: the message is not genuine.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not 0 < len(message_id) <= LONGEST_ID or not (timestamp.isascii() and timestamp.isdigit()):
        raise SignatureError("unsigned")
    expected = _signature(key, message_id, timestamp, body).encode()
    signatures = headers.get("webhook-signature", "").split()
    # While a secret is being replaced there are two signatures. All are compared, in constant time.
    matches = [
        hmac.compare_digest(value.encode(), expected)
        for version, _, value in (signature.partition(",") for signature in signatures)
        if version == "v1"
    ]
    if not any(matches):
        raise SignatureError("bad_signature")
    if len(timestamp) > 12 or abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise SignatureError("out_of_time")
    return message_id


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
