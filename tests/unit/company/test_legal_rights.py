"""Legal rights: one without its source, or one that no policy could name."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.category import CATEGORIES
from bot.company import legal_rights
from bot.company.legal_rights import FOLDER, Law, load_law
from bot.company.profile import load_company
from bot.config.yaml_schema import FileError

DEMO = Path(__file__).parents[3] / "data" / "company"
COUNTRIES = sorted(file.stem for file in FOLDER.glob("*.yml"))
NUMBER = re.compile(r"\d+(?:\s?[A-Z]\b| bis| ter)?", re.IGNORECASE)


def law(country: str) -> Law:
    loaded = load_law(country)
    assert loaded is not None
    return loaded


def test_countries_with_a_file() -> None:
    assert COUNTRIES == ["AR", "CL", "CO", "ES", "MX", "PE"]


@pytest.mark.parametrize("country", COUNTRIES)
def test_file_is_named_after_its_country_and_has_a_date(country: str) -> None:
    assert law(country).country == country
    assert law(country).looked_at <= datetime.now(UTC).date()
    assert "No es asesoría legal" in (FOLDER / f"{country}.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("country", COUNTRIES)
def test_text_of_a_right_cites_the_articles_of_its_source(country: str) -> None:
    rights = law(country).rights
    assert rights
    for key, right in rights.items():
        assert "artículo" in right.source, key
        articles = set(NUMBER.findall(right.source))
        for text in (right.es, right.en):
            cited = text[text.rindex("(") :]
            assert set(NUMBER.findall(cited)) & articles, (key, text)
        assert "artículo" in right.es
        assert "article" in right.en


@pytest.mark.parametrize("country", COUNTRIES)
def test_damaged_defective_and_overcharge_have_a_right_everywhere(
    country: str,
) -> None:
    for category in ("damaged", "defective", "overcharge"):
        assert law(country).rights_in(category), category
    assert {name for right in law(country).rights.values() for name in right.categories} <= set(
        CATEGORIES
    )


def test_country_without_a_file_has_no_law() -> None:
    assert load_law("FR") is None


def test_mistake_in_a_law_is_reported_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (FOLDER / "CO.yml").read_text(encoding="utf-8").replace("[not_delivered]", "[lost]")
    (tmp_path / "XX.yml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(legal_rights, "FOLDER", tmp_path)
    line = text[: text.index("[lost]")].count("\n") + 1
    with pytest.raises(FileError, match=rf"XX\.yml:{line}: .*unknown category lost"):
        load_law("XX")


def test_company_may_replace_the_text_of_a_right() -> None:
    company = load_company(DEMO)
    assert company.right_texts["withdrawal"].es.endswith("(Ley 1480 de 2011, artículo 47).")
    assert company.right_texts["refund_owed"] == company.rights["refund_owed"]
    own = company.model_copy(update={"rights": {"warranty": company.rights["refund_owed"]}})
    own.__dict__.pop("right_texts", None)
    assert own.right_texts["warranty"] == company.rights["refund_owed"]
