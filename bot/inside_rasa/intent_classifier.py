"""The component of Rasa's pipeline that classifies the intent of a message."""

import hashlib
from pathlib import Path
from typing import Any

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
from bot.inside_rasa.words import MAX_LENGTH

HERE = Path(__file__).parent
# Modules that the model depends on: a change in any of them needs a new training.
MODEL_MODULES = ("words.py", "spelling.py", "concepts.py", "intent_features.py", "intent_model.py")


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER,
    is_trainable=True,
)
class ConceptClassifier(IntentClassifier, GraphComponent):
    """Classifies by words, character n-grams and the concepts of a YAML file (`IntentModel`).

    Keys in config.yml: `concepts`, the file's path; `complaints`, the intents that are complaints.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the default configuration; the path is relative to the project's folder."""
        return {"concepts": "data/concepts.yml", "complaints": []}

    @staticmethod
    def required_packages() -> list[str]:
        """Return the packages that must be installed."""
        return ["sklearn", "scipy", "numpy"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return a hash of the concepts and modules that the model depends on.

        Rasa itself only includes this module and the configuration in its cache key.
        """
        digest = hashlib.sha256()
        for path in (_concepts_file(config), *(HERE / name for name in MODEL_MODULES)):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ) -> None:
        """Create the component, with a model if one has been trained."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003  (Rasa passes it)
    ) -> "ConceptClassifier":
        """Return an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003  (Rasa passes it)
        **kwargs: Any,  # noqa: ARG003
    ) -> "ConceptClassifier":
        """Return a component with the stored model."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, IntentModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Train on the examples and store the model."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._model = IntentModel(
            read_yaml_file(_concepts_file(self._config)), self._config["complaints"]
        ).fit(
            [example.get(TEXT) for example in examples],
            [example.get(INTENT) for example in examples],
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent of each message that has a text, and the ranking of all intents."""
        with_text = [message for message in messages if message.get(TEXT)]
        if not with_text or self._model is None:
            return messages
        rankings = self._model.rank([message.get(TEXT)[:MAX_LENGTH] for message in with_text])
        for message, ranked in zip(with_text, rankings, strict=True):
            ranking = [{"name": intent, "confidence": confidence} for intent, confidence in ranked]
            message.set(INTENT, dict(ranking[0]), add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages


def _concepts_file(config: dict[str, Any]) -> Path:
    return HERE.parent.parent / str(config["concepts"])
