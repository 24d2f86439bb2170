"""How the engine joins examples while it trains; shown in the engine's Python."""

import json

import pytest

from tests.unit.engine_python import run

pytestmark = pytest.mark.integration

JOIN = """
import json
from bot.inside_rasa.train import join_lightly
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

def joined():
    one = [Message.build("hola", "greet"), Message.build("llegó roto", "damaged")]
    other = [Message.build("hola", "greet"), Message.build("hola", "goodbye")]
    merged = TrainingData(one).merge(TrainingData(other))
    return [[each.get("text"), each.get("intent")] for each in merged.training_examples]

theirs = joined()
join_lightly()
print(json.dumps([theirs, joined()]))
"""


def test_examples_are_joined_as_rasa_joins_them() -> None:
    theirs, ours = json.loads(run("-c", JOIN).splitlines()[-1])
    assert ours == theirs
    assert ours == [["hola", "greet"], ["llegó roto", "damaged"], ["hola", "goodbye"]]
