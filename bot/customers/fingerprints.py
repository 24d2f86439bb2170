"""Keys of addresses, browsers and networks: they tell whether two are the same, and nothing else.

Made with the server's secret, so that nobody who reads the database can try out what they hide.
"""

import hmac
import ipaddress

from bot.text.normalize import fold

# "Calle 1" is the address of too many.
SHORTEST_ADDRESS = 8
IPV6_HOUSEHOLD = 64  # a household has so many bits of its own


def of_address(secret: str, address: str) -> str | None:
    """The key of a postal address, however it is spelled; None where it says too little."""
    letters = "".join(char for char in fold(address) if char.isalnum())
    return _key(secret, "address", letters) if len(letters) >= SHORTEST_ADDRESS else None


def of_device(secret: str, device: str | None) -> str | None:
    """The key of the number that a browser drew for itself."""
    return _key(secret, "device", device) if device else None


def of_network(secret: str, address: str) -> str | None:
    """The key of an IP address; None for one that is not the customer's, such as a near proxy's."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    if not found.is_global:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        network = ipaddress.ip_network((found, IPV6_HOUSEHOLD), strict=False)
        return _key(secret, "network", str(network))
    return _key(secret, "network", str(found))


def _key(secret: str, what: str, value: str) -> str:
    return hmac.digest(secret.encode(), f"{what}:{value}".encode(), "sha256").hex()
