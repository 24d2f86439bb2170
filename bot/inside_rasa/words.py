"""Makes of what was typed the words that were meant: no accents, no shouting, spelled by ear."""

import re
import unicodedata
from typing import FrozenSet, List

# What people write in a hurry, and what they mean.
SHORT = {
    "q": "que", "k": "que", "ke": "que", "d": "de", "x": "por", "xq": "porque", "pq": "porque",
    "porq": "porque", "xk": "porque", "tmb": "tambien", "tb": "tambien", "xfa": "por favor",
    "porfa": "por favor", "pls": "please", "plz": "please", "u": "you", "ur": "your",
    "r": "are", "msj": "mensaje", "msjs": "mensajes", "tngo": "tengo", "nose": "no se",
    "nro": "numero", "num": "numero", "tel": "telefono", "bn": "bien", "dnd": "donde",
    "cnd": "cuando", "hrs": "horas", "hs": "horas", "pa": "para", "toy": "estoy", "ta": "esta",
    "thru": "through", "cuz": "because", "bc": "because", "im": "i am", "ive": "i have",
    "cant": "can not", "cannot": "can not", "wont": "will not", "dont": "do not",
    "doesnt": "does not", "didnt": "did not", "isnt": "is not", "wasnt": "was not",
    "arent": "are not", "werent": "were not", "hasnt": "has not", "havent": "have not",
    "hadnt": "had not", "wouldnt": "would not", "couldnt": "could not",
    "nobodys": "nobody is", "noones": "noone is", "wheres": "where is", "whats": "what is",
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<email>\S+@\S+\.\w+|\barroba\b)|(?P<link>https?://\S+)|(?P<handle>@\w+)"
    r"|(?P<money>[$€£]\s?\d[\d.,]*|s/\s?\d[\d.,]*)|(?P<phone>\+?\d[\d \-]{6,}\d)"
    r"|(?P<number>(?:ped|ord|[a-z]{1,3})?[-#]?\d[\d.,:/\-]*)|(?P<word>[^\W\d_]+)"
    r"|(?P<sign>[¿?¡!]+|[.;\n]+|[^\w\s])"
)
_LETTERS = (
    (re.compile(r"h(?<!ch)(?<!sh)(?<!th)(?<!ph)"), ""),
    (re.compile(r"ll"), "y"),
    (re.compile(r"c(?=[ei])"), "s"),
    (re.compile(r"qu(?=[ei])"), "k"),
    (re.compile(r"c(?!h)"), "k"),
)
_AS_HEARD = str.maketrans("vzñ", "bsn")
_STOPS = frozenset(".;\n!")


def heard(word: str) -> str:
    """The word as it sounds, whichever letters spell it: "debolusion" is "devolución"."""
    for pattern, letters in _LETTERS:
        word = pattern.sub(letters, word)
    return word.translate(_AS_HEARD)


def plain(text: str) -> str:
    """Small letters without accents, apostrophes or long-drawn vowels."""
    bare = unicodedata.normalize("NFD", text.lower().replace("’", "'").replace("'", ""))
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return re.sub(r"(\w)\1{2,}", r"\1", bare) if not bare.isdigit() else bare


def words(text: str) -> List[str]:
    """The words as heard, in order; numbers, addresses and links by their kind."""
    found: List[str] = []
    for match in _TOKEN.finditer(plain(text)):
        kind, token = match.lastgroup, match.group()
        if kind == "word":
            found.extend(heard(word) for word in SHORT.get(token, token).split())
        elif kind == "number":
            digits = sum(letter.isdigit() for letter in token)
            found.append(f"<{min(digits, 6)}>")
        elif kind == "sign":
            found.append("." if token[0] in _STOPS else token[0])
        else:
            found.append(f"<{kind}>")
    return found


# What leads up to a fact, as heard: "del pedido <5>", "mi correo es <email>".
_LEADING = frozenset(
    heard(word)
    for word in (
        "mi my el la the su es is de del of en con with numero number no nro pedido orden order "
        "compra purchase factura correo email mail e electronico telefono phone celular y and a "
        "cuenta account bajo under"
    ).split()
) | {"-", ":", "#", "(", ","}
# Leads up to no more than a fact: "mi pedido 10494 está atrasado" is about the order itself.
ONLY_LEADING = _LEADING - {heard(word) for word in "pedido orden order compra purchase".split()}
_FACTS = frozenset({"<email>", "<phone>", "<link>", "<4>", "<5>", "<6>"})
# With so many words left, the message has a matter of its own.
_ENOUGH_LEFT = 3


def matter(told: List[str]) -> List[str]:
    """What a message is about, without the facts in it and what leads up to them.

    "The case of order 10478 came broken, my e-mail is ..." tells of something broken; an address
    beside it makes it no mere address. A message that is hardly more than facts stays as it is.
    """
    left = bare(told)
    return left if sum(word.isalpha() for word in left) >= _ENOUGH_LEFT else told


def bare(told: List[str], leading: FrozenSet[str] = _LEADING) -> List[str]:
    """A message without the facts in it and what leads up to them, however little is left."""
    left: List[str] = []
    for word in told:
        if word not in _FACTS:
            left.append(word)
            continue
        while left and left[-1] in leading:
            left.pop()
    return left
