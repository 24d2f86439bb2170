"""The facts in a message: order numbers, e-mail addresses, phones, amounts, dates, the article.

They are found by rules and not by a model: a fact is either there or not, and a wrong guess costs
the customer a question. What is uncertain is left out.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from bot.text import email_address
from bot.text.case_reference import REFERENCE
from bot.text.normalize import fold, order_key
from bot.understanding import fact_patterns

LONGEST = 2000  # characters that are searched; facts stand in the first lines
# Digits of a national number; shorter ones are order numbers, prices or years.
SHORTEST_PHONE = 8
SHORTEST_SPOKEN_PHONE = 10


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts in one message; each tuple is in the order of the text."""

    references: tuple[str, ...] = ()  # of earlier cases
    orders: tuple[str, ...] = ()  # as `normalize.order_key` returns them
    emails: tuple[str, ...] = ()  # as `email_address.normalize` returns them
    phones: tuple[str, ...] = ()  # E.164
    amounts: tuple[str, ...] = ()  # as written
    spans: tuple[str, ...] = ()  # dates and durations, as written
    thing: str | None = None  # the article, one word in the singular

    def __bool__(self) -> bool:
        """Return True if a purchase can be looked up by these facts."""
        return bool(self.orders or self.emails or self.phones)

    @property
    def entities(self) -> list[dict[str, str]]:
        """The facts as Rasa's entities: ``{"entity": "order_number", "value": "10482"}``."""
        by_name = {
            "reference": self.references,
            "order_number": self.orders,
            "email": self.emails,
            "phone": self.phones,
            "amount": self.amounts,
            "date": self.spans,
            "product": (self.thing,) if self.thing else (),
        }
        return [
            {"entity": name, "value": value} for name, values in by_name.items() for value in values
        ]


def extract(text: str, region: str = "CO") -> Facts:
    """Return the facts in the first ``LONGEST`` characters of a text.

    Each kind is cut out of the text before the next is looked for, so that nothing counts twice.

    Args:
        region: the ISO 3166 country of phones without a country code.
    """
    text = unicodedata.normalize("NFC", text[:LONGEST])
    rest, emails = _take_emails(text)
    rest, references = _take(rest, REFERENCE)
    rest, dates = _take(rest, fact_patterns.ISO_DATE)
    rest, amounts = _take(rest, fact_patterns.AMOUNT)
    rest, labelled_orders = _take_labelled_orders(rest)
    rest, phones = _take_phones(rest, region)
    rest, orders = _take_orders(rest)
    spoken = _spoken_numbers(rest)
    orders = [*labelled_orders, *orders, *(number for number in spoken if not _is_phone(number))]
    phones += [_spoken_phone(number) for number in spoken if _is_phone(number)]
    return Facts(
        references=tuple(reference.upper() for reference in references),
        orders=tuple(dict.fromkeys(orders)),
        emails=tuple(emails),
        phones=tuple(dict.fromkeys(phones)),
        amounts=tuple(amount.rstrip(".,") for amount in amounts),
        spans=(*dates, *(match.group() for match in fact_patterns.SPAN.finditer(fold(rest)))),
        thing=_find_thing(text),
    )


def fold_keeping_length(text: str) -> str:
    """Fold each character by itself, so that positions in the result are positions in ``text``."""
    return "".join(map(_folded, text))


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    return (fold(char) or char)[:1]


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _take(text: str, pattern: re.Pattern[str]) -> tuple[str, list[str]]:
    """Return the text without the matches of a pattern for folded text, and the matches."""
    matches = []
    for match in pattern.finditer(fold_keeping_length(text)):
        matches.append(text[match.start() : match.end()].strip())
        text = _blank(text, *match.span())
    return text, matches


def _take_emails(text: str) -> tuple[str, list[str]]:
    emails = []
    for match in fact_patterns.EMAIL.finditer(text):
        emails.append(match.group().rstrip("."))
        text = _blank(text, *match.span())
    for match in fact_patterns.SPOKEN_EMAIL.finditer(text):
        domain = re.sub(r"\s+(?:punto|dot)\s+", ".", match.group(2), flags=re.IGNORECASE)
        emails.append(f"{match.group(1)}@{domain}")
        text = _blank(text, *match.span())
    return text, list(dict.fromkeys(filter(None, map(email_address.normalize, emails))))


def _take_labelled_orders(text: str) -> tuple[str, list[str]]:
    """Take the numbers that a word such as "pedido" announces."""
    orders = []
    for match in fact_patterns.LABELLED_ORDER.finditer(fold_keeping_length(text)):
        if 4 <= len(number := order_key(match.group(1))) <= 10:
            orders.append(number)
            text = _blank(text, *match.span(1))
    return text, orders


def _take_orders(text: str) -> tuple[str, list[str]]:
    """Take the numbers that look like an order's, without a word that announces them."""
    orders = []
    for pattern in (
        fact_patterns.PREFIXED_ORDER,
        fact_patterns.BARE_ORDER,
        fact_patterns.DOTTED_ORDER,
    ):
        for match in pattern.finditer(text):
            orders.append(order_key(match.group(1)))
            text = _blank(text, *match.span(1))
    return text, orders


def _take_phones(text: str, region: str) -> tuple[str, list[str]]:
    phones = []
    for match in phonenumbers.PhoneNumberMatcher(
        text, region, leniency=phonenumbers.Leniency.POSSIBLE
    ):
        if len(str(match.number.national_number)) >= SHORTEST_PHONE:
            phones.append(
                phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            )
            text = _blank(text, match.start, match.end)
    return text, phones


def _spoken_numbers(text: str) -> list[str]:
    """Return the numbers that are dictated digit by digit: "uno cero cuatro ocho dos"."""
    return [
        "".join(fact_patterns.SPOKEN_DIGITS[word] for word in re.findall(r"[a-z]+", match.group()))
        for match in fact_patterns.SPOKEN_RUN.finditer(fold(text))
    ]


def _is_phone(spoken: str) -> bool:
    return len(spoken) >= SHORTEST_SPOKEN_PHONE


def _spoken_phone(spoken: str) -> str:
    """Return a dictated phone; one longer than a national number begins with the country code."""
    return f"+{spoken}" if len(spoken) > SHORTEST_SPOKEN_PHONE else spoken


def _find_thing(text: str) -> str | None:
    """Return what the customer bought, if one plain word says it."""
    folded = fold_keeping_length(text)
    for match in fact_patterns.THING.finditer(folded):
        group = match.lastindex or 1
        word = match.group(group)
        if word not in fact_patterns.NOT_THINGS and not word.endswith("s"):
            return text[match.start(group) : match.end(group)].casefold()
    return None
