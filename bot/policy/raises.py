"""How much more goodwill a grave case deserves, and one that is not the customer's first.

raised by = high_severity + each_failure x earlier failures (at most most_failures)
"""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from bot.category import Severity
from bot.config.yaml_schema import Strict
from bot.money import Money, percent_of

Share = Annotated[Decimal, Field(ge=0, le=1000)]


class Raises(Strict):
    """By how many percent goodwill grows; the limits hold all the same."""

    high_severity: Share = Decimal(0)
    each_failure: Share = Decimal(0)
    most_failures: Annotated[int, Field(ge=1, le=100)] = 2
    # How far back a case of the same person is an earlier failure.
    within_days: Annotated[int, Field(ge=1, le=3650)] = 365


def percent(raises: Raises, severity: Severity, failures: int) -> Decimal:
    """By how much the goodwill of such a case is raised."""
    grave = raises.high_severity if severity == "high" else Decimal(0)
    return grave + raises.each_failure * min(failures, raises.most_failures)


def in_part(raises: Raises, severity: Severity, failures: int) -> list[Decimal]:
    """The raise that such a case deserves, and those of lesser cases, the greatest first.

    Where a limit is passed by the whole, a part is given: nobody whose case is graver, or who was
    failed more often, gets less than somebody else would.
    """
    times = min(failures, raises.most_failures)
    lesser: tuple[Severity, ...] = ("medium", severity)
    parts = {percent(raises, how, often) for how in lesser for often in range(times + 1)}
    return sorted(parts - {Decimal(0)}, reverse=True)


def raised(value: Money, by: Decimal) -> Money:
    """The value with so many percent more."""
    return value + percent_of(value, by)
