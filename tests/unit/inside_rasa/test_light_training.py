"""Joining training examples gives the same result with our patches; run in the engine's Python."""

import json

import pytest

from tests.unit.engine_python import run

pytestmark = pytest.mark.integration

SCRIPT = """
import json
from bot.inside_rasa import patches
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

def joined():
    first = [Message.build("hola", "greet"), Message.build("llegó roto", "damaged")]
    second = [Message.build("hola", "greet"), Message.build("hola", "goodbye")]
    merged = TrainingData(first).merge(TrainingData(second))
    return [[each.get("text"), each.get("intent")] for each in merged.training_examples]

plain = joined()
patches.apply_for_training()
print(json.dumps([plain, joined()]))
"""


def test_joined_examples_are_those_of_plain_rasa() -> None:
    plain, patched = json.loads(run("-c", SCRIPT).splitlines()[-1])
    assert patched == plain
    assert patched == [["hola", "greet"], ["llegó roto", "damaged"], ["hola", "goodbye"]]
