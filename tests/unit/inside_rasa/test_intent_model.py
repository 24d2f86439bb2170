"""The model behind the intents, small and in the engine's Python: what it learns it also finds."""

import json
from typing import Any

import pytest

from tests.unit.engine_python import run

pytestmark = pytest.mark.integration

STORY = """
import json, tempfile
from pathlib import Path
import numpy as np
from bot.inside_rasa.intent_model import IntentModel

EXAMPLES = {
    "damaged": ["llegó rota la licuadora", "el vaso vino roto", "the plate came broken",
                "la taza está quebrada", "llegó hecho pedazos", "everything was smashed"],
    "late_delivery": ["llegó tarde el pedido", "it came a week late", "tardó diez días",
                      "el paquete se demoró mucho", "they were late again", "llegó con retraso"],
    "question": ["¿venden licuadoras?", "what does the plate cost?", "¿a qué hora abren?",
                 "do you ship to Lima?", "¿tienen vasos azules?", "is the cup in stock?"],
}
texts = [text for told in EXAMPLES.values() for text in told]
intents = [intent for intent, told in EXAMPLES.items() for _ in told]
lexicon = {"broken": "roto, rota, quebrada, hecho pedazos, broken, smashed", "late": "tarde, late"}
model = IntentModel(lexicon, ("damaged", "late_delivery"))
learned = model._features.learn(texts).toarray()
heard = np.zeros_like(learned)
for place, said in enumerate(model._features.hear(model._features.read(texts))):
    row = model._features.row(said)
    heard[place, row.places] = row.weights
model.fit(texts, intents)
with tempfile.TemporaryDirectory() as folder:
    model.save(Path(folder))
    stored = IntentModel.load(Path(folder))

def first(text):
    return model.rank([text])[0][0].intent

def chosen(*scores):
    return model._intents[int(model._weighed(np.array([scores]))[0].argmax())]

print(json.dumps({
    "rows": float(np.abs(learned - heard).max()),
    "sums": [sum(one.confidence for one in ranked) for ranked in model.rank(texts)],
    "right": [first(text) for text in texts] == intents,
    "stored": float(max(
        abs(dict(one)[intent] - confidence)
        for one, other in zip(model.rank(texts), stored.rank(texts))
        for intent, confidence in other
    )),
    "alone": first("llegó rota la licuadora"),
    "with facts": first("llegó rota la licuadora, pedido 10482, ana@example.com, 3001234567"),
    "unknown": [one.confidence for one in model.rank(["xkcd zzz"])[0]],
    "faint signs of two": chosen(0.2, 0.2, 0.3),
    "a faint sign of one": chosen(0.2, -3.0, 0.3),
}))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return dict(json.loads(run("-c", STORY).splitlines()[-1]))


def test_a_message_heard_later_is_seen_as_when_it_was_learned(told: dict[str, Any]) -> None:
    assert told["rows"] < 1e-6


def test_what_was_learned_is_known(told: dict[str, Any]) -> None:
    assert told["right"]


def test_confidences_add_up_to_one(told: dict[str, Any]) -> None:
    assert told["sums"] == pytest.approx([1] * len(told["sums"]))


def test_a_stored_model_judges_as_before(told: dict[str, Any]) -> None:
    assert told["stored"] < 0.01


def test_a_complaint_is_one_with_any_number_of_facts_beside_it(told: dict[str, Any]) -> None:
    assert told["with facts"] == told["alone"] == "damaged"


def test_without_one_known_word_every_intent_is_as_likely(told: dict[str, Any]) -> None:
    assert told["unknown"] == pytest.approx([1 / 3] * 3)


def test_faint_signs_of_several_complaints_make_one_complaint(told: dict[str, Any]) -> None:
    assert told["faint signs of two"] == "damaged"
    assert told["a faint sign of one"] == "question"
