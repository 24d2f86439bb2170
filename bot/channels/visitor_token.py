"""Web visitors: the signed token by which a page finds its conversation again."""

import uuid

from itsdangerous import BadSignature, URLSafeTimedSerializer

# Half a year: a customer who comes back for their warranty still has the chat.
LONGEST_SECONDS = 180 * 24 * 3600


class Visitors:
    """Signs and reads the session tokens of the web chat."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="web-visitor")

    def new(self) -> tuple[str, str]:
        """A new conversation's id, and the token that holds it."""
        conversation_id = uuid.uuid4().hex
        return conversation_id, self._serializer.dumps(conversation_id)

    def read(self, token: str) -> str | None:
        """The conversation's id; None for a token that we did not sign, or that is too old."""
        try:
            return str(self._serializer.loads(token, max_age=LONGEST_SECONDS))
        except BadSignature:
            return None
