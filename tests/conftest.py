"""How the tests are divided between two processes, and how a random one can be repeated."""

import os
import random
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.memory_folder import memory_folder

# Files whose tests use the fixture `racers`, and those that do not use the fixture `product`.
RACES = {"test_concurrent_acceptance.py", "test_assignment.py", "test_agent_offers.py"}
BREAKING = {"test_channels.py", "test_engine_down.py", "test_kill.py", "test_postgresql.py"}
# Minutes each: begun last, one process would wait for the other.
LONGEST = {"test_killed.py", "test_random_histories.py", "test_webhook_fuzz.py", *RACES}

# Time says nothing on a machine that does other work; the blob repeats the example that failed.
hypothesis.settings.register_profile("regalo", deadline=None, print_blob=True)
hypothesis.settings.load_profile("regalo")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, help="repeat a random test with the seed that it printed")


def pytest_configure() -> None:
    # Where pytest makes its temporary folders, unless --basetemp says otherwise.
    if folder := memory_folder():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Gives each group of tests to one process, which runs it in order."""

    def _split_scope(self, nodeid: str) -> str:
        """Return the group of a test.

        A file's tests stay together, as does what they share. All races go to one process: each
        takes four more, and two races at once would be slower than one after the other. The
        end-to-end tests of the shared product go to one process, those that break theirs to the
        other.
        """
        file = nodeid.partition("::")[0]
        name = file.rpartition("/")[2]
        if "/e2e/" in file:
            return "products that tests break" if name in BREAKING else "shared product"
        return "races" if name in RACES else file


# xdist's own groups (--dist loadgroup) have no effect with pytest 9.2: it cannot change node ids.
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    return GroupScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        assert "racers" not in fixtures or item.path.name in RACES, (
            f"{item.path} is missing in RACES"
        )
        if item.path.parent.name == "e2e":
            assert ("product" in fixtures) == (item.path.name not in BREAKING), item.nodeid
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of a random test, which is shown when the test fails."""
    given: int | None = request.config.getoption("--seed")
    seed = random.SystemRandom().randrange(10**6) if given is None else given
    print(f"random seed: {seed} (repeat with --seed {seed})")
    return seed
