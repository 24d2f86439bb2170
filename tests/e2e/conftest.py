"""The whole product: one that most tests share, and others for tests that break theirs.

The tests of the shared product run in one process, all others in a second one beside it: they
mostly wait for what they killed.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bot.rasa.environment import newest_model
from tests.e2e.chat import Customer
from tests.e2e.product import REGALO, ROOT, Product
from tests.e2e.shop import chromium
from tests.fakes.telegram import FakeTelegram
from tests.fakes.whatsapp import FakeWhatsApp

NewCustomer = Callable[..., Customer]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        # The first one waits for the training, too.
        if item.get_closest_marker("e2e") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(600))
        if item.get_closest_marker("e2e") and not sys.platform.startswith("linux"):
            item.add_marker(pytest.mark.skip(reason="the tests look for processes in /proc"))


@pytest.fixture(scope="session")
def model() -> Path:
    """The assistant's model, trained if need be; E2E_MODEL=newest takes an older one as it is."""
    if os.environ.get("E2E_MODEL") != "newest":
        subprocess.run([REGALO, "train"], cwd=ROOT, check=True)
    model = newest_model()
    assert model is not None
    return model


@pytest.fixture(scope="session")
def product(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A running product; each test brings its own customer and its own order."""
    product = Product(tmp_path_factory.mktemp("product"))
    product.start()
    yield product
    assert product.stop() == []


@pytest.fixture(scope="session")
def telegram() -> Iterator[FakeTelegram]:
    server = FakeTelegram()
    yield server
    server.close()


@pytest.fixture(scope="session")
def whatsapp() -> Iterator[FakeWhatsApp]:
    server = FakeWhatsApp()
    yield server
    server.close()


@pytest.fixture(scope="session")
def breakable_product(
    model: Path,
    tmp_path_factory: pytest.TempPathFactory,
    telegram: FakeTelegram,
    whatsapp: FakeWhatsApp,
) -> Iterator[Product]:
    """A running product with both channels, whose processes a test may stop and kill."""
    folder = tmp_path_factory.mktemp("breakable")
    product = Product(folder, **telegram.settings, **whatsapp.settings)
    whatsapp.webhook = f"{product.url}/channels/whatsapp"
    product.start()
    yield product
    assert product.stop() == []


@pytest.fixture
def own_product(model: Path, tmp_path: Path) -> Iterator[Product]:
    """A product for one test, not yet started."""
    product = Product(tmp_path)
    yield product
    assert product.stop() == []


@pytest.fixture
def new_customer() -> Iterator[NewCustomer]:
    """Return a function that connects a customer to the web chat until the end of the test."""
    customers: list[Customer] = []

    def new(product: Product, language: str = "es") -> Customer:
        customers.append(Customer(product.url, language).__enter__())
        return customers[-1]

    yield new
    for customer in customers:
        customer.__exit__()


# For a module, not for all: while it is open, its event loop is this thread's, and asyncio tests
# could not have one of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    with chromium() as browser:
        yield browser
