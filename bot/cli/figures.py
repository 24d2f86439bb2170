"""Metrics of a classification: plain arithmetic over true and predicted labels."""

from collections.abc import Iterable, Sequence

Pairs = Sequence[tuple[str, str]]  # true label, predicted label
Outcomes = Sequence[tuple[float, bool]]  # confidence, whether the prediction was correct


def scores(pairs: Pairs) -> dict[str, tuple[float, float, float]]:
    """Return precision, recall and F1 for each true label; 0 for one that is never predicted."""
    results = {}
    for label in sorted({true for true, _ in pairs}):
        correct = sum(true == predicted == label for true, predicted in pairs)
        predicted_count = sum(predicted == label for _, predicted in pairs)
        true_count = sum(true == label for true, _ in pairs)
        precision = correct / predicted_count if predicted_count else 0.0
        f1 = 2 * correct / (predicted_count + true_count)
        results[label] = (precision, correct / true_count, f1)
    return results


def macro_f1(pairs: Pairs) -> float:
    """Return the mean F1 of the true labels, each counted once."""
    return mean(f1 for _, _, f1 in scores(pairs).values())


def mean(values: Iterable[float]) -> float:
    """Return the mean, or 0 without values."""
    counted = list(values)
    return sum(counted) / len(counted) if counted else 0.0


def confusion(pairs: Pairs, labels: Sequence[str]) -> list[list[int]]:
    """Return the confusion matrix: a row for each true label, a column for each predicted one."""
    return [
        [sum(pair == (true, predicted) for pair in pairs) for predicted in labels]
        for true in labels
    ]


def reliability(outcomes: Outcomes, bins: int = 10) -> list[tuple[float, float, int]]:
    """Return mean confidence, accuracy and count of each bin of confidence that is not empty."""
    parts: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, is_correct in outcomes:
        parts[min(int(confidence * bins), bins - 1)].append((confidence, is_correct))
    return [
        (
            mean(confidence for confidence, _ in part),
            mean(correct for _, correct in part),
            len(part),
        )
        for part in parts
        if part
    ]


def calibration_error(outcomes: Outcomes) -> float:
    """Return the expected calibration error (ECE): the mean gap of confidence and accuracy."""
    gaps = (
        count * abs(confidence - accuracy) for confidence, accuracy, count in reliability(outcomes)
    )
    return sum(gaps) / len(outcomes) if outcomes else 0.0
