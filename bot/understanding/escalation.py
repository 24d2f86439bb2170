"""Alarms: words on which a human takes over whatever else a message says.

These are rules beside the trained model: it classifies a message about a late parcel as such, even
if the parcel holds somebody's insulin.
"""

import re
from typing import Final, Literal

from bot.text.normalize import fold

Alarm = Literal["danger", "vulnerable", "threat", "press"]

_WORDS: Final[dict[Alarm, str]] = {
    "danger": r"se (?:incendio|prendio fuego|electrocuto|intoxico)"
    r"|me (?:queme|corte|electrocute|intoxique|dio (?:la )?corriente)|nos intoxicamos"
    r"|exploto|explotaron|esta en llamas"
    r"|(?:echa|echaba|echando|echo|sale|salia|saliendo|salio) humo|huele a (?:gas"
    r"|quemado)|fuga de gas"
    r"|(?:en|al) (?:el )?hospital|ambulancia|urgencias"
    r"|caught fire|on fire|exploded|(?:burned|burnt) (?:my|me|his|her|the)|electrocut\w+"
    r"|electric shock|poison\w+|smoke (?:is )?com\w+|gas leak|ambulance|in hospital"
    r"|(?:the|to) hospital|emergency room",
    "vulnerable": r"insulina|oxigeno|dialisis|quimioterapia|marcapasos|silla de ruedas"
    r"|(?:mi|mis|la|las|unas?|sus?) medicin\w+|medicamentos?|adult[oa]s? mayor(?:es)?"
    r"|tercera edad|(?:mi|una?) (?:abuel\w+|mama|papa|madre|padre) (?:de|tiene)"
    r" (?:[789]\d|setenta|ochenta|noventa)"
    r"|(?:tengo|soy) (?:[789]\d|setenta|ochenta|noventa)(?: y \w+)? anos"
    r"|embarazad\w+|embarazo|discapacidad|discapacitad[oa]|soy (?:ciego|ciega|sordo|sorda)"
    r"|(?:tengo|tiene|mi) cancer"
    r"|(?:leche|formula) (?:de|para) (?:el|la|mi) bebe"
    r"|insulin|oxygen|dialysis|chemotherapy|pacemaker|wheelchair|my medic\w+|elderly"
    r"|(?:i am|i'?m) pregnant|disab(?:led|ility)|baby formula|(?:i am|i'?m) (?:blind|deaf)"
    r"|(?:i am|i'?m) [789]\d years",
    "threat": r"(?:los|las|les|la|lo) (?:voy a |vamos a )?"
    r"(?:demando|demandar\w*|denuncio|denunciar\w*)"
    r"|(?:voy|vamos) a (?:demandar|denunciar|poner una (?:demanda|denuncia))\w*"
    r"|mi abogad[oa]|acciones (?:legales|judiciales)|via (?:legal|judicial)"
    r"|(?:en|ante|a|con) (?:la |el )?(?:profeco|sernac|indecopi|superintendencia|condusef"
    r"|sic\b|ocu\b|defensa (?:al|del) consumidor)|denuncia (?:penal|formal)|en tribunales"
    r"|sue (?:you|your)|suing|my (?:lawyer|attorney|solicitor)|legal action|small claims"
    r"|ombudsman|trading standards|attorney general|take you to court",
    # "tele", "tv" and "press" alone are no threat: they are goods on sale, and buttons are pressed.
    "press": r"(?:llamar|contar\w*|hablar|voy|ir|escribir|mandar|avis\w+|cont\w+) (?:esto )?"
    r"(?:(?:a|al|con|en|por) (?:la |el |los |las |un |una |mi )?(?:amig\w+ )?"
    r"(?:prensa|noticier\w+|noticias|period\w+|medios|diario|canal)"
    r"|(?:a|en) (?:la |un )?(?:television|tele|radio))"
    r"|sal\w+ en (?:la (?:prensa|tele|television|radio)|las noticias|los diarios|el noticiero)"
    r"|(?:going|go|talk|call|tell|write) (?:to )?"
    r"(?:the (?:press|media|tv news)|(?:the |a )?(?:newspapers?|journalists?|reporters?))"
    r"|(?:be|going|put) (?:\w+ )?on the news",
}
_PATTERNS: Final = {alarm: re.compile(rf"\b(?:{words})\b") for alarm, words in _WORDS.items()}


def find_alarm(text: str) -> Alarm | None:
    """Return the gravest alarm that a message raises, if any; the order is that of ``_WORDS``."""
    folded = fold(text)
    return next((alarm for alarm, words in _PATTERNS.items() if words.search(folded)), None)
