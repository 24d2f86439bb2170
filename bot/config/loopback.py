"""Addresses on this machine, which is all that internal processes and local test servers need."""

from urllib.parse import urlsplit

_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})


def is_loopback(url: str) -> bool:
    """Return True if a URL names this machine; an HTTP client then must not use a proxy.

    Raises:
        ValueError: the URL is malformed.
    """
    return urlsplit(url).hostname in _HOSTS
