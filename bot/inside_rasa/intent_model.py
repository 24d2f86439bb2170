"""The intent classifier: a linear SVM over TF-IDF features, with calibrated confidences."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.model_selection import train_test_split
from sklearn.svm import LinearSVC

from bot.inside_rasa.concepts import Lexicon
from bot.inside_rasa.intent_features import Features, Terms

# The SVM's C: the cost of a misclassified example relative to small weights.
REGULARIZATION_C = 1.0
# The SVM's stopping tolerance; a smaller one takes twice the time and changes no answer.
TOLERANCE = 0.01
# One example in so many is held out to calibrate the confidences.
HOLDOUT = 4
# How much the scores of several complaints add up: the smaller, the more.
POOLING = 2.0
# The inverse softmax temperatures that calibration tries.
SHARPNESSES = np.geomspace(0.2, 20, 200)


class RankedIntent(NamedTuple):
    """An intent and its confidence, from 0 to 1."""

    intent: str
    confidence: float


class IntentModel:
    """Classifies messages by intent."""

    def __init__(self, lexicon: Mapping[str, str], complaints: Collection[str] = ()) -> None:
        """Create a model without weights, for `fit` or `load`.

        Args:
            lexicon: the concepts and their phrases, as data/concepts.yml has them.
            complaints: the intents that are complaints. Whether a message is a complaint at all is
                decided before which one it is.
        """
        self._lexicon = dict(lexicon)
        self._complaints = sorted(complaints)
        self._features = Features(Lexicon(self._lexicon))
        self._intents: list[str] = []
        self._weights = np.zeros((0, 0), dtype=np.float32)  # features x intents
        self._bias = np.zeros(0, dtype=np.float32)
        self._sharpness = 1.0

    def fit(self, texts: Sequence[str], intents: Sequence[str]) -> "IntentModel":
        """Train on the texts and the intent of each; return self."""
        features = self._features.fit_transform(texts)
        labels = np.array(intents)
        classifier = _classifier().fit(features, labels)
        self._intents = list(classifier.classes_)
        self._weights = np.ascontiguousarray(classifier.coef_.T, dtype=np.float32)
        self._bias = classifier.intercept_.astype(np.float32)
        if np.unique(labels, return_counts=True)[1].min() >= HOLDOUT:
            self._sharpness = self._calibrated_sharpness(features, labels)
        return self

    def _calibrated_sharpness(self, features: csr_matrix, labels: NDArray[Any]) -> float:
        """Return the sharpness that fits held-out examples, from a classifier without them."""
        train, held_out = train_test_split(
            np.arange(len(labels)), test_size=1 / HOLDOUT, stratify=labels, random_state=1
        )
        classifier = _classifier().fit(features[train], labels[train])
        scores = self._pool_complaints(classifier.decision_function(features[held_out]))
        return _sharpness(scores, np.searchsorted(self._intents, labels[held_out]))

    def rank(self, texts: Sequence[str]) -> list[list[RankedIntent]]:
        """Return all intents for each text, the most probable first; confidences sum to 1."""
        messages = self._features.tokenize(texts)
        scores = self._scores(self._features.terms(messages))
        # "It came late, order 10482, ana@example.com" has more facts than words, yet complains.
        without_facts = self._features.terms_without_facts(messages)
        rows = self._scores(list(without_facts.values()))
        for index, row in zip(without_facts, rows, strict=True):
            if self._intents[int(row.argmax())] in self._complaints:
                scores[index] = row
        return [
            sorted(
                map(RankedIntent, self._intents, row.tolist()),
                key=lambda ranked: -ranked.confidence,
            )
            for row in _confidences(scores, self._sharpness)
        ]

    def _scores(self, messages: Sequence[Terms]) -> NDArray[Any]:
        """Return the scores, messages x intents."""
        if not messages:
            return np.zeros((0, len(self._intents)))
        rows = map(self._features.row, messages)
        scores = [row.weights @ self._weights[row.columns] + self._bias for row in rows]
        pooled = self._pool_complaints(np.stack(scores))
        # Without one known word only the message's form would decide, and a short one would count
        # as a yes.
        pooled[[not terms.is_known for terms in messages]] = 0
        return pooled

    def _pool_complaints(self, scores: NDArray[Any]) -> NDArray[Any]:
        """Shift the scores of complaints by what all of them together weigh against the others.

        Weak signs of several complaints make a complaint, even if each of them scores lower than a
        question. The order among complaints stays. Shape: messages x intents, as given.
        """
        scores = np.array(scores, dtype=np.float64)
        is_complaint = np.isin(self._intents, self._complaints)
        if is_complaint.any() and not is_complaint.all():
            complaints, others = scores[:, is_complaint], scores[:, ~is_complaint]
            lead = _soft_maximum(complaints) - _soft_maximum(others)
            shift = lead - complaints.max(axis=1) + others.max(axis=1)
            scores[:, is_complaint] += shift[:, np.newaxis]
        return scores

    def save(self, folder: Path) -> None:
        """Write model.json and model.npz, which `load` reads."""
        state = self._features.state()
        description = {
            "intents": self._intents,
            "sharpness": self._sharpness,
            "concepts": self._lexicon,
            "complaints": self._complaints,
            "known": self._features.word_counts,
            "terms": {name: vocabulary for name, (vocabulary, _) in state.items()},
        }
        (folder / "model.json").write_text(json.dumps(description), encoding="utf-8")
        np.savez_compressed(
            folder / "model.npz",
            # Half precision changes no answer, and halves the file.
            weights=self._weights.T.astype(np.float16),
            bias=self._bias,
            **{f"of_{name}": idf.astype(np.float32) for name, (_, idf) in state.items()},
        )

    @classmethod
    def load(cls, folder: Path) -> "IntentModel":
        """Return the model that `save` wrote."""
        stored = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        model = cls(stored["concepts"], stored["complaints"])
        with np.load(folder / "model.npz") as arrays:
            model._weights = np.ascontiguousarray(arrays["weights"].T, dtype=np.float32)
            model._bias = arrays["bias"]
            idf = {name: arrays[f"of_{name}"] for name in stored["terms"]}
        model._features.restore(stored["terms"], idf, stored["known"])
        model._intents = stored["intents"]
        model._sharpness = stored["sharpness"]
        return model


def _classifier() -> LinearSVC:
    return LinearSVC(C=REGULARIZATION_C, tol=TOLERANCE, random_state=1)


def _confidences(scores: NDArray[Any], sharpness: float) -> NDArray[Any]:
    """Return the softmax of the scores, row by row, at an inverse temperature of ``sharpness``."""
    exponentials = np.exp(sharpness * (scores - scores.max(axis=1, keepdims=True)))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def _soft_maximum(scores: NDArray[Any]) -> NDArray[Any]:
    """Return the log-sum-exp of each row: its maximum, and more if other scores are near."""
    return np.asarray(np.logaddexp.reduce(POOLING * scores, axis=1) / POOLING)


def _sharpness(scores: NDArray[Any], labels: NDArray[Any]) -> float:
    """Return the sharpness at which the mean confidence is nearest to the accuracy.

    Args:
        labels: for each row of scores, the index of the true intent.
    """
    accuracy = (scores.argmax(axis=1) == labels).mean()
    means = [_confidences(scores, sharpness).max(axis=1).mean() for sharpness in SHARPNESSES]
    gaps = [abs(confidence - accuracy) for confidence in means]
    return float(SHARPNESSES[int(np.argmin(gaps))])
