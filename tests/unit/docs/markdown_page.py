"""Parse the parts of a Markdown page that can be compared or followed: headings, code, links."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

FENCE = re.compile(r"\s*(```+|~~~+)\s*(\w*)")
HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
CODE_SPAN = re.compile(r"`([^`]+)`")
EMPHASIS = re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)")
LINK = re.compile(r"\]\(\s*([^)\s]+)[^)]*\)|\b(?:src|href)=\"([^\"]+)\"|<(https?://[^>]+)>")
CELL_BORDER = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class CodeBlock:
    """A fenced block: the language after the opening fence, and the lines inside."""

    language: str
    lines: list[str] = field(default_factory=list)

    def commands(self) -> list[str]:
        """Return the lines without their comments; a comment may be translated."""
        return [re.sub(r"(^|\s+)# .*", "", line) for line in self.lines]


@dataclass(frozen=True)
class Section:
    """A heading with what follows it, up to the next heading of any level."""

    level: int
    title: str
    lines: list[str] = field(default_factory=list)
    code_blocks: list[CodeBlock] = field(default_factory=list)

    @property
    def prose(self) -> str:
        """The text outside code blocks, without the code in backticks."""
        return CODE_SPAN.sub("", "\n".join(self.lines))

    def code_spans(self) -> set[str]:
        return {" ".join(code.split()) for code in CODE_SPAN.findall("\n".join(self.lines))}

    def links(self) -> list[str]:
        """Return the targets of all links and images, in order."""
        return ["".join(groups) for groups in LINK.findall(self.prose)]

    def emphases(self) -> list[str]:
        return [" ".join(text.split()) for text in EMPHASIS.findall(self.prose)]

    def numbers(self) -> list[str]:
        return sorted(re.findall(r"\d+(?:[.:]\d+)*", self.prose))

    def table_rows(self) -> list[list[str]]:
        """Return the cells of every line of a table, header and delimiter lines included."""
        return [
            [cell.strip() for cell in CELL_BORDER.split(line.strip())[1:-1]]
            for line in self.lines
            if line.lstrip().startswith("|")
        ]


@dataclass(frozen=True)
class MarkdownPage:
    """A page as a list of sections; text before the first heading is a section of level 0."""

    sections: list[Section]

    @classmethod
    def parse(cls, text: str) -> Self:
        sections = [Section(0, "")]
        fence = ""
        for line in text.splitlines():
            opening = FENCE.match(line)
            if fence:
                if line.strip() == fence:
                    fence = ""
                else:
                    sections[-1].code_blocks[-1].lines.append(line)
            elif opening:
                fence = opening[1]
                sections[-1].code_blocks.append(CodeBlock(opening[2]))
            elif heading := HEADING.match(line):
                sections.append(Section(len(heading[1]), heading[2]))
            else:
                sections[-1].lines.append(line)
        return cls(sections)

    @classmethod
    def read(cls, path: Path) -> Self:
        return cls.parse(path.read_text())

    def anchors(self) -> set[str]:
        """Return the names that GitHub gives to the headings, for links such as ``#settings``."""
        names: list[str] = []
        anchors = set()
        for section in self.sections:
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", section.title)
            name = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            earlier = names.count(name)
            anchors.add(f"{name}-{earlier}" if earlier else name)
            names.append(name)
        return anchors


def find_broken_links(path: Path) -> list[str]:
    """Return the page's relative links to a missing file, or to a heading that a page lacks."""
    broken = []
    for section in MarkdownPage.read(path).sections:
        for link in section.links():
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            target = path.parent / name if name else path
            is_page = target.suffix == ".md"
            if not target.exists() or (
                anchor and is_page and anchor not in MarkdownPage.read(target).anchors()
            ):
                broken.append(link)
    return broken
