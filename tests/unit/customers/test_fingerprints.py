"""Keys that give away what they hide, or take two different things for one."""

import hashlib

import pytest

from bot.customers import fingerprints

pytestmark = pytest.mark.unit
SECRET = "0123456789abcdef0123456789abcdef"


def test_one_address_has_one_key_however_it_is_spelled() -> None:
    spelled = ("Calle 12 # 3-45, Apto. 601", "CALLE 12 No 3-45 apto 601", "calle 12 #3 45 apto 601")
    keys = [fingerprints.hash_address(SECRET, one) for one in spelled]
    assert keys[0] == keys[2]
    assert keys[0] != fingerprints.hash_address(SECRET, "Calle 12 # 3-45, Apto. 602")


@pytest.mark.parametrize("address", ["", "  ", "Calle 1", "#"])
def test_an_address_that_says_too_little_has_none(address: str) -> None:
    assert fingerprints.hash_address(SECRET, address) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("8.8.8.8", "8.8.8.8", True),
        ("8.8.8.8", "8.8.4.4", False),
        ("2001:4860:4860::8888", "2001:4860:4860::1", True),  # one household's
        ("2001:4860:4860::8888", "2001:4860:4860:1::1", False),
        ("::ffff:8.8.8.8", "8.8.8.8", True),
    ],
)
def test_a_network_is_known_again(one: str, other: str, same: bool) -> None:
    assert (
        fingerprints.hash_network(SECRET, one) == fingerprints.hash_network(SECRET, other)
    ) is same


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "192.168.1.1", "::1", "fe80::1", ""])
def test_a_proxy_or_a_neighbour_is_no_network_of_the_customers(address: str) -> None:
    assert fingerprints.hash_network(SECRET, address) is None


def test_nothing_can_be_read_from_a_key_without_the_secret() -> None:
    key = fingerprints.hash_network(SECRET, "8.8.8.8")
    assert key is not None
    assert len(key) == 64
    assert key != fingerprints.hash_network(SECRET[::-1], "8.8.8.8")
    for plain in ("8.8.8.8", "network:8.8.8.8"):
        assert key != hashlib.sha256(plain.encode()).hexdigest()
    # One kind's key tells nothing of another kind's.
    assert fingerprints.hash_device(SECRET, "8.8.8.8") != key


def test_a_browser_that_says_nothing_has_no_key() -> None:
    assert fingerprints.hash_device(SECRET, None) is None
    assert fingerprints.hash_device(SECRET, "") is None
