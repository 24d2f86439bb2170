"""The customer's emotion, estimated from words and signs, which are returned as its evidence."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.text.normalize import fold


class Emotion(StrEnum):
    """The emotions, from the least to the most pressing."""

    CALM = "calm"
    UPSET = "upset"
    ANGRY = "angry"
    DESPERATE = "desperate"


@dataclass(frozen=True, slots=True)
class DetectedEmotion:
    """An emotion, and the customer's words that show it."""

    emotion: Emotion
    signs: tuple[str, ...]


_SIGNS = {
    Emotion.DESPERATE: (
        r"desespera\w+|angusti\w+"
        r"|no se (?:ya )?(?:que|a quien) (?:mas )?(?:hacer|acudir|recurrir)"
        r"|(?:se )?los? (?:ruego|suplico|imploro)|les (?:ruego|suplico)"
        r"|por (?:dios|favor),? ayud\w+|auxilio|llorando|llorar|lloro"
        r"|no (?:tengo|me queda)\w* (?:con que|ni) (?:para )?(?:comer|vivir)"
        r"|no (?:puedo|aguanto) (?:ya )?mas|ya no puedo|estoy (?:sol[oa]|en la calle|al borde)"
        r"|no tengo (?:otro|otra|mas) (?:dinero|plata)"
        r"|era (?:todo )?lo (?:unico|ultimo) que tenia|urgent\w+|urge|no puedo dormir|sin dormir"
        r"|desperat\w+|beg you|begging|please help|help me please|in tears|crying"
        r"|at my wits'? end|don'?t know what (?:else )?to do|don'?t know who (?:else )?to"
        r"|can'?t (?:cope|sleep|take)|can'?t (?:afford|pay|buy) (?:food|rent|my rent|groceries)"
        r"|all (?:the money )?i had|losing sleep|anxi\w+|stranded"
    ),
    Emotion.ANGRY: (
        r"hart[oa]s?"
        r"|hasta (?:la madre|el gorro|las narices|la coronilla|los cojones|las pelotas)|enoja\w+"
        r"|indigna\w+|furios[oa]s?|rabia|coraje|emputa\w*|encabrona\w*|cabread[oa]s?"
        r"|arrech[oa]s?|verguenza|vergonzos[oa]|sinverguenzas?|descarad[oa]s?|caraduras?"
        r"|el colmo|ladron\w*|rater[oa]s?|chorros|roban|robaron|robo|estaf\w+|mentiros[oa]s?"
        r"|burla|tomad\w+ (?:de|el) pelo|inutil\w*|incompeten\w+|inept[oa]s?|asco|porqueria"
        r"|mierda|carajo|pinches?|put[oa]s?|basura|pendej\w+|huev(?:on|ones)|hijos? de|bolud\w+"
        r"|weon\w*|gilipoll\w+|cono|joder|inaceptable|intolerable|inadmisible|exijo|exigimos"
        r"|que se creen|no vuelvo|nunca mas|jamas|denunci\w+|demand(?:a|ar|are|arlos)|basta ya"
        r"|ya basta|no tienen madre|cinic[oa]s?|furious|angry|fed up|sick of|sick and tired"
        r"|livid|outrag\w+|disgust\w+|disgrac\w+|ridiculous|shame on|shameful|scam\w*"
        r"|thie(?:f|ves)|steal\w*|stole|rob(?:bed|bing|bery)?|liars?|lying|useless|incompeten\w+"
        r"|pathetic|joke|crap|bullshit|shit\w*|fuck\w*|damn|bloody|wtf|unacceptable|appalling"
        r"|absurd|how dare|never again|last time|lawyer|sue you|had enough"
    ),
    Emotion.UPSET: (
        r"decepcion\w+|desilusion\w+|molest[oa]s?|triste\w*|frustra\w+|lamentable\w*"
        r"|disgustad[oa]s?|inconforme|insatisfech[oa]s?|preocupad[oa]s?|cansad[oa]s?|me canse"
        r"|no puede ser|no es justo|injust\w+|pesim[oa]s?|fatal|horrible|terrible|malisim[oa]s?"
        r"|que mal|muy mal|que pena|lastima|otra vez|de nuevo|todavia (?:no|sigo)|sigo esperando"
        r"|sigo sin|nadie (?:me )?(?:contesta|responde|atiende)|disappoint\w+|upset|frustrat\w+"
        r"|annoy\w+|unhappy|sad|worried|tired of|let down|not fair|unfair|awful|worst|not happy"
        r"|again|still (?:no|not|nothing|waiting|hasn|haven)|nobody|no one"
    ),
}
_PATTERNS = {emotion: re.compile(rf"\b(?:{words})\b") for emotion, words in _SIGNS.items()}
# Sarcasm: praise, followed within a few words by a duration or by what went wrong.
_SARCASM = re.compile(
    r"\b(?:excelente|maravillos[oa]|felicit\w+|felicidades|que (?:buen|gran) servicio|bravo|genial"
    r"|great|wonderful|brilliant|fantastic|well done|congratulations|thanks for)\b"
    r".{0,80}?\b(?:horas|dias|semanas|meses|esperando|nada|nadie|hours|days|weeks|months|waiting"
    r"|nothing|nobody|ruin\w+|los[it]\w*|perdi\w+)\b"
)
_MOCKERY = re.compile(
    r"\b(?:gracias por nada|sigan asi|bien ahi|enhorabuena|que (?:eficiencia|profesionales)"
    r"|falta de (?:respeto|seriedad|humanidad)|quien me paga|se burl\w+|thanks for nothing"
    r"|keep it up|are you (?:kidding|serious)|do(?:n't| not) you people|sort it out)\b"
)
# Single words in capitals: "en MARZO", "STOP calling".
_CAPITALS = re.compile(r"(?<!\w)[A-ZÁÉÍÓÚÑ]{4,}(?!\w)")
_EXCLAMATIONS = re.compile(r"[!?]{3,}|!.*!.*!")
_ANGRY_FACES = re.compile("[\U0001f620\U0001f621\U0001f92c\U0001f4a9\U0001f595]")
_SAD_FACES = re.compile("[\U0001f622\U0001f62d\U0001f61e\U0001f614\U0001f61f\U0001f97a]")
# A text with fewer letters in capitals may be an abbreviation.
_SHORTEST_SHOUT = 12
_SHARE_OF_CAPITALS = 0.7


