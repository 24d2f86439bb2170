"""Money as whole minor units of an ISO 4217 currency, and how it is read, shown and shared out."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.numbers import (
    format_currency,
    get_currency_precision,
    get_currency_symbol,
    is_currency,
)

# Babel follows CLDR, which leaves out decimals that nobody uses any more. What is stored follows
# ISO 4217, so that our minor units are those of banks and other systems.
_ISO_DIGITS: Final = {"IQD": 3} | dict.fromkeys(
    ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2
)
_SPACES: Final = re.compile("[\u00a0\u202f]")


class MoneyError(ValueError):
    """An amount or a currency that cannot be what was meant, or two currencies mixed."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) of one currency; may be negative in a reversal.

    Amounts of different currencies are never equal, and comparing, adding or subtracting them
    raises MoneyError.
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise MoneyError(f"minor units are whole numbers, not {self.amount_minor!r}")
        minor_digits(self.currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units (pesos, dollars), exact."""
        return Decimal(self.amount_minor).scaleb(-minor_digits(self.currency))

    def _other(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise MoneyError(f"{self.currency} and {other.currency} do not mix")
        return other.amount_minor

    def __lt__(self, other: "Money") -> bool:
        return self.amount_minor < self._other(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount_minor <= self._other(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount_minor > self._other(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount_minor >= self._other(other)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._other(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._other(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)


@cache
def minor_digits(currency: str) -> int:
    """How many decimals the currency has in ISO 4217 (COP 2, CLP 0, KWD 3).

    Raises MoneyError for a code that no currency has.
    """
    if not is_currency(currency):
        raise MoneyError(f"{currency!r} is not an ISO 4217 currency code, such as COP")
    return _ISO_DIGITS.get(currency, get_currency_precision(currency))


def zero(currency: str) -> Money:
    """Nothing, in that currency."""
    return Money(0, currency)


def parse_amount(text: str | Decimal | int, currency: str) -> Money:
    """Read an amount in major units, as people write it: 249900, 249.900, $ 249.900,50, 1,500.25.

    A single point or comma followed by exactly three digits separates thousands; where the
    currency itself has three decimals that is ambiguous and refused. Raises MoneyError for
    anything that is not an amount, or has more decimals than the currency.
    """
    number = _decimal(text, currency) if isinstance(text, str) else Decimal(text)
    if not number.is_finite():
        raise MoneyError(f"{text!r} is not an amount")
    try:
        minor = number.scaleb(minor_digits(currency))
        whole = minor.to_integral_exact()
    except InvalidOperation as error:
        raise MoneyError(f"{text!r} is not an amount") from error
    if minor != whole:
        raise MoneyError(f"{text!r} has more decimals than {currency} has")
    return Money(int(whole), currency)


def _decimal(text: str, currency: str) -> Decimal:
    """The number in `text`, once currency signs and the separators of thousands are gone."""
    sign = _signs(currency)
    bare = _SPACES.sub(" ", text).strip().replace("\u2212", "-")
    match = re.fullmatch(rf"(-?)\s?{sign}?\s?(-?)([\d.,' ]*\d)\s?{sign}?", bare)
    if not match or (match[1] and match[2]):
        raise MoneyError(f"{text!r} is not an amount in {currency}")
    body = match[3]
    if re.fullmatch(r"\d{1,3}( \d{3})+([.,]\d{1,2})?", body):
        body = body.replace(" ", "")
    # Colombians write 2'000.000, the Swiss 2'000.50: the mark after it tells which.
    body = re.sub(r"'(?=\d{3}([.,])\d{3}(?!\d))", r"\1", body)
    body = re.sub(r"'(?=\d{3})", "", body)
    number = _number(body, minor_digits(currency))
    if number is None:
        raise MoneyError(f"{text!r} may be read in two ways, or is not an amount in {currency}")
    return Decimal(f"{match[1]}{match[2]}{number}")


def _number(body: str, decimals: int) -> str | None:
    """Digits with points and commas as plain digits and one point; None where that is unsure."""
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", body):
        return None
    parts, marks = re.split(r"[.,]", body), re.findall(r"[.,]", body)
    if len(marks) == 1 and len(parts[1]) == 3 and parts[0] != "0":
        # 25.000 is thousands, unless the currency has three decimals; 2000.000 is anybody's guess.
        return "".join(parts) if decimals != 3 and len(parts[0]) <= 3 else None
    # 1.234.567 is all thousands; in 1.234,56 the last mark, being another one, is the decimal.
    whole = len(parts) if len(marks) > 1 and len(set(marks)) == 1 else max(len(marks), 1)
    grouped = len(set(marks[: whole - 1])) <= 1 and all(len(part) == 3 for part in parts[1:whole])
    if not grouped or (whole > 1 and not 1 <= len(parts[0]) <= 3):
        return None
    return ".".join(["".join(parts[:whole]), *parts[whole:]])


@cache
def _signs(currency: str) -> str:
    """A pattern for the signs that the currency goes by, such as COP, $ and COP$."""
    minor_digits(currency)
    locales = locale_for("en"), locale_for("es", currency[:2])
    known = {get_currency_symbol(currency, locale) for locale in locales} - {currency}
    if "$" in known:
        known.add(f"{currency[:2]}$")
    symbols = "|".join(re.escape(symbol) for symbol in sorted(known, key=len, reverse=True))
    return rf"(?:{currency}\s?(?:{symbols})?|{symbols})" if symbols else f"(?:{currency})"


def locale_for(language: str, country: str | None = None) -> Locale:
    """How numbers are written for a reader of `language` in `country` (ISO 3166).

    Spanish follows the company's country (es_CO: 25.000; es_MX: 25,000), or Latin America where
    none is given; English is always that of the United States.
    """
    if not language.startswith("es"):
        return Locale("en", "US")
    try:
        return Locale("es", country or "419")
    except UnknownLocaleError:
        return Locale("es", "419")


# The same amounts are said again and again, and babel takes its time over each.
@lru_cache(maxsize=8192)
def show(money: Money, language: str, country: str | None = None) -> str:
    """The amount for a reader: "$25.000" in Spanish in Colombia, "COP 25,000" in English.

    Decimals are shown only when they are not zero. `country` is the company's; without it the
    country that uses the currency is taken. Only plain spaces are used, so that texts compare.
    """
    locale = locale_for(language, country or money.currency[:2])
    digits = minor_digits(money.currency)
    decimals = digits if money.amount_minor % 10**digits else 0
    # CLDR asks for a space between a sign that ends in a letter and the number; babel forgets it.
    sign = get_currency_symbol(money.currency, locale)
    pattern = str(locale.currency_formats["standard"].pattern).split(";", maxsplit=1)[0]
    if sign[-1].isalpha():
        pattern = re.sub(r"¤(?=[#0])", "¤ ", pattern)
    pattern = re.sub(r"0\.0+", "0" + "." * bool(decimals) + "0" * decimals, pattern)
    shown = format_currency(
        money.major, money.currency, pattern, locale=locale, currency_digits=False
    )
    return _SPACES.sub(" ", shown)


def percent_of(money: Money, percent: Decimal) -> Money:
    """`percent` (10 means a tenth) of the amount, halves of a minor unit rounded away from zero."""
    share = Decimal(money.amount_minor) * percent / 100
    return Money(int(share.quantize(Decimal(1), ROUND_HALF_UP)), money.currency)


def round_to(money: Money, step_minor: int, *, up: bool = False) -> Money:
    """The nearest multiple of `step_minor` minor units, halves rounded away from zero.

    With `up`, the next multiple that is not below the amount. Raises MoneyError unless the step
    is positive.
    """
    if step_minor <= 0:
        raise MoneyError(f"an amount is rounded to a positive step, not {step_minor}")
    if up:
        return Money(-(-money.amount_minor // step_minor) * step_minor, money.currency)
    steps = (Decimal(money.amount_minor) / step_minor).quantize(Decimal(1), ROUND_HALF_UP)
    return Money(int(steps) * step_minor, money.currency)
