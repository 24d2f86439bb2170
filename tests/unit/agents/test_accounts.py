"""Who may sign in, how often one may guess, and who counts as being there."""

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


def person(**more: object) -> Agent:
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


def test_a_password_is_kept_as_argon2id_and_never_in_clear() -> None:
    kept = accounts.hash_password(PASSWORD)
    assert PASSWORD not in kept
    assert kept != accounts.hash_password(PASSWORD)  # a salt of its own
    assert extract_parameters(kept).type is Type.ID
    laura = person(password_hash=kept)
    assert accounts.verify_password(laura, PASSWORD)
    assert not accounts.verify_password(laura, PASSWORD + " ")


def test_a_short_password_is_refused() -> None:
    with pytest.raises(AgentError) as error:
        accounts.hash_password("corta")
    assert error.value.code == "short_password"
    accounts.hash_password("x" * accounts.MIN_PASSWORD_LENGTH)


def test_nobody_and_who_left_are_refused_even_with_the_right_password() -> None:
    kept = accounts.hash_password(PASSWORD)
    assert not accounts.verify_password(None, PASSWORD)
    assert not accounts.verify_password(None, "nobody has this password")
    assert not accounts.verify_password(person(password_hash=kept, is_active=False), PASSWORD)
    assert not accounts.verify_password(person(password_hash="no hash"), PASSWORD)


def test_an_unknown_person_costs_as_much_work_as_a_known_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The time tells nothing, because the same hashing is done with the same parameters."""
    kept = accounts.hash_password(PASSWORD)
    hashed: list[str] = []
    genuine = accounts._HASHER.verify

    class Counting:
        def verify(self, against: str, password: str) -> bool:
            hashed.append(against)
            return genuine(against, password)

    monkeypatch.setattr(accounts, "_HASHER", Counting())
    assert not accounts.verify_password(None, PASSWORD)
    assert accounts.verify_password(person(password_hash=kept), PASSWORD)
    assert len(hashed) == 2
    assert extract_parameters(hashed[0]) == extract_parameters(hashed[1])


def test_the_account_rests_after_too_many_tries_and_opens_by_itself(now: list[datetime]) -> None:
    laura = person()
    for _ in range(accounts.MAX_TRIES):
        accounts.check_tries(laura)
        accounts.count_try(laura, right=False)
    with pytest.raises(TooManyTries):
        accounts.check_tries(laura)
    now[0] += accounts.TRIES_WINDOW
    accounts.check_tries(laura)
    accounts.count_try(laura, right=False)
    assert laura.failed_tries == 1


def test_the_right_password_forgets_the_wrong_ones(now: list[datetime]) -> None:
    laura = person()
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
def test_presence_is_the_last_sign_of_life_and_what_they_say(
    seen: timedelta | None, says: Presence, presence: LivePresence
) -> None:
    laura = person(seen_at=None if seen is None else NOW - seen, presence=says)
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
def test_room_is_for_who_is_there_and_not_full(
    presence: LivePresence, load: int, has_room: bool
) -> None:
    assert AgentStatus(person(), presence, load).has_room is has_room


def test_the_lease_outlasts_several_lost_signs_of_life() -> None:
    every = timedelta(seconds=20)  # the page's ping
    assert 2 * every < accounts.ONLINE_FOR
    assert accounts.CASE_LEASE > accounts.ONLINE_FOR


def test_the_customer_reads_the_first_name_alone() -> None:
    assert person().first_name == "Laura"
