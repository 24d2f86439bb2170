"""What was typed is heard as it was meant, and concepts are found in it."""

import pytest

from bot.inside_rasa.concepts import Lexicon
from bot.inside_rasa.words import words

pytestmark = pytest.mark.unit

LEXICON = Lexicon(
    {
        "broken": "roto, quebrad*, in pieces",
        "not_arrive": "no … llego, hasnt … arrived",
        "refund": "devolucion*",
    }
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("DEVOLUSIÓN", "devolución"),
        ("rezivo vien", "recibo bien"),
        ("holaaaaa", "hola"),
        ("xq no yego", "porque no llegó"),
        ("hasn’t", "hasnt"),
        ("10482", "99999"),
        ("a@b.com", "ana.ruiz@example.com"),
    ],
)
def test_spelling_does_not_matter(typed: str, meant: str) -> None:
    assert words(typed) == words(meant)


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("Llegó quebrada", ["broken"]),
        ("it came in pieces", ["broken"]),
        ("a piece", []),
        ("no me llegó", ["not_arrive"]),
        ("no. Llegó", []),
        ("It hasn't even arrived", ["not_arrive"]),
        ("no llegó y quiero la devolusion", ["not_arrive", "refund"]),
    ],
)
def test_concepts_are_found(text: str, concepts: list[str]) -> None:
    assert [one.concept for one in LEXICON.find(words(text))] == concepts