def estimate(text: str) -> Emotion:
    """Return the emotion that a text shows; calm without any sign."""
    return detect(text).emotion


def detect(text: str) -> DetectedEmotion:
    """Return the emotion and its signs: despair goes before anger, anger before displeasure."""
    folded = fold(text)
    signs = {emotion: list(_all(pattern, folded)) for emotion, pattern in _PATTERNS.items()}
    signs[Emotion.ANGRY] += [*_shouting(text), *_all(_SARCASM, folded), *_all(_EXCLAMATIONS, text)]
    signs[Emotion.ANGRY] += [*_all(_MOCKERY, folded), *_all(_ANGRY_FACES, text)]
    if any(map(str.islower, text)):
        signs[Emotion.ANGRY] += _all(_CAPITALS, text)
    signs[Emotion.UPSET] += _all(_SAD_FACES, text)
    # One sign of despair among many of anger is anger.
    if len(signs[Emotion.ANGRY]) > 2 * len(signs[Emotion.DESPERATE]):
        signs[Emotion.DESPERATE] = []
    for emotion in (Emotion.DESPERATE, Emotion.ANGRY, Emotion.UPSET):
        if signs[emotion]:
            return DetectedEmotion(emotion, tuple(dict.fromkeys(signs[emotion])))
    return DetectedEmotion(Emotion.CALM, ())


def _all(pattern: re.Pattern[str], text: str) -> list[str]:
    return [match.group() for match in pattern.finditer(text)]


def _shouting(text: str) -> list[str]:
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(map(str.isupper, letters))
    is_shouted = len(letters) >= _SHORTEST_SHOUT and capitals > _SHARE_OF_CAPITALS * len(letters)
    return [text.strip()[:40]] if is_shouted else []
