"""A picture of a confusion matrix, as SVG."""

from collections.abc import Sequence

# Pixels: the side of a square, and the space for the labels.
SIDE = 26
MARGIN = 150
BACKGROUND = "#fdfcf8"


def confusion_svg(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Return an SVG with a square for each pair of labels that occurred.

    Rows are true labels, columns predicted ones. A square is green if both are the same, else red;
    the larger its share of the row, the darker it is.

    Args:
        counts: for each true label, how often each label was predicted.
    """
    size = MARGIN + SIDE * len(labels) + 10
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" '
        f'font-family="sans-serif" font-size="11" role="img" aria-label="Confusion matrix">'
    )
    parts = [
        head,
        f'<rect width="{size}" height="{size}" fill="{BACKGROUND}"/>',
    ]
    for index, label in enumerate(labels):
        middle = MARGIN + SIDE * index + SIDE // 2
        parts.append(f'<text x="{MARGIN - 6}" y="{middle + 4}" text-anchor="end">{label}</text>')
        parts.append(
            f'<text transform="translate({middle + 4} {MARGIN - 6}) rotate(-90)">{label}</text>'
        )
    for row, row_counts in enumerate(counts):
        total = sum(row_counts) or 1
        for column, count in enumerate(row_counts):
            if count:
                parts.append(_square(column, row, count, count / total))
    return "\n".join([*parts, "</svg>\n"])


def _square(column: int, row: int, count: int, share: float) -> str:
    x, y = MARGIN + SIDE * column, MARGIN + SIDE * row
    color = "#fff" if share > 0.5 else "#222"
    return (
        f'<rect x="{x}" y="{y}" width="{SIDE - 1}" height="{SIDE - 1}" '
        f'fill="{"#1d6f5f" if row == column else "#c0392b"}" '
        f'fill-opacity="{max(share, 0.12):.2f}"/>'
        f'<text x="{x + SIDE // 2}" y="{y + 17}" text-anchor="middle" fill="{color}">{count}</text>'
    )
