"""The metrics of `regalo eval`, on sets small enough to be counted by hand."""

import re

import pytest

from bot.cli.confusion import confusion_svg
from bot.cli.figures import calibration_error, confusion, macro_f1, reliability, scores
from bot.cli.noise import NOISES, without_accents

pytestmark = pytest.mark.unit


def test_precision_recall_and_f1_of_each_true_label() -> None:
    results = scores(
        [("damaged", "damaged"), ("damaged", "deny"), ("deny", "deny"), ("deny", "deny")]
    )
    assert results["damaged"] == pytest.approx((1.0, 0.5, 2 / 3))
    assert results["deny"] == pytest.approx((2 / 3, 1.0, 0.8))


def test_label_that_is_never_predicted_scores_zero() -> None:
    assert scores([("damaged", "deny")])["damaged"] == (0.0, 0.0, 0.0)


def test_macro_f1_counts_each_label_once_however_rare() -> None:
    assert macro_f1([("damaged", "damaged")] * 9 + [("deny", "affirm")]) == pytest.approx(0.5)


def test_row_of_the_confusion_matrix_is_a_true_label() -> None:
    pairs = [("damaged", "damaged"), ("damaged", "deny"), ("deny", "deny")]
    assert confusion(pairs, ["damaged", "deny"]) == [[1, 1], [0, 1]]


def test_full_confidence_with_half_accuracy_is_a_calibration_error_of_a_half() -> None:
    outcomes = [(1.0, True), (1.0, False)]
    assert reliability(outcomes) == [(1.0, 0.5, 2)]
    assert calibration_error(outcomes) == pytest.approx(0.5)
    assert calibration_error([(0.5, True), (0.5, False)]) == pytest.approx(0.0)


def test_noise_changes_the_spelling_only_and_always_in_the_same_way() -> None:
    text = " ".join(["Mi pedido llegó completamente roto."] * 4)
    for add_noise in NOISES.values():
        noisy = add_noise(text)
        assert noisy != text
        assert sorted(without_accents(noisy).lower()) == sorted(without_accents(text).lower())
        assert add_noise(text) == noisy


def test_confusion_svg_has_a_square_for_each_pair_that_occurred() -> None:
    svg = confusion_svg(["damaged", "deny"], [[3, 1], [0, 7]])
    squares = re.findall(r'fill="(#\w+)" fill-opacity="([\d.]+)"', svg)
    assert squares == [("#1d6f5f", "0.75"), ("#c0392b", "0.25"), ("#1d6f5f", "1.00")]
    assert svg.count(">damaged<") == 2
