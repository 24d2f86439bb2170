"""Causes: a mistake in the file is reported with its line, and there is always one to choose."""

from pathlib import Path

import pytest

from bot.company.causes import OTHER, CausesError, load_causes

pytestmark = pytest.mark.unit
DEMO = Path(__file__).parents[3] / "data" / "company"


def error_of(folder: Path, text: str) -> str:
    (folder / "causes.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CausesError) as caught:
        load_causes(folder)
    return str(caught.value)


def test_demo_causes_load_in_the_order_of_the_file() -> None:
    causes = load_causes(DEMO)
    assert next(iter(causes)) == "carrier_delay"
    assert list(causes)[-1] == OTHER
    assert causes["packing"]["en"] == "Poor packing"
    assert len(causes) > 10


def test_company_without_the_file_has_the_other_cause(tmp_path: Path) -> None:
    assert list(load_causes(tmp_path)) == [OTHER]


def test_company_may_rename_the_other_cause(tmp_path: Path) -> None:
    (tmp_path / "causes.yml").write_text(
        "causes:\n  - {slug: other, title: {es: Ninguna, en: None of these}}\n", encoding="utf-8"
    )
    (title,) = load_causes(tmp_path).values()
    assert title["en"] == "None of these"


@pytest.mark.parametrize(
    ("text", "line", "allowed"),
    [
        ("causes: []\n", 1, "one or more"),
        ("causes:\n  - {slug: Transporte, title: {es: A, en: B}}\n", 2, "^[a-z][a-z0-9_]*$"),
        ("causes:\n  - slug: packing\n    title: {es: Empaque}\n", 3, "en"),
        ("causes:\n  - {slug: packing, title: {es: A, en: B}, cost: 3}\n", 2, "slug, title"),
        (
            (
                "causes:\n"
                "  - {slug: packing, title: {es: A, en: B}}\n"
                "  - {slug: packing, title: {es: C, en: D}}\n"
            ),
            3,
            "a slug for each cause",
        ),
    ],
    ids=["none", "slug", "language", "unknown key", "twice"],
)
def test_mistake_is_reported_with_its_line(
    tmp_path: Path, text: str, line: int, allowed: str
) -> None:
    error = error_of(tmp_path, text)
    assert f"causes.yml:{line}: " in error
    assert allowed in error
