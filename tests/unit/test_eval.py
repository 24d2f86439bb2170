"""The figures of `regalo eval`, on a set so small that they can be counted by hand."""

import pytest

from bot.cli.eval import scores


def test_precision_recall_and_f1_are_those_of_each_true_label() -> None:
    found = scores(
        [("damaged", "damaged"), ("damaged", "deny"), ("deny", "deny"), ("deny", "deny")]
    )
    assert found["damaged"] == pytest.approx((1.0, 0.5, 2 / 3))
    assert found["deny"] == pytest.approx((2 / 3, 1.0, 0.8))


def test_a_label_that_is_never_given_counts_as_nothing() -> None:
    assert scores([("damaged", "deny")])["damaged"] == (0.0, 0.0, 0.0)
