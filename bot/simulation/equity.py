"""The equity report: were equal cases decided alike, by channel, language, hour and category?

A group is compared with what its cases would get on average for their categories, so that a channel
with more broken parcels does not seem favoured; categories are compared with the average of all
cases. A difference is marked if chance alone brings it in fewer than three of a thousand groups:
more than three standard errors.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import tzinfo
from math import sqrt
from statistics import fmean, pvariance
from typing import Any, Final

from sqlalchemy import Row

from bot.simulation import replay
from bot.simulation.simulation import share

STANDARD_ERRORS: Final = 3.0  # beyond these a difference is not chance
MIN_CASES: Final = 30  # smaller groups are never marked
HOURS_PER_GROUP: Final = 6


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """The data of one case that the report needs."""

    channel: str
    language: str
    hour: str  # such as "06-12 h", in the company's time zone
    category: str
    value: int | None  # of the most valuable alternative, minor units; None: a human decided


@dataclass(frozen=True, slots=True)
class Group:
    """How the cases of one group were decided, and how such cases are decided on average."""

    by: str
    name: str
    cases: int
    share_to_person: float
    expected_share_to_person: float
    average_value_minor: int
    expected_value_minor: int
    person_beyond_chance: bool
    value_beyond_chance: bool


_GROUPINGS: Final[Mapping[str, Callable[[DecidedCase], str]]] = {
    "channel": lambda case: case.channel,
    "language": lambda case: case.language,
    "hour": lambda case: case.hour,
    "category": lambda case: case.category,
}


@dataclass(slots=True)
class EquityReport:
    """The report on the decisions added so far.

    Attributes:
        unequal: pairs of references with the same facts and policy, and different decisions.
    """

    tz: tzinfo
    cases: list[DecidedCase] = field(default_factory=list)
    unequal: list[tuple[str, str]] = field(default_factory=list)
    # Digest of policy and facts -> digest of the decision, and the reference of the first case.
    _decisions: dict[bytes, tuple[bytes, str]] = field(default_factory=dict)

    def add(self, row: Row[Any]) -> None:
        """Add a decision, a row of ``case_reader.read_decisions``."""
        alternatives = [replay.from_terms(terms) for terms in row.alternatives]
        begin = row.at.astimezone(self.tz).hour // HOURS_PER_GROUP * HOURS_PER_GROUP
        self.cases.append(
            DecidedCase(
                channel=row.channel,
                language=row.language,
                hour=f"{begin:02}-{begin + HOURS_PER_GROUP:02} h",
                category=row.facts["category"],
                value=max((alternative.value for alternative in alternatives), default=None),
            )
        )
        decision = _digest(row.outcome, row.reason, row.alternatives)
        facts = _digest(row.policy_version, row.facts)
        first_decision, reference = self._decisions.setdefault(facts, (decision, row.reference))
        if first_decision != decision:
            self.unequal.append((reference, row.reference))

    def groups(self) -> list[Group]:
        """Return every group, in the order of the report."""
        by_category = _split(self.cases, "category")
        averages = {name: _Average(cases) for name, cases in by_category.items()}
        overall = dict.fromkeys(averages, _Average(self.cases)) if self.cases else {}
        return [
            _make_group(by, name, cases, overall if by == "category" else averages)
            for by in _GROUPINGS
            for name, cases in sorted(_split(self.cases, by).items())
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON values, amounts in minor units."""
        return {
            "cases": len(self.cases),
            "different_facts": len(self._decisions),
            "same_facts_other_answer": [list(pair) for pair in self.unequal],
            "groups": [asdict(group) for group in self.groups()],
        }


class _Average:
    """How cases are decided on average, and how much the value of their offers varies."""

    def __init__(self, cases: Iterable[DecidedCase]) -> None:
        values = [case.value for case in cases]
        offered = [value for value in values if value is not None]
        self.share_to_person = 1 - len(offered) / len(values)
        self.value = fmean(offered) if offered else 0.0
        self.variance = pvariance(offered) if offered else 0.0


def _make_group(
    by: str, name: str, cases: list[DecidedCase], averages: Mapping[str, _Average]
) -> Group:
    """Compare the cases of one group with the averages of their categories."""
    to_person = sum(case.value is None for case in cases)
    shares = [averages[case.category].share_to_person for case in cases]
    expected = sum(shares)
    # A case goes to a human or not: a Bernoulli trial with variance p (1 - p).
    deviation = sqrt(sum(p * (1 - p) for p in shares))
    offers = [(case.value, averages[case.category]) for case in cases if case.value is not None]
    value = sum(value for value, _ in offers)
    expected_value = sum(average.value for _, average in offers)
    value_deviation = sqrt(sum(average.variance for _, average in offers))
    return Group(
        by=by,
        name=name,
        cases=len(cases),
        share_to_person=share(to_person, len(cases)),
        expected_share_to_person=round(expected / len(cases), 4),
        average_value_minor=round(value / len(offers)) if offers else 0,
        expected_value_minor=round(expected_value / len(offers)) if offers else 0,
        person_beyond_chance=_is_beyond_chance(to_person - expected, deviation, len(cases)),
        value_beyond_chance=_is_beyond_chance(value - expected_value, value_deviation, len(offers)),
    )


def _is_beyond_chance(difference: float, deviation: float, cases: int) -> bool:
    # Without any deviation, a difference is only the rounding of floating-point sums.
    return cases >= MIN_CASES and deviation > 0 and abs(difference) > STANDARD_ERRORS * deviation


def _split(cases: Iterable[DecidedCase], by: str) -> dict[str, list[DecidedCase]]:
    groups: dict[str, list[DecidedCase]] = defaultdict(list)
    for case in cases:
        groups[_GROUPINGS[by](case)].append(case)
    return groups


def _digest(*parts: object) -> bytes:
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(canonical.encode(), digest_size=16).digest()
