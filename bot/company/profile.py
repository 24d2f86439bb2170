"""The company that the bot speaks for: its name, hours, promises and words, from profile.yml."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

import holidays
from babel import Locale
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bot import clock
from bot.company.business_hours import Calendar, CalendarError, Interval, Window
from bot.company.legal_rights import Law, law_of
from bot.config.localized import Language, LocalText
from bot.config.yaml_schema import FileError, NotEmpty, Strict, check, read, wrong
from bot.money import Money, MoneyError, minor_digits

PROFILE: Final = "profile.yml"

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS: Final = get_args(Weekday)


class CompanyError(FileError):
    """The profile cannot be used; names file, line and what is allowed."""


def _country(code: str) -> str:
    if code not in Locale("en").territories or not re.fullmatch("[A-Z]{2}", code):
        raise wrong(f"{code} is not a country", "a code of ISO 3166 in capitals, such as CO")
    return code


def _currency(code: str) -> str:
    try:
        minor_digits(code)
    except MoneyError:
        raise wrong(f"{code} is not a currency", "a code of ISO 4217, such as COP") from None
    return code


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        near = get_close_matches(name, available_timezones(), n=1)
        raise wrong(f"{name} is not a time zone", near[0] if near else "such as America/Bogota")
    return name


def _interval(written: Any) -> Interval:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})", str(written))
    if match:
        hours, minutes, until_hours, until_minutes = map(int, match.groups())
        if max(minutes, until_minutes) < 60:
            try:
                return Interval(hours * 60 + minutes, until_hours * 60 + until_minutes)
            except CalendarError:
                pass
    raise wrong(f"{written} are no opening hours", "hours of one day, such as 08:00-20:00")


def _window(written: Any) -> Window:
    keys = {"business_hours", "business_days"}
    if isinstance(written, Window):
        return written
    if isinstance(written, dict) and set(written) <= keys:
        try:
            hours, days = written.get("business_hours"), written.get("business_days")
            return Window(
                business_hours=float(hours) if isinstance(hours, Decimal) else hours,
                business_days=days,
            )
        except (CalendarError, TypeError, ValueError):
            pass
    raise wrong(
        "this is no span of business time", "business_hours: 4, or business_days: 5, above zero"
    )


Country = Annotated[str, AfterValidator(_country)]
Hours = Annotated[Interval, BeforeValidator(_interval)]
Span = Annotated[Window, BeforeValidator(_window)]


class Holidays(Strict):
    """The public holidays on which nobody works, by the library `holidays`."""

    country: Country
    subdivision: str | None = None
    also: tuple[date, ...] = ()  # further days on which the company is closed
    open_on: tuple[date, ...] = ()  # holidays on which it works all the same

    @model_validator(mode="after")
    def _known(self) -> "Holidays":
        try:
            holidays.country_holidays(self.country, subdiv=self.subdivision)
        except NotImplementedError:
            known = holidays.list_supported_countries().get(self.country)
            if known is None:
                raise wrong(
                    f"the holidays of {self.country} are not known", "another country", "country"
                ) from None
            raise wrong(
                f"{self.country} has no part {self.subdivision}",
                ", ".join(known) or "no subdivision",
                "subdivision",
            ) from None
        return self

    def days(self) -> "holidays.HolidayBase":
        """The days on which the company is closed, of any year."""
        return _closed(self)


class OrderNumber(Strict):
    """What an order number looks like, and the words that tell a customer where to find it."""

    example: str
    pattern: str
    where: LocalText

    @model_validator(mode="after")
    def _fitting(self) -> "OrderNumber":
        try:
            fits = re.fullmatch(self.pattern, self.example)
        except re.error as error:
            raise wrong(f"no pattern: {error}", "a regular expression", "pattern") from None
        if not fits:
            raise wrong(
                f"{self.example} is not what the pattern says", "an order number", "example"
            )
        return self

    def fits(self, number: str) -> bool:
        """Whether the whole text is such a number."""
        return re.fullmatch(self.pattern, number.strip(), re.IGNORECASE) is not None


class Promises(Strict):
    """By when the company does what the customer is told; open hours or business days."""

    person_answer: Span  # a person answers in the chat
    status_update: Span  # the customer hears from us, even if it is only how things stand


class Template(Strict):
    """A message that Meta has approved, for customers who wrote more than a day ago.

    Its body says the parameters in this order: the case's reference, and what there is to tell.
    Without ``text`` it only knocks, and the message itself follows when the customer answers.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,512}$")]
    languages: LocalText  # the code under which each language was approved, such as es_CO
    parameters: Annotated[tuple[Literal["reference", "text"], ...], NotEmpty]


