"""Passwords, the lock after wrong tries, presence and load."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from bot.agents import accounts
from bot.agents.accounts import AgentError, AgentStatus, TooManyTries
from bot.models import Agent, LivePresence, Presence

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
PASSWORD = "correcto y largo"


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time, which a test moves by replacing the first."""
    at = [NOW]
    monkeypatch.setattr("bot.clock.now", lambda: at[0])
    return at


def make_agent(**more: object) -> Agent:
    values = {
        "name": "Laura Gómez Díaz",
        "is_active": True,
        "failed_tries": 0,
        "tries_since": None,
        "seen_at": NOW,
        "presence": "available",
        "capacity": 4,
    }
    return Agent(**values | more)


def test_password_is_stored_as_argon2id_hash() -> None:
    password_hash = accounts.hash_password(PASSWORD)
    assert PASSWORD not in password_hash
    assert password_hash != accounts.hash_password(PASSWORD)  # each hash has its own salt
    assert extract_parameters(password_hash).type is Type.ID
    laura = make_agent(password_hash=password_hash)
    assert accounts.verify_password(laura, PASSWORD)
    assert not accounts.verify_password(laura, PASSWORD + " ")


def test_short_password_is_refused() -> None:
    with pytest.raises(AgentError) as error:
        accounts.hash_password("corta")
    assert error.value.code == "short_password"
    accounts.hash_password("x" * accounts.MIN_PASSWORD_LENGTH)


def test_unknown_and_closed_accounts_are_refused_with_any_password() -> None:
    password_hash = accounts.hash_password(PASSWORD)
    assert not accounts.verify_password(None, PASSWORD)
    assert not accounts.verify_password(None, "nobody has this password")
    assert not accounts.verify_password(
        make_agent(password_hash=password_hash, is_active=False), PASSWORD
    )
    assert not accounts.verify_password(make_agent(password_hash="no hash"), PASSWORD)


def test_unknown_account_costs_as_much_hashing_as_a_known_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The time tells nothing, because the same hashing is done with the same parameters."""
    password_hash = accounts.hash_password(PASSWORD)
    hashed: list[str] = []
    genuine = accounts._HASHER.verify

    class Counting:
        def verify(self, against: str, password: str) -> bool:
            hashed.append(against)
            return genuine(against, password)

    monkeypatch.setattr(accounts, "_HASHER", Counting())
    assert not accounts.verify_password(None, PASSWORD)
    assert accounts.verify_password(make_agent(password_hash=password_hash), PASSWORD)
    assert len(hashed) == 2
    assert extract_parameters(hashed[0]) == extract_parameters(hashed[1])


def test_account_is_locked_after_too_many_tries_and_unlocks_by_itself(now: list[datetime]) -> None:
    laura = make_agent()
    for _ in range(accounts.MAX_TRIES):
        accounts.check_tries(laura)
        accounts.count_try(laura, right=False)
    with pytest.raises(TooManyTries):
        accounts.check_tries(laura)
    now[0] += accounts.TRIES_WINDOW
    accounts.check_tries(laura)
    accounts.count_try(laura, right=False)
    assert laura.failed_tries == 1


def test_right_password_resets_the_count_of_wrong_ones(now: list[datetime]) -> None:
    laura = make_agent()
    for _ in range(accounts.MAX_TRIES - 1):
        accounts.count_try(laura, right=False)
    accounts.count_try(laura, right=True)
    accounts.count_try(laura, right=False)
    accounts.check_tries(laura)
    assert laura.failed_tries == 1


@pytest.mark.parametrize(
    ("seen", "says", "presence"),
    [
        (None, Presence.AVAILABLE, LivePresence.OFFLINE),
        (timedelta(0), Presence.AVAILABLE, LivePresence.AVAILABLE),
        (timedelta(0), Presence.AWAY, LivePresence.AWAY),
        (accounts.ONLINE_FOR, Presence.AVAILABLE, LivePresence.AVAILABLE),
        (accounts.ONLINE_FOR + timedelta(seconds=1), Presence.AVAILABLE, LivePresence.OFFLINE),
        (accounts.ONLINE_FOR + timedelta(seconds=1), Presence.AWAY, LivePresence.OFFLINE),
    ],
)
def test_presence_depends_on_last_sign_of_life_and_own_setting(
    seen: timedelta | None, says: Presence, presence: LivePresence
) -> None:
    laura = make_agent(seen_at=None if seen is None else NOW - seen, presence=says)
    assert accounts.presence_of(laura, NOW) == presence


@pytest.mark.parametrize(
    ("presence", "load", "has_room"),
    [
        (LivePresence.AVAILABLE, 0, True),
        (LivePresence.AVAILABLE, 3, True),
        (LivePresence.AVAILABLE, 4, False),
        (LivePresence.AVAILABLE, 9, False),
        (LivePresence.AWAY, 0, False),
        (LivePresence.OFFLINE, 0, False),
    ],
)
def test_only_available_agents_below_capacity_have_room(
    presence: LivePresence, load: int, has_room: bool
) -> None:
    assert AgentStatus(make_agent(), presence, load).has_room is has_room


def test_case_lease_outlasts_several_lost_pings() -> None:
    every = timedelta(seconds=20)  # the page's ping
    assert 2 * every < accounts.ONLINE_FOR
    assert accounts.CASE_LEASE > accounts.ONLINE_FOR


def test_customer_is_told_only_the_first_name() -> None:
    assert make_agent().first_name == "Laura"
