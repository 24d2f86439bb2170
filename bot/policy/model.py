"""The compensation policy as a manager writes it: alternatives, rules and limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from string import Formatter
from typing import Annotated, Final, get_args

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from bot.company.profile import Span
from bot.config.localized import LocalText, Words
from bot.config.yaml_schema import NotEmpty, Problem, Strict, wrong
from bot.policy.breaker_spec import BreakerSpec
from bot.policy.conditions import When
from bot.policy.limits import Limits
from bot.policy.raises import Raises
from bot.policy.ranking_spec import Weighing
from bot.policy.signal_spec import Signals
from bot.policy.types import Amount, Hands, Percent, Provider, plain
from bot.remedy_kind import KINDS, Kind

MOST_ALTERNATIVES: Final = 3  # buttons of WhatsApp
TITLE_LENGTH: Final = 20  # characters of one of them

Title = Annotated[Words, StringConstraints(max_length=TITLE_LENGTH)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=60)]
WhoDoesIt = Annotated[Hands | None, BeforeValidator(lambda word: None if word == "none" else word)]


class TitleText(LocalText):
    """A text for a button: at most 20 characters in each language."""

    es: Title
    en: Title


class AlternativeSpec(Strict):
    """One alternative as the policy has it, before an order gives it its amount."""

    kind: Kind
    value: Amount | None = None
    percent: Percent | None = None  # of the value of the order
    at_least: Amount | None = None
    at_most: Amount | None = None
    round_to: Amount | None = None
    valid_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    months: Annotated[int, Field(ge=1, le=120)] | None = None
    conditions: LocalText | None = None
    title: TitleText
    detail: LocalText  # may hold {amount}, {months} and {days}
    cost_percent: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(100)  # of the face value
    appeal: Annotated[Decimal, Field(ge=0, le=1000)] = Decimal(100)  # what customers see in it
    hands: WhoDoesIt = None
    provider: Provider = "internal"
    due: Span | None = None
    settles_right: bool = False  # gives the customer's right in another form

    @property
    def valued(self) -> bool:
        """Whether it has a value at all."""
        return self.value is not None or self.percent is not None

    @model_validator(mode="after")
    def _value_that_makes_sense(self) -> "AlternativeSpec":
        if self.value is not None and self.percent is not None:
            raise wrong("has both value and percent", "one of the two", "percent")
        if not self.valued and self._needs_value():
            raise wrong(f"a {self.kind} without an amount", "value or percent")
        for key in ("at_least", "at_most", "round_to"):
            if getattr(self, key) is not None and self.percent is None:
                raise wrong("stands without percent", "together with percent", key)
        if self.round_to is not None and not self.round_to.amount_minor:
            raise wrong("rounds to nothing", "an amount above zero, such as 1000", "round_to")
        low, high = self.at_least, self.at_most
        if low is not None and high is not None and high < low:
            raise wrong("the ceiling is below at_least", f"{plain(low)} or more", "at_most")
        pays_back = KINDS[self.kind].is_paid_back
        if pays_back and self.percent is not None and self.percent > 100:
            raise wrong("gives back more than was paid", "at most 100", "percent")
        return self

    @model_validator(mode="after")
    def _a_date_for_what_takes_time(self) -> "AlternativeSpec":
        dates = "due: {business_hours: 4} or due: {business_days: 5}"
        if self.provider == "webhook" and not self.due:
            raise wrong("the webhook must do it, and no date is promised", dates, "provider")
        if self.hands and not self.due:
            raise wrong(f"{self.hands} must do it, and no date is promised", dates)
        if self.due and not self.hands and self.provider == "internal":
            allowed = f"hands: {', '.join(get_args(Hands))}, or provider: webhook"
            raise wrong("is due from nobody", allowed, "due")
        return self

    @model_validator(mode="after")
    def _words_that_can_be_said(self) -> "AlternativeSpec":
        known = {
            "amount": self.valued and KINDS[self.kind].is_money,
            "months": self.months is not None,
            "days": self.valid_days is not None,
        }
        for language in ("es", "en"):
            for used in _placeholders(self.detail[language]):
                if not known.get(used):
                    usable = [f"{{{name}}}" for name, has in known.items() if has]
                    raise wrong(
                        f"{{{used}}} has nothing to stand for here",
                        ", ".join(usable) or "no placeholder",
                        "detail",
                    )
        return self

    def _needs_value(self) -> bool:
        """A sum of money is known, unless somebody finds out how much the customer is owed."""
        return KINDS[self.kind].is_money and not (self.hands and self.settles_right)


class EntitlementSpec(AlternativeSpec):
    """What law or contract gives; without an amount where somebody must first find it out."""

    right: str  # a key of the profile's `rights`

    def _needs_value(self) -> bool:
        return KINDS[self.kind].is_money and self.hands is None

    @model_validator(mode="after")
    def _no_more_than_the_right(self) -> "EntitlementSpec":
        if self.percent is not None and self.percent > 100:
            raise wrong("is more than the order was worth", "at most 100", "percent")
        return self


class RuleSpec(Strict):
    """One rule: in which cases, why, and what is then offered, or that a person decides."""

    id: RuleId
    when: When
    why: Words
    offer: tuple[AlternativeSpec, ...] = ()
    person: bool = False
    entitlement: EntitlementSpec | None = None

    @model_validator(mode="after")
    def _offers_or_a_person(self) -> "RuleSpec":
        count = len(self.offer) + (self.entitlement is not None)
        if self.person and count:
            raise wrong("offers something and goes to a person", "one of the two", "person")
        if not self.person and not count:
            raise wrong("offers nothing", "one to three alternatives, or person: true")
        if count > MOST_ALTERNATIVES:
            raise wrong(
                f"offers {count} alternatives", "at most three, the entitlement included", "offer"
            )
        return self


class RoleAuthority(Strict):
    """What one person of a role may give by themselves, in face value."""

    per_case: Amount
    per_day: Amount


class Authority(Strict):
    """What people may give; a role that is left out may give nothing."""

    agent: RoleAuthority | None = None
    supervisor: RoleAuthority | None = None


class PolicyFile(Strict):
    """The whole file."""

    version: Annotated[Words, BeforeValidator(str)]
    currency: str
    limits: Limits
    authority: Authority = Authority()
    breaker: BreakerSpec | None = None
    weighing: Weighing | None = None
    raises: Raises = Raises()
    signals: Signals = Signals()
    remedies: dict[str, AlternativeSpec] = Field(default_factory=dict)
    cases: Annotated[tuple[RuleSpec, ...], NotEmpty]


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy in force; `version` is the label of the file and a hash of what it says."""

    version: str
    currency: str
    country: str  # of the company: how its Spanish writes numbers
    limits: Limits
    rules: tuple[RuleSpec, ...]
    remedies: Mapping[str, AlternativeSpec]
    authority: Authority = field(default_factory=Authority)
    breaker: BreakerSpec | None = None
    weighing: Weighing | None = None  # None: alternatives come in the order in which they stand
    raises: Raises = field(default_factory=Raises)
    warnings: tuple[Problem, ...] = field(default=(), compare=False)  # allowed, yet doubtful
    signals: Signals = field(default_factory=Signals)
    # The rules of each category, in their order, so that no case goes through all of them.
    _by_category: Mapping[str, tuple[RuleSpec, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, list[RuleSpec]] = {}
        for rule in self.rules:
            for category in rule.when.category:
                found.setdefault(category, []).append(rule)
        index = {category: tuple(rules) for category, rules in found.items()}
        object.__setattr__(self, "_by_category", index)

    def rules_for(self, category: str) -> tuple[RuleSpec, ...]:
        """The rules that may hold for such a case, the first one first."""
        return self._by_category.get(category, ())


def _placeholders(text: str) -> list[str]:
    try:
        # A format or a conversion stays with the name, which makes it an unknown one.
        return [
            name + (f":{form}" if form else "") + (f"!{conversion}" if conversion else "")
            for _, name, form, conversion in Formatter().parse(text)
            if name is not None
        ]
    except ValueError:
        allowed = "{amount}, {months} or {days}"
        raise wrong("a brace without its partner", allowed, "detail") from None
