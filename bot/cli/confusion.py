"""A picture of what is taken for what: a square for each pair of labels, darker the more."""

from collections.abc import Sequence

SIDE = 26
MARGIN = 150
PAPER = "#fdfcf8"


def picture(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """An SVG: rows are the true labels, columns the given ones; the diagonal is right."""
    size = MARGIN + SIDE * len(labels) + 10
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" '
        f'font-family="sans-serif" font-size="11" role="img" aria-label="Confusion matrix">'
    )
    drawn = [head, f'<rect width="{size}" height="{size}" fill="{PAPER}"/>']
    for place, label in enumerate(labels):
        middle = MARGIN + SIDE * place + SIDE // 2
        drawn.append(f'<text x="{MARGIN - 6}" y="{middle + 4}" text-anchor="end">{label}</text>')
        drawn.append(
            f'<text transform="translate({middle + 4} {MARGIN - 6}) rotate(-90)">{label}</text>'
        )
    for down, row in enumerate(counts):
        total = sum(row) or 1
        for right, count in enumerate(row):
            if count:
                drawn.append(_square(right, down, count, count / total, good=right == down))
    return "\n".join([*drawn, "</svg>\n"])


def _square(right: int, down: int, count: int, part: float, *, good: bool) -> str:
    x, y = MARGIN + SIDE * right, MARGIN + SIDE * down
    ink = "#fff" if part > 0.5 else "#222"
    return (
        f'<rect x="{x}" y="{y}" width="{SIDE - 1}" height="{SIDE - 1}" '
        f'fill="{"#1d6f5f" if good else "#c0392b"}" fill-opacity="{max(part, 0.12):.2f}"/>'
        f'<text x="{x + SIDE // 2}" y="{y + 17}" text-anchor="middle" fill="{ink}">{count}</text>'
    )
