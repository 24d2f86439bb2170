"""Splits a message into normalised tokens: lower case, no accents, words spelled as they sound.

A token is a phonetic word ("debolusion" for both "devolución" and "debolusión"), a placeholder for
a fact ("<email>", "<phone>", "<5>" for a number of five digits) or one punctuation mark.
"""

import re
import unicodedata

# Characters of a message that are read: its beginning tells what it is about.
MAX_LENGTH = 2000
# Abbreviations of chats, and the words they stand for.
ABBREVIATIONS = {
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
# Letters that sound the same in Spanish are written as one.
_PHONETIC_RULES = (
    (re.compile(r"h(?<!ch)(?<!sh)(?<!th)(?<!ph)"), ""),
    (re.compile(r"ll"), "y"),
    (re.compile(r"c(?=[ei])"), "s"),
    (re.compile(r"qu(?=[ei])"), "k"),
    (re.compile(r"c(?!h)"), "k"),
)
_PHONETIC_LETTERS = str.maketrans("vzñ", "bsn")
_SENTENCE_ENDS = frozenset(".;\n!")


def phonetic(word: str) -> str:
    """Return the word spelled as it sounds: "devolución" and "debolusión" become the same."""
    for pattern, letters in _PHONETIC_RULES:
        word = pattern.sub(letters, word)
    return word.translate(_PHONETIC_LETTERS)


def fold(text: str) -> str:
    """Return the text in lower case, without accents, apostrophes or letters repeated for effect.

    Letters that occur three times or more in a row are reduced to one; digits are left alone.
    """
    folded = unicodedata.normalize("NFD", text.lower().replace("’", "'").replace("'", ""))
    folded = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return folded if folded.isdigit() else re.sub(r"(\w)\1{2,}", r"\1", folded)


def tokenize(text: str) -> list[str]:
    """Return the tokens of a message in order.

    Numbers become "<n>" with n digits (at most 6), facts their kind ("<email>"), and whatever ends
    a sentence ".".
    """
    tokens: list[str] = []
    for match in _TOKEN.finditer(fold(text)):
        kind, token = match.lastgroup, match.group()
        if kind == "word":
            tokens.extend(phonetic(word) for word in ABBREVIATIONS.get(token, token).split())
        elif kind == "number":
            digits = sum(letter.isdigit() for letter in token)
            tokens.append(f"<{min(digits, 6)}>")
        elif kind == "sign":
            tokens.append("." if token[0] in _SENTENCE_ENDS else token[0])
        else:
            tokens.append(f"<{kind}>")
    return tokens


# Words that introduce a fact, in phonetic spelling: "del pedido <5>", "mi correo es <email>".
_LEAD_INS = frozenset(
    phonetic(word)
    for word in (
        "mi my el la the su es is de del of en con with numero number no nro pedido orden order "
        "compra purchase factura correo email mail e electronico telefono phone celular y and a "
        "cuenta account bajo under"
    ).split()
) | {"-", ":", "#", "(", ","}
# Without the words for an order: "mi pedido 10494 está atrasado" is about the order itself.
STRICT_LEAD_INS = _LEAD_INS - {
    phonetic(word) for word in "pedido orden order compra purchase".split()
}
_FACTS = frozenset({"<email>", "<phone>", "<link>", "<4>", "<5>", "<6>"})
# From this many remaining words on, a message has a topic besides its facts.
_MIN_TOPIC_WORDS = 3


def topic(tokens: list[str]) -> list[str]:
    """Return the tokens without facts and their lead-ins, if at least three words remain.

    "The case of order 10478 came broken, my e-mail is ..." is about something broken, not about an
    e-mail address. A message of hardly anything but facts is returned unchanged.
    """
    remaining = drop_facts(tokens)
    enough = sum(token.isalpha() for token in remaining) >= _MIN_TOPIC_WORDS
    return remaining if enough else tokens


def drop_facts(tokens: list[str], lead_ins: frozenset[str] = _LEAD_INS) -> list[str]:
    """Return the tokens without facts and the lead-ins before them, even if nothing remains."""
    remaining: list[str] = []
    for token in tokens:
        if token not in _FACTS:
            remaining.append(token)
            continue
        while remaining and remaining[-1] in lead_ins:
            remaining.pop()
    return remaining
