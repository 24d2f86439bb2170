"""The part of the policy file about risk signals: their thresholds, weights and consequences."""

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import Field, model_validator

from bot.config.yaml_schema import StrictModel, schema_error
from bot.policy.types import Amount

Days = Annotated[int, Field(ge=1, le=3650)]
SIGNAL_NAMES: Final = (
    "claims",
    "same_address",
    "same_phone",
    "same_email",
    "same_device",
    "same_network",
    "order_age",
    "signed",
    "photo",
)


class SignalSpec(StrictModel):
    """One signal and how much it weighs."""

    weight: Annotated[int, Field(ge=1, le=100)] = 1


class PeriodSignalSpec(SignalSpec):
    """A signal that depends on a period of days."""

    days: Days


class CountSignalSpec(PeriodSignalSpec):
    """A signal raised by so many cases, or so many other customers, within the period."""

    at_least: Annotated[int, Field(ge=1, le=1000)] = Field(alias="from")


class SignalsSpec(StrictModel):
    """The signals that are checked, and what they change; one that is left out is not checked."""

    claims: CountSignalSpec | None = None
    same_address: CountSignalSpec | None = None
    same_phone: CountSignalSpec | None = None
    same_email: CountSignalSpec | None = None
    same_device: CountSignalSpec | None = None
    same_network: CountSignalSpec | None = None
    order_age: PeriodSignalSpec | None = None
    signed: SignalSpec | None = None
    photo: PeriodSignalSpec | None = None
    # With any signal raised, the assistant offers nothing of a greater face value by itself.
    alone_up_to: Amount | None = None
    # Signals that together weigh this much send the case to a human, whatever its value.
    to_person_from: Annotated[int, Field(ge=1, le=1000)] = 2

    def find(self, name: str) -> SignalSpec | None:
        """Return the spec of one signal; None where it is not checked."""
        spec = getattr(self, name, None) if name in SIGNAL_NAMES else None
        return spec if isinstance(spec, SignalSpec) else None

    def total_weight(self, names: Iterable[str]) -> int:
        """Return the sum of the weights of these signals."""
        return sum(spec.weight for name in names if (spec := self.find(name)))

    @property
    def longest_days(self) -> int:
        """The longest period of any signal, in days; 0 if none has one."""
        specs = [self.find(name) for name in SIGNAL_NAMES]
        return max((spec.days for spec in specs if isinstance(spec, PeriodSignalSpec)), default=0)

    @model_validator(mode="after")
    def _check_reachable(self) -> "SignalsSpec":
        maximum = self.total_weight(SIGNAL_NAMES)
        if maximum and self.to_person_from > maximum:
            raise schema_error(
                f"{self.to_person_from} is more than all signals weigh together",
                f"1 to {maximum}",
                "to_person_from",
            )
        return self
