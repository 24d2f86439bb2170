"""Loopback addresses: a wrong answer would send internal calls through a proxy."""

import pytest

from bot.config.loopback import is_loopback

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9000/a", "http://localhost", "https://[::1]:1/", "ws://LOCALHOST:80"]
)
def test_address_of_this_machine_is_loopback(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url", ["https://erp.example/127.0.0.1", "http://127.0.0.1.example", "", "localhost"]
)
def test_other_address_is_not_loopback(url: str) -> None:
    assert not is_loopback(url)
