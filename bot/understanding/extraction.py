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

LONGEST = 2000  # characters that are searched; facts stand in the first lines
# Digits of a national number; shorter ones are order numbers, prices or years.
SHORTEST_PHONE = 8
SHORTEST_SPOKEN_PHONE = 10
_ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", re.IGNORECASE)
# Dictated addresses: "ana arroba ejemplo punto com".
_SPOKEN_EMAIL = re.compile(
    r"\b([\w.+-]{1,64})\s+(?:arroba|at)\s+([\w-]{1,63}(?:\s+(?:punto|dot)\s+[\w-]{1,63}){1,5})",
    re.IGNORECASE,
)
_ORDER_WORD = (
    r"(?:pedido|orden|compra|order|purchase|factura|boleta|ped|ord|numero|number|no|nro|num|n[°º])"
)
_LABELLED_ORDER = re.compile(
    rf"(?:\b{_ORDER_WORD}\b\.?|#)\s*"
    r"(?:(?:es|is|el|numero|number|no|nro|num|n[°º]|de|:|#|-)\.?\s*){0,6}"
    r"((?:[a-z]{1,4}-)?\d(?:[\d.\- ]{1,12})\d)(?!\w)",
    re.IGNORECASE,
)
_PREFIXED_ORDER = re.compile(r"\b(?:ped|ord)-?(\d{4,10})\b", re.IGNORECASE)
_BARE_ORDER = re.compile(r"(?<![\w.,$@+-])#?(\d{5})(?![\w@]|[.,]\d)")
_DOTTED_ORDER = re.compile(r"^\W*(?:(?:es|el|is|the|la)\s+)*(\d{1,2}[. ]\d{3})\W*$", re.IGNORECASE)
_SPOKEN_DIGITS = {
    word: str(digit)
    for words in (
        "cero uno dos tres cuatro cinco seis siete ocho nueve",
        "zero one two three four five six seven eight nine",
    )
    for digit, word in enumerate(words.split())
}
_SPOKEN_RUN = re.compile(rf"\b(?:(?:{'|'.join(_SPOKEN_DIGITS)})\b[\s,]*){{5,12}}")
_AMOUNT = re.compile(
    r"(?:(?:cop|mxn|usd|eur|us|\$|€)\s*\$?\s*\d[\d.,]*(?:\s*(?:mil|millones|lucas|k))?)"
    r"|(?:\d[\d.,]*\s*(?:(?:mil|lucas|palos|millones|millon)\b(?:\s+(?:de\s+)?(?:pesos|soles))?"
    r"|pesos|soles|euros|dolares|dollars|usd|cop|mxn|k\b))",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"\b(?:hace|desde hace|ya van|llevo|van)\s+(?:como\s+)?(?:\w+)\s+"
    r"(?:minutos?|horas?|dias?|semanas?|mes(?:es)?|anos?)\b"
    r"|\b(?:\d+|two|three|four|five|six|a few|several)\s+"
    r"(?:minutes?|hours?|days?|weeks?|months?|years?)(?:\s+ago)?\b"
    r"|\b(?:ayer|anteayer|antier|yesterday|(?:el\s+)?(?:lunes|martes|miercoles|jueves|viernes"
    r"|sabado|domingo)|(?:last\s+|on\s+)?(?:monday|tuesday|wednesday|thursday|friday|saturday"
    r"|sunday))\b"
)
_THING = re.compile(
    r"\b(?:compre|pedi|encargue|ordene|adquiri|bought|ordered|purchased|got)\s+"
    r"(?:un|una|a|an|el|la|the|mi|my)\s+([a-zñ]{4,20})\b"
    r"|\b(?:mi|la|el|una|un|my|the)\s+([a-zñ]{4,20})\s+(?:que\s+)?(?:me\s+)?(?:llego|vino|salio"
    r"|(?:ya )?no (?:prend|enciend|funcion|sirv|carg|calient|enfri)\w*|dejo de"
    r"|se (?:dano|descompuso|apag\w+|quemo|rompio|jodio)|stopped|does(?:n'?t| not)|won'?t"
    r"|broke|died|arrived|came)\b"
    r"|\b(?:mi|el|la|un|una)\s+([a-zñ]{4,20})\s+(?:del|de\s+(?:mi|el|la))\s+(?:pedido|orden|compra)\b"
    r"|\b(?:llego|vino|salio)\s+(?:\w+\s+)?(?:mi|la|el|una|un)\s+([a-zñ]{4,20})\b"
)
_NOT_THINGS = frozenset(
    "pedido paquete producto compra orden cosa articulo mercancia caja envio domicilio par regalo "
    "order package parcel product item thing delivery purchase stuff gift pair online tienda "
    "semana noche tarde manana dia mes anio vez enero febrero marzo abril mayo junio julio agosto "
    "septiembre octubre noviembre diciembre lunes martes miercoles jueves viernes sabado domingo "
    "pareja hija hijo mama papa madre padre esposa esposo novia novio hermana hermano amiga amigo "
    "week night month year time friend wife husband mother father daughter sister brother monday "
    "tuesday wednesday thursday friday saturday sunday "
    "servicio app aplicacion pagina internet sistema tarjeta senal linea service card website site "
    "nuevo nueva new mensajero repartidor domiciliario cliente senor senora chico".split()
)


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
    rest, dates = _take(rest, _ISO_DATE)
    rest, amounts = _take(rest, _AMOUNT)
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
        spans=(*dates, *(match.group() for match in _SPAN.finditer(fold(rest)))),
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
    for match in _EMAIL.finditer(text):
        emails.append(match.group().rstrip("."))
        text = _blank(text, *match.span())
    for match in _SPOKEN_EMAIL.finditer(text):
        domain = re.sub(r"\s+(?:punto|dot)\s+", ".", match.group(2), flags=re.IGNORECASE)
        emails.append(f"{match.group(1)}@{domain}")
        text = _blank(text, *match.span())
    return text, list(dict.fromkeys(filter(None, map(email_address.normalize, emails))))


def _take_labelled_orders(text: str) -> tuple[str, list[str]]:
    """Take the numbers that a word such as "pedido" announces."""
    orders = []
    for match in _LABELLED_ORDER.finditer(fold_keeping_length(text)):
        if 4 <= len(number := order_key(match.group(1))) <= 10:
            orders.append(number)
            text = _blank(text, *match.span(1))
    return text, orders


def _take_orders(text: str) -> tuple[str, list[str]]:
    """Take the numbers that look like an order's, without a word that announces them."""
    orders = []
    for pattern in (_PREFIXED_ORDER, _BARE_ORDER, _DOTTED_ORDER):
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
        "".join(_SPOKEN_DIGITS[word] for word in re.findall(r"[a-z]+", match.group()))
        for match in _SPOKEN_RUN.finditer(fold(text))
    ]


def _is_phone(spoken: str) -> bool:
    return len(spoken) >= SHORTEST_SPOKEN_PHONE


def _spoken_phone(spoken: str) -> str:
    """Return a dictated phone; one longer than a national number begins with the country code."""
    return f"+{spoken}" if len(spoken) > SHORTEST_SPOKEN_PHONE else spoken


def _find_thing(text: str) -> str | None:
    """Return what the customer bought, if one plain word says it."""
    folded = fold_keeping_length(text)
    for match in _THING.finditer(folded):
        group = match.lastindex or 1
        word = match.group(group)
        if word not in _NOT_THINGS and not word.endswith("s"):
            return text[match.start(group) : match.end(group)].casefold()
    return None
