"""Money in whole minor units of an ISO 4217 currency: parsed, formatted and computed with."""

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

# Babel follows CLDR, which omits decimals that are out of use. Minor units here follow ISO 4217, as
# in banks and other systems.
_ISO_DIGITS: Final = {"IQD": 3} | dict.fromkeys(
    ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2
)
_SPACES: Final = re.compile("[\u00a0\u202f]")


class MoneyError(ValueError):
    """An amount or a currency is invalid or ambiguous, or two currencies are mixed."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) of a currency; negative in a reversal.

    Amounts in different currencies are never equal. Comparing, adding or subtracting them raises
    MoneyError.
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise MoneyError(f"minor units are whole numbers, not {self.amount_minor!r}")
        minor_digits(self.currency)

    @property
    def major(self) -> Decimal:
        """The exact amount in major units (pesos, dollars)."""
        return Decimal(self.amount_minor).scaleb(-minor_digits(self.currency))

    def _minor_of(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise MoneyError(f"{self.currency} and {other.currency} do not mix")
        return other.amount_minor

    def __lt__(self, other: "Money") -> bool:
        return self.amount_minor < self._minor_of(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount_minor <= self._minor_of(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount_minor > self._minor_of(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount_minor >= self._minor_of(other)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._minor_of(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._minor_of(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)


@cache
def minor_digits(currency: str) -> int:
    """Return the number of decimals of a currency in ISO 4217 (COP 2, CLP 0, KWD 3).

    Raises:
        MoneyError: there is no such currency.
    """
    if not is_currency(currency):
        raise MoneyError(f"{currency!r} is not an ISO 4217 currency code, such as COP")
    return _ISO_DIGITS.get(currency, get_currency_precision(currency))


def zero(currency: str) -> Money:
    """Return the amount zero in a currency."""
    return Money(0, currency)


def parse_amount(text: str | Decimal | int, currency: str) -> Money:
    """Parse an amount in major units as people write it: 249900, 249.900, $ 249.900,50, 1,500.25.

    A single point or comma before exactly three digits separates thousands; in a currency with
    three decimals that is ambiguous.

    Raises:
        MoneyError: the text is no amount, is ambiguous, or has more decimals than the currency.
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
    """Return the number in ``text`` without currency signs and thousands separators."""
    sign = _signs(currency)
    bare = _SPACES.sub(" ", text).strip().replace("\u2212", "-")
    match = re.fullmatch(rf"(-?)\s?{sign}?\s?(-?)([\d.,' ]*\d)\s?{sign}?", bare)
    if not match or (match[1] and match[2]):
        raise MoneyError(f"{text!r} is not an amount in {currency}")
    body = match[3]
    if re.fullmatch(r"\d{1,3}( \d{3})+([.,]\d{1,2})?", body):
        body = body.replace(" ", "")
    # Colombians write 2'000.000, the Swiss 2'000.50: the part after the second mark decides.
    body = re.sub(r"'(?=\d{3}([.,])\d{3}(?!\d))", r"\1", body)
    body = re.sub(r"'(?=\d{3})", "", body)
    number = _number(body, minor_digits(currency))
    if number is None:
        raise MoneyError(f"{text!r} may be read in two ways, or is not an amount in {currency}")
    return Decimal(f"{match[1]}{match[2]}{number}")


def _number(body: str, decimals: int) -> str | None:
    """Return digits with points and commas as digits with one decimal point; None if ambiguous."""
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", body):
        return None
    parts, marks = re.split(r"[.,]", body), re.findall(r"[.,]", body)
    if len(marks) == 1 and len(parts[1]) == 3 and parts[0] != "0":
        # 25.000 is thousands, unless the currency has three decimals; 2000.000 is ambiguous.
        return "".join(parts) if decimals != 3 and len(parts[0]) <= 3 else None
    # In 1.234.567 all marks separate thousands; in 1.234,56 the last, a different one, decimals.
    whole = len(parts) if len(marks) > 1 and len(set(marks)) == 1 else max(len(marks), 1)
    grouped = len(set(marks[: whole - 1])) <= 1 and all(len(part) == 3 for part in parts[1:whole])
    if not grouped or (whole > 1 and not 1 <= len(parts[0]) <= 3):
        return None
    return ".".join(["".join(parts[:whole]), *parts[whole:]])


@cache
def _signs(currency: str) -> str:
    """Return a pattern for the signs of a currency, such as COP, $ and COP$."""
    minor_digits(currency)
    locales = locale_for("en"), locale_for("es", currency[:2])
    known = {get_currency_symbol(currency, locale) for locale in locales} - {currency}
    if "$" in known:
        known.add(f"{currency[:2]}$")
    symbols = "|".join(re.escape(symbol) for symbol in sorted(known, key=len, reverse=True))
    return rf"(?:{currency}\s?(?:{symbols})?|{symbols})" if symbols else f"(?:{currency})"


def locale_for(language: str, country: str | None = None) -> Locale:
    """Return the locale for numbers for a reader of ``language`` in ``country`` (ISO 3166).

    Spanish follows the company's country (es_CO: 25.000; es_MX: 25,000), or Latin America without
    one. English is always that of the United States.
    """
    if not language.startswith("es"):
        return Locale("en", "US")
    try:
        return Locale("es", country or "419")
    except UnknownLocaleError:
        return Locale("es", "419")


# Cached, as the same amounts are formatted often and babel is slow.
@lru_cache(maxsize=8192)
def show(money: Money, language: str, country: str | None = None) -> str:
    """Format an amount: "$25.000" in Spanish in Colombia, "COP 25,000" in English.

    Decimals are shown only if they are not zero. Spaces are plain ones, so that texts compare.

    Args:
        country: the company's; by default the one of the currency.
    """
    locale = locale_for(language, country or money.currency[:2])
    digits = minor_digits(money.currency)
    decimals = digits if money.amount_minor % 10**digits else 0
    # CLDR requires a space between a sign that ends in a letter and the number; babel omits it.
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
    """Return a percentage of an amount (10 is a tenth); halves are rounded away from zero."""
    share = Decimal(money.amount_minor) * percent / 100
    return Money(int(share.quantize(Decimal(1), ROUND_HALF_UP)), money.currency)


def round_to(money: Money, step_minor: int, *, up: bool = False) -> Money:
    """Return the nearest multiple of ``step_minor`` minor units; halves are rounded away from zero.

    Args:
        up: return the next multiple that is not below the amount.

    Raises:
        MoneyError: the step is not positive.
    """
    if step_minor <= 0:
        raise MoneyError(f"an amount is rounded to a positive step, not {step_minor}")
    if up:
        return Money(-(-money.amount_minor // step_minor) * step_minor, money.currency)
    steps = (Decimal(money.amount_minor) / step_minor).quantize(Decimal(1), ROUND_HALF_UP)
    return Money(int(steps) * step_minor, money.currency)
