"""The codes of vouchers and other remedies that customers redeem."""

import secrets
from typing import Final

# Easy to read out on a phone: no O and 0, no I, 1 and L. Twelve of them have almost sixty bits of
# entropy, too many to guess.
LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
GROUPS: Final = 3
GROUP_LENGTH: Final = 4


def generate() -> str:
    """Return a new code, such as "7KQM-9XRT-2BFD"."""
    return format_code("".join(secrets.choice(LETTERS) for _ in range(GROUPS * GROUP_LENGTH)))


def format_code(letters: str) -> str:
    """Return the letters of a code in groups, separated by hyphens."""
    return "-".join(
        letters[start : start + GROUP_LENGTH] for start in range(0, len(letters), GROUP_LENGTH)
    )
