"""The compensation policy: the models of its file, and the policy that decisions are made by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from string import Formatter
from typing import Annotated, Final, get_args

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from bot.company.profile_types import BusinessTime
from bot.config.localized import LocalText, NonEmptyText
from bot.config.yaml_schema import NotEmpty, Problem, StrictModel, schema_error
from bot.policy.breaker_spec import BreakerSpec
from bot.policy.conditions import Conditions
from bot.policy.limits import Limits
from bot.policy.raises import Raises
from bot.policy.ranking_spec import RankingSpec
from bot.policy.signal_spec import SignalsSpec
from bot.policy.types import Amount, Percent, Provider, Team, format_plain
from bot.remedy_kind import KINDS, Kind

# A WhatsApp message has three buttons of twenty characters.
MAX_ALTERNATIVES: Final = 3
MAX_TITLE_LENGTH: Final = 20

Title = Annotated[NonEmptyText, StringConstraints(max_length=MAX_TITLE_LENGTH)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=60)]
OptionalTeam = Annotated[
    Team | None, BeforeValidator(lambda value: None if value == "none" else value)
]


class TitleText(LocalText):
    """A text for a button: at most 20 characters in each language."""

    es: Title
    en: Title


class AlternativeSpec(StrictModel):
    """One alternative of the policy file, before it has its amount for an order."""

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
    appeal: Annotated[Decimal, Field(ge=0, le=1000)] = Decimal(
        100
    )  # of the face value, as customers see it
    hands: OptionalTeam = None  # the team that does it
    provider: Provider = "internal"
    due: BusinessTime | None = None
    settles_right: bool = False  # gives the entitlement beside it in another form

    @property
    def has_value(self) -> bool:
        """True if the file says what it is worth."""
        return self.value is not None or self.percent is not None

    @model_validator(mode="after")
    def _check_value(self) -> "AlternativeSpec":
        if self.value is not None and self.percent is not None:
            raise schema_error("has both value and percent", "one of the two", "percent")
        if not self.has_value and self._needs_value():
            raise schema_error(f"a {self.kind} without an amount", "value or percent")
        for key in ("at_least", "at_most", "round_to"):
            if getattr(self, key) is not None and self.percent is None:
                raise schema_error("needs percent", "together with percent", key)
        if self.round_to is not None and not self.round_to.amount_minor:
            raise schema_error(
                "rounds to nothing", "an amount above zero, such as 1000", "round_to"
            )
        low, high = self.at_least, self.at_most
        if low is not None and high is not None and high < low:
            raise schema_error(
                "the maximum is below at_least", f"{format_plain(low)} or more", "at_most"
            )
        pays_back = KINDS[self.kind].is_paid_back
        if pays_back and self.percent is not None and self.percent > 100:
            raise schema_error("gives back more than was paid", "at most 100", "percent")
        return self

    @model_validator(mode="after")
    def _check_due(self) -> "AlternativeSpec":
        dates = "due: {business_hours: 4} or due: {business_days: 5}"
        if self.provider == "webhook" and not self.due:
            raise schema_error("the webhook must do it, and no date is promised", dates, "provider")
        if self.hands and not self.due:
            raise schema_error(f"{self.hands} must do it, and no date is promised", dates)
        if self.due and not self.hands and self.provider == "internal":
            allowed = f"hands: {', '.join(get_args(Team))}, or provider: webhook"
            raise schema_error("has a date, and nothing carries it out", allowed, "due")
        return self

    @model_validator(mode="after")
    def _check_placeholders(self) -> "AlternativeSpec":
        known = {
            "amount": self.has_value and KINDS[self.kind].is_money,
            "months": self.months is not None,
            "days": self.valid_days is not None,
        }
        for language in ("es", "en"):
            for used in _find_placeholders(self.detail[language]):
                if not known.get(used):
                    usable = [f"{{{name}}}" for name, has in known.items() if has]
                    raise schema_error(
                        f"{{{used}}} has no value here",
                        ", ".join(usable) or "no placeholder",
                        "detail",
                    )
        return self

    def _needs_value(self) -> bool:
        """Return True unless the value may be missing: a team may find out how much is owed."""
        return KINDS[self.kind].is_money and not (self.hands and self.settles_right)


class EntitlementSpec(AlternativeSpec):
    """What law or contract gives; it has no amount where a team must first find it out."""

    right: str  # a key of the profile's `rights`

    def _needs_value(self) -> bool:
        return KINDS[self.kind].is_money and self.hands is None

    @model_validator(mode="after")
    def _check_percent(self) -> "EntitlementSpec":
        if self.percent is not None and self.percent > 100:
            raise schema_error("is more than the order was worth", "at most 100", "percent")
        return self


class RuleSpec(StrictModel):
    """One rule: when it applies, why, and what it offers, or that a human decides."""

    id: RuleId
    when: Conditions
    why: NonEmptyText
    offer: tuple[AlternativeSpec, ...] = ()
    person: bool = False
    entitlement: EntitlementSpec | None = None

    @model_validator(mode="after")
    def _check_offer(self) -> "RuleSpec":
        count = len(self.offer) + (self.entitlement is not None)
        if self.person and count:
            raise schema_error("offers something and goes to a person", "one of the two", "person")
        if not self.person and not count:
            raise schema_error("offers nothing", "one to three alternatives, or person: true")
        if count > MAX_ALTERNATIVES:
            raise schema_error(
                f"offers {count} alternatives", "at most three, the entitlement included", "offer"
            )
        return self


class RoleAuthority(StrictModel):
    """The most that one agent of a role may give without approval, in face value."""

    per_case: Amount
    per_day: Amount


class AuthoritySpec(StrictModel):
    """The authority of each role; a role that is left out may give nothing."""

    agent: RoleAuthority | None = None
    supervisor: RoleAuthority | None = None


class PolicyFile(StrictModel):
    """The whole policy file."""

    version: Annotated[NonEmptyText, BeforeValidator(str)]
    currency: str
    limits: Limits
    authority: AuthoritySpec = AuthoritySpec()
    breaker: BreakerSpec | None = None
    weighing: RankingSpec | None = None
    raises: Raises = Raises()
    signals: SignalsSpec = SignalsSpec()
    remedies: dict[str, AlternativeSpec] = Field(default_factory=dict)
    cases: Annotated[tuple[RuleSpec, ...], NotEmpty]


@dataclass(frozen=True, slots=True)
class Policy:
    """A checked policy, as decisions are made by it.

    Attributes:
        version: the file's label, "+", and a hash of the content, without comments.
        country: the company's ISO 3166 country, which decides how Spanish writes numbers.
        warnings: what is allowed and should still be looked at, see ``bot/policy/rights_check.py``.
    """

    version: str
    currency: str
    country: str
    limits: Limits
    rules: tuple[RuleSpec, ...]
    remedies: Mapping[str, AlternativeSpec]
    authority: AuthoritySpec = field(default_factory=AuthoritySpec)
    breaker: BreakerSpec | None = None
    weighing: RankingSpec | None = None  # None: alternatives keep the order of the file
    raises: Raises = field(default_factory=Raises)
    warnings: tuple[Problem, ...] = field(default=(), compare=False)
    signals: SignalsSpec = field(default_factory=SignalsSpec)
    # The rules of each category, in the order of the file, so that no case scans all rules.
    _by_category: Mapping[str, tuple[RuleSpec, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_category: dict[str, list[RuleSpec]] = {}
        for rule in self.rules:
            for category in rule.when.category:
                by_category.setdefault(category, []).append(rule)
        index = {category: tuple(rules) for category, rules in by_category.items()}
        object.__setattr__(self, "_by_category", index)

    def rules_for(self, category: str) -> tuple[RuleSpec, ...]:
        """Return the rules that may apply to a case of the category, in the order of the file."""
        return self._by_category.get(category, ())


def _find_placeholders(text: str) -> list[str]:
    try:
        # A name with a format or a conversion is kept whole, so that it is refused as unknown.
        return [
            name + (f":{form}" if form else "") + (f"!{conversion}" if conversion else "")
            for _, name, form, conversion in Formatter().parse(text)
            if name is not None
        ]
    except ValueError:
        allowed = "{amount}, {months} or {days}"
        raise schema_error("a brace without its partner", allowed, "detail") from None
