"""The features of an intent: the words of a message, their character n-grams, its concepts."""

import itertools
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.inside_rasa.concepts import ConceptMatch, Lexicon
from bot.inside_rasa.spelling import correct
from bot.inside_rasa.words import STRICT_LEAD_INS, drop_facts, tokenize, topic

# A concept is paired with this many of those that follow it in its sentence.
PAIR_WINDOW = 6
# Up to this many different concepts, their whole sequence is a feature as well.
MAX_SEQUENCE = 4
# Long words are cut to their beginning, the same in all their forms: "funciona", "funcionó".
STEM_LENGTH = 5


class Terms(NamedTuple):
    """What a message contains; the field names are those of the vectorizers below."""

    words: list[str]  # stems
    text: str
    concepts: list[str]
    is_known: bool  # True if any word occurs in the training data, or any concept was found


class SparseRow(NamedTuple):
    """One row of the feature matrix: column indices, and the TF-IDF weight in each, normalised."""

    columns: NDArray[Any]
    weights: NDArray[Any]


class _Extractor(NamedTuple):
    """A fitted vectorizer, reduced to what one message needs."""

    analyze: Callable[[Any], list[str]]
    vocabulary: Mapping[str, int]
    idf: NDArray[Any]
    first_column: int  # in the matrix of all vectorizers side by side


class Features:
    """Computes TF-IDF features of three kinds: words and word pairs, n-grams, concepts."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Use the concepts of this lexicon."""
        self._lexicon = lexicon
        self._vectorizers = _vectorizers()
        self._extractors: dict[str, _Extractor] = {}
        self.word_counts: dict[str, int] = {}

    def fit_transform(self, texts: Sequence[str]) -> csr_matrix:
        """Learn vocabulary and frequencies from the texts; return their feature matrix.

        The matrix is float32 and has a row for each text.
        """
        topics = [topic(tokens) for tokens in self.tokenize(texts)]
        self.word_counts = dict(Counter(itertools.chain.from_iterable(topics)))
        terms = [self._terms(tokens) for tokens in topics]
        matrices = [
            vectorizer.fit_transform([getattr(message, name) for message in terms])
            for name, vectorizer in self._vectorizers.items()
        ]
        self._prepare()
        return hstack(matrices, format="csr", dtype=np.float32)

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the tokens of each text."""
        return [tokenize(text) for text in texts]

    def terms(self, messages: Sequence[list[str]]) -> list[Terms]:
        """Return the terms of each tokenized message, without its facts where enough is left."""
        return [self._terms(topic(tokens)) for tokens in messages]

    def terms_without_facts(self, messages: Sequence[list[str]]) -> dict[int, Terms]:
        """Return the terms of messages that are mostly facts, with the facts left out, by index.

        Messages that consist of facts alone, or whose facts `terms` leaves out, are not included.
        """
        found = {}
        for index, tokens in enumerate(messages):
            remaining = drop_facts(tokens, STRICT_LEAD_INS)
            has_words = sum(token.isalpha() for token in remaining) > 1
            if remaining != tokens and topic(tokens) == tokens and has_words:
                found[index] = self._terms(remaining)
        return found

    def row(self, terms: Terms) -> SparseRow:
        """Return the row that `fit_transform` would compute for a message with these terms.

        Building a sparse matrix for a single message would take longer than all the counting.
        """
        parts = [
            _tf_idf(getattr(terms, name), extractor) for name, extractor in self._extractors.items()
        ]
        columns, weights = zip(*parts, strict=True)
        return SparseRow(np.concatenate(columns), np.concatenate(weights))

    def _terms(self, tokens: list[str]) -> Terms:
        words = correct(tokens, self.word_counts)
        matches = self._lexicon.find(words)
        return Terms(
            words=["^", *map(_stem, words), "$"],
            text=" ".join(["^", *words, "$"]),
            concepts=_concept_terms(matches, words),
            is_known=bool(matches) or any(word in self.word_counts for word in words),
        )

    def state(self) -> dict[str, Any]:
        """Return the vocabulary, in the order of its columns, and the IDF of each vectorizer."""
        return {
            name: (sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get), vectorizer.idf_)
            for name, vectorizer in self._vectorizers.items()
        }

    def restore(
        self,
        vocabularies: dict[str, list[str]],
        idf: dict[str, NDArray[Any]],
        word_counts: dict[str, int],
    ) -> "Features":
        """Take over a stored state; return self."""
        self.word_counts = word_counts
        for name, vectorizer in self._vectorizers.items():
            vectorizer.vocabulary = {term: column for column, term in enumerate(vocabularies[name])}
            vectorizer.vocabulary_ = vectorizer.vocabulary
            vectorizer.idf_ = idf[name]
        self._prepare()
        return self

    def _prepare(self) -> None:
        """Make the extractors; each access to `idf_` would build a new array."""
        first_column = 0
        for name, vectorizer in self._vectorizers.items():
            idf = np.asarray(vectorizer.idf_, dtype=np.float32)
            self._extractors[name] = _Extractor(
                vectorizer.build_analyzer(), vectorizer.vocabulary_, idf, first_column
            )
            first_column += len(idf)


def _tf_idf(terms: Any, extractor: _Extractor) -> SparseRow:
    counts = Counter(map(extractor.vocabulary.get, extractor.analyze(terms)))
    counts.pop(None, None)  # terms outside the vocabulary
    columns = np.fromiter(counts, dtype=np.int64, count=len(counts))
    frequencies = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
    weights = (1 + np.log(frequencies)) * extractor.idf[columns]
    return SparseRow(columns + extractor.first_column, weights / max(np.linalg.norm(weights), 1e-9))


def _vectorizers() -> dict[str, TfidfVectorizer]:
    shared: dict[str, Any] = {"sublinear_tf": True, "lowercase": False, "dtype": np.float32}
    return {
        "words": TfidfVectorizer(analyzer=_with_pairs, **shared),
        "text": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, **shared),
        "concepts": TfidfVectorizer(analyzer=_identity, min_df=2, **shared),
    }


def _stem(word: str) -> str:
    return word if word.startswith("<") else word[:STEM_LENGTH]


def _with_pairs(stems: list[str]) -> list[str]:
    return [*stems, *map(" ".join, itertools.pairwise(stems))]


def _identity(terms: list[str]) -> list[str]:
    return terms


def _concept_terms(matches: list[ConceptMatch], words: list[str]) -> list[str]:
    """Return the concepts, their pairs within a sentence, and terms for the message's form."""
    terms = [match.concept for match in matches]
    stops = [index for index, word in enumerate(words) if word in {".", "?"}]
    for index, match in enumerate(matches):
        for other in matches[index + 1 : index + 1 + PAIR_WINDOW]:
            if bisect(stops, match.start) != bisect(stops, other.start):
                break
            if other.concept != match.concept:
                terms.append(f"{match.concept}>{other.concept}")
    sequence = [
        match.concept
        for before, match in zip([None, *matches], matches, strict=False)
        if before is None or before.concept != match.concept
    ]
    terms.extend(f"first:{concept}" for concept in sequence[:1])
    if len(sequence) <= MAX_SEQUENCE:
        terms.append(f"all:{'>'.join(sequence)}")
    if "?" in words or "¿" in words:
        terms.append("asks")
    terms.append(f"length:{len(words).bit_length()}")
    return terms
