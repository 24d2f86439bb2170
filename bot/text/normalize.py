"""Text brought to a form in which spelling matters less: for matching what people type."""

import re
import unicodedata


def fold(text: str) -> str:
    """Lower case, without accents, with single spaces: "  Ñandú " becomes "nandu"."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.split())


def digits(text: str) -> str:
    """Only the digits of a text: "300 123-45" becomes "30012345"."""
    return re.sub(r"\D", "", text)


def key(text: str) -> str:
    """Only letters and digits, in upper case: what an order number is compared by."""
    return re.sub(r"[^0-9A-Z]", "", fold(text).upper())
