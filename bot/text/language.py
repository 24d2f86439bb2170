"""The language that a customer writes: Spanish or English."""

import re
from functools import cache
from typing import TYPE_CHECKING

from bot.text.normalize import fold

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LANGUAGES = ("es", "en")
# In texts with fewer words the model guesses, so that only the words listed below count.
FEW_WORDS = 4
LEAST_PROBABILITY = 0.9  # from which on the model is believed

# Words that both languages have, such as "no", are left out.
_SPANISH = frozenset(
    "hola buenas buenos gracias si quiero persona pedido ayuda ninguno ninguna vale el la los "
    "las un una mi es llego llegado roto rota quebrado danado nunca cobro cobraron reembolso queja "
    "reclamo dinero plata asesor humano porfa favor correo celular telefono por que de en".split()
)
_ENGLISH = frozenset(
    "hi hello thanks thank yes i my the an want person human order help none please it is "
    "was broken never arrived refund charged complaint money agent email phone late lost stop of "
    "to and".split()
)


def load_model() -> None:
    """Load the model for long texts in advance, so that no customer waits for it."""
    _identifier()


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def detect(text: str) -> str | None:
    """Return "es" or "en"; None if the text is too short or too mixed to tell."""
    words = re.findall(r"[a-z]+", fold(text))
    if not words:
        return None
    spanish = sum(word in _SPANISH for word in words)
    english = sum(word in _ENGLISH for word in words)
    if re.search(r"[ñ¿¡áéíóú]", text.casefold()):
        spanish += 1
    if spanish != english and (len(words) < FEW_WORDS or min(spanish, english) == 0):
        return "es" if spanish > english else "en"
    if len(words) < FEW_WORDS:
        return None
    language, probability = _identifier().classify(text)
    return str(language) if probability >= LEAST_PROBABILITY else None
