"""The figures of `regalo eval`, on a set so small that they can be counted by hand."""

import re

import pytest

from bot.cli.confusion import picture
from bot.cli.figures import calibration_error, confusion, macro_f1, reliability, scores
from bot.cli.noise import NOISES, without_accents


def test_precision_recall_and_f1_are_those_of_each_true_label() -> None:
    found = scores(
        [("damaged", "damaged"), ("damaged", "deny"), ("deny", "deny"), ("deny", "deny")]
    )
    assert found["damaged"] == pytest.approx((1.0, 0.5, 2 / 3))
    assert found["deny"] == pytest.approx((2 / 3, 1.0, 0.8))


def test_a_label_that_is_never_given_counts_as_nothing() -> None:
    assert scores([("damaged", "deny")])["damaged"] == (0.0, 0.0, 0.0)


def test_the_mean_is_over_the_labels_that_occur_however_rare() -> None:
    assert macro_f1([("damaged", "damaged")] * 9 + [("deny", "affirm")]) == pytest.approx(0.5)


def test_a_row_of_the_confusion_is_a_true_label() -> None:
    pairs = [("damaged", "damaged"), ("damaged", "deny"), ("deny", "deny")]
    assert confusion(pairs, ["damaged", "deny"]) == [[1, 1], [0, 1]]


def test_who_is_always_sure_and_half_the_time_right_is_off_by_a_half() -> None:
    sure = [(1.0, True), (1.0, False)]
    assert reliability(sure) == [(1.0, 0.5, 2)]
    assert calibration_error(sure) == pytest.approx(0.5)
    assert calibration_error([(0.5, True), (0.5, False)]) == pytest.approx(0.0)


def test_noise_changes_the_spelling_and_nothing_else() -> None:
    text = " ".join(["Mi pedido llegó completamente roto."] * 4)
    for spoil in NOISES.values():
        spoiled = spoil(text)
        assert spoiled != text
        assert sorted(without_accents(spoiled).lower()) == sorted(without_accents(text).lower())
        assert spoil(text) == spoiled


def test_the_picture_shows_each_pair_that_occurred() -> None:
    drawn = picture(["damaged", "deny"], [[3, 1], [0, 7]])
    squares = re.findall(r'fill="(#\w+)" fill-opacity="([\d.]+)"', drawn)
    assert squares == [("#1d6f5f", "0.75"), ("#c0392b", "0.25"), ("#1d6f5f", "1.00")]
    assert drawn.count(">damaged<") == 2
