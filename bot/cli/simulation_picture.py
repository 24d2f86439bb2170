"""A simulation as SVG: cost by week, share settled without an agent, who gets more or less."""

from collections.abc import Iterator
from html import escape

from bot.company.profile import Company
from bot.money import Money, show
from bot.simulation.simulation import SIDES, Simulation, share

WIDTH, LEFT, RIGHT = 820, 170, 30
WEEKS_HEIGHT, ROW = 170, 22
INK, PAPER, RULE = "#222", "#fdfcf8", "#d8d4c8"
COLORS = {"really": "#8a8577", "present": "#2f6690", "new": "#d97b29"}
NAMES = {"really": "what happened", "present": "present policy", "new": "new policy"}
# Bars to the right: better for the customer; to the left: worse.
BETTER = (("more", "#1d6f5f"), ("now_offered", "#7fb8a8"))
WORSE = (("less", "#c0392b"), ("now_person", "#e3a39b"))
MEANINGS = {
    "more": "gets more",
    "now_offered": "offered instead of a person",
    "less": "gets less",
    "now_person": "a person instead of an offer",
}


def draw_simulation(simulation: Simulation, company: Company) -> str:
    """Return the SVG document."""
    shares_at = 100 + WEEKS_HEIGHT + 60
    categories_at = shares_at + 3 * ROW + 50
    height = categories_at + len(simulation.by_category) * ROW + 50
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" font-family="sans-serif" font-size="12" fill="{INK}" role="img" '
        f'aria-label="What another policy would have changed">'
    )
    parts = [
        head,
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
        _text(
            20,
            28,
            f"{simulation.cases} complaints under {simulation.new.version}",
            bold=True,
            size=15,
        ),
        *_legend(50, [(NAMES[name], COLORS[name]) for name in SIDES]),
        *_weeks(simulation, company, 85),
        *_shares(simulation, shares_at),
        *_categories(simulation, categories_at),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _weeks(simulation: Simulation, company: Company, top: int) -> Iterator[str]:
    weeks = sorted({week for side in simulation.sides.values() for week in side.by_week})
    highest = max(max(side.by_week.values(), default=0) for side in simulation.sides.values())
    bottom, slot = top + WEEKS_HEIGHT, (WIDTH - LEFT - RIGHT) / max(len(weeks), 1)
    yield _text(20, top - 2, "cost by week", bold=True)
    for part in (0, 0.5, 1):
        y = bottom - (WEEKS_HEIGHT - 20) * part
        amount = show(Money(round(highest * part), simulation.new.currency), "es", company.country)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{RULE}"/>'
        yield _text(LEFT - 8, y + 4, amount, anchor="end")
    every = max(1, round(len(weeks) / 7))
    for number, week in enumerate(weeks):
        x, width = LEFT + slot * number, min(slot * 0.27, 40)
        for side, name in enumerate(SIDES):
            cost = simulation.sides[name].by_week[week]
            bar_height = (WEEKS_HEIGHT - 20) * cost / highest if highest else 0
            yield _bar(x + width * side, bottom - bar_height, width, bar_height, COLORS[name])
        if number % every == 0:
            yield _text(x, bottom + 16, f"{week:%d.%m.%y}")


def _shares(simulation: Simulation, top: int) -> Iterator[str]:
    yield _text(20, top - 8, "settled without a person", bold=True)
    full_width = WIDTH - LEFT - RIGHT - 60
    for row, name in enumerate(SIDES):
        y = top + ROW * row
        part = share(simulation.sides[name].without_person, simulation.cases)
        yield _text(LEFT - 8, y + 14, NAMES[name], anchor="end")
        yield _bar(LEFT, y + 2, full_width, ROW - 6, RULE)
        yield _bar(LEFT, y + 2, full_width * part, ROW - 6, COLORS[name])
        yield _text(LEFT + full_width + 8, y + 14, f"{part:.1%}")


def _categories(simulation: Simulation, top: int) -> Iterator[str]:
    yield _text(20, top - 8, "new policy against the present one, by category", bold=True)
    rows = sorted(simulation.by_category.items())
    largest = max(
        (
            sum(counted[change] for change, _ in half)
            for _, counted in rows
            for half in (BETTER, WORSE)
        ),
        default=0,
    )
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    half_width = (WIDTH - LEFT - RIGHT) / 2 - 50
    for row, (category, counted) in enumerate(rows):
        y = top + ROW * row
        yield _text(LEFT - 8, y + 14, category, anchor="end")
        for half, direction in ((BETTER, 1), (WORSE, -1)):
            offset = 0.0
            for change, color in half:
                width = half_width * counted[change] / largest if largest else 0
                x = middle + (offset if direction > 0 else -offset - width)
                yield _bar(x, y + 2, width, ROW - 6, color)
                offset += width
            if count := sum(counted[change] for change, _ in half):
                x = middle + direction * (offset + 6)
                yield _text(x, y + 14, str(count), anchor="start" if direction > 0 else "end")
    bottom = top + ROW * len(rows)
    yield f'<path d="M{middle} {top}V{bottom}" stroke="{INK}"/>'
    yield from _legend(bottom + 25, [(MEANINGS[change], color) for change, color in BETTER + WORSE])


def _legend(y: int, entries: list[tuple[str, str]]) -> Iterator[str]:
    for number, (words, color) in enumerate(entries):
        x = 20 + 195 * number
        yield _bar(x, y - 10, 12, 12, color)
        yield _text(x + 18, y, words)


def _bar(x: float, y: float, width: float, height: float, color: str) -> str:
    size = f'width="{width:.1f}" height="{height:.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{color}"/>'


def _text(
    x: float, y: float, words: str, *, bold: bool = False, size: int = 12, anchor: str = "start"
) -> str:
    weight = "bold" if bold else "normal"
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-weight="{weight}" font-size="{size}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
