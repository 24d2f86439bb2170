"""The patterns of facts, for text that is folded (see ``normalize.fold``) or as written."""

import re

# Folded.
ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
# As written.
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", re.IGNORECASE)
# As written. Dictated addresses: "ana arroba ejemplo punto com".
SPOKEN_EMAIL = re.compile(
    r"\b([\w.+-]{1,64})\s+(?:arroba|at)\s+([\w-]{1,63}(?:\s+(?:punto|dot)\s+[\w-]{1,63}){1,5})",
    re.IGNORECASE,
)
_ORDER_WORD = (
    r"(?:pedido|orden|compra|order|purchase|factura|boleta|ped|ord|numero|number|no|nro|num|n[°º])"
)
# Folded: a number after a word such as "pedido".
LABELLED_ORDER = re.compile(
    rf"(?:\b{_ORDER_WORD}\b\.?|#)\s*"
    r"(?:(?:es|is|el|numero|number|no|nro|num|n[°º]|de|:|#|-)\.?\s*){0,6}"
    r"((?:[a-z]{1,4}-)?\d(?:[\d.\- ]{1,12})\d)(?!\w)",
    re.IGNORECASE,
)
# As written: a number with the prefix PED or ORD, one of five digits, a message of "10.482" only.
PREFIXED_ORDER = re.compile(r"\b(?:ped|ord)-?(\d{4,10})\b", re.IGNORECASE)
BARE_ORDER = re.compile(r"(?<![\w.,$@+-])#?(\d{5})(?![\w@]|[.,]\d)")
DOTTED_ORDER = re.compile(r"^\W*(?:(?:es|el|is|the|la)\s+)*(\d{1,2}[. ]\d{3})\W*$", re.IGNORECASE)
# Folded: digits that are dictated as words.
SPOKEN_DIGITS = {
    word: str(digit)
    for words in (
        "cero uno dos tres cuatro cinco seis siete ocho nueve",
        "zero one two three four five six seven eight nine",
    )
    for digit, word in enumerate(words.split())
}
SPOKEN_RUN = re.compile(rf"\b(?:(?:{'|'.join(SPOKEN_DIGITS)})\b[\s,]*){{5,12}}")
# Folded.
AMOUNT = re.compile(
    r"(?:(?:cop|mxn|usd|eur|us|\$|€)\s*\$?\s*\d[\d.,]*(?:\s*(?:mil|millones|lucas|k))?)"
    r"|(?:\d[\d.,]*\s*(?:(?:mil|lucas|palos|millones|millon)\b(?:\s+(?:de\s+)?(?:pesos|soles))?"
    r"|pesos|soles|euros|dolares|dollars|usd|cop|mxn|k\b))",
    re.IGNORECASE,
)
# Folded: durations, "yesterday", weekdays.
SPAN = re.compile(
    r"\b(?:hace|desde hace|ya van|llevo|van)\s+(?:como\s+)?(?:\w+)\s+"
    r"(?:minutos?|horas?|dias?|semanas?|mes(?:es)?|anos?)\b"
    r"|\b(?:\d+|two|three|four|five|six|a few|several)\s+"
    r"(?:minutes?|hours?|days?|weeks?|months?|years?)(?:\s+ago)?\b"
    r"|\b(?:ayer|anteayer|antier|yesterday|(?:el\s+)?(?:lunes|martes|miercoles|jueves|viernes"
    r"|sabado|domingo)|(?:last\s+|on\s+)?(?:monday|tuesday|wednesday|thursday|friday|saturday"
    r"|sunday))\b"
)
# Folded: the article, after a verb such as "compré" or before one such as "llegó".
THING = re.compile(
    r"\b(?:compre|pedi|encargue|ordene|adquiri|bought|ordered|purchased|got)\s+"
    r"(?:un|una|a|an|el|la|the|mi|my)\s+([a-zñ]{4,20})\b"
    r"|\b(?:mi|la|el|una|un|my|the)\s+([a-zñ]{4,20})\s+(?:que\s+)?(?:me\s+)?(?:llego|vino|salio"
    r"|(?:ya )?no (?:prend|enciend|funcion|sirv|carg|calient|enfri)\w*|dejo de"
    r"|se (?:dano|descompuso|apag\w+|quemo|rompio|jodio)|stopped|does(?:n'?t| not)|won'?t"
    r"|broke|died|arrived|came)\b"
    r"|\b(?:mi|el|la|un|una)\s+([a-zñ]{4,20})\s+(?:del|de\s+(?:mi|el|la))\s+(?:pedido|orden|compra)\b"
    r"|\b(?:llego|vino|salio)\s+(?:\w+\s+)?(?:mi|la|el|una|un)\s+([a-zñ]{4,20})\b"
)
# Words in the place of an article that name none.
NOT_THINGS = frozenset(
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
