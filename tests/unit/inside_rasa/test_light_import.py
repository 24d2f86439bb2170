"""A model with a neural network works with the light import; run in the engine's Python."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.engine_python import run

pytestmark = pytest.mark.integration

CONFIG = """
recipe: default.v1
assistant_id: network
language: es
pipeline:
  - name: WhitespaceTokenizer
  - name: CountVectorsFeaturizer
  - name: DIETClassifier
    epochs: 1
    hidden_layers_sizes: {text: [], label: []}
    embedding_dimension: 4
    number_of_transformer_layers: 1
    transformer_size: 8
    entity_recognition: false
"""
EXAMPLES = """
nlu:
- intent: greet
  examples: |
    - hola
    - buenos días
- intent: damaged
  examples: |
    - llegó roto
    - vino quebrado
"""
SCRIPT = """
import asyncio, json, sys
from bot.inside_rasa import patches
patches.apply_for_answering()
before = "tensorflow" in sys.modules

from rasa.core.agent import Agent
from rasa.model_training import train_nlu

model = train_nlu("config.yml", "nlu.yml", ".", fixed_model_name="network")
parsed = asyncio.run(Agent.load(model).parse_message("llegó roto"))
print(json.dumps({
    "before": before,
    "after": "tensorflow" in sys.modules,
    "intents": [intent["name"] for intent in parsed["intent_ranking"]],
}))
"""


def test_neural_network_imports_tensorflow_when_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(CONFIG)
    (tmp_path / "nlu.yml").write_text(EXAMPLES)
    options: Any = {"folder": tmp_path, "RASA_CACHE_DIRECTORY": str(tmp_path / "cache")}
    result = json.loads(run("-c", SCRIPT, is_measured=False, **options).splitlines()[-1])
    assert (result["before"], result["after"]) == (False, True)
    assert set(result["intents"]) == {"greet", "damaged"}
