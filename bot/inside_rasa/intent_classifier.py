"""The step of the engine's pipeline that tells what a message is about."""

import hashlib
from pathlib import Path
from typing import Any, Dict, List, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_yaml_file

from bot.inside_rasa.intent_model import IntentModel

HERE = Path(__file__).parent
# A change in any of these makes the stored model stale.
MADE_BY = ("words.py", "spelling.py", "concepts.py", "intent_features.py", "intent_model.py")
# A complaint is told by its beginning.
LONGEST = 2000


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER,
    is_trainable=True,
)
class ConceptClassifier(IntentClassifier, GraphComponent):
    """Knows intents by words, pieces of words, and the concepts of `concepts`, a YAML file."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Where the concepts are, seen from the project's folder; which intents are complaints."""
        return {"concepts": "data/concepts.yml", "complaints": []}

    @staticmethod
    def required_packages() -> List[str]:
        """What must be installed."""
        return ["sklearn", "scipy", "numpy"]

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """The concepts and our other modules, which the engine cannot know to be part of this."""
        digest = hashlib.sha256()
        for path in (_concepts(config), *(HERE / name for name in MADE_BY)):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[IntentModel] = None,
    ) -> None:
        """Takes a model if one has been trained."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003  (the engine gives it)
    ) -> "ConceptClassifier":
        """An untrained one."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003  (the engine gives it)
        **kwargs: Any,  # noqa: ARG003
    ) -> "ConceptClassifier":
        """A trained one."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, IntentModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples, and store what was learned."""
        examples = [one for one in training_data.intent_examples if one.get(TEXT)]
        self._model = IntentModel(
            read_yaml_file(_concepts(self._config)), self._config["complaints"]
        ).fit([one.get(TEXT) for one in examples], [one.get(INTENT) for one in examples])
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent of each message, and the ranking of all."""
        told = [one for one in messages if one.get(TEXT)]
        if not told or self._model is None:
            return messages
        rankings = self._model.rank([one.get(TEXT)[:LONGEST] for one in told])
        for message, ranked in zip(told, rankings, strict=True):
            ranking = [{"name": one.intent, "confidence": one.confidence} for one in ranked]
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages


def _concepts(config: Dict[str, Any]) -> Path:
    return HERE.parent.parent / str(config["concepts"])
