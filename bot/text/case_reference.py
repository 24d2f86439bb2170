"""The case's reference: short enough to be read out on a phone, with a digit that catches slips.

"Q-4827-3916": Q for *queja*, eight digits in two groups, the last of them a Luhn check digit
(ISO/IEC 7812-1, annex B), so that a mistyped or swapped digit does not open
another customer's case.
"""

import re
import secrets

REFERENCE = re.compile(r"\bq[- ]?\d{4}[- ]?\d{4}\b", re.IGNORECASE)


def new_reference() -> str:
    """Return a random reference. The database's unique column prevents a second use."""
    body = f"{secrets.randbelow(10**7):07d}"
    number = body + _check_digit(body)
    return f"Q-{number[:4]}-{number[4:]}"


def parse_reference(text: str) -> str | None:
    """Return the reference as "Q-4827-3916", however it was typed; None if it is not one."""
    number = re.sub(r"\D", "", text)
    if len(number) != 8 or _check_digit(number[:-1]) != number[-1]:
        return None
    return f"Q-{number[:4]}-{number[4:]}"


def _check_digit(body: str) -> str:
    doubled = (
        sum(divmod(int(digit) * 2, 10)) if place % 2 == 0 else int(digit)
        for place, digit in enumerate(reversed(body))
    )
    return str(-sum(doubled) % 10)
