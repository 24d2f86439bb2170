"""YAML files: mistakes that would be misread, or reported on the wrong line."""

from decimal import Decimal
from pathlib import Path

import pytest

from bot.config.yaml_schema import (
    Document,
    FileError,
    Problem,
    StrictModel,
    read_yaml,
    suggest,
    validate,
)


class Part(StrictModel):
    number: int = 0
    names: tuple[str, ...] = ()


class Whole(StrictModel):
    title: str
    parts: dict[str, Part] = {}  # noqa: RUF012 - pydantic copies it


def document(folder: Path, text: str | bytes) -> Document:
    path = folder / "file.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(path)


def test_scalars_are_read_as_written(tmp_path: Path) -> None:
    loaded = document(
        tmp_path,
        "a: 007\nb: 12.50\nc: 2026-11-22\nd: true\ne: ~\nf: NO\ng: '5'\nh: 1_000\n"
        "i: 20:00\nj: .5\n",
    )
    assert loaded.content == {
        "a": 7,
        "b": Decimal("12.50"),
        "c": "2026-11-22",
        "d": True,
        "e": None,
        "f": "NO",
        "g": "5",
        "h": 1000,
        "i": "20:00",
        "j": ".5",
    }
    assert not loaded.problems


def test_pesos_with_points_are_not_read_as_decimals(tmp_path: Path) -> None:
    loaded = document(tmp_path, "ok: 2.5\nvalue: 25.000\n")
    assert [(problem.line, problem.allowed) for problem in loaded.problems] == [(2, "25000 or 2.5")]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: [1, 2\nb: 3\n", 2, "is not YAML"),
        ("a: 1\n\tb: 2\n", 2, "is not YAML"),
        ("a: &x [*x]\n", 1, "is not YAML"),
        ("- 1\n", 1, "holds no keys"),
        ("just words\n", 1, "holds no keys"),
        ("a: 1\nb: 2\na: 3\n", 3, "a is written twice"),
        (b"\xff\xfe\x00", 1, "not text in UTF-8"),
    ],
)
def test_invalid_yaml_is_reported_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, message: str
) -> None:
    problems = document(tmp_path, text).problems
    assert problems
    assert problems[0].line == line
    assert message in problems[0].what


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "~\n"])
def test_empty_file_lacks_its_keys(tmp_path: Path, text: str) -> None:
    loaded = document(tmp_path, text)
    assert validate(loaded, Whole) is None
    assert loaded.problems == [Problem(1, "the file lacks title", "this key")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "title: x\nparts:\n  one:\n    nmber: 3\n",
            Problem(4, "unknown key nmber in parts.one", "number (probably meant), number, names"),
        ),
        (
            "title: x\nparts:\n  one:\n    number: many\n",
            Problem(
                4,
                "parts.one.number: 'many' is no such number",
                "a number written plainly, such as 25000 or 12.5",
            ),
        ),
        (
            "title: x\ncolour: red\n",
            Problem(2, "unknown key colour in the file", "title, parts"),
        ),
    ],
)
def test_mistake_is_reported_with_line_name_and_what_is_allowed(
    tmp_path: Path, text: str, problem: Problem
) -> None:
    loaded = document(tmp_path, text)
    assert validate(loaded, Whole) is None
    assert loaded.problems == [problem]


def test_item_of_a_list_is_named_from_one(tmp_path: Path) -> None:
    loaded = document(tmp_path, "title: x\nparts:\n  one:\n    names:\n      - a\n      - [b]\n")
    assert validate(loaded, Whole) is None
    assert loaded.problems[0].line == 6
    assert loaded.problems[0].what.startswith("parts.one.names.2: ")


def test_valid_content_is_returned(tmp_path: Path) -> None:
    whole = validate(document(tmp_path, "title: x\nparts: {one: {number: 2}}\n"), Whole)
    assert whole == Whole(title="x", parts={"one": Part(number=2)})


def test_error_has_one_line_for_each_problem_in_order() -> None:
    error = FileError(
        Path("a.yml"), [Problem(9, "late", "x"), Problem(2, "soon", "y"), Problem(2, "soon", "y")]
    )
    assert str(error) == "a.yml:2: soon; allowed: y\na.yml:9: late; allowed: x"


def test_suggestion_begins_with_the_closest_word() -> None:
    assert suggest("vouchr", ["refund", "voucher"]) == "voucher (probably meant), refund, voucher"
    assert suggest("zzz", ["refund"]) == "refund"
