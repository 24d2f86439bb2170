"""README.md and README.es.md: the Spanish page must say what the English page says."""

import pytest

from bot.config.settings import ROOT
from tests.unit.docs.markdown_page import MarkdownPage, Section

pytestmark = pytest.mark.unit

ENGLISH = MarkdownPage.read(ROOT / "README.md").sections
SPANISH = MarkdownPage.read(ROOT / "README.es.md").sections
# The headings of both pages, in their order.
TITLES = {
    "": "",
    "Regalo": "Regalo",
    "Start": "Puesta en marcha",
    "Try it": "Pruébelo",
    "How it works": "Cómo funciona",
    "Where things are": "Dónde está cada cosa",
    "Change it": "Cómo adaptarlo",
    "Read on": "Más documentación",
}
# Each page links to the other one.
OTHER_LANGUAGE = {"README.es.md": "README.md"}

both_sections = pytest.mark.parametrize(
    ("english", "spanish"),
    [
        pytest.param(english, spanish, id=english.title or "before the title")
        for english, spanish in zip(ENGLISH, SPANISH, strict=False)
    ],
)


def test_headings_are_the_same_in_the_same_order() -> None:
    assert [section.title for section in ENGLISH] == list(TITLES)
    assert [(section.level, section.title) for section in SPANISH] == [
        (section.level, TITLES[section.title]) for section in ENGLISH
    ]


@both_sections
def test_commands_are_identical(english: Section, spanish: Section) -> None:
    """A comment may be translated, and so may a block without commands, such as a diagram."""
    assert [block.language for block in spanish.code_blocks] == [
        block.language for block in english.code_blocks
    ]
    for ours, theirs in zip(spanish.code_blocks, english.code_blocks, strict=True):
        assert len(ours.lines) == len(theirs.lines)
        if theirs.language:
            assert ours.commands() == theirs.commands()


@both_sections
def test_tables_have_the_same_rows(english: Section, spanish: Section) -> None:
    """The first column, paths or order numbers, is identical below the header."""
    theirs, ours = english.table_rows(), spanish.table_rows()
    assert [len(row) for row in ours] == [len(row) for row in theirs]
    assert [row[0] for row in ours[1:]] == [row[0] for row in theirs[1:]]


@both_sections
def test_links_and_images_are_identical(english: Section, spanish: Section) -> None:
    assert spanish.links() == [OTHER_LANGUAGE.get(link, link) for link in english.links()]


@both_sections
def test_code_numbers_and_words_to_type_are_identical(english: Section, spanish: Section) -> None:
    assert spanish.code_spans() == english.code_spans()
    assert spanish.numbers() == english.numbers()
    assert spanish.emphases() == english.emphases()
