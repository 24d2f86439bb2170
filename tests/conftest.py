"""How the tests are divided between two processes, and how a random one can be repeated."""

import os
import random

import hypothesis
import pytest

from tests.memory_folder import memory_folder

# Time says nothing on a machine that does other work; the blob repeats the example that failed.
hypothesis.settings.register_profile("regalo", deadline=None, print_blob=True)
hypothesis.settings.load_profile("regalo")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, help="repeat a random test with the seed that it printed")


def pytest_configure() -> None:
    # Where pytest makes its temporary folders, unless --basetemp says otherwise.
    if folder := memory_folder():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


@pytest.hookimpl(tryfirst=True)  # before xdist, which looks at the markers in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    """Return the name of the tests that run in the same process as this one, one after the other.

    A file's tests stay together, as does what they share. All races go to one process: each takes
    four more, and two of them at once would be slower than one after the other. The end-to-end
    tests that share a product go to one process, those that break theirs to the other.
    """
    fixtures = getattr(item, "fixturenames", ())
    if item.path.parent.name == "e2e":
        return "shared product" if "product" in fixtures else "broken products"
    return "races" if "racers" in fixtures else item.path.stem


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of a random test, which is shown when the test fails."""
    given: int | None = request.config.getoption("--seed")
    seed = random.SystemRandom().randrange(10**6) if given is None else given
    print(f"random seed: {seed} (repeat with --seed {seed})")
    return seed
