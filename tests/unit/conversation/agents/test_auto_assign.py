"""Automatic assignment to an agent who is full or absent."""

import pytest

from bot.agents.accounts import AgentStatus
from bot.conversation.agents.auto_assign import least_loaded
from bot.models import Agent, LivePresence

pytestmark = pytest.mark.unit


def one(
    name: str, load: int, capacity: int = 4, presence: LivePresence = LivePresence.AVAILABLE
) -> AgentStatus:
    return AgentStatus(Agent(name=name, capacity=capacity), presence, load)


@pytest.mark.parametrize(
    ("people", "chosen"),
    [
        ([], None),
        ([one("Ana", 2), one("Bea", 1), one("Carla", 3)], "Bea"),
        ([one("Ana", 1), one("Bea", 1)], "Ana"),
        ([one("Ana", 2, 4), one("Bea", 3, 10)], "Bea"),
        ([one("Ana", 0, presence=LivePresence.AWAY), one("Bea", 3)], "Bea"),
        ([one("Ana", 0, presence=LivePresence.OFFLINE)], None),
        ([one("Ana", 4), one("Bea", 10, 10)], None),
    ],
)
def test_least_loaded_agent_with_room_is_chosen(
    people: list[AgentStatus], chosen: str | None
) -> None:
    found = least_loaded(people)
    assert (found.agent.name if found else None) == chosen
