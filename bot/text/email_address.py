"""One rule for e-mail addresses: the form in which they are stored, compared and looked up.

Capitals and spaces do not matter. Accents do: ``josé@example.com`` and ``jose@example.com`` are two
mailboxes (RFC 6531), so only the Unicode normal form (NFC, RFC 6532 section 3.1) is made the same.
"""

import unicodedata


def normalize(text: str) -> str | None:
    """Return the address in lower case, in NFC and without spaces; None if nothing is left."""
    return unicodedata.normalize("NFC", "".join(text.split())).lower() or None


def is_same(first: str | None, second: str | None) -> bool:
    """Return True if both are given and are the same address once normalized."""
    address = normalize(first or "")
    return address is not None and address == normalize(second or "")


def is_valid(address: str) -> bool:
    """Return True for one @ with something on both sides, and no space in between."""
    local_part, _, domain = address.partition("@")
    return bool(local_part and domain) and "@" not in domain and not any(map(str.isspace, address))
