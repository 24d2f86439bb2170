"""The model behind the intents: a linear one, whose confidences are made to mean what they say."""

import json
from pathlib import Path
from typing import Any, Collection, List, Mapping, NamedTuple, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.model_selection import train_test_split
from sklearn.svm import LinearSVC

from bot.inside_rasa.concepts import Lexicon
from bot.inside_rasa.intent_features import Features, Said

# How much an example that is misjudged counts against keeping the weights small.
STRICTNESS = 1.0
# How near to the best weights is near enough: nearer takes twice the time, and changes no answer.
NEARNESS = 0.01
# One in so many examples is held out to find how sure the model may be.
HELD_OUT = 4
# How far the faint signs of several complaints add up: the smaller, the further.
FAINTNESS = 2.0
# The sharpness of the confidences is sought among these.
SHARPNESS = np.geomspace(0.2, 20, 200)


class Ranked(NamedTuple):
    """An intent, and how sure the model is of it."""

    intent: str
    confidence: float


class IntentModel:
    """Knows the intents from examples."""

    def __init__(self, lexicon: Mapping[str, str], complaints: Collection[str] = ()) -> None:
        """Takes the concepts and their words, as data/concepts.yml has them.

        Args:
            complaints: the intents that are complaints; whether a message is one at all is decided
                before which one it is.
        """
        self._lexicon = dict(lexicon)
        self._complaints = sorted(complaints)
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
        self._weights = np.ascontiguousarray(learned.coef_.T, dtype=np.float32)
        self._bias = learned.intercept_.astype(np.float32)
        if np.unique(kinds, return_counts=True)[1].min() >= HELD_OUT:
            self._sharpness = self._tried(rows, kinds)
        return self

    def _tried(self, rows: csr_matrix, kinds: NDArray[Any]) -> float:
        """The sharpness that is right for examples that were not learned from."""
        learn, hold = train_test_split(
            np.arange(len(kinds)), test_size=1 / HELD_OUT, stratify=kinds, random_state=1
        )
        scores = _classifier().fit(rows[learn], kinds[learn]).decision_function(rows[hold])
        return _sharpness(self._weighed(scores), np.searchsorted(self._intents, kinds[hold]))

    def rank(self, texts: Sequence[str]) -> List[List[Ranked]]:
        """All intents for each message, the surest first; their confidences add up to one."""
        read = self._features.read(texts)
        scores = self._scores(self._features.hear(read))
        shorter = self._features.hear_bare(read)
        # "It came late, order 10482, ana@example.com" is more facts than matter, yet a complaint.
        for place, row in zip(shorter, self._scores(list(shorter.values())), strict=True):
            if self._intents[int(row.argmax())] in self._complaints:
                scores[place] = row
        return [
            sorted(
                map(Ranked, self._intents, row.tolist()),
                key=lambda one: -one.confidence,
            )
            for row in _confidences(scores, self._sharpness)
        ]

    def _scores(self, said: Sequence[Said]) -> NDArray[Any]:
        if not said:
            return np.zeros((0, len(self._intents)))
        rows = map(self._features.row, said)
        found = [row.weights @ self._weights[row.places] + self._bias for row in rows]
        scores = self._weighed(np.stack(found))
        # A message without one known word would be judged by its shape alone, and a short one
        # taken for a yes.
        scores[[not one.is_known for one in said]] = 0
        return scores

    def _weighed(self, scores: NDArray[Any]) -> NDArray[Any]:
        """The scores, those of complaints raised or lowered to what they weigh together.

        Signs of several complaints make a complaint, though each is fainter than one of a question.
        """
        scores = np.array(scores, dtype=np.float64)
        ours = np.isin(self._intents, self._complaints)
        if ours.any() and not ours.all():
            told, other = scores[:, ours], scores[:, ~ours]
            lead = _weight(told) - _weight(other)
            scores[:, ours] += (lead - told.max(axis=1) + other.max(axis=1))[:, np.newaxis]
        return scores

    def save(self, folder: Path) -> None:
        """Store all that `load` needs."""
        state = self._features.state()
        known = {
            "intents": self._intents,
            "sharpness": self._sharpness,
            "concepts": self._lexicon,
            "complaints": self._complaints,
            "known": self._features.known,
            "terms": {name: terms for name, (terms, _) in state.items()},
        }
        (folder / "model.json").write_text(json.dumps(known), encoding="utf-8")
        np.savez_compressed(
            folder / "model.npz",
            # Half the precision changes no answer, and halves the file.
            weights=self._weights.T.astype(np.float16),
            bias=self._bias,
            **{f"of_{name}": rarity.astype(np.float32) for name, (_, rarity) in state.items()},
        )

    @classmethod
    def load(cls, folder: Path) -> "IntentModel":
        """What `save` stored."""
        known = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        model = cls(known["concepts"], known["complaints"])
        with np.load(folder / "model.npz") as arrays:
            model._weights = np.ascontiguousarray(arrays["weights"].T, dtype=np.float32)
            model._bias = arrays["bias"]
            rarity = {name: arrays[f"of_{name}"] for name in known["terms"]}
        model._features.restore(known["terms"], rarity, known["known"])
        model._intents = known["intents"]
        model._sharpness = known["sharpness"]
        return model


def _classifier() -> LinearSVC:
    return LinearSVC(C=STRICTNESS, tol=NEARNESS, random_state=1)


def _confidences(scores: NDArray[Any], sharpness: float) -> NDArray[Any]:
    raised = np.exp(sharpness * (scores - scores.max(axis=1, keepdims=True)))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _weight(scores: NDArray[Any]) -> NDArray[Any]:
    """What scores weigh together: at least the greatest of them."""
    return np.asarray(np.logaddexp.reduce(FAINTNESS * scores, axis=1) / FAINTNESS)


def _sharpness(scores: NDArray[Any], true: NDArray[Any]) -> float:
    """What makes the confidences of these scores as high on average as the share that is right."""
    right = (scores.argmax(axis=1) == true).mean()
    gaps = [abs(_confidences(scores, one).max(axis=1).mean() - right) for one in SHARPNESS]
    return float(SHARPNESS[int(np.argmin(gaps))])
