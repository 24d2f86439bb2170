"""Session tokens: a forged one would open another visitor's chat."""

import time

import pytest

from bot.channels import visitor_token
from bot.channels.visitor_token import VisitorTokens

pytestmark = pytest.mark.unit

KEY = "0123456789abcdef0123456789abcdef"


def test_each_token_is_new_and_names_its_conversation() -> None:
    tokens = VisitorTokens(KEY)
    pairs = [tokens.create() for _ in range(50)]
    assert len({conversation for conversation, _ in pairs}) == 50
    for conversation, token in pairs:
        assert tokens.read(token) == conversation
        assert len(conversation) == 32


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c", "\x00", "ñ.ñ.ñ", "." * 50])
def test_invalid_token_names_no_conversation(token: str) -> None:
    assert VisitorTokens(KEY).read(token) is None


def test_changed_token_is_refused() -> None:
    tokens = VisitorTokens(KEY)
    _, token = tokens.create()
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        # The last sign of the signature carries spare bits; everything else counts.
        if place < len(token) - 1:
            assert tokens.read(changed) is None, place


def test_token_signed_with_another_key_is_refused() -> None:
    _, token = VisitorTokens("f" * 32).create()
    assert VisitorTokens(KEY).read(token) is None


def test_token_expires_after_half_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = VisitorTokens(KEY)
    conversation, token = tokens.create()
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + visitor_token.LONGEST_SECONDS - 60)
    assert tokens.read(token) == conversation
    monkeypatch.setattr("time.time", lambda: now + visitor_token.LONGEST_SECONDS + 60)
    assert tokens.read(token) is None
