"""Hashes that give away what they hide, or take two different things for one."""

import hashlib

import pytest

from bot.customers import fingerprints

pytestmark = pytest.mark.unit
SECRET = "0123456789abcdef0123456789abcdef"


def test_address_has_one_hash_however_it_is_spelled() -> None:
    spelled = ("Calle 12 # 3-45, Apto. 601", "CALLE 12 No 3-45 apto 601", "calle 12 #3 45 apto 601")
    hashes = [fingerprints.hash_address(SECRET, address) for address in spelled]
    assert hashes[0] == hashes[2]
    assert hashes[0] != fingerprints.hash_address(SECRET, "Calle 12 # 3-45, Apto. 602")


@pytest.mark.parametrize("address", ["", "  ", "Calle 1", "#"])
def test_short_address_has_no_hash(address: str) -> None:
    assert fingerprints.hash_address(SECRET, address) is None


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("8.8.8.8", "8.8.8.8", True),
        ("8.8.8.8", "8.8.4.4", False),
        ("2001:4860:4860::8888", "2001:4860:4860::1", True),  # one household
        ("2001:4860:4860::8888", "2001:4860:4860:1::1", False),
        ("::ffff:8.8.8.8", "8.8.8.8", True),
    ],
)
def test_same_network_has_the_same_hash(first: str, second: str, is_same: bool) -> None:
    assert (
        fingerprints.hash_network(SECRET, first) == fingerprints.hash_network(SECRET, second)
    ) is is_same


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "192.168.1.1", "::1", "fe80::1", ""])
def test_private_address_has_no_hash(address: str) -> None:
    assert fingerprints.hash_network(SECRET, address) is None


def test_hash_depends_on_the_secret_and_on_the_purpose() -> None:
    hashed = fingerprints.hash_network(SECRET, "8.8.8.8")
    assert hashed is not None
    assert len(hashed) == 64
    assert hashed != fingerprints.hash_network(SECRET[::-1], "8.8.8.8")
    for plain in ("8.8.8.8", "network:8.8.8.8"):
        assert hashed != hashlib.sha256(plain.encode()).hexdigest()
    # The same value for another purpose has another hash.
    assert fingerprints.hash_device(SECRET, "8.8.8.8") != hashed


def test_missing_device_has_no_hash() -> None:
    assert fingerprints.hash_device(SECRET, None) is None
    assert fingerprints.hash_device(SECRET, "") is None
