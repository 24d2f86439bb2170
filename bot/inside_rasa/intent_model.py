"""The model behind the intents: a linear one, whose confidences are made to mean what they say."""

import json
from pathlib import Path
from typing import Any, List, Mapping, NamedTuple, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

from bot.inside_rasa.concepts import Lexicon
from bot.inside_rasa.intent_features import Features

# How much an example that is misjudged counts against keeping the weights small.
STRICTNESS = 1.0
FOLDS = 3
# The sharpness of the confidences is sought among these.
SHARPNESS = np.geomspace(0.2, 10, 40)


class Ranked(NamedTuple):
    """An intent, and how sure the model is of it."""

    intent: str
    confidence: float


class IntentModel:
    """Knows the intents from examples."""

    def __init__(self, lexicon: Mapping[str, str]) -> None:
        """Takes the concepts and their words, as data/concepts.yml has them."""
        self._lexicon = dict(lexicon)
        self._features = Features(Lexicon(self._lexicon))
        self._intents: List[str] = []
        self._weights = np.zeros((0, 0), dtype=np.float32)
        self._bias = np.zeros(0, dtype=np.float32)
        self._sharpness = 1.0

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> "IntentModel":
        """Learn from examples."""
        rows = self._features.learn(texts)
        kinds = np.array(intents)
        learned = _classifier().fit(rows, kinds)
        self._intents = list(learned.classes_)
        self._weights = learned.coef_.astype(np.float32)
        self._bias = learned.intercept_.astype(np.float32)
        self._sharpness = _sharpness(rows, kinds)
        return self

    def rank(self, texts: Sequence[str]) -> List[List[Ranked]]:
        """All intents for each message, the surest first; their confidences add up to one."""
        scores = self._features.of(texts) @ self._weights.T + self._bias
        # A message without one known word would be judged by its shape alone, and a short one
        # taken for a yes.
        scores[[not self._features.know(text) for text in texts]] = 0
        return [
            sorted(
                map(Ranked, self._intents, row.tolist()),
                key=lambda one: -one.confidence,
            )
            for row in _confidences(np.asarray(scores, dtype=np.float64), self._sharpness)
        ]

    def save(self, folder: Path) -> None:
        """Store all that `load` needs."""
        state = self._features.state()
        known = {
            "intents": self._intents,
            "sharpness": self._sharpness,
            "concepts": self._lexicon,
            "terms": {name: terms for name, (terms, _) in state.items()},
        }
        (folder / "model.json").write_text(json.dumps(known), encoding="utf-8")
        np.savez_compressed(
            folder / "model.npz",
            # Half the precision changes no answer, and halves the file.
            weights=self._weights.astype(np.float16),
            bias=self._bias,
            **{f"of_{name}": rarity.astype(np.float32) for name, (_, rarity) in state.items()},
        )

    @classmethod
    def load(cls, folder: Path) -> "IntentModel":
        """What `save` stored."""
        known = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        model = cls(known["concepts"])
        with np.load(folder / "model.npz") as arrays:
            model._weights = arrays["weights"].astype(np.float32)
            model._bias = arrays["bias"]
            rarity = {name: arrays[f"of_{name}"] for name in known["terms"]}
        model._features.restore(known["terms"], rarity)
        model._intents = known["intents"]
        model._sharpness = known["sharpness"]
        return model


def _classifier() -> LinearSVC:
    # Rare intents count as much as frequent ones.
    return LinearSVC(C=STRICTNESS, class_weight="balanced", random_state=1)


def _confidences(scores: NDArray[Any], sharpness: float) -> NDArray[Any]:
    raised = np.exp(sharpness * (scores - scores.max(axis=1, keepdims=True)))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _sharpness(rows: csr_matrix, kinds: NDArray[Any]) -> float:
    """What makes the confidences right on examples that were not learned from."""
    if np.unique(kinds, return_counts=True)[1].min() < FOLDS:
        return 1.0
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=1)
    scores = cross_val_predict(_classifier(), rows, kinds, cv=folds, method="decision_function")
    true = np.searchsorted(np.unique(kinds), kinds)
    told = np.arange(len(kinds))
    surprise = [-np.log(_confidences(scores, one)[told, true] + 1e-9).mean() for one in SHARPNESS]
    return float(SHARPNESS[int(np.argmin(surprise))])
