"""Telegram as a customer has it: the real edge and a Bot API server on loopback."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.provider import until
from tests.fakes.telegram import Customer, Telegram
from tests.integration.conftest import settings_for
from tests.integration.edge import Edge, Engine


@pytest.fixture(scope="module")
def telegram() -> Iterator[Telegram]:
    server = Telegram()
    yield server
    server.close()


@pytest.fixture(scope="module")
def edge(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, telegram: Telegram
) -> Iterator[Edge]:
    folder = tmp_path_factory.mktemp("telegram")
    shutil.copy(sqlite_template, folder / "regalo.db")
    engine = Engine()
    edge = Edge(
        settings_for(f"sqlite:///{folder / 'regalo.db'}", folder), engine, **telegram.settings
    )
    yield edge
    edge.stop()
    engine.close()


@pytest.fixture
def customer(telegram: Telegram, edge: Edge) -> Customer:
    return Customer(telegram, edge.url)


def test_a_message_is_answered_in_the_chat(customer: Customer, edge: Edge) -> None:
    customer.say("hola")
    (answer,) = customer.heard()
    assert answer["text"] == "oigo: hola"
    until(lambda: _states(edge, customer) == ["answered", "sent"], why="both are settled")


def _states(edge: Edge, customer: Customer) -> list[str]:
    rows = edge.rows(
        "SELECT m.state FROM messages m JOIN conversations c ON c.id = m.conversation_id"
        " WHERE c.address = ? ORDER BY m.seq",
        str(customer.chat),
    )
    return [state for (state,) in rows]
