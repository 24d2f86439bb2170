"""Rate limits: how much one visitor, agent or address may do; more has to wait, nothing is lost.

Counted in this process, in a moving window.
"""

from typing import Final

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

MESSAGES: Final = parse("30/10 seconds")  # a visitor's messages
PHOTOS: Final = parse("20/10 minutes")  # a visitor's or an agent's photos
SESSIONS: Final = parse("600/minute")  # connections from one address
TYPING: Final = parse("1/2 seconds")  # signs that a visitor types
AGENT_MESSAGES: Final = parse("60/minute")
SIGN_INS: Final = parse("20/5 minutes")  # tries from one address
VOUCHER_CALLS: Final = parse("600/minute")  # of the company's own systems
WRONG_CODES: Final = parse("20/minute")  # wrong voucher codes or keys, from one address or agent


class RateLimits:
    """The counters of one process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def allow(self, rate: RateLimitItem, *key: str) -> bool:
        """Count one more against a rate. Return False when it is too many."""
        return self._limiter.hit(rate, *key)

    def is_free(self, rate: RateLimitItem, *key: str) -> bool:
        """Return True if one more would be allowed; counts nothing."""
        return self._limiter.test(rate, *key)
