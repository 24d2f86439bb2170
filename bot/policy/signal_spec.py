"""What makes a person look at a case first, as a manager writes it: thresholds and weights."""

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import Field, model_validator

from bot.config.yaml_schema import Strict, wrong
from bot.policy.types import Amount

Days = Annotated[int, Field(ge=1, le=3650)]
NAMES: Final = (
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


class Sign(Strict):
    """One signal: how much it weighs."""

    weight: Annotated[int, Field(ge=1, le=100)] = 1


class Lasting(Sign):
    """A signal that looks back, or counts, so many days."""

    days: Days


class Repeated(Lasting):
    """A signal from so many cases, or other customers, on within so many days."""

    at_least: Annotated[int, Field(ge=1, le=1000)] = Field(alias="from")


class Signals(Strict):
    """The signals that are looked for, and what they change; one that is left out is not."""

    claims: Repeated | None = None
    same_address: Repeated | None = None
    same_phone: Repeated | None = None
    same_email: Repeated | None = None
    same_device: Repeated | None = None
    same_network: Repeated | None = None
    order_age: Lasting | None = None
    signed: Sign | None = None
    photo: Lasting | None = None
    # With any signal, what is worth more is a person's to give.
    alone_up_to: Amount | None = None
    # From this weight on, everything is.
    to_person_from: Annotated[int, Field(ge=1, le=1000)] = 2

    def sign(self, name: str) -> Sign | None:
        """What the policy says of one signal; None where it is not looked for."""
        found = getattr(self, name, None) if name in NAMES else None
        return found if isinstance(found, Sign) else None

    def weight(self, names: Iterable[str]) -> int:
        """How much these signals weigh together."""
        return sum(sign.weight for name in names if (sign := self.sign(name)))

    @property
    def longest_days(self) -> int:
        """How far back any of them looks."""
        signs = [self.sign(name) for name in NAMES]
        return max((one.days for one in signs if isinstance(one, Lasting)), default=0)

    @model_validator(mode="after")
    def _within_reach(self) -> "Signals":
        most = self.weight(NAMES)
        if most and self.to_person_from > most:
            raise wrong(
                f"{self.to_person_from} is more than all signals weigh together",
                f"1 to {most}",
                "to_person_from",
            )
        return self
