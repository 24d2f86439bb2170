"""A picture of a simulation: the cost by week, who is settled without a person, who gets more."""

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
# To the right those for whom it is better, to the left those for whom it is not.
BETTER = (("more", "#1d6f5f"), ("now_offered", "#7fb8a8"))
WORSE = (("less", "#c0392b"), ("now_person", "#e3a39b"))
MEANINGS = {
    "more": "gets more",
    "now_offered": "offered instead of a person",
    "less": "gets less",
    "now_person": "a person instead of an offer",
}


def picture(simulation: Simulation, company: Company) -> str:
    """The picture as SVG."""
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
    most = max(max(side.by_week.values(), default=0) for side in simulation.sides.values())
    bottom, slot = top + WEEKS_HEIGHT, (WIDTH - LEFT - RIGHT) / max(len(weeks), 1)
    yield _text(20, top - 2, "cost by week", bold=True)
    for part in (0, 0.5, 1):
        y = bottom - (WEEKS_HEIGHT - 20) * part
        amount = show(Money(round(most * part), simulation.new.currency), "es", company.country)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{RULE}"/>'
        yield _text(LEFT - 8, y + 4, amount, anchor="end")
    every = max(1, round(len(weeks) / 7))
    for place, week in enumerate(weeks):
        x, wide = LEFT + slot * place, min(slot * 0.27, 40)
        for one, name in enumerate(SIDES):
            cost = simulation.sides[name].by_week[week]
            tall = (WEEKS_HEIGHT - 20) * cost / most if most else 0
            yield _bar(x + wide * one, bottom - tall, wide, tall, COLORS[name])
        if place % every == 0:
            yield _text(x, bottom + 16, f"{week:%d.%m.%y}")


def _shares(simulation: Simulation, top: int) -> Iterator[str]:
    yield _text(20, top - 8, "settled without a person", bold=True)
    whole = WIDTH - LEFT - RIGHT - 60
    for place, name in enumerate(SIDES):
        y = top + ROW * place
        part = share(simulation.sides[name].without_person, simulation.cases)
        yield _text(LEFT - 8, y + 14, NAMES[name], anchor="end")
        yield _bar(LEFT, y + 2, whole, ROW - 6, RULE)
        yield _bar(LEFT, y + 2, whole * part, ROW - 6, COLORS[name])
        yield _text(LEFT + whole + 8, y + 14, f"{part:.1%}")


def _categories(simulation: Simulation, top: int) -> Iterator[str]:
    yield _text(20, top - 8, "new policy against the present one, by category", bold=True)
    rows = sorted(simulation.by_category.items())
    most = max(
        (
            sum(counted[change] for change, _ in half)
            for _, counted in rows
            for half in (BETTER, WORSE)
        ),
        default=0,
    )
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    whole = (WIDTH - LEFT - RIGHT) / 2 - 50
    for place, (category, counted) in enumerate(rows):
        y = top + ROW * place
        yield _text(LEFT - 8, y + 14, category, anchor="end")
        for half, way in ((BETTER, 1), (WORSE, -1)):
            reached = 0.0
            for change, color in half:
                wide = whole * counted[change] / most if most else 0
                yield _bar(
                    middle + (reached if way > 0 else -reached - wide), y + 2, wide, ROW - 6, color
                )
                reached += wide
            if count := sum(counted[change] for change, _ in half):
                x = middle + way * (reached + 6)
                yield _text(x, y + 14, str(count), anchor="start" if way > 0 else "end")
    bottom = top + ROW * len(rows)
    yield f'<path d="M{middle} {top}V{bottom}" stroke="{INK}"/>'
    yield from _legend(bottom + 25, [(MEANINGS[change], color) for change, color in BETTER + WORSE])


def _legend(y: int, entries: list[tuple[str, str]]) -> Iterator[str]:
    for place, (words, color) in enumerate(entries):
        x = 20 + 195 * place
        yield _bar(x, y - 10, 12, 12, color)
        yield _text(x + 18, y, words)


def _bar(x: float, y: float, wide: float, tall: float, color: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{color}"/>'


def _text(
    x: float, y: float, words: str, *, bold: bool = False, size: int = 12, anchor: str = "start"
) -> str:
    weight = "bold" if bold else "normal"
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-weight="{weight}" font-size="{size}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
