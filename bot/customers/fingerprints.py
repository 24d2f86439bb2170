"""Hashes of postal addresses, browsers and networks, which only tell whether two are the same.

They are keyed with the server's secret (HMAC-SHA256, in hexadecimal), so that nobody who reads the
database can guess the value by trying.
"""

import hmac
import ipaddress

from bot.text.normalize import fold

# Shorter ones, such as "Calle 1", are the address of too many households.
SHORTEST_ADDRESS = 8
IPV6_HOUSEHOLD_PREFIX = 64  # bits; a household gets at least one /64 of its own (RFC 6177)


def hash_address(secret: str, address: str) -> str | None:
    """Return the hash of a postal address, however it is spelled; None if it is too short."""
    letters = "".join(char for char in fold(address) if char.isalnum())
    return _hash(secret, "address", letters) if len(letters) >= SHORTEST_ADDRESS else None


def hash_device(secret: str, device: str | None) -> str | None:
    """Return the hash of the random id that a browser keeps; None if there is none."""
    return _hash(secret, "device", device) if device else None


def hash_network(secret: str, address: str) -> str | None:
    """Return the hash of an IP address (of its /64 for IPv6, in brackets or not).

    None for text that is no address, and for one that is not public, such as a local proxy's.
    """
    try:
        ip = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return None
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip
    if not ip.is_global:
        return None
    if isinstance(ip, ipaddress.IPv6Address):
        network = ipaddress.ip_network((ip, IPV6_HOUSEHOLD_PREFIX), strict=False)
        return _hash(secret, "network", str(network))
    return _hash(secret, "network", str(ip))


def _hash(secret: str, purpose: str, value: str) -> str:
    return hmac.digest(secret.encode(), f"{purpose}:{value}".encode(), "sha256").hex()
