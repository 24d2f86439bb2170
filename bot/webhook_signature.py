"""Standard Webhooks: what is sent is signed, and what comes is believed only if it is, too.

The scheme is that of https://www.standardwebhooks.com: HMAC-SHA256 of "id.timestamp.body", in
base64, under a secret that both sides know and write as "whsec_" and base64.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

PREFIX = "whsec_"
# The standard asks for so many bytes of a secret.
SHORTEST_KEY, LONGEST_KEY = 24, 64
# An older or a later message may be somebody's who has overheard it.
TOLERANCE = timedelta(minutes=5)
LONGEST_ID = 128


class NotGenuine(ValueError):
    """A message that is not to be believed; ``code`` names why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def key_of(secret: str) -> bytes:
    """The key that a secret writes down.

    Raises:
        ValueError: it is not "whsec_" and the base64 of 24 to 64 bytes.
    """
    if not secret.startswith(PREFIX):
        raise ValueError(f"a secret begins with {PREFIX}")
    written = secret.removeprefix(PREFIX)
    key = base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ValueError(f"a secret has {SHORTEST_KEY} to {LONGEST_KEY} bytes")
    return key


def headers(key: bytes, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message that is sent now; its id stays the same however often it goes."""
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{_signature(key, message_id, timestamp, body)}",
    }


def check(key: bytes, given: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of a message that is genuine and of now.

    Raises:
        NotGenuine: "unsigned", "bad_signature" or "out_of_time".
    """
    message_id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not 0 < len(message_id) <= LONGEST_ID or not (timestamp.isascii() and timestamp.isdigit()):
        raise NotGenuine("unsigned")
    right = _signature(key, message_id, timestamp, body).encode()
    signatures = [one.partition(",") for one in given.get("webhook-signature", "").split()]
    # While a secret is being replaced there are two signatures; all are compared, in equal time.
    genuine = [
        hmac.compare_digest(value.encode(), right)
        for version, _, value in signatures
        if version == "v1"
    ]
    if not any(genuine):
        raise NotGenuine("bad_signature")
    if len(timestamp) > 12 or abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise NotGenuine("out_of_time")
    return message_id


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
