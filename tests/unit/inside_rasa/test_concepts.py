"""Spelling variants become the same tokens, and concepts are found in them."""

import pytest

from bot.inside_rasa.concepts import Lexicon
from bot.inside_rasa.words import tokenize

pytestmark = pytest.mark.unit

LEXICON = Lexicon(
    {
        "broken": "roto, quebrad*, in pieces",
        "not_arrive": "no … llego, hasnt … arrived",
        "refund": "devolucion*",
    }
)


@pytest.mark.parametrize(
    ("variant", "standard"),
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
def test_spelling_variants_have_the_same_tokens(variant: str, standard: str) -> None:
    assert tokenize(variant) == tokenize(standard)


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
def test_concepts_are_found_in_order(text: str, concepts: list[str]) -> None:
    assert [match.concept for match in LEXICON.find(tokenize(text))] == concepts
