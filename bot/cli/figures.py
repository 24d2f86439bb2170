"""The figures by which an understanding is judged: plain arithmetic over true and given labels."""

from collections.abc import Iterable, Sequence

Pairs = Sequence[tuple[str, str]]  # the true label, and the one that was given


def scores(pairs: Pairs) -> dict[str, tuple[float, float, float]]:
    """Precision, recall and F1 of each true label."""
    found = {}
    for label in sorted({true for true, _ in pairs}):
        right = sum(true == told == label for true, told in pairs)
        told_so = sum(told == label for _, told in pairs)
        is_so = sum(true == label for true, _ in pairs)
        precision, recall = right / told_so if told_so else 0.0, right / is_so
        found[label] = (precision, recall, 2 * right / (told_so + is_so))
    return found


def macro_f1(pairs: Pairs) -> float:
    """The mean F1 over the labels that occur."""
    return share(f1 for _, _, f1 in scores(pairs).values())


def share(hits: Iterable[float]) -> float:
    """The mean; nothing where there is nothing."""
    counted = list(hits)
    return sum(counted) / len(counted) if counted else 0.0


def confusion(pairs: Pairs, labels: Sequence[str]) -> list[list[int]]:
    """How often each true label (a row) was given each label (a column)."""
    return [[sum(pair == (true, told) for pair in pairs) for told in labels] for true in labels]


def reliability(
    sure: Sequence[tuple[float, bool]], bins: int = 10
) -> list[tuple[float, float, int]]:
    """Of what was believed about so much: mean confidence, share that was right, how many."""
    parts: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, right in sure:
        parts[min(int(confidence * bins), bins - 1)].append((confidence, right))
    return [
        (share(confidence for confidence, _ in part), share(right for _, right in part), len(part))
        for part in parts
        if part
    ]


def calibration_error(sure: Sequence[tuple[float, bool]]) -> float:
    """How far confidence and truth lie apart, on average (ECE)."""
    return (
        sum(count * abs(believed - right) for believed, right, count in reliability(sure))
        / len(sure)
        if sure
        else 0.0
    )
