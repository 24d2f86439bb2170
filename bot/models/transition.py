"""A change of state as data: from which states it may come, and to which it leads."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

State = TypeVar("State", bound=StrEnum)


class IllegalTransition(ValueError):
    """A row was to change its state in a way that is not foreseen."""


@dataclass(frozen=True, slots=True)
class Transition(Generic[State]):
    """A change to ``target``, allowed from ``sources`` alone."""

    sources: AbstractSet[State]
    target: State

    def after(self, state: State) -> State:
        """Return the state that follows ``state``, for a row that is locked.

        Raises:
            IllegalTransition: the change is not allowed from there.
        """
        if state not in self.sources:
            raise IllegalTransition(f"from {state} to {self.target}")
        return self.target

    def is_allowed(self, column: InstrumentedAttribute[State]) -> ColumnElement[bool]:
        """Return the condition of a compare-and-set: the row is in one of the sources."""
        first, *others = sorted(self.sources)
        return column.in_([first, *others]) if others else column == first
