"""By how much goodwill is raised in a severe case, and where the customer had earlier cases.

percent = high_severity + each_failure x earlier cases (at most most_failures of them)
"""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from bot.category import Severity
from bot.config.yaml_schema import StrictModel
from bot.money import Money, percent_of

RaisePercent = Annotated[Decimal, Field(ge=0, le=1000)]


class Raises(StrictModel):
    """By how many percent goodwill is raised; the limits still apply."""

    high_severity: RaisePercent = Decimal(0)
    each_failure: RaisePercent = Decimal(0)
    most_failures: Annotated[int, Field(ge=1, le=100)] = 2
    # An earlier case of the same customer counts as a failure for this long.
    within_days: Annotated[int, Field(ge=1, le=3650)] = 365


def full_percent(raises: Raises, severity: Severity, failures: int) -> Decimal:
    """Return the raise of a case with that severity and so many earlier cases."""
    for_severity = raises.high_severity if severity == "high" else Decimal(0)
    return for_severity + raises.each_failure * min(failures, raises.most_failures)


def candidate_percents(raises: Raises, severity: Severity, failures: int) -> list[Decimal]:
    """Return the raise of the case and those of all lesser cases, the largest first.

    Where the limits do not allow the full raise, the next one is tried, so that nobody with a more
    severe case or more failures gets less than another customer would.
    """
    counted = min(failures, raises.most_failures)
    severities: tuple[Severity, ...] = ("medium", severity)
    percents = {full_percent(raises, each, n) for each in severities for n in range(counted + 1)}
    return sorted(percents - {Decimal(0)}, reverse=True)


def apply(value: Money, percent: Decimal) -> Money:
    """Return the value raised by ``percent``."""
    return value + percent_of(value, percent)
