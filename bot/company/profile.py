"""The profile of the company, from profile.yml: its name, hours, promises, tiers and rights."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, get_args
from zoneinfo import ZoneInfo

import holidays
from pydantic import Field, model_validator

from bot import clock
from bot.company.business_hours import Calendar, CalendarError, Window
from bot.company.legal_rights import Law, load_law
from bot.company.profile_types import BusinessTime, Country, Currency, OpeningHours, TimeZone
from bot.config.localized import Language, LocalText
from bot.config.yaml_schema import (
    FileError,
    NotEmpty,
    StrictModel,
    read_yaml,
    schema_error,
    validate,
)
from bot.money import Money

PROFILE: Final = "profile.yml"

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS: Final = get_args(Weekday)


class CompanyError(FileError):
    """profile.yml cannot be used. The text has a line for each problem."""


class Holidays(StrictModel):
    """Closed days: public holidays (by the library ``holidays``) and others."""

    country: Country
    subdivision: str | None = None
    also: tuple[date, ...] = ()  # further closed days
    open_on: tuple[date, ...] = ()  # public holidays on which it is open

    @model_validator(mode="after")
    def _known(self) -> "Holidays":
        try:
            holidays.country_holidays(self.country, subdiv=self.subdivision)
        except NotImplementedError:
            known = holidays.list_supported_countries().get(self.country)
            if known is None:
                raise schema_error(
                    f"the holidays of {self.country} are not known", "another country", "country"
                ) from None
            raise schema_error(
                f"{self.country} has no part {self.subdivision}",
                ", ".join(known) or "no subdivision",
                "subdivision",
            ) from None
        return self

    def days(self) -> "holidays.HolidayBase":
        """Return the closed days of all years."""
        return _closed_days(self)


class OrderNumber(StrictModel):
    """The form of an order number, and the sentence that tells customers where to find it."""

    example: str
    pattern: str
    where: LocalText

    @model_validator(mode="after")
    def _fitting(self) -> "OrderNumber":
        try:
            fits = re.fullmatch(self.pattern, self.example)
        except re.error as error:
            raise schema_error(f"no pattern: {error}", "a regular expression", "pattern") from None
        if not fits:
            raise schema_error(
                f"{self.example} is not what the pattern says", "an order number", "example"
            )
        return self

    def fits(self, number: str) -> bool:
        """Return True if the whole text is an order number."""
        return re.fullmatch(self.pattern, number.strip(), re.IGNORECASE) is not None


class PromiseTimes(StrictModel):
    """How long what the company promises may take, in open hours or business days."""

    person_answer: BusinessTime  # a human answers in the chat
    status_update: BusinessTime  # the customer gets an update, even without news


class WhatsAppTemplate(StrictModel):
    """A message template approved by Meta, for customers whose last message is over a day old.

    Its body has the parameters in this order: the case's reference, the text. Without ``text`` the
    template only asks for an answer, and the text follows after it.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,512}$")]
    languages: LocalText  # the code under which each language was approved, such as es_CO
    parameters: Annotated[tuple[Literal["reference", "text"], ...], NotEmpty]


class AssignmentRules(StrictModel):
    """How cases are assigned to agents."""

    # by_hand: agents take cases themselves; automatic: a case goes to the agent with the fewest.
    assignment: Literal["by_hand", "automatic"] = "by_hand"
    # If nobody has taken a case by then, the customer is told.
    claim_within: BusinessTime = Window(business_hours=0.25)
    # What a customer buys in a year, in major units, from which on strong anger brings a human.
    at_stake: Annotated[int, Field(ge=0)] | None = None


class Company(StrictModel):
    """The profile of the company; see ``load_company``."""

    name: str
    country: Country
    currency: Currency
    time_zone: TimeZone
    languages: Annotated[tuple[Language, ...], NotEmpty]
    opening_hours: dict[Weekday, tuple[OpeningHours, ...]]
    business_days: Annotated[tuple[Weekday, ...], NotEmpty]
    holidays: Holidays
    order_number: OrderNumber
    promises: PromiseTimes
    people: AssignmentRules = AssignmentRules()
    # The least that a customer of a tier buys in a year, in major units.
    tiers: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=lambda: {"standard": 0})
    # Reaches WhatsApp customers a day after their last message; nothing else does.
    whatsapp_update: WhatsAppTemplate | None = None
    # Rights by contract, or by law in the company's own words, by the key that the policy uses.
    rights: dict[str, LocalText] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_hours(self) -> "Company":
        try:
            _ = self.calendar
        except CalendarError as error:
            raise schema_error("hours that make no week", str(error), "opening_hours") from None
        return self

    @model_validator(mode="after")
    def _check_tiers(self) -> "Company":
        if 0 not in self.tiers.values():
            raise schema_error(
                "no tier begins at 0", "a tier for everybody, such as standard: 0", "tiers"
            )
        return self

    def choose_language(self, wanted: str) -> Language:
        """Return the company's language for ``wanted`` (a BCP 47 tag); else its first."""
        for language in self.languages:
            if wanted.lower().startswith(language):
                return language
        return self.languages[0]

    def tier(self, total_last_year: Money) -> str:
        """Return the highest tier of a customer who buys this much in a year."""
        reached = {
            name: least for name, least in self.tiers.items() if total_last_year.major >= least
        }
        return max(reached, key=lambda name: reached[name])

    @cached_property
    def law(self) -> Law | None:
        """The consumer law of the company's country; None if data/rights lacks it."""
        return load_law(self.country)

    @cached_property
    def right_texts(self) -> Mapping[str, LocalText]:
        """The sentence for each right that the policy may name, by law or by the company."""
        law = self.law.rights if self.law else {}
        return {key: right.text for key, right in law.items()} | self.rights

    @property
    def tz(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.time_zone)

    def local_date(self, moment: datetime) -> date:
        """Return the date that an aware moment has where the company is."""
        return moment.astimezone(self.tz).date()

    def today(self) -> date:
        """Return the present date where the company is."""
        return self.local_date(clock.now())

    def start_of_today(self) -> datetime:
        """Return the moment when the present day began where the company is."""
        return datetime.combine(self.today(), time.min, self.tz)

    @cached_property
    def calendar(self) -> Calendar:
        """The company's opening hours and business days."""
        return Calendar(
            opening_hours={
                _WEEKDAYS.index(day): hours for day, hours in self.opening_hours.items()
            },
            tz=self.tz,
            holidays=self.holidays.days(),
            business_weekdays=frozenset(_WEEKDAYS.index(day) for day in self.business_days),
        )


def load_company(folder: Path) -> Company:
    """Return the profile in the company's folder.

    Raises:
        CompanyError: the file is wrong.
    """
    path = Path(folder) / PROFILE
    document = read_yaml(path)
    company = validate(document, Company)
    if company is None or document.problems:
        raise CompanyError(path, document.problems)
    return company


def _closed_days(spec: Holidays) -> "holidays.HolidayBase":
    closed = holidays.country_holidays(spec.country, subdiv=spec.subdivision)
    closed.append(dict.fromkeys(spec.also, "closed"))
    for day in spec.open_on:
        if day in closed:
            closed.pop(day)
    return closed
