"""The intent model, trained on a few examples in the engine's Python."""

import json
from typing import Any

import pytest

from tests.unit.engine_python import run

pytestmark = pytest.mark.integration

SCRIPT = """
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
texts = [text for examples in EXAMPLES.values() for text in examples]
intents = [intent for intent, examples in EXAMPLES.items() for _ in examples]
lexicon = {"broken": "roto, rota, quebrada, hecho pedazos, broken, smashed", "late": "tarde, late"}
model = IntentModel(lexicon, ("damaged", "late_delivery"))
fitted = model._features.fit_transform(texts).toarray()
single = np.zeros_like(fitted)
for index, terms in enumerate(model._features.terms(model._features.tokenize(texts))):
    row = model._features.row(terms)
    single[index, row.columns] = row.weights
model.fit(texts, intents)
with tempfile.TemporaryDirectory() as folder:
    model.save(Path(folder))
    stored = IntentModel.load(Path(folder))

def intent_of(text):
    return model.rank([text])[0][0].intent

def intent_by(*scores):
    return model._intents[int(model._pool_complaints(np.array([scores]))[0].argmax())]

print(json.dumps({
    "row_error": float(np.abs(fitted - single).max()),
    "sums": [sum(intent.confidence for intent in ranking) for ranking in model.rank(texts)],
    "classified": [intent_of(text) for text in texts] == intents,
    "stored_error": float(max(
        abs(dict(ranking)[intent] - confidence)
        for ranking, of_stored in zip(model.rank(texts), stored.rank(texts))
        for intent, confidence in of_stored
    )),
    "without_facts": intent_of("llegó rota la licuadora"),
    "with_facts": intent_of("llegó rota la licuadora, pedido 10482, ana@example.com, 3001234567"),
    "unknown": [intent.confidence for intent in model.rank(["xkcd zzz"])[0]],
    "weak_signs_of_two": intent_by(0.2, 0.2, 0.3),
    "weak_sign_of_one": intent_by(0.2, -3.0, 0.3),
}))
"""


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    return dict(json.loads(run("-c", SCRIPT).splitlines()[-1]))


def test_row_of_one_message_equals_row_of_the_training_matrix(results: dict[str, Any]) -> None:
    assert results["row_error"] < 1e-6


def test_training_examples_are_classified_correctly(results: dict[str, Any]) -> None:
    assert results["classified"]


def test_confidences_sum_to_one(results: dict[str, Any]) -> None:
    assert results["sums"] == pytest.approx([1] * len(results["sums"]))


def test_stored_model_gives_nearly_the_same_confidences(results: dict[str, Any]) -> None:
    assert results["stored_error"] < 0.01


def test_facts_beside_a_complaint_do_not_change_its_intent(results: dict[str, Any]) -> None:
    assert results["with_facts"] == results["without_facts"] == "damaged"


def test_message_without_known_words_has_uniform_confidences(results: dict[str, Any]) -> None:
    assert results["unknown"] == pytest.approx([1 / 3] * 3)


def test_weak_signs_of_several_complaints_make_a_complaint(results: dict[str, Any]) -> None:
    assert results["weak_signs_of_two"] == "damaged"
    assert results["weak_sign_of_one"] == "question"
