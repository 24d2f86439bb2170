"""Wait for a condition in another thread or process that gives no event to wait for."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(
    condition: Callable[[], T], timeout: float = 15.0, message: str = "", every: float = 0.03
) -> T:
    """Call ``condition`` until its result is true, and return that result.

    Args:
        timeout: seconds.
        message: what is waited for, for the error.
        every: seconds between two calls.

    Raises:
        AssertionError: the condition did not become true in time.
    """
    deadline = time.monotonic() + timeout
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{message or condition}: not within {timeout:.0f} s")
        time.sleep(every)
    return result
