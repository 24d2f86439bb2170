"""The signed token by which a page of the web chat finds its conversation again."""

import uuid

from itsdangerous import BadSignature, URLSafeTimedSerializer

# Half a year, so that a customer with a warranty still has the chat.
LONGEST_SECONDS = 180 * 24 * 3600


class VisitorTokens:
    """Signs and reads the session tokens of the web chat."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="web-visitor")

    def create(self) -> tuple[str, str]:
        """Return a new conversation's id, and its token."""
        conversation_id = uuid.uuid4().hex
        return conversation_id, self._serializer.dumps(conversation_id)

    def read(self, token: str) -> str | None:
        """Return the conversation's id; None for a forged token, or one that is too old."""
        try:
            return str(self._serializer.loads(token, max_age=LONGEST_SECONDS))
        except BadSignature:
            return None
