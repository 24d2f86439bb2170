"""Amounts that are misread, mixed up, or shown as something else."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.money import (
    Money,
    MoneyError,
    minor_digits,
    parse_amount,
    percent_of,
    round_to,
    show,
    zero,
)

CURRENCIES = ("COP", "USD", "EUR", "MXN", "CLP", "KWD", "JPY")
amounts = st.builds(
    Money, st.integers(min_value=-(10**13), max_value=10**13), st.sampled_from(CURRENCIES)
)
percents = st.decimals(min_value=0, max_value=1000, places=2)


def cop(pesos: int | str) -> Money:
    return parse_amount(Decimal(pesos), "COP")


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("COP", 2), ("USD", 2), ("CLP", 0), ("JPY", 0), ("KWD", 3), ("IQD", 3), ("RSD", 2)],
)
def test_minor_units_are_those_of_iso_4217(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize("code", ["", "cop", "PESOS", "XYZ", "$"])
def test_unknown_currency_raises(code: str) -> None:
    with pytest.raises(MoneyError, match="ISO 4217"):
        Money(1, code)


def test_fraction_of_a_minor_unit_raises() -> None:
    with pytest.raises(MoneyError, match="whole"):
        Money(1.5, "COP")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("249900", 24990000),
        ("249.900", 24990000),
        ("249,900", 24990000),
        ("$ 249.900", 24990000),
        ("$249.900,50", 24990050),
        ("249,900.50", 24990050),
        ("COP 25.000", 2500000),
        ("COP $25.000", 2500000),
        ("25000 COP", 2500000),
        ("25 000", 2500000),
        ("2.000.000", 200000000),
        ("2,000,000.00", 200000000),
        ("2'000.000", 200000000),
        ("2'000.50", 200050),
        ("1.5", 150),
        ("0.500", 50),
        ("0", 0),
        ("-$25.000", -2500000),
        ("249900.00", 24990000),
    ],
)
def test_amount_is_parsed_as_people_write_it(text: str, minor: int) -> None:
    assert parse_amount(text, "COP") == Money(minor, "COP")


@pytest.mark.parametrize(
    "text",
    ["", "$", "abc", "1.2.3", "1..2", "12.34.567", "1.2345", "1e5", "NaN", "--5", "12,34,56",
     "US$5", "€5", "5 USD", "2000.000", "2000,000.50", "1 2", "10.482 pesos y algo"],
)  # fmt: skip
def test_ambiguous_or_malformed_amount_raises(text: str) -> None:
    with pytest.raises(MoneyError):
        parse_amount(text, "COP")


def test_three_decimals_are_not_taken_for_thousands() -> None:
    assert parse_amount("1.500,250", "KWD") == Money(1500250, "KWD")
    assert parse_amount(Decimal("1.500"), "KWD") == Money(1500, "KWD")
    with pytest.raises(MoneyError):
        parse_amount("1.500", "KWD")


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity"), Decimal("0.001")])
def test_number_that_is_no_amount_raises(number: Decimal) -> None:
    with pytest.raises(MoneyError):
        parse_amount(number, "COP")


@pytest.mark.parametrize(
    ("money", "language", "country", "shown"),
    [
        (Money(2500000, "COP"), "es", "CO", "$25.000"),
        (Money(2500050, "COP"), "es", "CO", "$25.000,50"),
        (Money(-2500000, "COP"), "es", "CO", "-$25.000"),
        (Money(2500000, "COP"), "es", None, "$25.000"),
        (Money(2500000, "COP"), "en", "CO", "COP 25,000"),
        (Money(2500050, "COP"), "en", None, "COP 25,000.50"),
        (Money(2500000, "COP"), "es", "MX", "COP 25,000"),
        (Money(2500000, "USD"), "es", "CO", "US$25.000"),
        (Money(2500000, "USD"), "en", "CO", "$25,000"),
        (Money(2500000, "EUR"), "es", "ES", "25.000 €"),
        (Money(25000, "CLP"), "es", "CL", "$25.000"),
        (Money(25000, "JPY"), "es", None, "JPY 25,000"),
        (Money(25500, "KWD"), "en", None, "KWD 25.500"),
    ],
)
def test_amount_is_formatted_for_language_and_country(
    money: Money, language: str, country: str | None, shown: str
) -> None:
    assert show(money, language, country) == shown


@settings(deadline=None)
@given(amounts.filter(lambda money: money.currency in {"COP", "CLP", "MXN"}))
def test_formatted_amount_is_parsed_as_the_same_amount(money: Money) -> None:
    for language in ("es", "en"):
        shown = show(money, language, money.currency[:2])
        assert parse_amount(shown, money.currency) == money


@settings(deadline=None)
@given(amounts, percents)
def test_percentage_is_exact_within_half_a_minor_unit(money: Money, percent: Decimal) -> None:
    share = percent_of(money, percent)
    exact = Decimal(money.amount_minor) * percent / 100
    assert abs(share.amount_minor - exact) <= Decimal("0.5")
    assert percent_of(-money, percent) == -share


@pytest.mark.parametrize(
    ("minor", "percent", "share"), [(105, "10", 11), (104, "10", 10), (1, "50", 1), (-1, "50", -1)]
)
def test_half_a_minor_unit_is_rounded_away_from_zero(minor: int, percent: str, share: int) -> None:
    assert percent_of(Money(minor, "COP"), Decimal(percent)) == Money(share, "COP")


@settings(deadline=None)
@given(amounts, st.integers(min_value=1, max_value=10**7))
def test_rounding_gives_the_nearest_multiple(money: Money, step: int) -> None:
    near, above = round_to(money, step), round_to(money, step, up=True)
    assert near.amount_minor % step == above.amount_minor % step == 0
    assert abs(near.amount_minor - money.amount_minor) * 2 <= step
    assert 0 <= above.amount_minor - money.amount_minor < step


@pytest.mark.parametrize("step", [0, -1000])
def test_rounding_to_a_step_that_is_not_positive_raises(step: int) -> None:
    with pytest.raises(MoneyError, match="step"):
        round_to(cop(1), step)


@settings(deadline=None)
@given(amounts, amounts)
def test_mixing_currencies_raises(first: Money, second: Money) -> None:
    if first.currency == second.currency:
        assert (first < second) == (first.amount_minor < second.amount_minor)
        assert (first <= second) == (not first > second)
        assert (first >= second) == (not first < second)
        assert first + second - second == first
        return
    assert first != second
    for mixing in (
        lambda: first < second,
        lambda: first <= second,
        lambda: first > second,
        lambda: first >= second,
        lambda: first + second,
        lambda: first - second,
    ):
        with pytest.raises(MoneyError, match="mix"):
            mixing()


def test_zero_and_major_units() -> None:
    assert zero("COP") == cop(0)
    assert cop("249900.50").major == Decimal("249900.50")