class People(Strict):
    """How cases reach the people of the company."""

    # Whether everybody takes cases themselves, or each goes to whoever has the fewest.
    assignment: Literal["by_hand", "automatic"] = "by_hand"
    # When nobody has taken a case by then, the customer is told so.
    claim_within: Span = Window(business_hours=0.25)
    # From what a customer buys in a year, in major units, their strong anger goes to a person.
    at_stake: Annotated[int, Field(ge=0)] | None = None


class Company(Strict):
    """The profile of one company; made by `load_company`."""

    name: str
    country: Country
    currency: Annotated[str, AfterValidator(_currency)]
    time_zone: Annotated[str, AfterValidator(_time_zone)]
    languages: Annotated[tuple[Language, ...], NotEmpty]
    opening_hours: dict[Weekday, tuple[Hours, ...]]
    business_days: Annotated[tuple[Weekday, ...], NotEmpty]
    holidays: Holidays
    order_number: OrderNumber
    promises: Promises
    people: People = People()
    # From what a customer buys in a year, in major units, they belong to a tier.
    tiers: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=lambda: {"standard": 0})
    # How WhatsApp customers are reached a day after they wrote; without it, only elsewhere.
    whatsapp_update: Template | None = None
    # What the contract gives, or the law in the company's words, by the key that the policy uses.
    rights: dict[str, LocalText] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _hours_that_make_sense(self) -> "Company":
        try:
            _ = self.calendar
        except CalendarError as error:
            raise wrong("hours that make no week", str(error), "opening_hours") from None
        return self

    @model_validator(mode="after")
    def _a_tier_for_everybody(self) -> "Company":
        if 0 not in self.tiers.values():
            raise wrong("no tier begins at 0", "a tier for everybody, such as standard: 0", "tiers")
        return self

    def spoken(self, wanted: str) -> Language:
        """The language to speak with somebody who asks for ``wanted`` (a BCP 47 tag)."""
        for language in self.languages:
            if wanted.lower().startswith(language):
                return language
        return self.languages[0]

    def tier(self, spent_in_a_year: Money) -> str:
        """The highest tier that a customer who buys this much belongs to."""
        reached = {
            name: least for name, least in self.tiers.items() if spent_in_a_year.major >= least
        }
        return max(reached, key=lambda name: reached[name])

    @cached_property
    def law(self) -> Law | None:
        """What the consumer law of the company's country gives, if it is written down."""
        return law_of(self.country)

    @cached_property
    def right_words(self) -> Mapping[str, LocalText]:
        """The words of every right that the policy may name: the law's, and the company's own."""
        law = self.law.rights if self.law else {}
        return {key: one.words for key, one in law.items()} | self.rights

    @property
    def tz(self) -> ZoneInfo:
        """The time zone that the company lives by."""
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
        """The company's business time."""
        return Calendar(
            opening_hours={
                _WEEKDAYS.index(day): hours for day, hours in self.opening_hours.items()
            },
            tz=self.tz,
            holidays=self.holidays.days(),
            business_weekdays=frozenset(_WEEKDAYS.index(day) for day in self.business_days),
        )


def load_company(folder: Path) -> Company:
    """Read the profile in the company's folder; raises CompanyError."""
    path = Path(folder) / PROFILE
    document = read(path)
    company = check(document, Company)
    if company is None or document.problems:
        raise CompanyError(path, document.problems)
    return company


def _closed(days: Holidays) -> "holidays.HolidayBase":
    closed = holidays.country_holidays(days.country, subdiv=days.subdivision)
    closed.append(dict.fromkeys(days.also, "closed"))
    for day in days.open_on:
        if day in closed:
            closed.pop(day)
    return closed
