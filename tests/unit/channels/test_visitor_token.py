"""Sessions that somebody made up would open another visitor's chat."""

import time

import pytest

from bot.channels import visitor_token
from bot.channels.visitor_token import VisitorTokens

pytestmark = pytest.mark.unit

KEY = "0123456789abcdef0123456789abcdef"


def test_a_token_leads_back_to_its_conversation_and_is_new_each_time() -> None:
    tokens = VisitorTokens(KEY)
    pairs = [tokens.create() for _ in range(50)]
    assert len({conversation for conversation, _ in pairs}) == 50
    for conversation, token in pairs:
        assert tokens.read(token) == conversation
        assert len(conversation) == 32


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c", "\x00", "ñ.ñ.ñ", "." * 50])
def test_what_is_no_token_opens_nothing(token: str) -> None:
    assert VisitorTokens(KEY).read(token) is None


def test_every_change_of_a_token_is_noticed() -> None:
    tokens = VisitorTokens(KEY)
    _, token = tokens.create()
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        # The last sign of the signature carries spare bits; everything else counts.
        if place < len(token) - 1:
            assert tokens.read(changed) is None, place


def test_another_key_signs_other_tokens() -> None:
    _, token = VisitorTokens("f" * 32).create()
    assert VisitorTokens(KEY).read(token) is None


def test_after_half_a_year_a_token_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = VisitorTokens(KEY)
    conversation, token = tokens.create()
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + visitor_token.LONGEST_SECONDS - 60)
    assert tokens.read(token) == conversation
    monkeypatch.setattr("time.time", lambda: now + visitor_token.LONGEST_SECONDS + 60)
    assert tokens.read(token) is None
