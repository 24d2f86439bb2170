"""A right that is told without its source, or that nobody could name in a policy."""

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
    found = load_law(country)
    assert found is not None
    return found


def test_the_countries_are_written_down() -> None:
    assert COUNTRIES == ["AR", "CL", "CO", "ES", "MX", "PE"]


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_country_is_what_its_file_is_called_and_was_looked_at(country: str) -> None:
    assert law(country).country == country
    assert law(country).looked_at <= datetime.now(UTC).date()
    assert "No es asesoría legal" in (FOLDER / f"{country}.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("country", COUNTRIES)
def test_what_is_said_of_a_right_names_the_articles_of_its_source(country: str) -> None:
    for key, one in law(country).rights.items():
        assert "artículo" in one.source, key
        articles = set(NUMBER.findall(one.source))
        for text in (one.es, one.en):
            cited = text[text.rindex("(") :]
            assert set(NUMBER.findall(cited)) & articles, (key, text)
        assert "artículo" in one.es
        assert "article" in one.en


@pytest.mark.parametrize("country", COUNTRIES)
def test_who_gets_something_else_or_is_charged_too_much_has_a_right_everywhere(
    country: str,
) -> None:
    for category in ("damaged", "defective", "overcharge"):
        assert law(country).rights_in(category), category
    assert {one for right in law(country).rights.values() for one in right.categories} <= set(
        CATEGORIES
    )


def test_a_country_that_is_not_written_down_has_no_law_here() -> None:
    assert load_law("FR") is None


def test_a_mistake_in_a_law_is_told_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (FOLDER / "CO.yml").read_text(encoding="utf-8").replace("[not_delivered]", "[lost]")
    (tmp_path / "XX.yml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(legal_rights, "FOLDER", tmp_path)
    line = text[: text.index("[lost]")].count("\n") + 1
    with pytest.raises(FileError, match=rf"XX\.yml:{line}: .*unknown category lost"):
        load_law("XX")


def test_a_company_may_name_every_right_and_says_it_in_its_own_words() -> None:
    company = load_company(DEMO)
    assert company.right_texts["withdrawal"].es.endswith("(Ley 1480 de 2011, artículo 47).")
    assert company.right_texts["refund_owed"] == company.rights["refund_owed"]
    own = company.model_copy(update={"rights": {"warranty": company.rights["refund_owed"]}})
    own.__dict__.pop("right_texts", None)
    assert own.right_texts["warranty"] == company.rights["refund_owed"]
