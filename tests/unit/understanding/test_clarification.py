"""A question back that guesses too boldly, or does not use what was understood."""

import pytest

from bot.understanding.clarification import candidates

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("ranking", "asked"),
    [
        ([("damaged", 0.24), ("defective", 0.23)], ("damaged", "defective")),
        ([("nlu_fallback", 0.7), ("damaged", 0.24), ("defective", 0.23)], ("damaged", "defective")),
        ([("damaged", 0.2), ("defective", 0.1)], ("damaged",)),
        ([("damaged", 0.24), ("question", 0.23)], ("damaged",)),
        ([("question", 0.24), ("damaged", 0.23)], ()),
        ([("damaged", 0.1), ("defective", 0.1)], ()),
        ([("other_complaint", 0.2)], ()),
        ([("nlu_fallback", 0.7)], ()),
        ([], ()),
    ],
)
def test_likely_categories_are_asked_about(
    ranking: list[tuple[str, float]], asked: tuple[str, ...]
) -> None:
    assert candidates(ranking) == asked
