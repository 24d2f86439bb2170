"""The secret tokens that the engine is started with."""

import os


class MissingToken(Exception):
    """A token is missing or empty; the text names it and says what to do."""


def required_token(name: str) -> str:
    """Return the token in the environment variable ``name``.

    Raises:
        MissingToken: it is not set, or empty.
    """
    return checked_token(name, os.environ.get(name))


def checked_token(name: str, token: str | None) -> str:
    """Return the token if it is one.

    Raises:
        MissingToken: it is None, or empty.
    """
    if token is None or not token.strip():
        raise MissingToken(
            f"{name} is missing or empty: start everything with `regalo run`, which draws a token,"
            " or set it"
        )
    return token
