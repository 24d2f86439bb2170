"""Whether equal cases are treated alike: by channel, language, hour of the day and category.

A group is compared with what its cases would have got on average for their categories, so that a
channel with more broken parcels is not taken for a favoured one; categories are compared with all.
A difference is marked when chance alone would bring it less than three times in a thousand.
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

BEYOND_CHANCE: Final = 3.0  # standard errors
FEWEST: Final = 30  # cases of a group about which anything is said
HOURS: Final = 6  # in one group


@dataclass(frozen=True, slots=True)
class Seen:
    """What the report needs of one case."""

    channel: str
    language: str
    hour: str
    category: str
    value: int | None  # of the dearest alternative; None where a person decided


@dataclass(frozen=True, slots=True)
class Group:
    """How the cases of one group were treated, and how such cases are on average."""

    by: str
    name: str
    cases: int
    share_to_person: float
    expected_share_to_person: float
    average_value_minor: int
    expected_value_minor: int
    person_beyond_chance: bool
    value_beyond_chance: bool


_OF: Final[Mapping[str, Callable[[Seen], str]]] = {
    "channel": lambda one: one.channel,
    "language": lambda one: one.language,
    "hour": lambda one: one.hour,
    "category": lambda one: one.category,
}


@dataclass(slots=True)
class Equity:
    """The report so far."""

    tz: tzinfo
    seen: list[Seen] = field(default_factory=list)
    unequal: list[tuple[str, str]] = field(default_factory=list)
    _answers: dict[bytes, tuple[bytes, str]] = field(default_factory=dict)

    def add(self, row: Row[Any]) -> None:
        """One more decision."""
        options = [replay.option(one) for one in row.alternatives]
        begin = row.at.astimezone(self.tz).hour // HOURS * HOURS
        self.seen.append(
            Seen(
                channel=row.channel,
                language=row.language,
                hour=f"{begin:02}-{begin + HOURS:02} h",
                category=row.facts["category"],
                value=max((one.value for one in options), default=None),
            )
        )
        answer = _digest(row.outcome, row.reason, row.alternatives)
        asked = _digest(row.policy_version, row.facts)
        known, reference = self._answers.setdefault(asked, (answer, row.reference))
        if known != answer:
            self.unequal.append((reference, row.reference))

    def groups(self) -> list[Group]:
        """Every group, in the order of the report."""
        expected = {name: _Average(part) for name, part in _parted(self.seen, "category").items()}
        everything = {name: _Average(self.seen) for name in expected} if self.seen else {}
        return [
            _group(by, name, part, everything if by == "category" else expected)
            for by in _OF
            for name, part in sorted(_parted(self.seen, by).items())
        ]

    def as_dict(self) -> dict[str, Any]:
        """All of it as JSON can hold it."""
        return {
            "cases": len(self.seen),
            "different_facts": len(self._answers),
            "same_facts_other_answer": [list(pair) for pair in self.unequal],
            "groups": [asdict(group) for group in self.groups()],
        }


class _Average:
    """How some cases are treated on average, and how much that varies."""

    def __init__(self, cases: Iterable[Seen]) -> None:
        values = [one.value for one in cases]
        offered = [value for value in values if value is not None]
        self.person = 1 - len(offered) / len(values)
        self.value = fmean(offered) if offered else 0.0
        self.variance = pvariance(offered) if offered else 0.0


def _group(by: str, name: str, part: list[Seen], averages: Mapping[str, _Average]) -> Group:
    persons = sum(one.value is None for one in part)
    usual = [averages[one.category] for one in part]
    expected = sum(one.person for one in usual)
    spread = sqrt(sum(one.person * (1 - one.person) for one in usual))
    offered = [(one.value, averages[one.category]) for one in part if one.value is not None]
    value = sum(given for given, _ in offered)
    expected_value = sum(one.value for _, one in offered)
    value_spread = sqrt(sum(one.variance for _, one in offered))
    return Group(
        by=by,
        name=name,
        cases=len(part),
        share_to_person=share(persons, len(part)),
        expected_share_to_person=round(expected / len(part), 4),
        average_value_minor=round(value / len(offered)) if offered else 0,
        expected_value_minor=round(expected_value / len(offered)) if offered else 0,
        person_beyond_chance=_beyond(persons - expected, spread, len(part)),
        value_beyond_chance=_beyond(value - expected_value, value_spread, len(offered)),
    )


def _beyond(difference: float, spread: float, cases: int) -> bool:
    # Where nothing varies there is no difference either, but for the rounding of sums.
    return cases >= FEWEST and spread > 0 and abs(difference) > BEYOND_CHANCE * spread


def _parted(seen: Iterable[Seen], by: str) -> dict[str, list[Seen]]:
    parts: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        parts[_OF[by](one)].append(one)
    return parts


def _digest(*parts: object) -> bytes:
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(canonical.encode(), digest_size=16).digest()
