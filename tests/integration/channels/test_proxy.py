"""Behind a proxy every visitor would share its address, and with it one rate limit."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.conftest import settings_for
from tests.integration.console_client import ConsoleClient
from tests.integration.edge_process import EdgeProcess, FakeEngineServer

TOKEN = "a-token-for-operations-of-40-characters-"
TRIES = 20  # rate_limits.SIGN_INS


@pytest.fixture(scope="module")
def engine() -> Iterator[FakeEngineServer]:
    engine = FakeEngineServer()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def edge(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, engine: FakeEngineServer
) -> Iterator[EdgeProcess]:
    """An edge that trusts one proxy, on SQLite: nothing here differs between the databases."""
    folder = tmp_path_factory.mktemp("proxied")
    file = folder / "regalo.db"
    file.write_bytes(sqlite_template.read_bytes())
    settings = settings_for(f"sqlite:///{file}", folder)
    edge = EdgeProcess(settings, engine, PROXIES_COUNT="1", OPERATIONS_TOKEN=TOKEN)
    yield edge
    edge.stop()


@pytest.fixture
async def console(edge: EdgeProcess) -> AsyncIterator[ConsoleClient]:
    console = ConsoleClient(edge)
    yield console
    await console.http.aclose()


async def test_wrong_sign_ins_of_one_address_do_not_lock_another_out(
    console: ConsoleClient,
) -> None:
    for _ in range(TRIES):
        answer = await console.try_to_sign_in(
            "nobody@example.com", "wrong", **{"X-Forwarded-For": "203.0.113.7"}
        )
        assert answer.status_code == 401
    locked = {"X-Forwarded-For": "203.0.113.7"}
    assert (await console.try_to_sign_in("x@example.com", "wrong", **locked)).status_code == 429
    free = {"X-Forwarded-For": "203.0.113.8"}
    assert (await console.try_to_sign_in("x@example.com", "wrong", **free)).status_code == 401


async def test_an_address_that_the_client_adds_itself_is_not_believed(
    console: ConsoleClient,
) -> None:
    statuses = []
    for number in range(TRIES + 1):
        # The proxy appends the address that it saw.
        chain = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9"}
        answer = await console.try_to_sign_in("nobody@example.com", "wrong", **chain)
        statuses.append(answer.status_code)
    assert statuses == [401] * TRIES + [429]


def test_operations_addresses_want_their_token_where_one_is_set(edge: EdgeProcess) -> None:
    with httpx.Client(base_url=edge.url, trust_env=False) as http:
        for path in ("/readyz", "/metrics"):
            assert http.get(path).status_code == 401
            wrong = {"Authorization": f"Bearer {TOKEN[:-1]}"}
            assert http.get(path, headers=wrong).status_code == 401
            right = {"Authorization": f"Bearer {TOKEN}"}
            assert http.get(path, headers=right).status_code == 200
        assert http.get("/healthz").status_code == 200
