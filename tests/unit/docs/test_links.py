"""The relative links of all documents: to files that exist, and to headings that are there."""

from pathlib import Path

import pytest

from bot.config.settings import ROOT
from tests.unit.docs.markdown_page import find_broken_links

pytestmark = pytest.mark.unit

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", ".github/**/*.md", "docs/**/*.md")
    for path in ROOT.glob(pattern)
)


def test_all_kinds_of_documents_are_checked() -> None:
    assert {
        "README.md",
        "README.es.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/operations.md",
        "docs/decisions/README.md",
    } <= set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_relative_links_lead_somewhere(page: str) -> None:
    assert find_broken_links(ROOT / page) == []


def test_links_to_missing_files_and_headings_are_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("# One: `two`\n## Twice\n## Twice\n```\n# no heading\n```\n")
    page = tmp_path / "page.md"
    page.write_text(
        "# Here\n"
        "[a](other.md) [b](other.md#one-two) [c](other.md#twice-1) [d](#here) [e](https://x.org/y)\n"
        "`[code](is-no-link.md)`\n"
        "```\n[code](is-no-link.md)\n```\n"
        "[f](missing.md) ![g](missing.png) [h](other.md#twice-2) [i](#there)\n"
        '[j](other.md#no-heading) <img src="missing.svg">\n'
    )
    assert find_broken_links(page) == [
        "missing.md",
        "missing.png",
        "other.md#twice-2",
        "#there",
        "other.md#no-heading",
        "missing.svg",
    ]
