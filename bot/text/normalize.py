"""Normal forms of text, in which what people type is compared."""

import re
import unicodedata


def fold(text: str) -> str:
    """Return lower case without accents, with single spaces: "  Ñandú " becomes "nandu"."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    without_accents = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(without_accents.split())


def digits(text: str) -> str:
    """Return only the digits of a text: "300 123-45" becomes "30012345"."""
    return re.sub(r"\D", "", text)


def order_key(text: str) -> str:
    """Return an order number's letters and digits in upper case: "ped 10.482" as "PED10482"."""
    return re.sub(r"[^0-9A-Z]", "", fold(text).upper())
